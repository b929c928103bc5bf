//! Runs a scenario under a row of the step table, on the engine in use, and judges it.

use std::fmt;
use std::time::Instant;

use runtime_model::event::Witness;
use runtime_model::sched::Sched;
use runtime_model::steps::Steps;
use sync::{Arc, Control, End, Explored, Failure, Plan, PlanError, Sampler, Schedule, ENGINE};

use crate::cex::{Counterexample, Header, FORMAT};
use crate::judge::Judge;
use crate::recorder::Recorder;
use crate::report::{Found, Job, Report};
use crate::scenario::{Checked, Scenario, ScenarioError};
use crate::sometimes::{self, Tally};
use crate::source::Source;
use crate::verdict::judge;

/// What a job names, found: the scenario, and the row.
pub struct Subject {
    /// The scenario.
    pub scenario: Scenario,
    /// The row of the step table.
    pub steps: Steps,
    /// Where the functions of the model, and of the row, are written.
    pub sources: Vec<Source>,
}

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Something was named that is not there.
    #[error("no {what} `{name}`; known are {known}")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The scenario is none.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The engine cannot run it.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The counterexample is of another engine.
    #[error("the counterexample is of engine {of}, and this is {here}")]
    Engine {
        /// Whose schedule it is.
        of: String,
        /// The engine in use.
        here: String,
    },
}

/// What a run came to.
pub struct Outcome {
    /// For the table.
    pub report: Report,
    /// How the engine gets to the failure that was found, if one was.
    pub schedule: Option<Schedule>,
}

/// How a replay went.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// The same failure, by the same steps.
    Same,
    /// It no longer fits.
    Diverged {
        /// At which step.
        step: u64,
        /// What the file says.
        expected: String,
        /// What happened.
        got: String,
    },
}

type ControlFn = Arc<dyn Fn(u64) -> Control + Send + Sync>;

/// Runs the job. `control` is asked after each execution, with their number so far, whether to go on.
///
/// # Errors
/// If the scenario is none, or the engine cannot run it.
pub fn run(subject: &Subject, job: &Job, control: ControlFn) -> Result<Outcome, RunError> {
    let checked = subject.scenario.program()?;
    for name in &job.sometimes {
        known_sometimes(name)?;
    }
    let tally = Tally::default();
    let began = Instant::now();
    let mut total = 0;
    let mut explored = Explored { executions: 0, end: End::Complete, concurrent: false };
    for plan in plans(job, &checked) {
        let before = total;
        let asked = control.clone();
        let plan = Plan { progress: Some(Arc::new(move |n| asked(before + n))), ..plan };
        let part = sync::explore(&plan, program(subject, job, &checked, Arc::new(tally.clone())))?;
        total += part.executions;
        explored = Explored { concurrent: explored.concurrent || part.concurrent, ..part };
        if !matches!(explored.end, End::Complete) {
            break;
        }
    }
    explored.executions = total;
    let seconds = began.elapsed().as_secs_f64();
    let counts = tally.of(&job.sometimes);
    Ok(outcome(job, &checked, explored, seconds, counts))
}

fn known_sometimes(name: &str) -> Result<(), RunError> {
    let known = || sometimes::ALL.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
    sometimes::find(name).map(|_| ()).ok_or_else(|| RunError::Unknown {
        what: "`sometimes`",
        name: name.into(),
        known: known(),
    })
}

fn outcome(
    job: &Job,
    checked: &Checked,
    explored: Explored,
    seconds: f64,
    sometimes: Vec<(String, u64)>,
) -> Outcome {
    let (executions, concurrent) = (explored.executions, explored.concurrent);
    let (found, schedule, stopped) = match explored.end {
        End::Complete => (None, None, false),
        End::Stopped => (None, None, true),
        End::Failed { failure, schedule } => {
            (Some(found(&failure, executions)), Some(schedule), false)
        }
    };
    let mut report = Report {
        job: job.clone(),
        engine: ENGINE.to_string(),
        size: checked.size.clone(),
        verdict: crate::verdict::Verdict::Error,
        executions,
        extent: extent(job),
        seconds,
        found,
        sometimes,
        note: String::new(),
    };
    let one_is_all = checked.deterministic || !concurrent;
    (report.verdict, report.note) = judge(&report, stopped, one_is_all);
    Outcome { report, schedule }
}

/// Runs the schedule again and writes down each step.
///
/// # Errors
/// If the scenario is none, or the engine cannot run it.
pub fn record(
    subject: &Subject,
    report: &Report,
    schedule: &Schedule,
) -> Result<Counterexample, RunError> {
    let found = report.found.clone().unwrap_or_else(|| Found {
        check: String::new(),
        message: String::new(),
        execution: 0,
    });
    let (steps, _) = again(subject, &report.job, schedule)?;
    let header = Header {
        pidle_counterexample: FORMAT,
        job: report.job.clone(),
        engine: ENGINE.to_string(),
        found,
        schedule: schedule.clone(),
    };
    Ok(Counterexample { header, steps })
}

