//! Runs all the executions of a program that a plan asks for, or one of them again.

use std::collections::{BTreeMap, BTreeSet};
#[cfg(not(restoring))]
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use ::explore::fault;
use ::explore::options::Statistics;
use ::explore::search::{Incomplete, Shared};
use ::explore::OutsideArc;

use crate::driver::failure::{self, Failure};
use crate::driver::schedule::Schedule;
use crate::driver::{Control, Plan, PlanError, Progress};
use crate::engine::{self, ENGINE};
use crate::execution::{Execution, Outcome};
use crate::orders::{self, Orders};

/// The result of an exploration.
#[derive(Clone, PartialEq, Debug)]
pub struct Explored {
    /// The number of executions that were run.
    pub executions: u64,
    /// How it ended.
    pub end: End,
    /// Whether two threads could move at the same time in any execution.
    pub concurrent: bool,
    /// The memory orders of the operations on atomics.
    pub orders: Orders,
    /// The results of the search, if the engine searches.
    pub searched: Option<Searched>,
}

impl Explored {
    /// No executions, and this end.
    pub fn none(end: End) -> Explored {
        Explored {
            executions: 0,
            end,
            concurrent: false,
            orders: Orders::default(),
            searched: None,
        }
    }
}

/// The results of a search.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Searched {
    /// The statistics. With a bound, executions and transitions are summed over all bounds so far; the rest
    /// is of the last bound.
    pub statistics: Statistics,
    /// The bound, if it left something out.
    pub bound: Option<u32>,
    /// Why the search is incomplete, if it is. Then there is no verdict.
    pub incomplete: Option<Incomplete>,
    /// The fingerprints of the states, with [`Plan::list_states`].
    pub states: BTreeSet<u128>,
    /// The fingerprints of the pairs of shared memory and pending operations, with [`Plan::list_states`]
    /// and [`Options::pairs`](crate::driver::Options::pairs).
    pub pairs: BTreeSet<u128>,
    /// The execution that failed in the fewest steps, with
    /// [`Options::shorter_than`](crate::driver::Options::shorter_than).
    pub shortest: Option<Schedule>,
    /// One failure for each message, with [`Options::keep_going`](crate::driver::Options::keep_going).
    pub failures: BTreeMap<String, Failure>,
}

/// How an exploration ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// All executions were run: on loom all within the bound, with `Sampler::Dfs` all, with
    /// `Sampler::Exhaustive` all except those that show nothing new, otherwise as many as the plan asks
    /// for.
    Complete,
    /// An execution failed, and was the last one.
    Failed {
        /// The failure.
        failure: Failure,
        /// The schedule that runs it again.
        schedule: Schedule,
    },
    /// [`Plan::progress`] or a limit stopped the exploration before it was finished.
    Stopped,
}

/// The result of running a schedule again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// The failure, if the execution failed.
    pub failure: Option<Failure>,
    /// Where the schedule did not fit the program, if it did not.
    pub diverged: Option<Diverged>,
}

/// The point where a schedule no longer fits the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diverged {
    /// The scheduling point, from 0; on loom, the number of executions that there are.
    pub step: usize,
    /// What the schedule expects there, and what happens instead.
    pub expected: String,
}

/// Runs the executions of `program` that the plan asks for, until one fails.
///
/// The program creates its objects, sets its observer, and spawns its threads. It is called once for each
/// execution. It runs on a new OS thread, so it does not see the caller's thread-locals.
pub fn run_all(
    plan: &Plan,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Explored, PlanError> {
    run_all_of(plan, Box::new(program))
}

/// Not compiled for each program.
fn run_all_of(plan: &Plan, program: Box<dyn Fn() + Send + Sync>) -> Result<Explored, PlanError> {
    engine::check(plan)?;
    let exploration = OutsideArc::new(Exploration::new(plan, program, None));
    let schedule = drive(|| engine::run_all(plan, &exploration));
    let mut searched = exploration.take_searched();
    if let Some(searched) = &mut searched {
        searched.failures = std::mem::take(&mut exploration.end().failures);
    }
    let incomplete = searched.as_ref().is_some_and(|searched| searched.incomplete.is_some());
    let end = match exploration.take_end(plan)? {
        SoFar { outcome: Outcome::Failed(failure), .. } => End::Failed { failure, schedule },
        SoFar { stopped: true, .. } => End::Stopped,
        _ if incomplete => End::Stopped,
        _ => End::Complete,
    };
    let concurrent = exploration.concurrent.load(Ordering::Relaxed);
    let orders = *exploration.orders.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Explored { executions: exploration.executions(), end, concurrent, orders, searched })
}

