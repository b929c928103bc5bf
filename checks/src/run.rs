//! Runs a scenario under a row of the step table, on the engine in use, and judges it.

use std::fmt;
use std::time::Instant;

use runtime_model::event::Witness;
use runtime_model::sched::Sched;
use runtime_model::steps::Steps;
use sync::{
    Arc, Control, End, Explored, Failure, Outside, Plan, PlanError, Sampler, Schedule, ENGINE,
};

use crate::census::{self, Endings};
use crate::cex::{Counterexample, Header, Step, FORMAT};
use crate::judge::{Judge, Judged};
use crate::kernels::Kernel;
use crate::recorder::Recorder;
use crate::report::{Expect, Found, Job, Report};
use crate::scenario::{Checked, Scenario, ScenarioError};
use crate::sometimes::{self, Tally};
use crate::source::Source;
use crate::verdict::judge;

/// What a job names, found.
pub struct Subject {
    /// What is run.
    pub what: What,
    /// The row of the step table. A kernel has its own.
    pub steps: Steps,
    /// Where the functions of the model, and of the row, are written.
    pub sources: Vec<Source>,
}

/// What is run.
pub enum What {
    /// A scenario.
    Scenario(Scenario),
    /// A kernel.
    Kernel(&'static Kernel),
}

/// What is run, checked.
pub(crate) enum Target {
    Scenario(Checked),
    Kernel(&'static Kernel),
}

impl What {
    pub(crate) fn checked(&self) -> Result<Target, ScenarioError> {
        Ok(match self {
            What::Scenario(scenario) => Target::Scenario(scenario.program()?),
            What::Kernel(kernel) => Target::Kernel(kernel),
        })
    }
}

impl Target {
    fn size(&self) -> String {
        match self {
            Target::Scenario(checked) => checked.size.clone(),
            Target::Kernel(kernel) => format!("{} threads", kernel.threads),
        }
    }

    fn threads(&self) -> usize {
        match self {
            Target::Scenario(checked) => checked.program.ms as usize,
            Target::Kernel(kernel) => kernel.threads,
        }
    }

    fn has_choices(&self) -> bool {
        matches!(self, Target::Scenario(Checked { program, .. }) if program.ps > 2 || program.fairness)
    }

    fn is_deterministic(&self) -> bool {
        matches!(self, Target::Scenario(checked) if checked.deterministic)
    }

