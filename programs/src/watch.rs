//! The observer of an execution: it asks what must hold at the end, and writes down what the threads do.

use parking_lot::Mutex;
use sync::driver::{
    is_alone, observe, pin_history, thread_id, waiting, Observer, Operation, Outside, Quiescent,
    Violation,
};
use sync::Arc;

use crate::report::Step;
use crate::AtEnd;

/// The check that all threads finish.
pub(crate) const FINISHES: &str = "all threads finish";
/// The check that a thread which runs alone comes to its end.
const ENDLESS: &str = "no loop is endless";

/// What the executions of a run have in common.
#[derive(Clone)]
pub(crate) struct Watched(Outside<Seen>);

/// What has been seen in all executions.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// How often it was asked what must hold at the end.
    pub(crate) asked: u64,
    /// Whether nothing must hold there.
    pub(crate) says_nothing: bool,
    /// The thread that made an execution too long, in words.
    pub(crate) too_long: Option<String>,
    /// The steps of the execution that is recorded.
    pub(crate) steps: Vec<Step>,
}

impl Default for Watched {
    fn default() -> Self {
        Watched(Outside::new(Seen::default()))
    }
}

impl Watched {
    /// What has been seen.
    pub(crate) fn seen(&self) -> Seen {
        self.0.get()
    }

    /// Starts the program in an execution.
    pub(crate) fn start(&self, program: fn() -> AtEnd) {
        let observer = Arc::new(Execution { seen: self.0.clone(), at_end: Mutex::new(None) });
        observe(observer.clone());
        // loom gets to the execution that it records by running those before it: the last one counts.
        self.0.with_mut(|seen| seen.steps.clear());
        let at_end = program();
        // What it captured is a function of what the thread has seen.
        pin_history();
        if !at_end.says_something() {
            self.0.with_mut(|seen| seen.says_nothing = true);
        }
        *observer.at_end.lock() = Some(at_end);
    }
}

struct Execution {
    seen: Outside<Seen>,
    /// Empty until the first thread has returned it.
    at_end: Mutex<Option<AtEnd>>,
}

impl Execution {
    fn ask(&self) -> Result<(), Violation> {
        let at_end = self.at_end.lock();
        let Some(at_end) = &*at_end else { return Err(waits()) };
        self.seen.with_mut(|seen| seen.asked += 1);
        let Some((check, mut message)) = at_end.broken() else { return Ok(()) };
        let waiting = waiting();
        if !waiting.is_empty() {
            message = format!("{message}; {waiting}");
        }
        Err(Violation { check, message })
    }
}

/// Threads wait for ever, though they must not.
fn waits() -> Violation {
    Violation { check: FINISHES, message: waiting() }
}

impl Observer for Execution {
    fn quiescent(&self) -> Quiescent {
        let may_wait = self.at_end.lock().as_ref().is_some_and(AtEnd::threads_may_wait);
        let answer = self.ask();
        Quiescent::Over(if may_wait { answer } else { answer.and(Err(waits())) })
    }

    fn finished(&self) -> Result<(), Violation> {
        self.ask()
    }

    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        let thread = thread_id();
        let message = format!("thread {thread} has performed {operations} operations in a row");
        if is_alone() {
            let message = format!("{message}, and no other thread can move");
            return Err(Violation { check: ENDLESS, message });
        }
        self.seen.with_mut(|seen| seen.too_long = Some(message.clone()));
        Ok(())
    }

    fn operation(&self, op: &Operation) {
        let Operation { thread, name, kind, value, function } = op;
        // Made in here, since what belongs to the execution is gone when it is over.
        self.seen.with_mut(|seen| {
            seen.steps.push(Step {
                thread: *thread,
                action: (*kind).to_owned(),
                object: name.to_string(),
                value: value.clone(),
                at: format!("{}:{}", function.file(), function.line()),
            });
        });
    }
}
