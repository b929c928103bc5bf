//! One execution of a program: its threads, its steps, its end.
//!
//! The engines that explore run all threads on one OS thread, so *current* is a thread-local that is
//! saved before and restored after each operation that may switch. On std every OS thread has its own.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::hash::Hash;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe, Location};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::engine::{self, ENGINE};
use crate::explore::Exploration;
use crate::failure::{self, Cause, Failure};
use crate::mutex::Holder;
use crate::operation::{Observer, Operation, Quiescent};
use crate::table::{Table, Waits};
use crate::Name;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Execution>>> = const { RefCell::new(None) };
    static THREAD: Cell<usize> = const { Cell::new(0) };
    /// Something has changed since the last look.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
    /// The plain field that is being accessed, and from where.
    static RACING: Cell<Option<(Name, &'static Location<'static>)>> = const { Cell::new(None) };
}

/// The payload with which a thread unwinds once the execution is over.
struct Leave;

/// One execution.
pub(crate) struct Execution {
    exploration: Arc<Exploration>,
    recording: bool,
    over: AtomicBool,
    end: Mutex<Outcome>,
    observer: OnceLock<Arc<dyn Observer>>,
    table: Mutex<Table>,
    /// Wakeups so far: a move of the environment has to add to them.
    wakeups: AtomicUsize,
    /// Operations so far.
    steps: AtomicUsize,
    /// Two threads could move at once at some point.
    concurrent: AtomicBool,
    nursery: engine::Nursery,
    at_end: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

/// How an execution ended.
#[derive(Default)]
pub(crate) enum Outcome {
    #[default]
    Fine,
    Failed(Failure),
    /// It was longer than allowed, and says nothing.
    TooLong,
    /// What would follow is known.
    Cut,
}

impl Execution {
    pub(crate) fn new(exploration: Arc<Exploration>, recording: bool) -> Arc<Execution> {
        Arc::new(Execution {
            exploration,
            recording,
            over: AtomicBool::new(false),
            end: Mutex::default(),
            observer: OnceLock::new(),
            table: Mutex::default(),
            wakeups: AtomicUsize::new(0),
            steps: AtomicUsize::new(0),
            concurrent: AtomicBool::new(false),
            nursery: engine::Nursery::default(),
            at_end: Mutex::default(),
        })
    }

    /// Runs the first thread, on the engine's main thread, to its end. The others may outlive it.
    pub(crate) fn run(self: &Arc<Self>, program: impl FnOnce()) {
        CHANGED.set(true);
        engine::begin_execution(self.exploration.plan());
        let main = self.table().add();
        self.run_thread(main, program);
    }

    /// Waits for the threads that the engine does not wait for itself.
    pub(crate) fn join(&self) {
        self.nursery.join();
    }