    /// One execution, told to `witness` and, if there is one, written down by `recorder`.
    pub(crate) fn execute(
        &self,
        steps: Steps,
        judged: &Judged,
        witness: Arc<dyn Witness>,
        recorder: Option<Arc<Recorder>>,
    ) {
        let checked = match self {
            Target::Scenario(checked) => checked,
            Target::Kernel(kernel) => {
                recorder.into_iter().for_each(|recorder| sync::observe(recorder));
                return (kernel.program)(steps);
            }
        };
        let sched = Sched::new(checked.program.clone(), steps, witness);
        let judge = Judge::new(sched.clone(), judged, checked.must_finish.clone(), recorder);
        sync::observe(Arc::new(judge));
        sched.start();
    }
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

pub(crate) type ControlFn = Arc<dyn Fn(u64) -> Control + Send + Sync>;

/// Runs the job. `control` is asked after each execution, with their number so far, whether to go on.
///
/// # Errors
/// If the scenario is none, or the engine cannot run it.
pub fn run(subject: &Subject, job: &Job, control: ControlFn) -> Result<Outcome, RunError> {
    let target = Arc::new(subject.what.checked()?);
    let judged = Judged::of(job)?;
    for name in &job.sometimes {
        known_sometimes(name)?;
    }
    let tally = Tally::default();
    let began = Instant::now();
    if matches!(job.expect, Expect::Ends { .. }) && ENGINE == sync::Engine::Shuttle {
        let (executions, endings, stopped) =
            census::census(subject.steps, &target, job, &judged, control)?;
        let end = if stopped { End::Stopped } else { End::Complete };
        let explored = Explored { executions, end, concurrent: true, searched: None };
        let seconds = began.elapsed().as_secs_f64();
        return Ok(outcome(job, &target, explored, seconds, (Vec::new(), endings)));
    }
    let mut total = 0;
    let mut explored =
        Explored { executions: 0, end: End::Complete, concurrent: false, searched: None };
    for plan in plans(job, &target) {
        let before = total;
        let asked = control.clone();
        let plan = Plan { progress: Some(Arc::new(move |n| asked(before + n))), ..plan };
        let (target, steps, judged) = (target.clone(), subject.steps, judged.clone());
        let witness = Arc::new(tally.clone());
        let execute = move || target.execute(steps, &judged, witness.clone(), None);
        let part = sync::explore(&plan, execute)?;
        total += part.executions;
        explored = Explored { concurrent: explored.concurrent || part.concurrent, ..part };
        if !matches!(explored.end, End::Complete) {
            break;
        }
    }
    explored.executions = total;
    let seconds = began.elapsed().as_secs_f64();
    Ok(outcome(job, &target, explored, seconds, (tally.of(&job.sometimes), Endings::new())))
}

/// Searches all that the job's program can do, on an engine that can. The job's bound counts, its other
/// limits do not.
///
/// # Errors
/// If the scenario is none, or the engine cannot search it.
pub fn search(
    subject: &Subject,
    job: &Job,
    search: sync::Options,
) -> Result<(Explored, Tally), RunError> {
    let target = Arc::new(subject.what.checked()?);
    let judged = Judged::of(job)?;
    let plan = Plan {
        bound: job.limits.bound,
        sampler: Sampler::Exhaustive,
        threads: target.threads(),
        choices: target.has_choices(),
        search,
        ..Plan::default()
    };
    let tally = Tally::default();
    let witness = Arc::new(tally.clone());
    let steps = subject.steps;
    let execute = move || target.execute(steps, &judged, witness.clone(), None);
    Ok((sync::explore(&plan, execute)?, tally))
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
    target: &Target,
    explored: Explored,
    seconds: f64,
    (sometimes, mut endings): (Vec<(String, u64)>, Endings),
) -> Outcome {
    let (executions, concurrent) = (explored.executions, explored.concurrent);
    let (found, schedule, stopped) = match explored.end {
        End::Complete => (None, None, false),
        End::Stopped => (None, None, true),
        End::Failed { failure, schedule } => {
            let found = found(&failure, executions);
            endings.insert(census::told(&found), 1);
            (Some(found), Some(schedule), false)
        }
    };
    let mut report = Report {
        job: job.clone(),
        engine: ENGINE.to_string(),
        size: target.size(),
        verdict: crate::verdict::Verdict::Error,
        executions,
        extent: extent(job),
        seconds,
        found,
        endings,
        sometimes,
        note: String::new(),
    };
    let one_is_all = target.is_deterministic() || !concurrent;
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
            let show = |step: Option<&Step>| step.map_or_else(nothing, ToString::to_string);
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

type Written = (Vec<Step>, Option<Failure>);

fn again(subject: &Subject, job: &Job, schedule: &Schedule) -> Result<Written, RunError> {
    let target = subject.what.checked()?;
    let judged = Judged::of(job)?;
    let plan = plans(job, &target).swap_remove(0);
    let (sources, steps) = (subject.sources.clone(), subject.steps);
    // loom gets to the execution by running those before it: the last one's is the one that counts.
    let current = Arc::new(Outside::new(Arc::new(Recorder::new(Vec::new()))));
    let last = current.clone();
    let recorded = sync::record(&plan, schedule, move || {
        let recorder = Arc::new(Recorder::new(sources.clone()));
        last.set(recorder.clone());
        target.execute(steps, &judged, recorder.clone(), Some(recorder));
    })?;
    Ok((current.get().steps(), recorded.failure))
}

/// One plan; for a sampled engine, one for each way to sample.
pub(crate) fn plans(job: &Job, target: &Target) -> Vec<Plan> {
    let limits = &job.limits;
    let plan = |sampler| Plan {
        bound: limits.bound,
        sampler,
        executions: limits.executions,
        seeds: limits.seeds.clone(),
        threads: target.threads(),
        choices: target.has_choices(),
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

pub(crate) fn found(failure: &Failure, execution: u64) -> Found {
    let check = match &failure.cause {
        sync::Cause::Panic => "throw".to_string(),
        sync::Cause::Check(name) => name.clone(),
        sync::Cause::Deadlock => "deadlock".to_string(),
        sync::Cause::Race => "race".to_string(),
    };
    Found { check, message: failure.message.clone(), execution }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "thread {} in {}: {} {} {}",
            self.thread, self.function, self.action, self.object, self.value
        )
    }
}
