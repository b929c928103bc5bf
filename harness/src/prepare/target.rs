//! What is run: a scenario or a kernel, looked up and checked; and one execution of it.

use runtime_model::event::Witness;
use runtime_model::program::Clock;
use runtime_model::sched::Sched;
use runtime_model::steps::Steps;
use sync::Arc;

use crate::decide::Variety;
use crate::kernel::Kernel;
use crate::observers::{Checks, KernelObserver, ScenarioObserver};
use crate::recorder::Recorder;
use crate::scenario::Checked;
use crate::trace::traced;

/// What is run, checked.
pub(crate) enum Target {
    Scenario(Box<Checked>),
    Kernel(&'static Kernel),
}

impl Target {
    pub(crate) fn size(&self) -> String {
        match self {
            Target::Scenario(checked) => checked.size.clone(),
            Target::Kernel(kernel) => format!("{} threads", kernel.threads),
        }
    }

    pub(crate) fn threads(&self) -> usize {
        match self {
            Target::Scenario(checked) => {
                let others = [checked.program.clock != Clock::Fake, checked.program.has_sysmon()];
                checked.program.ms as usize + others.into_iter().filter(|&exists| exists).count()
            }
            Target::Kernel(kernel) => kernel.threads,
        }
    }

    /// So many of the threads that have names are interchangeable: all Ms but M0, which has none.
    pub(crate) fn interchangeable(&self) -> u32 {
        match self {
            Target::Scenario(checked) => checked.program.ms - 1,
            Target::Kernel(_) => 0,
        }
    }

    pub(crate) fn has_choices(&self) -> bool {
        let program = match self {
            Target::Scenario(checked) => &checked.program,
            Target::Kernel(_) => return false,
        };
        program.most_ps() > 2
            || program.fairness
            || program.clock != Clock::Fake
            || program.waits_in_syscalls()
            || program.sysmon.is_some_and(|ticks| ticks > 0)
    }

    pub(crate) fn is_deterministic(&self) -> bool {
        matches!(self, Target::Scenario(checked) if checked.deterministic)
    }

    /// In what its executions may differ. `concurrent`: two threads could move at once in some execution.
    pub(crate) fn variety(&self, concurrent: bool) -> Variety {
        match concurrent {
            _ if self.is_deterministic() => Variety::None,
            true => Variety::Threads,
            false if self.has_choices() => Variety::Choices,
            false => Variety::Unseen,
        }
    }
}

/// How a program is executed: under which variant, and with which checks.
#[derive(Clone)]
pub(crate) struct Execution {
    pub(crate) target: Arc<Target>,
    pub(crate) steps: Steps,
    pub(crate) checks: Checks,
}

impl Execution {
    /// Executes the program once. `witness` receives the model's events; the recorder, if there is one, writes down
    /// each step.
    pub(crate) fn run(&self, witness: Arc<dyn Witness>, recorder: Option<Arc<Recorder>>) {
        let (steps, checks) = (self.steps, &self.checks);
        let checked = match &*self.target {
            Target::Scenario(checked) => checked,
            Target::Kernel(kernel) => {
                sync::driver::observe(Arc::new(KernelObserver::new(checks, recorder)));
                return (kernel.program)(steps);
            }
        };
        let sched = Sched::new(checked.program.clone(), steps, traced(witness));
        let must_finish = checked.must_finish.clone();
        let observer = ScenarioObserver::new(sched.clone(), checks, must_finish, recorder);
        sync::driver::observe(Arc::new(observer));
        sched.start();
    }
}
