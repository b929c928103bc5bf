//! golang/go#53294 as a story: the smallest crash, then what each skipped step is worth, in the
//! order of the fix's message.
#![expect(clippy::disallowed_methods, reason = "a break takes a P by hand")]

use crate::common::{failing, job, message, run, run_with};
use harness::cex::Step;
use harness::report::{Found, Job, Mode};
use harness::verdict::Verdict;
use regressions::issue_53294::BUG;
use regressions::CONTENT;
use runtime_model::by_hand;
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::{MId, M};
use runtime_model::p::OwnedP;
use runtime_model::program::{Clock, Program};
use runtime_model::sched::SchedLocked;
use runtime_model::steps::GO_1_19_FIXED;
use runtime_model::{Sched, Time};
use sync::driver::{Control, End, Plan, ENGINE};
use sync::Arc;

const TRACK: &str = "must be able to track idle limiter event";

fn mutant(name: &str, scenario: &str, mode: Mode) -> Job {
    Job { row: format!("53294/{name}"), ..job(scenario, mode) }
}

/// One G, one M, one P: it sleeps twice. There is one execution, so even real threads show it.
#[test]
fn one_g_that_sleeps_twice_throws() {
    let report = run(&mutant("unlinked-by-hand", "sleep-twice", Mode::Symptoms));
    let Some(Found { check, message, execution: 1, preemptions, .. }) = report.found else {
        panic!("{:?}", report.found)
    };
    assert_eq!((&*check, &*message), ("throw", TRACK));
    assert_eq!(preemptions, (ENGINE == sync::driver::Engine::Explore).then_some(0));
}

#[test]
fn with_the_fix_one_g_sleeps_twice() {
    let report = run(&job("sleep-twice", Mode::Symptoms));
    assert_eq!(report.verdict, Verdict::Held);
}

/// The mutants, with what the real runtime does with each.
#[sync::test(systematic)]
fn each_row_shows_what_the_real_runtime_shows() {
    for mutant in BUG.mutants {
        for shows in mutant.shows.iter().filter(|shows| shows.concerns(ENGINE)) {
            let job = shows.job(&BUG, mutant, ENGINE);
            let report = run(&job);
            assert_eq!(report.verdict, Verdict::Held, "{}: {report:?}", job.row);
        }
    }
}

/// On explore alone: the gate searches the same on each engine.
#[sync::test(restoring)]
fn the_fixed_row_holds_on_the_same_scenarios() {
    for scenario in ["sleepers", "stealrunq", "stealtimer"] {
        let report = run(&job(scenario, Mode::Invariants));
        assert_eq!(report.verdict, Verdict::Held, "{scenario}: {report:?}");
    }
}

/// "Skipped updates to timerpMask mean that our timers may not be eligible for stealing": not in this
/// code, since the P that is taken owns a timer, and its bit was never cleared. It bites as soon as any
/// P is taken.
#[sync::test(exploring)]
fn a_skipped_timerp_mask_bites_if_any_p_is_taken() {
    let alone = run(&mutant("without-timerp-mask", "sleepers", Mode::Invariants));
    assert_eq!(alone.verdict, Verdict::Held, "{alone:?}");
    let pair = run(&mutant("any-p-without-timerp-mask", "sleepers", Mode::Symptoms));
    assert_eq!(failing(&pair), Some(checks::LIVELOCK));
}

/// Skipped updates to `idlepMask`: thieves pass by a P that runs.
#[sync::test(exploring)]
fn a_skipped_idlep_mask_strands_a_g() {
    let report = run(&mutant("without-idlep-mask", "stealrunq", Mode::Symptoms));
    assert_eq!(failing(&report), Some(checks::HANG));
}

/// Skipped updates to `npidle`: a user of these programs sees nothing, but the count is wrong, and if
/// the woken M were not made a spinner, the first jump would help no timer.
#[sync::test(exploring)]
fn a_skipped_npidle_is_a_wrong_count() {
    let seen = run(&mutant("without-npidle", "sleepers", Mode::Symptoms));
    assert_eq!(seen.verdict, Verdict::Held, "{seen:?}");
    let count = run(&mutant("without-npidle", "sleepers", Mode::Invariants));
    assert_eq!(failing(&count), Some("npidle is the length of the idle list"));
    let jump = "the clock goes on, and each jump has an effect";
    let pair = mutant("any-p-without-npidle-and-spinning", "sleepers", Mode::Invariants);
    let vain = run(&Job { only: Some(jump.into()), ..pair });
    assert_eq!(failing(&vain), Some(jump));
}