    /// The base of a thread: what unwinds ends here.
    fn run_thread(self: &Arc<Self>, thread: usize, body: impl FnOnce()) {
        self.become_current();
        THREAD.set(thread);
        self.table().started(thread, engine::Handle::current());
        let result = catch_unwind(AssertUnwindSafe(|| {
            if !self.is_over() {
                body();
                self.finish(thread);
            }
        }));
        THREAD.set(thread);
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

    /// On engines that run all threads on one OS thread only the first thread of an execution changes
    /// anything here.
    fn become_current(self: &Arc<Self>) {
        let is_current =
            with(|current| current.is_some_and(|current| std::ptr::eq(current, &**self)));
        if !is_current {
            CURRENT.replace(Some(self.clone()));
        }
    }

    fn caught(&self, payload: &(dyn Any + Send)) {
        if payload.is::<Leave>() || self.is_over() {
            return;
        }
        // A payload that was resumed, which no hook has seen.
        match failure::failure_with(failure::text(payload), None) {
            Some(failure) => self.end(Outcome::Failed(failure)),
            None => self.end(Outcome::TooLong),
        }
    }

    /// The body has returned. What it has left is a state; and if the others cannot move, somebody has
    /// to judge that.
    fn finish(&self, thread: usize) {
        self.look();
        if engine::search::searching() {
            self.table().finishes(thread);
            engine::search::finishes();
            return;
        }
        while !self.is_over() && !self.table().finishes(thread) {
            self.judge();
        }
    }

    /// The last thread has ended.
    fn ended(&self) {
        if matches!(*lock(&self.end), Outcome::Fine) {
            let looks = std::mem::take(&mut *lock(&self.at_end));
            let result = engine::search::observing(|| {
                catch_unwind(AssertUnwindSafe(|| looks.into_iter().for_each(|look| look())))
            });
            if let Err(payload) = result {
                self.caught(&*payload);
            }
        }
        let outcome = std::mem::take(&mut *lock(&self.end));
        self.exploration.ended(outcome, self.concurrent.load(Ordering::Relaxed));
        if ENGINE.explores() {
            CURRENT.replace(None);
        }
        if self.exploration.is_over() {
            engine::stop();
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Ends the execution, if nothing else has. Touches neither the engine nor other threads, so that
    /// a panic hook can call it.
    pub(crate) fn end(&self, outcome: Outcome) {
        let mut end = lock(&self.end);
        if !self.over.swap(true, Ordering::Relaxed) {
            engine::search::ends(!matches!(outcome, Outcome::Fine));
            *end = outcome;
        }
    }

    /// Lets every other thread find out that the execution is over, those that wait included.
    fn let_all_leave(&self) {
        engine::stop_exploring();
        let me = THREAD.get();
        for handle in self.table().others(me) {
            handle.wake();
        }
    }

    #[cold]
    fn end_and_leave(&self, outcome: Outcome) -> ! {
        self.end(outcome);
        self.let_all_leave();
        leave()
    }

    #[cold]
    fn fail(&self, cause: Cause, message: String) -> ! {
        let thread = Some(THREAD.get());
        self.end_and_leave(Outcome::Failed(Failure { cause, message, thread, location: None }))
    }

    /// An operation begins. False if it must not happen, because it stands in a destructor.
    fn begin(&self) -> bool {
        if self.is_over() {
            if std::thread::panicking() {
                return false;
            }
            leave();
        }
        self.count_step();
        self.look();
        true
    }

    fn count_step(&self) {
        let steps = self.steps.load(Ordering::Relaxed) + 1;
        self.steps.store(steps, Ordering::Relaxed);
        if steps > self.exploration.plan().max_steps {
            self.end_and_leave(Outcome::TooLong);
        }
    }

    /// Shows the state to the observer, if it is a new one.
    fn look(&self) {
        if !CHANGED.take() || !ENGINE.explores() {
            return;
        }
        if let Some(observer) = self.observer.get() {
            if let Err(violation) = engine::search::observing(|| observer.visited()) {
                self.end_and_leave(Outcome::Failed(violation.into()));
            }
        }
    }

    /// Nobody can move, except that this thread judges it.
    fn judge(&self) {
        let Some(observer) = self.observer.get() else {
            let description = self.table().describe();
            self.fail(Cause::Deadlock, description);
        };
        let wakeups = self.wakeups.load(Ordering::Relaxed);
        match engine::search::observing(|| observer.quiescent()) {
            Quiescent::Moved if self.wakeups.load(Ordering::Relaxed) == wakeups => {
                self.fail(Cause::Panic, "quiescent: moved, and nothing was woken".to_owned());
            }
            Quiescent::Moved => {}
            Quiescent::Over(Ok(())) => self.end_and_leave(Outcome::Fine),
            Quiescent::Over(Err(violation)) => {
                self.end_and_leave(Outcome::Failed(violation.into()))
            }
        }
    }

    /// Tells the observer of an operation.
    fn tell(
        &self,
        thread: usize,
        name: Name,
        kind: &'static str,
        value: String,
        function: &'static Location<'static>,
    ) {
        if let Some(observer) = self.observer.get() {
            observer.operation(&Operation { thread, name, kind, value, function });
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

/// An operation that is under way.
pub(crate) struct Op {
    thread: usize,
}

impl Op {
    /// Begins an operation. `None` if it must not happen: it stands in a destructor, of a thread that
    /// unwinds. Does not return if the execution is over.
    pub(crate) fn begin() -> Option<Op> {
        let happens = with(|execution| execution.is_none_or(Execution::begin));
        happens.then(|| Op { thread: THREAD.get() })
    }

    /// The thread that performs it.
    pub(crate) fn thread(&self) -> usize {
        self.thread
    }

    /// It has taken place, and has changed something.
    #[track_caller]
    pub(crate) fn end(self, name: Name, kind: &'static str, value: impl FnOnce() -> String) {
        self.end_if(true, name, kind, value);
    }

    /// It has taken place, and has changed nothing.
    #[track_caller]
    pub(crate) fn end_unchanged(
        self,
        name: Name,
        kind: &'static str,
        value: impl FnOnce() -> String,
    ) {
        self.end_if(false, name, kind, value);
    }

    /// It has taken place.
    #[track_caller]
    pub(crate) fn end_if(
        self,
        has_changed: bool,
        name: Name,
        kind: &'static str,
        value: impl FnOnce() -> String,
    ) {
        self.tell(has_changed, name, kind, value);
    }

    /// A part of it has taken place.
    #[track_caller]
    pub(crate) fn tell(
        &self,
        has_changed: bool,
        name: Name,
        kind: &'static str,
        value: impl FnOnce() -> String,
    ) {
        let function = Location::caller();
        self.resume();
        if has_changed {
            changed();
        }
        with(|execution| {
            let Some(execution) = execution.filter(|execution| execution.recording) else { return };
            execution.tell(self.thread, name, kind, value(), function);
        });
    }

    /// After the engine may have switched threads: this one is current again, and leaves if the
    /// execution has ended meanwhile.
    pub(crate) fn resume(&self) {
        if self.is_over() {
            self.leave();
        }
    }

    /// After the engine may have switched threads: this one is current again. Whether the execution has
    /// ended meanwhile.
    pub(crate) fn is_over(&self) -> bool {
        THREAD.set(self.thread);
        with(|execution| execution.is_some_and(Execution::is_over))
    }

    /// The execution has ended meanwhile.
    #[cold]
    pub(crate) fn leave(&self) -> ! {
        THREAD.set(self.thread);
        leave()
    }

    /// It is about to wait for a lock. Fails the execution if that is a deadlock.
    pub(crate) fn waits_for(&self, holder: &Arc<Holder>) {
        loop {
            let waits = with(|execution| {
                let Some(execution) = execution else { return Waits::Fine };
                let mut waits = execution.table().locks(self.thread, holder);
                if matches!(waits, Waits::Stuck) && engine::search::searching() {
                    // The search finds out.
                    waits = Waits::Fine;
                }
                if matches!(waits, Waits::InACircle) {
                    let description = execution.table().describe();
                    execution.fail(Cause::Deadlock, description);
                }
                waits
            });
            match waits {
                Waits::Stuck => self.judge(),
                _ => return,
            }
        }
    }

    /// It can move again.
    pub(crate) fn runs(&self) {
        with(|execution| {
            if let Some(execution) = execution {
                execution.table().runs(self.thread);
            }
        });
    }

    /// It is about to fall asleep. False if somebody has to judge first, since nobody else can move.
    pub(crate) fn falls_asleep(&self, name: Name) -> bool {
        with(|execution| {
            execution.is_none_or(|execution| execution.table().falls_asleep(self.thread, name))
        })
    }

    /// Nobody else can move: lets the environment.
    pub(crate) fn judge(&self) {
        // Not inside `with`: the environment's own operations switch threads.
        let execution = CURRENT.with_borrow(Option::clone);
        if let Some(execution) = execution {
            execution.judge();
        }
        self.resume();
    }
}

/// `thread` is not asleep any more: whoever wakes it says so before it does.
pub(crate) fn awake(thread: usize) {
    with(|execution| {
        if let Some(execution) = execution {
            execution.table().runs(thread);
            execution.wakeups.fetch_add(1, Ordering::Relaxed);
            execution.concurrent.store(true, Ordering::Relaxed);
        }
    });
}

/// A plain access, which the engine checks for races with `check`.
pub(crate) fn racy(name: Name, caller: &'static Location<'static>, check: impl FnOnce()) {
    // The engine may have no execution any more when a destructor of a leaving thread comes here.
    if engine::TRACKS_RACES && !with(|execution| execution.is_some_and(Execution::is_over)) {
        RACING.set(Some((name, caller)));
        check();
    }
}

/// The last plain access.
pub(crate) fn racing() -> Option<(Name, &'static Location<'static>)> {
    RACING.get()
}

/// Something has changed that a check may read.
pub(crate) fn changed() {
    CHANGED.set(true);
}

/// A lock has been given back; not an operation, but of interest in a recording.
pub(crate) fn unlocked(name: Name, function: &'static Location<'static>) {
    changed();
    with(|execution| {
        if let Some(execution) =
            execution.filter(|execution| execution.recording && !execution.is_over())
        {
            execution.tell(THREAD.get(), name, "unlock", String::new(), function);
        }
    });
}

/// A thread panics: that ends the execution at once, before anything unwinds.
pub(crate) fn panicked(failure: impl FnOnce() -> Option<Failure>) {
    let execution =
        CURRENT.try_with(|current| current.try_borrow().ok().and_then(|current| current.clone()));
    if let Ok(Some(execution)) = execution {
        if !execution.is_over() {
            execution.end(failure().map_or(Outcome::TooLong, Outcome::Failed));
        }
    }
}

/// The current thread, if an execution is under way.
pub(crate) fn current_thread() -> Option<usize> {
    with(|execution| execution.map(|_| THREAD.get()))
}

/// Calls `look` when the current execution has ended without a failure, and all its threads have. It may
/// `peek`, and panic, which fails the execution; there is no engine any more to perform operations.
pub fn at_end(look: impl FnOnce() + Send + 'static) {
    with(|execution| {
        if let Some(execution) = execution {
            lock(&execution.at_end).push(Box::new(look));
        }
    });
}

/// How the current execution has ended, if the engine broke off before all its threads had.
#[cfg(any(feature = "loom", feature = "shuttle"))]
pub(crate) fn take_abandoned() -> Option<Outcome> {
    let execution = CURRENT.take().filter(|execution| execution.is_over())?;
    let outcome = std::mem::take(&mut *lock(&execution.end));
    Some(outcome)
}

/// Gives up the current execution, without a verdict, as soon as its threads notice.
#[cfg(feature = "shuttle")]
pub(crate) fn give_up() {
    with(|execution| {
        if let Some(execution) = execution {
            execution.end(Outcome::Fine);
        }
    });
}

/// A search knows what would follow in the current execution.
#[cfg(feature = "shuttle")]
pub(crate) fn cut() {
    with(|execution| {
        if let Some(execution) = execution {
            execution.end(Outcome::Cut);
        }
    });
}

/// No thread can move, and a search has picked this one to let the environment move.
#[cfg(feature = "shuttle")]
pub(crate) fn world_moves(thread: usize) {
    THREAD.set(thread);
    let execution = CURRENT.with_borrow(Option::clone);
    if let Some(execution) = execution.filter(|execution| !execution.is_over()) {
        execution.judge();
    }
}

/// Sets the observer of the current execution. The program does so at its start.
pub fn observe(observer: Arc<dyn Observer>) {
    with(|execution| {
        if let Some(execution) = execution {
            assert!(execution.observer.set(observer).is_ok(), "observe: execution has an observer");
        }
    });
}

/// The number of the current thread, in the order of creation; the first is 0.
pub fn thread_id() -> usize {
    THREAD.get()
}

/// Starts a thread. A scheduling point *after* it: the new thread may go first.
///
/// The execution ends when all its threads have; nobody joins them.
#[track_caller]
pub fn spawn(f: impl FnOnce() + Send + 'static) {
    let Some(op) = Op::begin() else { return };
    let Some(execution) = CURRENT.with_borrow(Option::clone) else {
        engine::Nursery::default().spawn(f);
        return;
    };
    let thread = execution.table().add();
    let allowed = execution.exploration.plan().threads;
    assert!(thread < allowed, "spawn: thread {thread} of a plan for {allowed}");
    execution.concurrent.store(true, Ordering::Relaxed);
    let this = execution.clone();
    execution.nursery.spawn(move || this.run_thread(thread, f));
    drop(execution);
    op.end(Name::Global("thread"), "spawn", || thread.to_string());
}

/// One of `0..n`: an engine that explores tries all of them, or samples.
///
/// The [`Plan`](crate::Plan) has to say that there are choices.
#[track_caller]
pub fn choose(n: usize) -> usize {
    assert!(n > 0, "choose: nothing to choose from");
    if n == 1 {
        return 0;
    }
    let Some(op) = Op::begin() else { return 0 };
    let allowed =
        with(|execution| execution.is_none_or(|execution| execution.exploration.plan().choices));
    assert!(allowed, "choose: 1 of {n} in a plan without choices");
    let chosen = engine::choose(n);
    op.end_unchanged(Name::Global("choice"), "choose", || format!("{chosen} of {n}"));
    chosen
}

/// Here the thread depends on nothing that it has seen before, except `locals`.
///
/// The state cache of a search takes two histories of a thread for one if they meet here with the same
/// locals: each that is live has to be among them, those of all callers included. Not while the thread
/// holds a lock.
#[track_caller]
pub fn checkpoint(locals: impl Hash) {
    engine::search::checkpoint(locals);
}

/// Ends the execution, as the return of Go's `main.main` does, without a failure. Not from a
/// destructor.
pub fn exit() -> ! {
    with(|execution| {
        let Some(execution) = execution else { panic!("exit: no execution") };
        if execution.begin() {
            execution.end_and_leave(Outcome::Fine);
        }
    });
    leave()
}

fn with<R>(f: impl FnOnce(Option<&Execution>) -> R) -> R {
    CURRENT.with_borrow(|current| f(current.as_deref()))
}

fn leave() -> ! {
    resume_unwind(Box::new(Leave))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
