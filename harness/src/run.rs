//! Runs a scenario under a row of the step table, on the engine in use, and judges it.

mod again;
mod beside;
mod bound;
mod estimate;
mod plan;
mod smallest;

use std::time::Instant;

use runtime_model::event::{Nobody, Witness};
use runtime_model::sched::Sched;
use runtime_model::steps::Steps;
use sync::driver::{
    End, Explored, Failure, OnProgress, Options, Plan, PlanError, Sampler, Schedule, Searched,
    ENGINE,
};
use sync::Arc;

use crate::census::{self, Census, Endings};
use crate::content::Content;
use crate::happening::Tally;
use crate::judge::{Judge, Judged, KernelJudge};
use crate::kernel::Kernel;
use crate::recorder::Recorder;
use crate::report::{Found, Job, Report};
use crate::scenario::{Checked, Scenario, ScenarioError};
use crate::source::Source;
use crate::verdict::{judge, Variety, Verdict};

pub use again::{record, replay};
pub(crate) use plan::plans;
use plan::{extent, left};
pub use smallest::smallest;

/// What a job names, found.
pub struct Subject {
    /// What is run.
    pub what: What,
    /// The row of the step table. A kernel has its own.
    pub steps: Steps,
    /// Where the functions of the model, and of the row, are written.
    pub sources: Vec<Source>,
    /// The checks, and what can be required to happen.
    pub content: &'static Content,
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

    /// So many of the threads that have names are interchangeable: all Ms but M0, which has none.
    fn interchangeable(&self) -> u32 {
        match self {
            Target::Scenario(checked) => checked.program.ms - 1,
            Target::Kernel(_) => 0,
        }
    }

    fn has_choices(&self) -> bool {
        matches!(self, Target::Scenario(Checked { program, .. }) if program.ps > 2 || program.fairness)
    }

    fn is_deterministic(&self) -> bool {
        matches!(self, Target::Scenario(checked) if checked.deterministic)
    }

    /// In what its executions may differ, where two threads could move at once in some, or in none.
    fn variety(&self, concurrent: bool) -> Variety {
        match concurrent {
            _ if self.is_deterministic() => Variety::None,
            true => Variety::Threads,
            false if self.has_choices() => Variety::Choices,
            false => Variety::Unseen,
        }
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
                sync::driver::observe(Arc::new(KernelJudge::new(judged, recorder)));
                return (kernel.program)(steps);
            }
        };
        let sched = Sched::new(checked.program.clone(), steps, witness);
        let judge = Judge::new(sched.clone(), judged, checked.must_finish.clone(), recorder);
        sync::driver::observe(Arc::new(judge));
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

/// Runs the job. `control` is asked after each execution, with how far it is, whether to go on.
///
/// # Errors
/// If the scenario is none, or the engine cannot run it.
pub fn run(subject: &Subject, job: &Job, control: OnProgress) -> Result<Outcome, RunError> {
    let target = Arc::new(subject.what.checked()?);
    plan::can_run(job)?;
    let judged = Judged::of(job, subject.content)?;
    for name in &job.sometimes {
        is_known(subject.content, name)?;
    }
    let tally = Tally::new(subject.content.happenings);
    let began = Instant::now();
    if census::is_taken(job) {
        let Census { explored, endings } =
            census::census(subject.steps, &target, job, &judged, control)?;
        let seconds = began.elapsed().as_secs_f64();
        let outcome = outcome(job, &target, explored, seconds, (Vec::new(), endings));
        return beside::look(subject, outcome);
    }
    let explored = explored(subject, job, &target, &judged, &tally, control.clone())?;
    let seconds = began.elapsed().as_secs_f64();
    let sometimes = tally.of(&job.sometimes);
    let outcome = outcome(job, &target, explored, seconds, (sometimes, Endings::new()));
    bound::look(subject, outcome, control)
}

/// Carries out the job's plans, until one does not come to its end.
fn explored(
    subject: &Subject,
    job: &Job,
    target: &Arc<Target>,
    judged: &Judged,
    tally: &Tally,
    control: OnProgress,
) -> Result<Explored, RunError> {
    let mut total = 0;
    let mut explored =
        Explored { executions: 0, end: End::Complete, concurrent: false, searched: None };
    for plan in plans(job, target) {
        let before = total;
        let asked = control.clone();
        let progress: OnProgress = Arc::new(move |so_far| asked(&so_far.after(before)));
        let part = carry_out(subject, job, plan, target, judged, tally, progress)?;
        total += part.executions;
        explored = Explored { concurrent: explored.concurrent || part.concurrent, ..part };
        if !matches!(explored.end, End::Complete) {
            break;
        }
    }
    explored.executions = total;
    Ok(explored)
}

