//! One execution of a program: its threads, its states, its end.

pub(crate) mod endless;
mod ends;
mod long;
mod rounds;

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ::explore::fingerprint::Fingerprints;
use ::explore::OutsideArc;

use crate::current::{self, leave, set_thread, thread_id, Leave};
use crate::discipline::Discipline;
use crate::driver::exploration::Exploration;
use crate::driver::failure::{self, Cause, Failure};
use crate::driver::observer::{Observer, Operation};
use crate::driver::{Engine, Plan};
use crate::engine::{self, ENGINE};
use crate::holder::Holder;
use crate::table::{Table, Waits};

/// One execution.
pub(crate) struct Execution {
    exploration: OutsideArc<Exploration>,
    recording: bool,
    phase: AtomicU8,
    end: Mutex<Outcome>,
    observer: OnceLock<Arc<dyn Observer>>,
    table: Mutex<Table>,
    discipline: Mutex<Discipline>,
    /// The number of wakeups so far: a move of the environment must increase it.
    wakeups: AtomicUsize,
    /// The number of operations and checkpoints so far.
    steps: AtomicUsize,
    /// Near the limit of `steps`: the thread that performs them, and the step since which it does so alone.
    alone: (AtomicUsize, AtomicUsize),
    /// The number of rounds without progress since a thread last made progress.
    rounds: AtomicU32,
    /// In a strict plan: the states in which a thread has been since it alone can move.
    forced: Mutex<Vec<u128>>,
    /// The operations for which a thread that has come back to one of them is still let go on.
    proof: AtomicU32,
    /// Whether two threads could move at the same time at some point.
    concurrent: AtomicBool,
    spawned: engine::Threads,
    at_end: Mutex<Vec<AtEnd>>,
}

/// Code that runs when an execution has ended without a failure.
type AtEnd = Box<dyn FnOnce() + Send>;

/// The phases of an execution.
const UNDER_WAY: u8 = 0;
/// The execution has ended, and its threads leave.
const OVER: u8 = 1;
/// All threads have ended by themselves.
const FINISHED: u8 = 2;

/// How an execution ended.
#[derive(Clone, Default)]
pub(crate) enum Outcome {
    #[default]
    Fine,
    Failed(Failure),
    /// It exceeded the limit on its length: no verdict.
    TooLong,
    /// The program cannot be run, for this reason.
    Misused(String),
    /// It was cut off, because its continuation is known.
    #[cfg_attr(not(feature = "shuttle"), allow(dead_code))]
    Cut,
}

impl Execution {
    pub(crate) fn new(exploration: OutsideArc<Exploration>, recording: bool) -> Arc<Execution> {
        Arc::new(Execution {
            exploration,
            recording,
            phase: AtomicU8::new(UNDER_WAY),
            end: Mutex::default(),
            observer: OnceLock::new(),
            table: Mutex::default(),
            discipline: Mutex::default(),
            wakeups: AtomicUsize::new(0),
            steps: AtomicUsize::new(0),
            alone: (AtomicUsize::new(usize::MAX), AtomicUsize::new(0)),
            rounds: AtomicU32::new(0),
            forced: Mutex::default(),
            proof: AtomicU32::new(0),
            concurrent: AtomicBool::new(false),
            spawned: engine::Threads::new(),
            at_end: Mutex::default(),
        })
    }

    /// Runs the first thread to its end, on the engine's main thread. Other threads may outlive it.
    pub(crate) fn run(self: &Arc<Self>, program: impl FnOnce()) {
        current::begin_execution(self.plan());
        engine::begin_execution(self.plan());
        current::changed();
        let main = self.table().add(1).unwrap_or_default();
        self.run_thread(main, program);
    }

    /// Waits for the threads, on an engine that does not wait for them itself.
    pub(crate) fn join(&self) {
        self.spawned.join();
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.exploration.plan()
    }

