//! The observers of one execution: they evaluate the checks in every state, and decide when the execution is over.

use runtime_model::g::GId;
use runtime_model::Sched;
use sync::driver::{Observer, Operation, Quiescent, Violation};
use sync::{Arc, Ghost};

use crate::check::Check;
use crate::recorder::Recorder;
use crate::view::{Memory, Remembered, View};

/// The checks that are evaluated.
#[derive(Clone)]
pub(crate) struct Checks {
    /// In this order: the first that fails is reported.
    pub(crate) list: Vec<&'static Check>,
    /// Each at every step; else only if something that it reads has changed.
    pub(crate) always: bool,
    /// The check that a loop fails in which no other thread has a part.
    pub(crate) livelock: &'static str,
}

/// The observer of one execution of a scenario.
pub(crate) struct ScenarioObserver {
    sched: Arc<Sched>,
    checks: Checks,
    must_finish: Vec<GId>,
    memory: Ghost<Memory>,
    recorder: Option<Arc<Recorder>>,
}

impl ScenarioObserver {
    pub(crate) fn new(
        sched: Arc<Sched>,
        checks: &Checks,
        must_finish: Vec<GId>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        let memory = Ghost::new(Memory::of(&sched));
        ScenarioObserver { sched, checks: checks.clone(), must_finish, memory, recorder }
    }

    /// Evaluates the checks: all of them in a quiescent state, elsewhere those that read something that has changed.
    fn evaluate(&self, quiescent: bool, last: bool) -> Result<(), Violation> {
        let view = View {
            sched: &self.sched,
            quiescent,
            last,
            memory: Remembered::of(&self.memory),
            must_finish: &self.must_finish,
        };
        let checks = &self.checks.list;
        let evaluate = |number: usize| (checks[number].holds)(&view);
        let evaluated = if quiescent || self.checks.always {
            sync::driver::check_all(checks.len(), evaluate)
        } else {
            sync::driver::check_changed(checks.len(), evaluate)
        };
        let violation =
            |(number, message): (usize, String)| Violation { check: checks[number].name, message };
        evaluated.map_err(violation)?;
        self.remember();
        Ok(())
    }

    /// Remembers this state, if it differs: a change of the memory makes the checks that read it run again.
    fn remember(&self) {
        self.memory.remember(Memory::of(&self.sched));
    }
}

/// The violation of a thread that has done so many operations in a loop by itself.
fn runs_alone(check: &'static str, operations: usize) -> Violation {
    let message =
        format!("livelock: a loop of {operations} operations that no other thread has a part in");
    Violation { check, message }
}

/// The observer of one execution of a kernel, which has no scheduler and a check of its own.
pub(crate) struct KernelObserver {
    livelock: &'static str,
    recorder: Option<Arc<Recorder>>,
}

impl KernelObserver {
    pub(crate) fn new(checks: &Checks, recorder: Option<Arc<Recorder>>) -> Self {
        KernelObserver { livelock: checks.livelock, recorder }
    }
}

impl Observer for KernelObserver {
    fn quiescent(&self) -> Quiescent {
        let message = "deadlock: no thread can move".into();
        Quiescent::Over(Err(Violation { check: "deadlock", message }))
    }

    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        Err(runs_alone(self.livelock, operations))
    }

    fn operation(&self, op: &Operation) {
        if let Some(recorder) = &self.recorder {
            recorder.write(None, op);
        }
    }
}

impl Observer for ScenarioObserver {
    fn visited(&self) -> Result<(), Violation> {
        self.evaluate(false, false)
    }

    fn passed(&self) {
        self.remember();
    }

    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        let asked = self.checks.list.iter().any(|check| check.name == self.checks.livelock);
        if asked {
            return Err(runs_alone(self.checks.livelock, operations));
        }
        Ok(())
    }

    fn quiescent(&self) -> Quiescent {
        // What sysmon heals is not judged, as a user would not see it for long.
        if self.sched.sysmon_moves() {
            return Quiescent::Moved;
        }
        if let Err(violation) = self.evaluate(true, false) {
            return Quiescent::Over(Err(violation));
        }
        // Also after main's exit: the others are not excused by it.
        if self.sched.world_moves() {
            return Quiescent::Moved;
        }
        Quiescent::Over(self.evaluate(true, true))
    }

    fn operation(&self, op: &Operation) {
        if let Some(recorder) = &self.recorder {
            recorder.write(Some(&self.sched), op);
        }
    }
}
