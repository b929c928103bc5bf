//! One execution of a program: its threads, its states, its end.

mod long;

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
use crate::driver::observer::{Observer, Operation, Quiescent};
use crate::driver::{Engine, Plan};
use crate::engine::{self, ENGINE};
use crate::mutex::Holder;
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
    /// Wakeups so far: a move of the environment has to add to them.
    wakeups: AtomicUsize,
    /// Operations and checkpoints so far.
    steps: AtomicUsize,
    /// Of the last of them that an execution may have: the thread that performs them, and since which one.
    alone: (AtomicUsize, AtomicUsize),
    /// How often threads have gone round in vain since something got done.
    rounds: AtomicU32,
    /// Two threads could move at once at some point.
    concurrent: AtomicBool,
    spawned: engine::Threads,
    at_end: Mutex<Vec<AtEnd>>,
}

/// A look at what an execution has left.
type AtEnd = Box<dyn FnOnce() + Send>;

/// The phases of an execution.
const UNDER_WAY: u8 = 0;
/// It has ended, and the threads leave.
const OVER: u8 = 1;
/// All threads have ended by themselves.
const FINISHED: u8 = 2;

/// How an execution ended.
#[derive(Clone, Default)]
pub(crate) enum Outcome {
    #[default]
    Fine,
    Failed(Failure),
    /// It was longer than allowed, and says nothing.
    TooLong,
    /// The program is none that can be run, and this is why.
    Misused(String),
    /// What would follow is known.
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
            concurrent: AtomicBool::new(false),
            spawned: engine::Threads::new(),
            at_end: Mutex::default(),
        })
    }

    /// Runs the first thread, on the engine's main thread, to its end. The others may outlive it.
    pub(crate) fn run(self: &Arc<Self>, program: impl FnOnce()) {
        engine::begin_execution(self.plan());
        current::changed();
        let main = self.table().add(1).unwrap_or_default();
        self.run_thread(main, program);
    }

    /// Waits for the threads that the engine does not wait for itself.
    pub(crate) fn join(&self) {
        self.spawned.join();
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.exploration.plan()
    }

    pub(crate) fn observe(&self, observer: Arc<dyn Observer>) {
        assert!(self.observer.set(observer).is_ok(), "observe: execution has an observer");
    }

    pub(crate) fn at_end(&self, look: AtEnd) {
        // What the look owns is a function of that.
        engine::tracking::pin_history();
        lock(&self.at_end).push(look);
    }

    /// Starts a thread, and returns its number. A name comes with the fingerprint of what the thread is given.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        named: Option<(u32, Fingerprints)>,
        f: impl FnOnce() + Send + 'static,
    ) -> usize {
        engine::tracking::check_spawn(named.as_ref().map(|(name, _)| *name));
        let planned = self.plan().threads;
        let thread = self.table().add(planned);
        let Some(thread) = thread else {
            panic!("spawn: more threads than the {planned} of the plan")
        };
        self.concurrent.store(true, Relaxed);
        let this = self.clone();
        engine::tracking::spawn(named);
        self.spawned.spawn(move || this.run_thread(thread, f));
        thread
    }

    /// The base of a thread: what unwinds ends here.
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

    /// The body has returned. What it has left is a state; and if the others cannot move, somebody has
    /// to judge that.
    fn finish(&self, thread: usize) {
        self.show_to_observer();
        if engine::tracking::is_searching() {
            self.table().finishes(thread);
            engine::tracking::finish();
            return;
        }
        while !self.is_over() && !self.table().finishes(thread) {
            self.handle_quiescence();
        }
    }

    fn caught(&self, payload: &(dyn Any + Send)) {
        if payload.is::<Leave>() || self.is_over() {
            return;
        }
        // A payload that was resumed, which no hook has seen.
        self.end(failure::outcome_of(failure::text(payload), None));
    }

    /// A look has panicked. It had ended as it should, but this is how it ends now.
    fn at_end_panicked(&self, payload: &(dyn Any + Send)) {
        self.caught(payload);
        let mut end = lock(&self.end);
        if let Outcome::Fine = *end {
            *end = failure::outcome_of(failure::text(payload), None);
            engine::tracking::end(true);
        }
    }

    /// The last thread has ended.
    fn ended(&self) {
        if !self.is_over() {
            self.phase.store(FINISHED, Relaxed);
        }
        if matches!(*lock(&self.end), Outcome::Fine) {
            let looks = std::mem::take(&mut *lock(&self.at_end));
            let look = || looks.into_iter().for_each(|look| look());
            let look = || catch_unwind(AssertUnwindSafe(look));
            if let Err(payload) = engine::tracking::observing(look) {
                self.at_end_panicked(&*payload);
            }
        }
        // Where executions are restored, who restores them asks what has become of one.
        if ENGINE != Engine::Explore {
            self.report();
        }
    }

    /// Tells what has become of it.
    fn report(&self) {
        self.exploration.ended(self.take_outcome(), self.concurrent.load(Relaxed));
        if ENGINE.explores() {
            current::take_execution();
        }
        if self.exploration.is_over() {
            engine::stop();
        }
    }

    /// How it has ended, and whether two threads could move at once.
    #[cfg(all(feature = "explore", not(any(feature = "loom", feature = "shuttle"))))]
    pub(crate) fn outcome_so_far(&self) -> (Outcome, bool) {
        (lock(&self.end).clone(), self.concurrent.load(Relaxed))
    }

    /// Whether somebody looks at what it leaves.
    #[cfg(all(feature = "explore", not(any(feature = "loom", feature = "shuttle"))))]
    pub(crate) fn has_at_end(&self) -> bool {
        !lock(&self.at_end).is_empty()
    }

    /// How it ended.
    pub(crate) fn take_outcome(&self) -> Outcome {
        std::mem::take(&mut *lock(&self.end))
    }

    /// Whether threads perform operations.
    pub(crate) fn is_under_way(&self) -> bool {
        self.phase.load(Relaxed) == UNDER_WAY
    }

    /// Whether the threads are to leave.
    pub(crate) fn is_over(&self) -> bool {
        self.phase.load(Relaxed) == OVER
    }

    /// Ends the execution, if nothing else has. Touches neither the engine nor other threads, so that
    /// a panic hook can call it.
    pub(crate) fn end(&self, outcome: Outcome) {
        let mut end = lock(&self.end);
        if self.phase.swap(OVER, Relaxed) != OVER {
            engine::tracking::end(!matches!(outcome, Outcome::Fine));
            *end = outcome;
        }
    }

    /// Lets every other thread find out that the execution is over, those that wait included.
    fn let_all_leave(&self) {
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

    /// An operation begins. False if it must not happen, because it stands in a destructor.
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
        assert!(self.is_over(), "at_end: an operation after the end");
        leave()
    }

    /// Shows the state to the observer, if it is a new one.
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

    /// Nobody can move, except that this thread judges it.
    pub(crate) fn handle_quiescence(&self) {
        let Some(observer) = self.observer.get() else {
            let description = self.table().describe();
            self.fail(Cause::Deadlock, description);
        };
        let wakeups = self.wakeups.load(Relaxed);
        match engine::tracking::observing(|| observer.quiescent()) {
            Quiescent::Moved if self.wakeups.load(Relaxed) == wakeups => {
                self.fail(Cause::Panic, "quiescent: moved, and nothing was woken".to_owned());
            }
            Quiescent::Moved => {}
            Quiescent::Over(Ok(())) => self.end_and_leave(Outcome::Fine),
            Quiescent::Over(Err(violation)) => {
                self.end_and_leave(Outcome::Failed(violation.into()))
            }
        }
    }

    /// A thread has gone round in vain.
    pub(crate) fn round_without_progress(&self) {
        self.rounds.fetch_add(1, Relaxed);
        current::changed();
    }

    /// Something got done.
    pub(crate) fn made_progress(&self) {
        self.rounds.store(0, Relaxed);
    }

    /// How often threads have gone round in vain since then.
    pub(crate) fn rounds_without_progress(&self) -> u32 {
        self.rounds.load(Relaxed)
    }

    /// In a recording, tells the observer of an operation.
    pub(crate) fn record(&self, operation: impl FnOnce() -> Operation) {
        if self.recording {
            if let Some(observer) = self.observer.get() {
                engine::tracking::observing(|| observer.operation(&operation()));
            }
        }
    }

    /// `thread` is about to take a lock. Does not return if it would wait for itself.
    pub(crate) fn waits_for(&self, thread: usize, holder: &Arc<Holder>) -> Waits {
        let waits = self.table().locks(thread, holder);
        if let Waits::InACircle = waits {
            let description = self.table().describe();
            self.fail(Cause::Deadlock, description);
        }
        if engine::tracking::is_searching() {
            // That nobody can move, the search finds out.
            return Waits::Fine;
        }
        waits
    }

    /// `thread` is not asleep any more: whoever wakes it says so before it does.
    pub(crate) fn wakes(&self, thread: usize) {
        self.table().runs(thread);
        self.wakeups.fetch_add(1, Relaxed);
        self.concurrent.store(true, Relaxed);
    }

    /// The rules of the program, and what has been broken of them.
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
