//! The observer of one execution: asks the checks in every state, and says when the execution is over.

use runtime_model::g::GId;
use runtime_model::Sched;
use sync::driver::{Observer, Operation, Quiescent, Violation};
use sync::{Arc, Ghost};

use crate::check::Check;
use crate::content::Content;
use crate::recorder::Recorder;
use crate::report::Job;
use crate::run::RunError;
use crate::view::{Memory, Remembered, View};

/// The checks that are asked.
#[derive(Clone)]
pub(crate) struct Judged {
    checks: Vec<&'static Check>,
    /// At each look; else only if something that it reads has changed.
    always: bool,
    /// The check that a loop fails in which no other thread has a part.
    livelock: &'static str,
}

impl Judged {
    /// Those that the job asks for.
    pub(crate) fn of(job: &Job, content: &Content) -> Result<Self, RunError> {
        let all = content.checks(job.mode);
        let livelock = content.livelock;
        let always = job.limits.ask_always;
        let Some(only) = &job.only else {
            return Ok(Judged { checks: all.collect(), always, livelock });
        };
        let checks: Vec<_> = all.filter(|check| check.name == only).collect();
        match checks.is_empty() {
            false => Ok(Judged { checks, always, livelock }),
            true => Err(RunError::Unknown {
                what: "check",
                name: only.clone(),
                known: content
                    .checks(job.mode)
                    .map(|check| check.name)
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
        }
    }
}

/// Judges one execution of a program.
pub(crate) struct Judge {
    sched: Arc<Sched>,
    checks: Judged,
    must_finish: Vec<GId>,
    memory: Ghost<Memory>,
    recorder: Option<Arc<Recorder>>,
}

impl Judge {
    pub(crate) fn new(
        sched: Arc<Sched>,
        checks: &Judged,
        must_finish: Vec<GId>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        let memory = Ghost::new(Memory::of(&sched));
        Judge { sched, checks: checks.clone(), must_finish, memory, recorder }
    }

    /// Asks the checks. What is asked at every step is asked only if something that it reads has changed.
    fn judge(&self, quiescent: bool, last: bool) -> Result<(), Violation> {
        let view = View {
            sched: &self.sched,
            quiescent,
            last,
            memory: Remembered::of(&self.memory),
            must_finish: &self.must_finish,
        };
        let checks = &self.checks.checks;
        let question = |number: usize| (checks[number].holds)(&view);
        let asked = match quiescent || self.checks.always {
            true => sync::driver::check_all(checks.len(), question),
            false => sync::driver::check_changed(checks.len(), question),
        };
        let violation =
            |(number, message): (usize, String)| Violation { check: checks[number].name, message };
        asked.map_err(violation)?;
        self.remember();
        Ok(())
    }

    /// Only if it is another: else each look would be followed by one more.
    fn remember(&self) {
        self.memory.remember(Memory::of(&self.sched));
    }
}

/// A thread goes round by itself, and does so many operations.
fn runs_alone(check: &'static str, operations: usize) -> Violation {
    let message =
        format!("livelock: a loop of {operations} operations that no other thread has a part in");
    Violation { check, message }
}

/// Judges one execution of a kernel, which has no scheduler and a check of its own.
pub(crate) struct KernelJudge {
    livelock: &'static str,
    recorder: Option<Arc<Recorder>>,
}

impl KernelJudge {
    pub(crate) fn new(checks: &Judged, recorder: Option<Arc<Recorder>>) -> Self {
        KernelJudge { livelock: checks.livelock, recorder }
    }
}

impl Observer for KernelJudge {
    fn quiescent(&self) -> Quiescent {
        let message = "deadlock: nobody moves".into();
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

impl Observer for Judge {
    fn visited(&self) -> Result<(), Violation> {
        self.judge(false, false)
    }

    fn passed(&self) {
        self.remember();
    }

    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        let asked = self.checks.checks.iter().any(|check| check.name == self.checks.livelock);
        if asked {
            return Err(runs_alone(self.checks.livelock, operations));
        }
        Ok(())
    }

    fn quiescent(&self) -> Quiescent {
        if let Err(violation) = self.judge(true, false) {
            return Quiescent::Over(Err(violation));
        }
        // Also after main's exit: the others are not excused by it.
        if self.sched.world_moves() {
            return Quiescent::Moved;
        }
        Quiescent::Over(self.judge(true, true))
    }

    fn operation(&self, op: &Operation) {
        if let Some(recorder) = &self.recorder {
            recorder.write(Some(&self.sched), op);
        }
    }
}
