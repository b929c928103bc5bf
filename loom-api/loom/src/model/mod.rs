//! Runs models: `loom::model` and its builder.

mod limits;
mod os_thread;
mod report;
mod search;
mod table;
mod watched;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use limits::{Asked, Limits};

/// How a model is run: loom's fields, with loom's environment variables.
///
/// What else there is to set is set by environment variables: see the README.
#[derive(Debug)]
#[non_exhaustive]
pub struct Builder {
    /// The most threads, with the first one. The real loom's default, 5, is no limit here; another number is.
    pub max_threads: usize,
    /// The most steps of an execution. The real loom's default, 1,000, is no limit here; another number is, and an
    /// execution with more steps makes the search incomplete.
    pub max_branches: usize,
    /// The most executions; the search is incomplete if it has more. `LOOM_MAX_PERMUTATIONS`.
    pub max_permutations: Option<usize>,
    /// The most time; the search is incomplete if it takes longer. `LOOM_MAX_DURATION`, in seconds.
    pub max_duration: Option<Duration>,
    /// The most preemptions of an execution. `LOOM_MAX_PREEMPTIONS`.
    pub preemption_bound: Option<usize>,
    /// Has no effect: a search is not continued later.
    pub checkpoint_file: Option<PathBuf>,
    /// Has no effect.
    pub checkpoint_interval: usize,
    /// Explores only from the first call of [`explore`](crate::explore) on.
    pub expect_explicit_explore: bool,
    /// Has no effect: places in the source are always known.
    pub location: bool,
    /// Has no effect: a failure is shown with its interleaving.
    pub log: bool,
}

/// The real loom's defaults, which are no limits here.
const DEFAULT_THREADS: usize = 5;
const DEFAULT_BRANCHES: usize = 1_000;

impl Builder {
    /// The defaults, and what the environment says.
    ///
    /// # Panics
    /// If an environment variable has no valid value.
    pub fn new() -> Builder {
        Builder {
            max_threads: DEFAULT_THREADS,
            max_branches: limits::env("LOOM_MAX_BRANCHES").unwrap_or(DEFAULT_BRANCHES),
            max_permutations: limits::env("LOOM_MAX_PERMUTATIONS"),
            max_duration: limits::env("LOOM_MAX_DURATION").map(Duration::from_secs),
            preemption_bound: limits::env("LOOM_MAX_PREEMPTIONS"),
            checkpoint_file: None,
            checkpoint_interval: 20_000,
            expect_explicit_explore: false,
            location: false,
            log: false,
        }
    }

    /// Has no effect: a search is not continued later.
    pub fn checkpoint_file(&mut self, file: &str) -> &mut Self {
        self.checkpoint_file = Some(file.into());
        self
    }

    fn asked(&self) -> Asked {
        let other = |value, default| (value != default).then_some(value);
        Asked {
            bound: self.preemption_bound,
            duration: self.max_duration,
            executions: self.max_permutations,
            steps: other(self.max_branches, DEFAULT_BRANCHES),
            threads: other(self.max_threads, DEFAULT_THREADS),
            explicit: self.expect_explicit_explore,
        }
    }

    /// Runs the model in all interleavings, within the builder's limits, and prints a line.
    ///
    /// # Panics
    /// If an execution fails, with the interleaving; if the search reports an error of the program; and if the search is
    /// incomplete and `PIDLE_STRICT=1` is set.
    #[track_caller]
    pub fn check<F>(&self, f: F)
    where
        F: Fn() + Sync + Send + 'static,
    {
        let limits = Limits::new(&self.asked());
        let report = search::run(&limits, Arc::new(f));
        report.publish(&limits);
        if report.is_failure(&limits) {
            panic!("{report}");
        }
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs the model in all interleavings, with a default [`Builder`].
///
/// # Panics
/// As [`Builder::check`].
#[track_caller]
pub fn model<F>(f: F)
where
    F: Fn() + Sync + Send + 'static,
{
    Builder::new().check(f)
}
