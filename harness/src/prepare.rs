//! From a job, which is words, to what the words name: everything is looked up and checked once. What can be done with
//! a job is a method of [`Prepared`]; the files in `run` have them.

mod plan;
mod target;

use runtime_model::steps::Steps;
use sync::driver::{Plan, PlanError};
use sync::Arc;

use crate::content::Content;
use crate::included;
use crate::kernel::{KERNEL, NO_VARIANT};
use crate::observers::Checks;
use crate::report::{Job, Limits};
use crate::scenario::ScenarioError;
use crate::variant::Variant;

pub(crate) use plan::{can_run, extent, left};
pub(crate) use target::{Execution, Target};

/// A job whose names were looked up and whose program was checked.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) job: Job,
    pub(crate) content: &'static Content,
    pub(crate) execution: Execution,
    /// One; on an engine that samples, one for each way to sample.
    pub(crate) plans: Vec<Plan>,
}

/// Why a job cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The job has a name that does not exist.
    #[error("no {what} `{name}`; known are {known}")]
    Unknown {
        /// What kind of thing it would be.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The scenario is invalid.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The engine cannot run it.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The counterexample is of another engine.
    #[error("the counterexample is of engine {of}, and this is {here}")]
    Engine {
        /// The engine of its schedule.
        of: String,
        /// The engine in use.
        here: String,
    },
}

impl Content {
    /// Looks up what the job names, and checks its program.
    ///
    /// # Errors
    /// If a name does not exist, or the scenario is invalid.
    pub fn prepare(&'static self, job: &Job) -> Result<Prepared, RunError> {
        let steps = self.variant(job)?.steps;
        self.prepare_with(job, steps)
    }

    /// The same under these steps, whatever variant the job names.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn prepare_with(&'static self, job: &Job, steps: Steps) -> Result<Prepared, RunError> {
        let target = Arc::new(self.target(job, &steps)?);
        let checks = self.checks_of(job)?;
        let happenings = || self.happenings.iter().map(|happening| happening.name);
        for name in &job.sometimes {
            if happenings().all(|known| known != name) {
                return Err(unknown("`sometimes`", name, happenings()));
            }
        }
        let plans = plan::plans(job, &target);
        let execution = Execution { target, steps, checks };
        Ok(Prepared { job: job.clone(), content: self, execution, plans })
    }

    fn variant(&self, job: &Job) -> Result<Variant, RunError> {
        let mut variants = (self.variants)();
        let known: Vec<String> = variants.iter().map(|variant| variant.name.clone()).collect();
        let is_correct_kernel = job.scenario.starts_with(KERNEL) && job.row == NO_VARIANT;
        let at = if is_correct_kernel {
            Some(0)
        } else {
            variants.iter().position(|variant| variant.is_called(&job.row))
        };
        at.map(|at| variants.swap_remove(at)).ok_or_else(|| unknown("variant", &job.row, known))
    }

    fn target(&self, job: &Job, steps: &Steps) -> Result<Target, RunError> {
        if let Some(name) = job.scenario.strip_prefix(KERNEL) {
            let kernel = self.kernels.iter().find(|kernel| kernel.name == name);
            let known = || self.kernels.iter().map(|kernel| kernel.name);
            return kernel.map(Target::Kernel).ok_or_else(|| unknown("kernel", name, known()));
        }
        let scenario = match &job.program {
            Some(own) => (**own).clone(),
            None => {
                let all =
                    || included::all(self.scenarios).into_iter().map(|scenario| scenario.name);
                let found = included::find(self.scenarios, &job.scenario);
                found.ok_or_else(|| unknown("scenario", &job.scenario, all()))?
            }
        };
        let checked = scenario.program()?;
        scenario.fits(&checked, steps)?;
        Ok(Target::Scenario(Box::new(checked)))
    }

    /// The checks that the job asks for.
    fn checks_of(&self, job: &Job) -> Result<Checks, RunError> {
        let wanted = |name| job.only.as_ref().is_none_or(|only| only == name);
        let checks = Checks {
            list: self.checks(job.mode).filter(|check| wanted(check.name)).collect(),
            always: job.limits.ask_always,
            livelock: self.livelock,
        };
        match (&job.only, checks.list.is_empty()) {
            (Some(only), true) => {
                Err(unknown("check", only, self.checks(job.mode).map(|check| check.name)))
            }
            _ => Ok(checks),
        }
    }
}

impl Prepared {
    /// The plan of the job; on an engine that samples, the first of them.
    pub(crate) fn plan(&self) -> Plan {
        self.plans[0].clone()
    }

    /// The same job with another bound on preemptions. With one, no livelocks are looked for: it would be unfair.
    pub(crate) fn with_bound(&self, bound: Option<usize>) -> Self {
        let mut limits = Limits { bound, ..self.job.limits.clone() };
        if let (Some(_), Some(search)) = (bound, &mut limits.search) {
            search.liveness = false;
        }
        let job = Job { limits, ..self.job.clone() };
        let plans = plan::plans(&job, &self.execution.target);
        Prepared { job, plans, ..self.clone() }
    }
}

fn unknown(
    what: &'static str,
    name: &str,
    known: impl IntoIterator<Item = impl Into<String>>,
) -> RunError {
    let known: Vec<String> = known.into_iter().map(Into::into).collect();
    RunError::Unknown { what, name: name.into(), known: known.join(", ") }
}
