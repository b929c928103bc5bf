//! An operation that is under way.

use std::panic::Location;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ::explore::operation::Kind;

use crate::current::{self, changed, leave, set_thread, thread_id};
use crate::driver::{Engine, Operation};
use crate::engine::{tracking, ENGINE};
use crate::execution::{Execution, Outcome};
use crate::holder::Holder;
use crate::table::{Access, Waits};
use crate::Name;

/// An operation under way: the code around the engine's part of it.
pub(crate) struct Op {
    /// The thread that performs it.
    thread: usize,
    /// Where the program performs it.
    function: &'static Location<'static>,
}

impl Op {
    /// Begins an operation. Returns `None` if the operation must not happen, because it is in a destructor
    /// of a thread that unwinds. Does not return if the execution is over.
    #[track_caller]
    pub(crate) fn begin() -> Option<Op> {
        let function = Location::caller();
        current::set_place(function);
        let happens = current::with(|execution| execution.is_none_or(Execution::begin_operation));
        happens.then(|| Op { thread: thread_id(), function })
    }

    /// In a search for races, records the access that the thread is about to make.
    pub(crate) fn is_about(&self, name: Name, kind: Kind) {
        if !tracking::races() {
            return;
        }
        current::with(|execution| {
            if let Some(execution) = execution {
                execution.table().accesses(self.thread, Access { name, kind, at: self.function });
            }
        });
    }

    /// Where the program performs it.
    pub(crate) fn function(&self) -> &'static Location<'static> {
        self.function
    }

    /// The thread that performs it.
    pub(crate) fn thread(&self) -> usize {
        self.thread
    }

    /// Ends an operation that has changed something.
    pub(crate) fn end(self, name: Name, kind: &'static str, value: impl FnOnce() -> String) {
        changed();
        self.record(name, kind, value);
    }

    /// Ends an operation that has changed nothing.
    pub(crate) fn end_unchanged(
        self,
        name: Name,
        kind: &'static str,
        value: impl FnOnce() -> String,
    ) {
        self.record(name, kind, value);
    }

    /// Records that the operation, or a part of it, has been performed.
    pub(crate) fn record(&self, name: Name, kind: &'static str, value: impl FnOnce() -> String) {
        set_thread(self.thread);
        current::with(|execution| {
            let Some(execution) = execution else { return };
            if execution.is_over() {
                leave();
            }
            execution.record(|| Operation {
                thread: self.thread,
                name,
                kind,
                value: value(),
                function: self.function,
            });
        });
    }

    /// Makes this thread current again, after the engine may have switched threads. Returns whether the
    /// execution has ended meanwhile.
    pub(crate) fn is_over(&self) -> bool {
        set_thread(self.thread);
        current::with(|execution| execution.is_some_and(Execution::is_over))
    }

    /// Leaves, because the execution has ended meanwhile.
    #[cold]
    pub(crate) fn leave(&self) -> ! {
        set_thread(self.thread);
        leave()
    }

    /// Called before the thread waits for a lock. Does not return if that is a deadlock. If the thread must
    /// handle quiescence first, and so may never come to wait, it reports that to the engine with
    /// `would_wait`.
    pub(crate) fn waits_for(&self, holder: &Arc<Holder>, would_wait: impl Fn()) {
        let waits = || {
            let waits = |execution: &Execution| execution.waits_for(self.thread, holder);
            current::with(|execution| execution.map_or(Waits::Fine, waits))
        };
        while let Waits::Stuck = waits() {
            would_wait();
            self.handle_quiescence();
        }
    }

    /// Records that the thread can move again.
    pub(crate) fn runs(&self) {
        current::with(|execution| {
            if let Some(execution) = execution {
                execution.table().runs(self.thread);
            }
        });
    }

    /// Called before the thread falls asleep. Returns false if it must handle quiescence first, since no
    /// other thread can move.
    pub(crate) fn falls_asleep(&self, name: Name) -> bool {
        let sleeps = |execution: &Execution| execution.table().falls_asleep(self.thread, name);
        current::with(|execution| execution.is_none_or(sleeps))
    }

    /// Lets the environment move, when no other thread can.
    pub(crate) fn handle_quiescence(&self) {
        if let Some(execution) = current::execution() {
            execution.handle_quiescence();
        }
        if self.is_over() {
            leave();
        }
    }
}

/// Whether a record has the data under locks.
pub(crate) fn shows_data() -> bool {
    current::with(|execution| execution.is_some_and(Execution::shows_data))
}

/// Records the release of a lock: part of the step before, but shown in a recording.
pub(crate) fn unlocked(name: Name, value: String, function: &'static Location<'static>) {
    changed();
    current::with(|execution| {
        if let Some(execution) = execution.filter(|execution| !execution.is_over()) {
            execution.record(|| Operation {
                thread: thread_id(),
                name,
                kind: "unlock",
                value,
                function,
            });
        }
    });
}

/// How long a destructor waits for the other threads to leave. They need far less, unless they wait for this one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gets what `attempt` gets of a lock, in a destructor of a thread that unwinds. It must not wait for long: who holds the lock may
/// never release it.
///
/// On std threads unwind side by side, so it waits for the others to release what they hold. The other engines have one OS
/// thread, on which no other thread runs while this one unwinds.
///
/// # Panics
/// If it gets nothing. A panic while unwinding ends the process without a word of it, so it says first why.
pub(crate) fn get_in_destructor<G>(name: Name, attempt: impl Fn() -> Option<G>) -> G {
    if let Some(got) = attempt() {
        return got;
    }
    if ENGINE == Engine::Std {
        current::with(|execution| {
            execution.into_iter().for_each(|execution| execution.let_all_leave())
        });
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            thread::yield_now();
            if let Some(got) = attempt() {
                return got;
            }
        }
    }
    let after = match current::with(|execution| execution.map(Execution::outcome_so_far)) {
        Some(Outcome::Failed(failure)) => format!(", after this failure: {}", failure.message),
        _ => String::new(),
    };
    let text =
        format!("lock: {name} is held, and a destructor takes it while its thread unwinds{after}");
    eprintln!("{text}");
    panic!("{text}")
}