    pub(crate) fn observe(&self, observer: Arc<dyn Observer>) {
        assert!(
            self.observer.set(observer).is_ok(),
            "observe: the execution already has an observer"
        );
    }

    pub(crate) fn at_end(&self, closure: AtEnd) {
        // What the closure owns is a function of the thread's history.
        engine::tracking::pin_history();
        lock(&self.at_end).push(closure);
    }

    /// Starts a thread, and returns its number. A name comes with the fingerprint of the thread's
    /// arguments.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        named: Option<(u32, Fingerprints)>,
        f: Box<dyn FnOnce() + Send>,
    ) -> usize {
        engine::tracking::check_spawn(named.as_ref().map(|(name, _)| *name));
        let planned = self.plan().threads;
        let thread = self.table().add(planned);
        let Some(thread) = thread else {
            panic!("search: the program starts more threads than Plan::threads, {planned}")
        };
        self.concurrent.store(true, Relaxed);
        let this = self.clone();
        engine::tracking::spawn(named);
        self.spawned.spawn(move || this.run_thread(thread, f));
        thread
    }

    /// The base of a thread, where unwinding ends.
    fn run_thread(self: &Arc<Self>, thread: usize, body: impl FnOnce()) {
        current::set_execution(self);
        set_thread(thread);
        self.table().started(thread, engine::Handle::current());
        let result = catch_unwind(AssertUnwindSafe(|| {
            if !self.is_over() {
                body();
                self.finish(thread);
            }
        }));
        set_thread(thread);
        if let Err(payload) = result {
            self.caught(&*payload);
        }
        if self.is_over() {
            self.let_all_leave();
        }
        let last = self.table().ends(thread);
        if last {
            self.ended();
        }
    }

    fn caught(&self, payload: &(dyn Any + Send)) {
        if payload.is::<Leave>() || self.is_over() {
            return;
        }
        // A panic by `resume_unwind`, for which the hook does not run.
        self.end(failure::outcome_of(failure::text(payload), None));
    }

    /// Code at the end has panicked: the execution, which had ended without a failure, fails.
    fn at_end_panicked(&self, payload: &(dyn Any + Send)) {
        self.caught(payload);
        let mut end = lock(&self.end);
        if let Outcome::Fine = *end {
            *end = failure::outcome_of(failure::text(payload), None);
            engine::tracking::end(true);
        }
    }

    /// Called when the last thread has ended.
    fn ended(&self) {
        if !self.is_over() {
            self.phase.store(FINISHED, Relaxed);
        }
        if matches!(*lock(&self.end), Outcome::Fine) {
            let closures = std::mem::take(&mut *lock(&self.at_end));
            let run = || closures.into_iter().for_each(|closure| closure());
            let run = || catch_unwind(AssertUnwindSafe(run));
            if let Err(payload) = engine::tracking::observing(run) {
                self.at_end_panicked(&*payload);
            }
        }
        // An engine that restores executions asks for the outcome itself.
        if ENGINE != Engine::Explore {
            self.report();
        }
    }

    /// Reports the outcome to the exploration.
    fn report(&self) {
        self.exploration.note_concurrent(self.concurrent.load(Relaxed));
        self.exploration.ended(self.take_outcome());
        if ENGINE.explores() {
            current::take_execution();
        }
        if self.exploration.is_over() {
            engine::stop();
        }
    }

    /// The outcome.
    pub(crate) fn outcome_so_far(&self) -> Outcome {
        lock(&self.end).clone()
    }

    /// Whether two threads could move at the same time.
    #[cfg(restoring)]
    pub(crate) fn is_concurrent(&self) -> bool {
        self.concurrent.load(Relaxed)
    }

    /// Whether code for the end is registered.
    #[cfg(restoring)]
    pub(crate) fn has_at_end(&self) -> bool {
        !lock(&self.at_end).is_empty()
    }

    /// Takes the outcome.
    pub(crate) fn take_outcome(&self) -> Outcome {
        std::mem::take(&mut *lock(&self.end))
    }

    /// Whether its threads perform operations.
    pub(crate) fn is_under_way(&self) -> bool {
        self.phase.load(Relaxed) == UNDER_WAY
    }

    /// Whether its threads must leave.
    pub(crate) fn is_over(&self) -> bool {
        self.phase.load(Relaxed) == OVER
    }

    /// Ends the execution, unless it has ended already. Touches neither the engine nor other threads, so a
    /// panic hook can call it.
    pub(crate) fn end(&self, outcome: Outcome) {
        let mut end = lock(&self.end);
        if self.phase.swap(OVER, Relaxed) != OVER {
            engine::tracking::end(!matches!(outcome, Outcome::Fine));
            *end = outcome;
        }
    }

    /// Wakes every other thread, so that it notices that the execution is over.
    pub(crate) fn let_all_leave(&self) {
        engine::stop_exploring();
        self.table().others(thread_id()).for_each(engine::Handle::wake);
    }

    #[cold]
    pub(crate) fn end_and_leave(&self, outcome: Outcome) -> ! {
        self.end(outcome);
        self.let_all_leave();
        leave()
    }

    #[cold]
    fn fail(&self, cause: Cause, message: String) -> ! {
        let thread = Some(thread_id());
        self.end_and_leave(Outcome::Failed(Failure { cause, message, thread, location: None }))
    }

    /// Begins an operation. Returns false if the operation must not happen, because it is in a destructor.
    pub(crate) fn begin_operation(&self) -> bool {
        if !self.is_under_way() {
            return self.begin_too_late();
        }
        if self.count_step() {
            self.check_length();
        }
        self.show_to_observer();
        true
    }

    #[cold]
    fn begin_too_late(&self) -> bool {
        if std::thread::panicking() {
            return false;
        }
        assert!(self.is_over(), "at_end: an operation after the end of the execution");
        leave()
    }

    /// Calls the observer, if something has changed since the last call.
    fn show_to_observer(&self) {
        if !current::take_changed() || !ENGINE.explores() {
            return;
        }
        if let Some(observer) = self.observer.get() {
            if engine::tracking::is_replaying() {
                return engine::tracking::observing(|| observer.passed());
            }
            if let Err(violation) = engine::tracking::observing(|| observer.visited()) {
                self.end_and_leave(Outcome::Failed(violation.into()));
            }
        }
    }

    /// Whether this is a recording that has the data under locks.
    pub(crate) fn shows_data(&self) -> bool {
        self.recording && self.plan().strict
    }

    /// In a recording, reports an operation to the observer.
    pub(crate) fn record(&self, operation: impl FnOnce() -> Operation) {
        if self.recording && !self.is_proving() {
            if let Some(observer) = self.observer.get() {
                engine::tracking::observing(|| observer.operation(&operation()));
            }
        }
    }

    /// Records that `thread` is about to take a lock. Does not return if that would deadlock.
    pub(crate) fn waits_for(&self, thread: usize, holder: &Arc<Holder>) -> Waits {
        let waits = self.table().locks(thread, holder);
        if let Waits::InACircle = waits {
            let description = self.table().describe();
            self.fail(Cause::Deadlock, description);
        }
        if engine::tracking::is_searching() {
            // The search itself detects that no thread can move.
            return Waits::Fine;
        }
        waits
    }

    /// Records that `thread` is no longer asleep. The waking thread calls this before it wakes it.
    pub(crate) fn wakes(&self, thread: usize) {
        self.table().runs(thread);
        self.wakeups.fetch_add(1, Relaxed);
        self.concurrent.store(true, Relaxed);
    }

    /// The locking rules of the program, and their violations.
    pub(crate) fn discipline(&self) -> MutexGuard<'_, Discipline> {
        lock(&self.discipline)
    }

    pub(crate) fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
