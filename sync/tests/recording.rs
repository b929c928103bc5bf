//! One execution run again, with everything that happened in it; and checks that only read.

use sync::driver::{
    observe, record, run_all, Cause, Diverged, End, Engine, Failure, Observer, Operation, Outside,
    Plan, PlanError, Quiescent, Recorded, Sampler, Schedule, Violation, ENGINE,
};
use sync::{spawn, Arc, Atomic, Mutex, Note};

fn plan(sampler: Sampler) -> Plan {
    let executions = if ENGINE.explores() { 2000 } else { 50 };
    Plan { threads: 3, executions, sampler, choices: sampler != Sampler::Dfs, ..Plan::default() }
}

fn samplers() -> Vec<Sampler> {
    match ENGINE {
        Engine::Shuttle => vec![Sampler::Random, Sampler::Urw, Sampler::Pct(3), Sampler::Dfs],
        _ => vec![Sampler::Urw],
    }
}

/// The operations of an execution, line by line.
type Log = Outside<Vec<String>>;

/// Records operations, counts states, and may check that the word is not 2.
#[derive(Clone)]
struct Watch {
    forbids_two: bool,
    log: Log,
    states: Outside<u64>,
}

/// Watches one execution.
struct Watching(Watch, Arc<Atomic<u32>>);

impl Observer for Watching {
    fn visited(&self) -> Result<(), Violation> {
        self.0.states.with_mut(|states| *states += 1);
        match self.1.peek() {
            2 if self.0.forbids_two => {
                Err(Violation { check: "not two", message: "the word is 2".to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }

    fn operation(&self, op: &Operation) {
        let Operation { thread, name, kind, value, function } = op;
        assert!(function.file().ends_with("recording.rs"), "{op:?}");
        self.0.log.with_mut(|log| log.push(format!("{thread} {name} {kind} {value}")));
    }
}

/// Two threads add under a lock, and perhaps choose; the third is woken by one of them, and then may
/// store 2.
fn program(watch: Option<&Watch>, choices: bool) -> impl Fn() + Send + Sync {
    let watch = watch.cloned();
    move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        if let Some(watch) = &watch {
            watch.log.with_mut(Vec::clear);
            observe(Arc::new(Watching(watch.clone(), word.clone())));
        }
        let lock = Arc::new(Mutex::new("lock", ()));
        let note = Arc::new(Note::new("note"));
        for _ in 0..2 {
            let (word, lock, note) = (word.clone(), lock.clone(), note.clone());
            spawn(move || {
                let guard = lock.lock();
                if word.load() == 0 {
                    note.wakeup();
                }
                word.add(3 + if choices { sync::choose(2) as u32 } else { 0 });
                drop(guard);
            });
        }
        note.sleep();
        let seen = word.load();
        if seen == 6 {
            word.store(2);
        }
    }
}

fn failed(plan: &Plan, watch: &Watch) -> (Failure, Schedule) {
    match run_all(plan, program(Some(watch), plan.choices)).expect("the plan is fine").end {
        End::Failed { failure, schedule } => (failure, schedule),
        end => panic!("a check fails, but: {end:?}"),
    }
}

fn watching(forbids_two: bool) -> Watch {
    Watch { forbids_two, log: Outside::new(Vec::new()), states: Outside::new(0) }
}

fn checking() -> Watch {
    watching(true)
}

#[sync::test(exploring)]
fn a_recording_shows_the_same_failure_and_what_led_to_it() {
    for sampler in samplers() {
        let (plan, watch) = (plan(sampler), checking());
        let (failure, schedule) = failed(&plan, &watch);
        assert_eq!(failure.cause, Cause::Check("not two".to_owned()), "{failure}");
        assert!(watch.log.get().is_empty(), "an exploration records nothing");

        // What goes through a file is still the schedule.
        let text = serde_json::to_string(&schedule).expect("it is data");
        let schedule: Schedule = serde_json::from_str(&text).expect("it is data");
        let mut logs = vec![];
        for _ in 0..2 {
            let recorded = record(&plan, &schedule, program(Some(&watch), plan.choices));
            let expected = Recorded { failure: Some(failure.clone()), diverged: None };
            assert_eq!(recorded, Ok(expected), "{sampler}");
            logs.push(watch.log.get());
        }
        assert_eq!(logs[0], logs[1]);
        for line in ["0 thread spawn 1", "0 thread spawn 2", "0 word load 6", "0 word store 2"] {
            assert!(
                logs[0].iter().any(|there| there == line),
                "{sampler}: {line} in {:?}",
                logs[0]
            );
        }
        assert_eq!(logs[0].last().map(String::as_str), Some("0 word store 2"));
        let locks = |kind| logs[0].iter().filter(|line| line.contains(kind)).count();
        assert_eq!((locks("lock lock"), locks("lock unlock")), (2, 2), "{:?}", logs[0]);
    }
}

#[sync::test(exploring)]
fn a_schedule_that_does_not_fit_says_where() {
    let plan = plan(Sampler::Urw);
    let (_, schedule) = failed(&plan, &checking());
    let recorded = record(&plan, &schedule, || {
        Atomic::new("word", 0u32).load();
    });
    let Recorded { failure, diverged } = recorded.expect("the plan is fine");
    assert_eq!(failure, None);
    let Diverged { step, expected } = diverged.expect("another program");
    assert!(step > 0 && !expected.is_empty(), "{step}: {expected}");
}

/// Checks perform no operations, so they do not change what an engine does.
#[sync::test(exploring)]
fn checks_change_no_execution() {
    for sampler in samplers() {
        let plan = Plan { bound: Some(2), ..plan(sampler) };
        let executions = |watch| {
            let program = program(watch, plan.choices);
            run_all(&plan, program).expect("the plan is fine").executions
        };
        let watch = watching(false);
        assert_eq!(executions(Some(&watch)), executions(None), "{sampler}");
        assert!(watch.states.get() > 0);
    }
}

#[test]
fn a_schedule_of_another_engine_is_refused() {
    let other = match ENGINE {
        Engine::Std => Schedule::Loom { bound: None, execution: 1 },
        _ => Schedule::Std,
    };
    assert_eq!(
        record(&Plan::default(), &other, || {}),
        Err(PlanError::OtherEngine(other.engine()))
    );
}

#[test]
fn a_plan_for_nothing_is_refused() {
    let none = run_all(&Plan { executions: 0, ..Plan::default() }, || {});
    let shallow = run_all(&Plan { sampler: Sampler::Pct(2), ..Plan::default() }, || {});
    match ENGINE {
        Engine::Std => assert_eq!(none, Err(PlanError::NoExecutions)),
        Engine::Loom | Engine::Explore => assert!(none.is_ok() && shallow.is_ok()),
        Engine::Shuttle => {
            assert_eq!(none, Err(PlanError::NoExecutions));
            assert_eq!(shallow, Err(PlanError::ShallowPct(2)));
        }
    }
}
