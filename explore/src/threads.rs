//! The substrate that replays: threads run by shuttle.
//!
//! shuttle runs the threads of a program as tasks on one OS thread, and asks at each switch who goes on.
//! A task switches only where it has announced an operation ([`operate`]), and none ever blocks: a thread
//! that cannot do what it has announced is not enabled, and not picked. To come back to a node, the
//! execution is brought to its end and the path is run again from the start; the fingerprint of each
//! state on the way has to be what it was.
//!
//! What the program is to tell, [`crate::current`] says. A thread's task may go on after its end; all threads
//! are brought to theirs by unwinding when an execution is over (the function `cut`).

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, Runner};
use shuttle_engine::runtime::thread::switch;

use crate::current::{self, STATE};
use crate::interface::{Diverged, Driven, Ended, Next, Node, Pending, Pick, Search, Substrate};
use crate::operation::Kind;
use crate::search::Options;
use crate::state::{Handle, State};
use crate::waypoint::Waypoint;

thread_local! {
    /// The current switch is ours: shuttle has some of its own (before it spawns a task).
    static ANNOUNCED: Cell<bool> = const { Cell::new(false) };
    /// The search goes nowhere from the first node: there is no execution yet that could be cut.
    static NOWHERE: Cell<bool> = const { Cell::new(false) };
}

/// Announces an operation, and returns when the search has picked it: with the outcome of a choice.
///
/// `world` moves the environment: the calling thread is the one that does it, when no thread can move.
/// In the environment's step itself, nothing is announced.
pub fn operate(kind: Kind, object: Option<Handle>, enabled: bool, world: impl FnMut()) -> u32 {
    current::operate(kind, object, enabled, world, || {
        ANNOUNCED.set(true);
        switch();
    })
}

/// Threads run by shuttle.
pub struct Threads {
    config: Config,
    program: Arc<dyn Fn() + Send + Sync>,
    cut: fn(),
    options: Options,
}

impl Threads {
    /// The first thread of an execution runs `program`. `cut` is called when an execution is to be
    /// brought to its end without a verdict; it may not call shuttle.
    pub fn new(config: Config, program: impl Fn() + Send + Sync + 'static, cut: fn()) -> Threads {
        Threads { config, program: Arc::new(program), cut, options: Options::default() }
    }

    /// As the options of a search say.
    pub fn with(self, options: &Options) -> Threads {
        Threads { options: options.clone(), ..self }
    }
}

impl Substrate for Threads {
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S> {
        STATE.take();
        STATE.with_borrow_mut(|state| state.prepare(&self.options));
        let driver = Rc::new(RefCell::new(Driver::new(search, self.cut)));
        let runner = Runner::new(Shared(driver.clone()), self.config.clone());
        let program = self.program.clone();
        current::set_searching(true);
        let result = catch_unwind(AssertUnwindSafe(|| {
            runner.run(move || {
                if !NOWHERE.get() {
                    program();
                }
            });
        }));
        current::set_searching(false);
        let driver = Rc::into_inner(driver).expect("drive: shuttle is done").into_inner();
        let panic: Option<Box<dyn Any + Send>> = result.err();
        Driven { search: driver.search, diverged: driver.diverged, panic }
    }
}

struct Shared<S>(Rc<RefCell<Driver<S>>>);

impl<S: Search> Scheduler for Shared<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        STATE.with_borrow_mut(|state| self.0.borrow_mut().new_execution(state))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        _: bool,
    ) -> Option<TaskId> {
        let mut driver = self.0.borrow_mut();
        let announced = ANNOUNCED.take();
        if let Some(task) = current.filter(|_| !announced && driver.phase != Phase::Leaving) {
            let finished = STATE.with_borrow(|state| state.has_finished(task.into()));
            if !finished && runnable.iter().any(|other| other.id() == task) {
                return Some(task);
            }
        }
        let next = STATE.with_borrow_mut(|state| driver.next(state));
        // Not while the state is borrowed: the program tells it of the end.
        if driver.is_to_cut {
            driver.is_to_cut = false;
            (driver.cut)();
        }
        match next {
            Some(number) => Some(TaskId::from(number)),
            // The first task last: when it is gone, shuttle would abandon the others.
            None => runnable.last().map(|task| task.id()),
        }
    }

    fn next_u64(&mut self) -> u64 {
        0
    }
}

/// Where the current execution is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No execution yet, or none any more.
    Off,
    /// On the way back to a node: so many steps have been taken.
    Replaying(usize),
    /// Beyond it.
    Searching,
    /// It has ended: the tasks run to theirs.
    Leaving,
}