/// Carries out one plan of the job's.
fn carry_out(
    subject: &Subject,
    job: &Job,
    plan: Plan,
    target: &Arc<Target>,
    judged: &Judged,
    tally: &Tally,
    progress: OnProgress,
) -> Result<Explored, RunError> {
    let plan = Plan { progress: Some(progress), ..plan };
    let plan = estimate::estimated(plan, job, subject.steps, target, judged)?;
    let (target, steps, judged) = (target.clone(), subject.steps, judged.clone());
    let tally = tally.clone();
    let execute = move || target.execute(steps, &judged, Arc::new(tally.clone()), None);
    Ok(sync::driver::run_all(&plan, execute)?)
}

/// Searches the job's program with other options than it says, and lists the states: to compare searches
/// with each other. No verdict.
///
/// # Errors
/// As [`run`]; or if the job is not searched on this engine.
pub fn compare(subject: &Subject, job: &Job, options: Options) -> Result<Searched, RunError> {
    let target = subject.what.checked()?;
    let judged = Judged::of(job, subject.content)?;
    let plan = plans(job, &target).swap_remove(0);
    let search = Options { interchangeable: target.interchangeable(), ..options };
    let plan = Plan { sampler: Sampler::Exhaustive, search, list_states: true, ..plan };
    let steps = subject.steps;
    let nobody = Arc::new(Nobody);
    let explored = sync::driver::run_all(&plan, move || {
        target.execute(steps, &judged, nobody.clone(), None);
    })?;
    Ok(explored.searched.unwrap_or_default())
}

/// Explores the job's program in one way, whatever the job says of searching: to compare engines with each
/// other. No verdict.
///
/// # Errors
/// As [`run`]; or if the engine cannot explore it in that way.
pub fn measure(
    subject: &Subject,
    job: &Job,
    sampler: Sampler,
    control: OnProgress,
) -> Result<Explored, RunError> {
    let target = Arc::new(subject.what.checked()?);
    let plan = plans(job, &target).swap_remove(0);
    let tally = Tally::new(subject.content.happenings);
    let plan = Plan { sampler, ..plan };
    carry_out(subject, job, plan, &target, &Judged::of(job, subject.content)?, &tally, control)
}

fn is_known(content: &Content, happening: &str) -> Result<(), RunError> {
    let mut known = content.happenings.iter().map(|known| known.name);
    if known.any(|name| name == happening) {
        return Ok(());
    }
    let known = content.happenings.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
    Err(RunError::Unknown { what: "`sometimes`", name: happening.into(), known })
}

fn outcome(
    job: &Job,
    target: &Target,
    explored: Explored,
    seconds: f64,
    (sometimes, mut endings): (Vec<(String, u64)>, Endings),
) -> Outcome {
    let concurrent = explored.concurrent;
    let executions =
        explored.searched.as_ref().map_or(explored.executions, |s| s.statistics.executions);
    let (found, schedule, stopped) = match explored.end {
        End::Complete => (None, None, false),
        End::Stopped => (None, None, true),
        End::Failed { failure, schedule } => {
            let found = Found {
                preemptions: schedule.preemptions(),
                steps: schedule.steps(),
                ..found(&failure, explored.executions)
            };
            endings.insert(census::told(&found), 1);
            (Some(found), Some(schedule), false)
        }
    };
    let searched = explored.searched.as_ref();
    let mut report = Report {
        job: job.clone(),
        engine: ENGINE.to_string(),
        size: target.size(),
        verdict: Verdict::Error,
        executions,
        extent: extent(job, searched),
        searched: searched.map(|searched| searched.statistics),
        seconds,
        found,
        endings,
        sometimes,
        note: String::new(),
    };
    let stopped = stopped.then(|| left(searched));
    (report.verdict, report.note) = judge(&report, stopped, target.variety(concurrent));
    if concurrent && target.is_deterministic() {
        report.verdict = Verdict::Error;
        report.note =
            "it is marked `deterministic`, and two Ms could move at once: leave that out".into();
    }
    Outcome { report, schedule }
}

pub(crate) fn found(failure: &Failure, execution: u64) -> Found {
    let check = match &failure.cause {
        sync::driver::Cause::Panic => "throw".to_string(),
        sync::driver::Cause::Check(name) => name.clone(),
        sync::driver::Cause::Deadlock => "deadlock".to_string(),
        sync::driver::Cause::Race => "race".to_string(),
    };
    Found { check, message: failure.message.clone(), execution, ..Found::default() }
}
