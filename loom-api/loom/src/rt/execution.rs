//! The execution under way, and the settings of the search.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;

use explore::current::is_searching;
use explore::operation::Kind;
use explore::restore::Place;

use super::object::Object;
use super::operation::Op;
use super::thread::Thread;

thread_local! {
    /// The execution under way, which lies in the memory of the execution.
    static EXEC: Cell<*mut Exec> = const { Cell::new(std::ptr::null_mut()) };
    /// Not in memory that is hashed: these numbers are a function of the rest, and threads that change them do not depend
    /// on each other.
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { unfinished: 0, tracked: 0 }) };
    /// The settings of the search on this OS thread.
    pub(crate) static SETTINGS: Cell<Settings> = const { Cell::new(Settings::DEFAULT) };
}

/// What a search does besides exploring orders.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Accesses of cells are operations, and data races are failures.
    pub(crate) races: bool,
    /// Values that are left at the end are failures.
    pub(crate) leaks: bool,
    /// A wait with a timeout may time out.
    pub(crate) timeouts: bool,
    /// A wait may end without a notification, once for each object.
    pub(crate) spurious: bool,
    /// `notify_one` may wake any waiter, and not only the one that has waited longest.
    pub(crate) any_waiter: bool,
    /// The most threads of an execution, with the first one.
    pub(crate) threads: usize,
    /// The program calls `loom::explore` where exploration begins.
    pub(crate) explicit: bool,
}

impl Settings {
    const DEFAULT: Settings = Settings {
        races: true,
        leaks: true,
        timeouts: false,
        spurious: false,
        any_waiter: true,
        threads: usize::MAX,
        explicit: false,
    };

    pub(crate) fn now() -> Settings {
        SETTINGS.get()
    }
}

/// One execution.
pub(crate) struct Exec {
    pub(crate) threads: Vec<Thread>,
    /// Values of `lazy_static!`, by the addresses of their statics; `None` when they have been dropped.
    pub(crate) statics: Option<BTreeMap<usize, *mut dyn Any>>,
    /// No thread switches.
    pub(crate) still: bool,
}

impl Exec {
    /// Begins an execution.
    pub(super) fn begin() {
        let exec = Exec {
            threads: Vec::with_capacity(8),
            statics: Some(BTreeMap::new()),
            still: Settings::now().explicit,
        };
        EXEC.set(Box::into_raw(Box::new(exec)));
        COUNTS.set(Counts { unfinished: 0, tracked: 0 });
    }
}

/// The thread-locals of this OS thread that belong to an execution.
pub(crate) fn places() -> Vec<Place> {
    vec![EXEC.with(Place::of), COUNTS.with(Place::of), super::thread::place()]
}

/// The execution under way. Nothing holds the reference over an operation, nor over a second call.
///
/// # Panics
/// Outside a model.
#[track_caller]
#[allow(clippy::mut_from_ref)]
pub(crate) fn exec() -> &'static mut Exec {
    assert!(
        has_exec(),
        "cannot access Loom execution state from outside a Loom model. are you accessing a Loom synchronization \
         primitive from outside a Loom test (a call to `model` or `check`)?"
    );
    // SAFETY: the execution exists while the search runs it, and all its threads run on this OS thread.
    unsafe { &mut *EXEC.get() }
}

/// Whether the caller runs in a model.
pub(crate) fn has_exec() -> bool {
    is_searching() && !EXEC.get().is_null()
}

/// What is counted in an execution.
#[derive(Clone, Copy)]
struct Counts {
    unfinished: usize,
    tracked: isize,
}

fn count(change: impl FnOnce(&mut Counts)) -> Counts {
    let mut counts = COUNTS.get();
    change(&mut counts);
    COUNTS.set(counts);
    counts
}

/// A thread begins (1) or ends (-1). Returns the number of threads that have not ended.
pub(crate) fn count_thread(by: isize) -> usize {
    count(|counts| counts.unfinished = counts.unfinished.wrapping_add_signed(by)).unfinished
}

/// A value whose leak is a failure is made (1) or dropped (-1).
pub(crate) fn count_tracked(by: isize) {
    if has_exec() {
        count(|counts| counts.tracked += by);
    }
}

/// The number of values that leaked, at the end of an execution.
pub(crate) fn leaked() -> isize {
    if Settings::now().leaks {
        COUNTS.get().tracked
    } else {
        0
    }
}

/// A flag for which a thread can wait.
#[derive(Debug, Default)]
pub(crate) struct Flag(Cell<bool>);

// SAFETY: all threads of an execution run on one OS thread, and switch between two accesses only.
unsafe impl Sync for Flag {}

impl Flag {
    fn object(&self) -> Object {
        Object::of(&self.0)
    }

    /// Whether it is set, as part of a step.
    pub(crate) fn peek(&self) -> bool {
        self.object().read();
        self.0.get()
    }

    /// Sets it, as an operation.
    #[track_caller]
    pub(crate) fn set(&self, what: &'static str) {
        let op = Op::begin(self.object(), Kind::Wake, true, what);
        self.set_now();
        op.did(String::new);
    }

    /// Sets it, as part of a step.
    pub(crate) fn set_now(&self) {
        if !self.0.replace(true) {
            self.object().write();
            self.object().enable(Kind::Wait, true);
        }
    }

    /// Clears it, as part of a step.
    pub(crate) fn clear(&self) {
        if self.0.replace(false) {
            self.object().write();
            self.object().enable(Kind::Wait, false);
        }
    }

    /// Waits until it is set; with `anyway`, perhaps for a shorter time. Returns whether it was set.
    #[track_caller]
    pub(crate) fn wait(&self, anyway: bool, what: &'static str) -> bool {
        let op = Op::begin(self.object(), Kind::Wait, anyway || self.0.get(), what);
        let is_set = self.0.get();
        op.did(|| if is_set { String::new() } else { "without a notification".to_owned() });
        is_set
    }
}
