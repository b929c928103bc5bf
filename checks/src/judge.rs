//! The observer of one execution: asks the checks in every state, and says when the execution is over.

use runtime_model::g::GId;
use runtime_model::Sched;
use sync::{Arc, Ghost, Observer, Operation, Quiescent, Violation};

use crate::check::{self, Check};
use crate::recorder::Recorder;
use crate::report::Mode;
use crate::view::{Memory, View};

/// Judges one execution of a program.
pub(crate) struct Judge {
    pub(crate) sched: Arc<Sched>,
    pub(crate) checks: Vec<&'static Check>,
    pub(crate) must_finish: Arc<[GId]>,
    pub(crate) memory: Ghost<Memory>,
    pub(crate) recorder: Option<Arc<Recorder>>,
}

impl Judge {
    pub(crate) fn new(sched: Arc<Sched>, mode: Mode, must_finish: Arc<[GId]>) -> Self {
        let memory = Ghost::new(Memory::of(&sched));
        Judge { sched, checks: check::of(mode).collect(), must_finish, memory, recorder: None }
    }

    fn judge(&self, quiescent: bool, last: bool) -> Result<(), Violation> {
        let view = View {
            sched: &self.sched,
            quiescent,
            last,
            memory: self.memory.get(),
            must_finish: &self.must_finish,
        };
        for check in &self.checks {
            (check.holds)(&view).map_err(|message| Violation { check: check.name, message })?;
        }
        self.memory.set(Memory::of(&self.sched));
        Ok(())
    }
}

impl Observer for Judge {
    fn visited(&self) -> Result<(), Violation> {
        self.judge(false, false)
    }

    fn quiescent(&self) -> Quiescent {
        if let Err(violation) = self.judge(true, false) {
            return Quiescent::Over(Err(violation));
        }
        let exited = self.sched.g(GId::MAIN).finished.get();
        if !exited && self.sched.world_moves() {
            return Quiescent::Moved;
        }
        Quiescent::Over(self.judge(true, true))
    }

    fn operation(&self, op: &Operation) {
        if let Some(recorder) = &self.recorder {
            recorder.operation(&self.sched, op);
        }
    }
}