/// Skipped updates to `limiterEvent`: a fatal throw when another event occurs.
#[sync::test(exploring)]
fn a_skipped_limiter_event_throws() {
    let report = run(&mutant("without-limiter-stop", "sleepers", Mode::Symptoms));
    assert_eq!((failing(&report), message(&report)), (Some("throw"), Some(TRACK)));
}

/// … and before that it may affect the GC limiter: a P that runs counts as idle. A kernel with a clock
/// of its own, since under faketime no time passes while a P runs.
#[sync::test(exploring)]
fn a_skipped_limiter_event_counts_a_p_that_runs_as_idle() {
    assert_eq!(idle_ticks(|sched, locked, now| sched.pidleget(locked, now)), 10);
    assert_eq!(idle_ticks(|sched, locked, _| unlink_last(sched, locked)), 20);
}

/// At two Ps and two Ms, with the interleaving; it replays.
#[sync::test(exploring)]
fn the_crash_is_recorded_and_replays() {
    let job = mutant("unlinked-by-hand", "sleepers", Mode::Symptoms);
    let prepared = CONTENT.prepare(&job).expect("a job");
    let outcome = prepared.run(|_| Control::Go).expect("a run");
    let cex = prepared.record(&outcome).expect("a recording").expect("a counterexample");
    assert_eq!(cex.header.found.message, TRACK);
    assert!(cex.steps.iter().any(|step| step.function == "pidleput"));
    // The one step that the story is about changes no word that an operation writes, so that only an event shows it. It is one of
    // the M that goes on with the jump, under the lock.
    let by_hand = |step: &Step| step.value.starts_with("UnlinkedByHand");
    let unlinked = cex.steps.iter().position(by_hand).expect("the unlinking");
    let of_same = |step: &&Step| step.thread == cex.steps[unlinked].thread;
    let jump = cex.steps[unlinked..].iter().filter(of_same).nth(1).map(|step| &*step.value);
    assert!(jump.is_some_and(|value| value.starts_with("Jump(")), "{jump:?}");
    assert_eq!(prepared.replay(&cex).expect("a replay"), harness::run::Replayed::Same);
    let mut other = cex.clone();
    other.steps[20].object = "elsewhere".into();
    let diverged = prepared.replay(&other).expect("a replay");
    assert!(matches!(diverged, harness::run::Replayed::Diverged { step: 21, .. }), "{diverged:?}");
}

fn unlink_last(sched: &Sched, locked: &mut SchedLocked) -> Option<OwnedP> {
    let last = locked.idle_ps().last()?;
    by_hand::unlink(sched, locked, last)
}

/// The idle ticks counted of a P that idles from 10 to 20 and then runs; an update looks at 30.
fn idle_ticks(take: fn(&Sched, &mut SchedLocked, Time) -> Option<OwnedP>) -> Time {
    let counted = sync::driver::Outside::new(0);
    let log = counted.clone();
    let explored = sync::driver::run_all(&Plan { threads: 1, ..Plan::default() }, move || {
        let program = Program {
            ps: 2,
            ms: 1,
            ring: 2,
            steal_tries: 2,
            fairness: false,
            scripts: vec![vec![]],
            flags: vec![],
            timers: vec![],
            clock: Clock::Fake,
            descriptors: vec![],
            sysmon: None,
            mask_bits: 32,
            schedtrace: false,
        };
        let sched = Sched::new(program, GO_1_19_FIXED, Arc::new(runtime_model::event::NoWitness));
        let mut m = M::of_kernel(MId(0));
        let p = sched.start_kernel(&mut m).pop().expect("the second P");
        let event = p.id().index();
        let mut locked = sched.lock.lock();
        sched.pidleput(&mut locked, p, 10);
        let taken = take(&sched, &mut locked, 20);
        assert!(
            taken.is_some()
                && sched.allp[event].limiter_event.peek() != LimiterEventType::MarkAssist
        );
        sched.limiter.update(sched.allp.iter().map(|p| &p.limiter_event), 30);
        log.set(&sched.limiter.peek_idle());
    });
    assert_eq!(explored.expect("a plan").end, End::Complete);
    counted.get()
}

/// Keeps `run_with` in use where the row of a job is not the one that runs.
#[test]
fn the_row_named_by_a_job_is_the_one_that_runs() {
    let job = mutant("unlinked-by-hand", "sleep-twice", Mode::Symptoms);
    assert_ne!(run_with(GO_1_19_FIXED, &job).found, run(&job).found);
}