/// Runs the counterexample's schedule again and compares each step, and the failure.
///
/// # Errors
/// If it is of another engine, the scenario is none, or the engine cannot run it.
pub fn replay(subject: &Subject, cex: &Counterexample) -> Result<Replayed, RunError> {
    let header = &cex.header;
    if header.engine != ENGINE.to_string() {
        return Err(RunError::Engine { of: header.engine.clone(), here: ENGINE.to_string() });
    }
    let (steps, failure) = again(subject, &header.job, &header.schedule)?;
    let nothing = || "the end".to_string();
    for i in 0..steps.len().max(cex.steps.len()) {
        let (expected, got) = (cex.steps.get(i), steps.get(i));
        if expected != got {
            let show =
                |step: Option<&crate::cex::Step>| step.map_or_else(nothing, ToString::to_string);
            return Ok(Replayed::Diverged {
                step: i as u64 + 1,
                expected: show(expected),
                got: show(got),
            });
        }
    }
    let expected = format!("{}: {}", header.found.check, header.found.message);
    let got = failure
        .map(|f| found(&f, 0))
        .map_or_else(nothing, |f| format!("{}: {}", f.check, f.message));
    match expected == got {
        true => Ok(Replayed::Same),
        false => Ok(Replayed::Diverged { step: steps.len() as u64 + 1, expected, got }),
    }
}

type Steps_ = (Vec<crate::cex::Step>, Option<Failure>);

fn again(subject: &Subject, job: &Job, schedule: &Schedule) -> Result<Steps_, RunError> {
    let checked = subject.scenario.program()?;
    let recorder = Arc::new(sync::Ghost::new(Arc::new(Recorder::new(vec![]))));
    let plan = plans(job, &checked).swap_remove(0);
    let sources = subject.sources.clone();
    let (steps, mode) = (subject.steps, job.mode);
    let must_finish: Arc<[_]> = checked.must_finish.clone().into();
    let current = recorder.clone();
    let recorded = sync::record(&plan, schedule, move || {
        let fresh = Arc::new(Recorder::new(sources.clone()));
        current.set(fresh.clone());
        let sched = Sched::new(checked.program.clone(), steps, fresh.clone());
        let mut judge = Judge::new(sched.clone(), mode, must_finish.clone());
        judge.recorder = Some(fresh);
        sync::observe(Arc::new(judge));
        sched.start();
    })?;
    Ok((recorder.get().steps(), recorded.failure))
}

/// The program of one execution.
fn program(
    subject: &Subject,
    job: &Job,
    checked: &Checked,
    witness: Arc<dyn Witness>,
) -> impl Fn() + Send + Sync + 'static {
    let (program, steps, mode) = (checked.program.clone(), subject.steps, job.mode);
    let must_finish: Arc<[_]> = checked.must_finish.clone().into();
    move || {
        let sched = Sched::new(program.clone(), steps, witness.clone());
        sync::observe(Arc::new(Judge::new(sched.clone(), mode, must_finish.clone())));
        sched.start();
    }
}

/// One plan; for a sampled engine, one for each way to sample.
fn plans(job: &Job, checked: &Checked) -> Vec<Plan> {
    let limits = &job.limits;
    let plan = |sampler| Plan {
        bound: limits.bound,
        sampler,
        executions: limits.executions,
        seeds: limits.seeds.clone(),
        threads: checked.program.ms as usize,
        choices: checked.program.ps > 2,
        ..Plan::default()
    };
    match ENGINE {
        sync::Engine::Shuttle => {
            vec![plan(Sampler::Random), plan(Sampler::Urw), plan(Sampler::Pct(3))]
        }
        _ => vec![plan(Sampler::Random)],
    }
}

fn extent(job: &Job) -> String {
    match (ENGINE, job.limits.bound) {
        (sync::Engine::Loom, None) => "exhaustive".into(),
        (sync::Engine::Loom, Some(bound)) => format!("bound {bound}"),
        (sync::Engine::Shuttle, _) => "sampled".into(),
        (sync::Engine::Std, _) => "repeated".into(),
    }
}

fn found(failure: &Failure, execution: u64) -> Found {
    let check = match &failure.cause {
        sync::Cause::Panic => "throw".to_string(),
        sync::Cause::Check(name) => name.clone(),
        sync::Cause::Deadlock => "deadlock".to_string(),
        sync::Cause::Race => "race".to_string(),
    };
    Found { check, message: failure.message.clone(), execution }
}

impl fmt::Display for crate::cex::Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "thread {} in {}: {} {} {}",
            self.thread, self.function, self.action, self.object, self.value
        )
    }
}
