//! The substrate that replays: shuttle runs the threads.
//!
//! shuttle runs the threads of a program as tasks on one OS thread, and asks at each switch which task runs
//! next. A task switches only where it has announced an operation ([`operate`]). Tasks never block: a
//! thread that cannot perform its announced operation is not enabled, and is not picked. To return to a
//! node, the substrate finishes the execution and runs the path again from the start; each state on the way
//! must have the same fingerprint as before.
//!
//! [`crate::current`] says what the program must report. A thread's task may continue after its program has
//! finished. When an execution is over, all threads unwind to their base (the function `cut`).

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
    /// Whether the current switch is ours: shuttle makes some of its own (before it spawns a task).
    static ANNOUNCED: Cell<bool> = const { Cell::new(false) };
    /// Whether the search takes no step from the first node: then there is no execution to cut.
    static NOWHERE: Cell<bool> = const { Cell::new(false) };
}

/// Announces an operation, and returns when the search has picked it. Returns the outcome of a choice.
///
/// `world` moves the environment; it is called on the calling thread if no thread can move and the search
/// picks that. During the environment's own step, operations are not announced.
pub fn operate(kind: Kind, object: Option<Handle>, enabled: bool, world: impl FnMut()) -> u32 {
    current::operate(kind, object, enabled, world, || {
        ANNOUNCED.set(true);
        switch();
    })
}

/// The substrate that replays on shuttle.
pub struct Threads {
    config: Config,
    program: Arc<dyn Fn() + Send + Sync>,
    cut: fn(),
    options: Options,
}

impl Threads {
    /// The first thread of an execution runs `program`. `cut` is called to end an execution early, without
    /// a verdict; it must not call shuttle.
    pub fn new(config: Config, program: impl Fn() + Send + Sync + 'static, cut: fn()) -> Threads {
        Threads { config, program: Arc::new(program), cut, options: Options::default() }
    }

    /// Uses the options of a search.
    pub fn with(self, options: &Options) -> Threads {
        Threads { options: options.clone(), ..self }
    }
}

impl Substrate for Threads {
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S> {
        if self.options.memory {
            let why = "Options::memory needs the substrate that restores (feature `explore`)";
            return Driven { search, diverged: None, panic: Some(Box::new(why.to_owned())) };
        }
        STATE.take();
        STATE.with_borrow_mut(|state| state.prepare(&self.options, search.fault()));
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
        // Not while the state is borrowed: `cut` reports the end to it.
        if driver.is_to_cut {
            driver.is_to_cut = false;
            (driver.cut)();
        }
        match next {
            Some(number) => Some(TaskId::from(number)),
            // The first task runs last: when it is gone, shuttle abandons the others.
            None => runnable.last().map(|task| task.id()),
        }
    }

    fn next_u64(&mut self) -> u64 {
        0
    }
}

/// The phase of the current execution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No execution is under way.
    Off,
    /// On the way back to a node, after this many steps.
    Replaying(usize),
    /// Beyond that node.
    Searching,
    /// The execution has ended, and its tasks run to their ends.
    Leaving,
}

struct Driver<S> {
    search: S,
    cut: fn(),
    is_to_cut: bool,
    phase: Phase,
    /// The steps on the way back, and then the new step.
    path: Vec<Pick>,
    /// The fingerprint of the state before the new step.
    goal: u128,
    /// The steps taken in the current execution.
    taken: Vec<Pick>,
    /// The states before each of these steps, as they were when first reached.
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
                    // The last task ended without a switch.
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
                // The states are known as far as both executions have the same steps.
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

    /// The number of the task that runs next; `None` if all tasks must leave.
    fn next(&mut self, state: &mut State) -> Option<usize> {
        if self.phase == Phase::Leaving {
            return None;
        }
        let pick = self.node(state)?;
        Some(state.step(pick.thread, pick.outcome))
    }

    /// Handles a node and returns the next step; `None` if the tasks must leave.
    fn node(&mut self, state: &mut State) -> Option<Pick> {
        current::take_ended().into_iter().for_each(|how| state.end(how));
        let progress = state.take_progress();
        let step = state.end_step();
        state.pending(&mut self.pending);
        let ended = state.ended().or(self.pending.is_empty().then_some(Ended::Complete));
        if let Phase::Replaying(steps) = self.phase {
            let pick = self.path[steps];
            let last = steps + 1 == self.path.len();
            // If values differ, the last state's fingerprint shows it; until then, different operations
            // show where.
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
        let node = Node { threads, fingerprint, renaming, own, pair, step: &step, progress, ended };
        match self.search.at_node(&node) {
            Next::Step { pick, .. } => Some(self.take(pick)),
            Next::Backtrack | Next::Stop => self.leave(ended),
        }
    }

    /// Records that the step is taken from here.
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

    /// Compares the state after `steps` steps with what it was: its operations, and its values where they
    /// are known.
    fn compare(&mut self, steps: usize, same_values: bool, ended: Option<Ended>, pick: Pick) {
        // Of a path from another worker, this worker knows no states before it has been there.
        let here = Waypoint::new(&self.pending);
        let before = self.waypoints.get(steps).unwrap_or(&here);
        self.diverged = before.differs(steps, (&self.pending, same_values, ended), pick);
    }
}