/// Runs one execution of `program` again, and calls
/// [`Observer::operation`](crate::driver::Observer::operation) after each operation.
///
/// The plan must be that of the exploration. On std, an arbitrary execution is run.
pub fn record(
    plan: &Plan,
    schedule: &Schedule,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Recorded, PlanError> {
    engine::check(plan)?;
    if !schedule.runs_on(ENGINE) {
        return Err(PlanError::OtherEngine(schedule.engine()));
    }
    let recorded = match schedule {
        Schedule::Loom { execution, .. } => *execution,
        Schedule::Shuttle { .. } | Schedule::Search { .. } | Schedule::Std => 1,
    };
    let exploration = OutsideArc::new(Exploration::new(plan, Box::new(program), Some(recorded)));
    let diverged = drive(|| engine::replay(plan, schedule, &exploration));
    let failure = match exploration.take_end(plan)?.outcome {
        Outcome::Failed(failure) => Some(failure),
        _ => None,
    };
    Ok(Recorded { failure, diverged })
}

/// Runs an engine on a new OS thread, so that nothing that it leaves behind when it fails (a count of
/// panics, a half-unwound coroutine) affects the next run.
pub(crate) fn drive<R: Send>(engine: impl FnOnce() -> R + Send) -> R {
    failure::install_hook();
    // A fault that a test has planted on this thread is planted on the new one.
    let fault = fault::planted();
    // Buffers that std makes at their first use must not lie in an execution.
    print!("");
    eprint!("");
    let quiet = || {
        failure::be_quiet();
        fault::planting(fault, engine)
    };
    on_os_thread(quiet)
}

#[cfg(restoring)]
use ::explore::on_os_thread;

/// Runs `run` on an OS thread of its own.
#[cfg(not(restoring))]
fn on_os_thread<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    let result = std::thread::scope(|scope| scope.spawn(run).join());
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// The state shared by the executions of an exploration.
pub(crate) struct Exploration {
    program: Box<dyn Fn() + Send + Sync>,
    plan: Plan,
    /// The number of the execution to record, after which the exploration ends.
    recorded: Option<u64>,
    started: AtomicU64,
    concurrent: AtomicBool,
    orders: Mutex<Orders>,
    over: Arc<AtomicBool>,
    end: Mutex<SoFar>,
    searching: Mutex<Option<Arc<Shared>>>,
    searched: Mutex<Option<Searched>>,
}

/// The results of the executions so far.
#[derive(Default)]
pub(crate) struct SoFar {
    outcome: Outcome,
    /// The OS thread on which an execution failed.
    failed_on: Option<ThreadId>,
    stopped: bool,
    /// An error of the engine or the program.
    broken: Option<String>,
    /// Failures that did not end the exploration, by message.
    failures: BTreeMap<String, Failure>,
}

impl Exploration {
    pub(crate) fn new(
        plan: &Plan,
        program: Box<dyn Fn() + Send + Sync>,
        recorded: Option<u64>,
    ) -> Self {
        Exploration {
            program,
            plan: plan.clone(),
            recorded,
            started: AtomicU64::new(0),
            concurrent: AtomicBool::new(false),
            orders: Mutex::default(),
            over: Arc::default(),
            end: Mutex::default(),
            searching: Mutex::default(),
            searched: Mutex::default(),
        }
    }

    /// Runs one execution on the engine's main thread. On std it is over when this returns; an engine that
    /// explores runs the other threads after that.
    #[cfg(not(feature = "explore"))]
    pub(crate) fn run_one(this: &OutsideArc<Self>) {
        this.count_executions(1);
        Exploration::run(this, this.executions());
    }

    /// Counts this many executions.
    pub(crate) fn count_executions(&self, number: u64) {
        self.started.fetch_add(number, Ordering::Relaxed);
    }

    /// Runs the execution with this number.
    pub(crate) fn run(this: &OutsideArc<Self>, number: u64) {
        let recording = this.recorded == Some(number);
        let execution = Execution::new(this.clone(), recording);
        execution.run(&this.program);
        execution.join();
    }

    /// The number of executions started so far.
    pub(crate) fn executions(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// Whether no further execution may start.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The flag that says so.
    #[cfg(searching)]
    pub(crate) fn over(&self) -> Arc<AtomicBool> {
        self.over.clone()
    }

    /// The OS thread of the failure that is reported.
    #[cfg(searching)]
    pub(crate) fn failed_on(&self) -> Option<ThreadId> {
        self.end().failed_on
    }

    /// The program.
    #[cfg(restoring)]
    pub(crate) fn program(&self) -> &(dyn Fn() + Send + Sync) {
        &*self.program
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Notes whether two threads of an execution could move at the same time.
    pub(crate) fn note_concurrent(&self, concurrent: bool) {
        // Written once: a write takes the flag, and what lies next to it, away from the other workers.
        if concurrent && !self.concurrent.load(Ordering::Relaxed) {
            self.concurrent.store(true, Ordering::Relaxed);
        }
    }

    /// Called when an execution has ended: on an engine that restores, once for several that were cut.
    pub(crate) fn ended(&self, outcome: Outcome) {
        let progress = self.plan.progress.as_ref();
        let searching = self.current_search();
        let so_far = Progress { executions: self.executions(), search: searching.as_deref() };
        let control = progress.map_or(Control::Go, |progress| progress(&so_far));
        let mut used = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.and(orders::take());
        drop(used);
        let mut end = self.end();
        let stops = match control {
            Control::Go => None,
            Control::Stop => Some(Incomplete::Stopped),
            Control::Late => Some(Incomplete::Time),
        };
        end.stopped |= stops.is_some();
        // The search's workers stop, and report what was left.
        searching.zip(stops).into_iter().for_each(|(searching, why)| searching.stop(why));
        match outcome {
            Outcome::Failed(failure) if self.plan.search.keep_going && !self.wants(&failure) => {
                end.failures.entry(failure.message.clone()).or_insert(failure);
            }
            // Another worker of a search may have failed meanwhile: the first failure counts.
            outcome if matches!(end.outcome, Outcome::Fine | Outcome::Cut) => {
                let failed = matches!(outcome, Outcome::Failed(_));
                end.failed_on = failed.then(|| std::thread::current().id());
                end.outcome = outcome;
            }
            _ => {}
        }
        let last = self.recorded.is_some_and(|recorded| recorded == self.executions());
        if end.stopped || last || !matches!(end.outcome, Outcome::Fine | Outcome::Cut) {
            self.over.store(true, Ordering::Relaxed);
        }
    }

    /// Called when what has failed is no single execution: the search has found it in the states of all.
    #[cfg(searching)]
    pub(crate) fn fail(&self, failure: Failure) {
        self.ended(Outcome::Failed(failure));
    }

    /// Whether the search looks for failures of this kind.
    fn wants(&self, failure: &Failure) -> bool {
        self.plan.wanted.as_ref().is_some_and(|kind| *kind == failure.kind())
    }

    /// Runs an engine that may panic, to stop or because the program has broken one of its rules.
    #[cfg(any(feature = "loom", feature = "shuttle"))]
    pub(crate) fn catch(&self, engine: impl FnOnce()) {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(engine));
        let Some(payload) = result.err().filter(|_| !self.is_over()) else { return };
        self.over.store(true, Ordering::Relaxed);
        match crate::current::take_execution().filter(|execution| execution.is_over()) {
            Some(execution) => self.end().outcome = execution.take_outcome(),
            None => self.end().broken = Some(failure::text(&*payload)),
        }
    }

    /// Reports an error that the engine has found in the program, and ends the exploration.
    #[cfg(searching)]
    pub(crate) fn report_error(&self, text: String) {
        self.over.store(true, Ordering::Relaxed);
        self.end().broken = Some(text);
    }

    /// Begins a search; with bounds, one of several.
    #[cfg(searching)]
    pub(crate) fn begin_search(&self, shared: Arc<Shared>) {
        *self.searching.lock().unwrap_or_else(PoisonError::into_inner) = Some(shared);
    }

    fn current_search(&self) -> Option<Arc<Shared>> {
        self.searching.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores the results of a search.
    #[cfg(searching)]
    pub(crate) fn end_search(&self, searched: Searched) {
        *self.searched.lock().unwrap_or_else(PoisonError::into_inner) = Some(searched);
    }

    fn take_searched(&self) -> Option<Searched> {
        self.searched.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn take_end(&self, plan: &Plan) -> Result<SoFar, PlanError> {
        match std::mem::take(&mut *self.end()) {
            SoFar { outcome: Outcome::TooLong, .. } => Err(PlanError::TooLong(plan.max_steps)),
            SoFar { outcome: Outcome::Misused(text), .. } | SoFar { broken: Some(text), .. } => {
                Err(PlanError::Engine(text))
            }
            end => Ok(end),
        }
    }

    fn end(&self) -> MutexGuard<'_, SoFar> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