struct Driver<S> {
    search: S,
    cut: fn(),
    is_to_cut: bool,
    phase: Phase,
    /// What to do on the way back, the new step last.
    path: Vec<Pick>,
    /// The state before that step.
    goal: u128,
    /// The steps of the current execution.
    taken: Vec<Pick>,
    /// The states before each of them, as they were when they were first met.
    waypoints: Vec<Waypoint>,
    pending: Vec<Pending>,
    diverged: Option<Diverged>,
}

impl<S: Search> Driver<S> {
    fn new(search: S, cut: fn()) -> Self {
        Driver {
            search,
            cut,
            is_to_cut: false,
            phase: Phase::Off,
            path: Vec::new(),
            goal: 0,
            taken: Vec::new(),
            waypoints: Vec::new(),
            pending: Vec::new(),
            diverged: None,
        }
    }

    fn new_execution(&mut self, state: &mut State) -> Option<Schedule> {
        match self.phase {
            Phase::Off if self.search.begins_at_root() => self.set_phase(Phase::Searching),
            phase => {
                if !matches!(phase, Phase::Off | Phase::Leaving) {
                    // The last task ended without asking who goes on.
                    self.node(state);
                }
                if self.diverged.is_some() {
                    return None;
                }
                let resume = self.search.backtrack()?;
                self.path.clear();
                self.path.extend_from_slice(resume.path);
                self.path.push(resume.next);
                self.goal = resume.fingerprint;
                // The states are known as far as the last execution went the same way.
                let both = self.taken.iter().zip(&self.path);
                let same = both.take_while(|(taken, next)| taken == next).count();
                self.waypoints.truncate(same + 1);
                self.taken.clear();
                self.set_phase(Phase::Replaying(0));
            }
        }
        NOWHERE.set(false);
        current::take_ended();
        state.begin();
        Some(Schedule::new(0))
    }

    /// The number of the task that goes on; `None` if all are to leave.
    fn next(&mut self, state: &mut State) -> Option<usize> {
        if self.phase == Phase::Leaving {
            return None;
        }
        let pick = self.node(state)?;
        Some(state.step(pick.thread, pick.outcome))
    }

    /// A node has been reached: who goes on; `None` if nobody, and the tasks are to leave.
    fn node(&mut self, state: &mut State) -> Option<Pick> {
        current::take_ended().into_iter().for_each(|how| state.end(how));
        let step = state.end_step();
        state.pending(&mut self.pending);
        let ended = state.ended().or(self.pending.is_empty().then_some(Ended::Complete));
        if let Phase::Replaying(steps) = self.phase {
            let pick = self.path[steps];
            let last = steps + 1 == self.path.len();
            // Values that differ, the last state shows; until then, operations tell where they do.
            let same = !last || state.fingerprint().0 == self.goal;
            self.compare(steps, same, ended, pick);
            if self.diverged.is_some() {
                return self.leave(ended);
            }
            self.set_phase(if last { Phase::Searching } else { Phase::Replaying(steps + 1) });
            return Some(self.take(pick));
        }
        let (fingerprint, renaming, own) = state.fingerprint();
        let pair = if self.search.wants_pairs() { state.pair() } else { 0 };
        let threads = &self.pending;
        let node = Node { threads, fingerprint, renaming, own, pair, step: &step, ended };
        match self.search.at_node(&node) {
            Next::Step { pick, .. } => Some(self.take(pick)),
            Next::Backtrack | Next::Stop => self.leave(ended),
        }
    }

    /// The step is taken from here.
    fn take(&mut self, pick: Pick) -> Pick {
        if self.waypoints.len() == self.taken.len() {
            self.waypoints.push(Waypoint::new(&self.pending));
        }
        self.taken.push(pick);
        pick
    }

    fn leave(&mut self, ended: Option<Ended>) -> Option<Pick> {
        NOWHERE.set(self.taken.is_empty());
        self.is_to_cut = ended.is_none() && !NOWHERE.get();
        self.set_phase(Phase::Leaving);
        None
    }

    fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        current::set_replaying(matches!(phase, Phase::Replaying(_)));
    }

    /// The state after so many steps has to be what it was: its operations, and its values, if they are known.
    fn compare(&mut self, steps: usize, same_values: bool, ended: Option<Ended>, pick: Pick) {
        // Of a path that was handed over, this worker knows nothing before it has been there.
        let here = Waypoint::new(&self.pending);
        let before = self.waypoints.get(steps).unwrap_or(&here);
        self.diverged = before.differs(steps, (&self.pending, same_values, ended), pick);
    }
}
