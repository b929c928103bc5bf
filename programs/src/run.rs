//! The searches of a run, one after the other.

use std::time::{Duration, Instant};

use sync::driver::{
    Control, End, Explored, OnProgress, Options, Plan, PlanError, Recorded, Sampler, Schedule,
    ENGINE,
};
use sync::Arc;

use crate::decide::{self, Came};
use crate::program::{Bound, Limits};
use crate::watch::{Seen, Watched};
use crate::watchdog::Watchdog;
use crate::{Program, Report};

/// The most states of the search before those with bounds.
const SHORT: usize = 20_000;

/// The bound of the searches between that and the last one.
const FIRST_BOUND: usize = 2;

/// loom's bound, which seldom ends without one.
const LOOM_BOUND: usize = 3;

/// The times that a program is run on std.
const REPEATED: u64 = 100;

/// One search of a run.
struct Phase {
    bound: Option<usize>,
    most_states: Option<usize>,
    until: Instant,
}

impl Program {
    /// Runs the program, and makes a failure as small as it can.
    pub fn run(&self) -> Report {
        let began = Instant::now();
        let watched = Watched::default();
        let _watchdog = Watchdog::begin(self.name, self.limits.silence);
        let came = self.all_phases(&watched, began);
        let came = came.and_then(|came| self.probed(came, began));
        decide::report(self, came, &watched.seen(), began.elapsed())
    }

    fn all_phases(&self, watched: &Watched, began: Instant) -> Result<Came, PlanError> {
        let mut all = Came::default();
        for phase in self.phases(began) {
            let explored = self.explore(&self.plan(&phase), watched)?;
            let is_over = all.add(explored, phase.bound);
            if is_over {
                break;
            }
        }
        if all.failed.is_some() {
            self.make_smallest(&mut all)?;
        }
        Ok(all)
    }

    fn phases(&self, began: Instant) -> Vec<Phase> {
        let Limits { bound, time, .. } = self.limits;
        let phase = |bound, most_states, until| Phase { bound, most_states, until };
        let until = began + time;
        match bound {
            Bound::Most(most) => vec![phase(Some(most), None, until)],
            Bound::None => vec![phase(None, None, until)],
            Bound::Auto if ENGINE.name() == "loom" => vec![phase(Some(LOOM_BOUND), None, until)],
            Bound::Auto => vec![
                phase(None, Some(SHORT), until),
                phase(Some(FIRST_BOUND), None, began + time / 3),
                phase(None, None, until),
            ],
        }
    }

    /// The plan of one search.
    fn plan(&self, phase: &Phase) -> Plan {
        let until = phase.until;
        let progress: OnProgress =
            Arc::new(move |_| if Instant::now() < until { Control::Go } else { Control::Late });
        let search = Options {
            max_states: phase.most_states,
            deadline: Some(until),
            jobs: self.limits.jobs,
            ..Options::default()
        };
        Plan { bound: phase.bound, progress: Some(progress), search, ..self.plan_without_limits() }
    }

    pub(crate) fn plan_without_limits(&self) -> Plan {
        let Limits { steps, spurious, audit, stack, heap, threads, .. } = self.limits;
        let is_loom = ENGINE.name() == "loom";
        Plan {
            sampler: Sampler::Exhaustive,
            executions: REPEATED,
            threads: threads.unwrap_or(most_threads(spurious)),
            choices: !is_loom || spurious,
            spurious,
            strict: true,
            races: ENGINE.explores(),
            max_steps: steps,
            audit,
            stack,
            heap,
            ..Plan::default()
        }
    }

    pub(crate) fn explore(&self, plan: &Plan, watched: &Watched) -> Result<Explored, PlanError> {
        // In one place outside: the engine looks for pointers in what a program has captured.
        let outside = Arc::new((watched.clone(), self.start));
        sync::driver::run_all(plan, move || outside.0.start(outside.1))
    }

    /// Runs one execution again. Returns what was seen, too.
    ///
    /// # Errors
    /// If the engine cannot run it.
    pub(crate) fn again(&self, schedule: &Schedule) -> Result<(Recorded, Seen), PlanError> {
        let watched = Watched::default();
        let outside = Arc::new((watched.clone(), self.start));
        let bound = match schedule {
            Schedule::Loom { bound, .. } => *bound,
            _ => None,
        };
        let plan = Plan { bound, audit: 0, ..self.plan_without_limits() };
        let recorded = sync::driver::record(&plan, schedule, move || outside.0.start(outside.1))?;
        Ok((recorded, watched.seen()))
    }

    /// If all states hold: two short searches for what the first one cannot see. See [`Limits::probes`].
    fn probed(&self, came: Came, began: Instant) -> Result<Came, PlanError> {
        let searches = ENGINE.name() == "explore" || ENGINE.name() == "shuttle";
        if !self.limits.probes || !searches || !came.held() {
            return Ok(came);
        }
        let time = (began.elapsed() / 100).max(Duration::from_millis(10));
        let plan =
            || self.plan(&Phase { bound: None, most_states: None, until: Instant::now() + time });
        self.explore(&Plan { audit: 1, ..plan() }, &Watched::default())?;
        let search = Options { paranoid: true, ..plan().search };
        let explored = self.explore(&Plan { audit: 0, search, ..plan() }, &Watched::default())?;
        match explored.end {
            // It has found what the search before it has lost.
            End::Failed { .. } => Err(PlanError::Engine(
                "search: an execution fails that the search had taken for known: a checkpoint leaves out a local, or threads share \
                 what is not of this crate (an atomic of std, for example)"
                    .into(),
            )),
            End::Complete | End::Stopped => Ok(came),
        }
    }
}

/// As many threads as the engine has.
fn most_threads(spurious: bool) -> usize {
    match ENGINE.name() {
        // One of loom's five is needed for choices.
        "loom" if spurious => 4,
        "loom" => 5,
        // A search has room for 64 in its sleep sets.
        _ => 64,
    }
}
