//! The state shared by the workers of one search: visited states, work to give away, limits, and results.
//!
//! # Handing over work
//! 1. A worker with no steps left waits for a job.
//! 2. Another worker sees that one waits, and gives away the steps that it would take last, at the node
//!    nearest to the root: all outcomes of one thread's step, with the path there.
//! 3. When all workers wait, the search is over.
//!
//! The worker that gives a step away does not let the step's thread sleep in what it explores itself. The
//! worker that takes the step lets only those threads sleep that had been explored before. Each relies only
//! on what it knows, so both may take a step, but none is left out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::cache::Visited;
use crate::fault::{self, Fault};
use crate::interface::Pick;
use crate::liveness::{Graph, Livelock};
use crate::operation::ThreadId;
use crate::options::{Incomplete, Options, Statistics};
use crate::paranoid::{Paranoid, Unsound};
use crate::search::Frame;

/// The state shared by the workers of one search.
pub struct Shared {
    pub(crate) options: Options,
    /// The fault that a test has planted.
    pub(crate) fault: Option<Fault>,
    pub(crate) visited: Visited,
    /// The distinct states, if the cache keys are not plain states.
    pub(crate) distinct: Visited,
    pub(crate) paranoid: Option<Paranoid>,
    /// The states and steps, with [`Options::liveness`].
    pub(crate) graph: Option<Graph>,
    /// The threads, by their numbers in sleep sets.
    names: Mutex<Vec<ThreadId>>,
    pool: Mutex<Pool>,
    job_added: Condvar,
    /// The number of waiting workers for which there is no job yet.
    idle_workers: AtomicUsize,
    /// All workers must stop.
    over: AtomicBool,
    /// The steps of the shortest failure so far, with [`Options::shorter_than`].
    shortest: AtomicUsize,
    results: Mutex<Results>,
    traces: Mutex<HashSet<u128>>,
    pairs: Mutex<HashSet<u128>>,
}

/// Jobs that no worker has taken yet.
#[derive(Default)]
struct Pool {
    jobs: Vec<Job>,
    waiting: usize,
}

/// A job: a node, and the steps that are left to take there.
pub(crate) struct Job {
    pub(crate) path: Vec<Pick>,
    pub(crate) frame: Frame,
}

/// The results of the search so far.
#[derive(Default)]
struct Results {
    statistics: Statistics,
    incomplete: Option<Incomplete>,
    bounded: bool,
    unsound: Option<Unsound>,
}

impl Shared {
    /// The shared state of a search that has not begun.
    pub fn new(options: Options) -> Shared {
        Shared {
            shortest: AtomicUsize::new(options.shorter_than.unwrap_or(usize::MAX)),
            paranoid: options.paranoid.then(Paranoid::default),
            graph: options.liveness.then(Graph::default),
            options,
            fault: fault::planted(),
            visited: Visited::default(),
            distinct: Visited::default(),
            names: Mutex::default(),
            pool: Mutex::default(),
            job_added: Condvar::new(),
            idle_workers: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            results: Mutex::default(),
            traces: Mutex::default(),
            pairs: Mutex::default(),
        }
    }

    /// The statistics so far.
    pub fn statistics(&self) -> Statistics {
        let queued: usize = lock(&self.pool).jobs.iter().map(|job| job.frame.left()).sum();
        let so_far = lock(&self.results).statistics;
        Statistics {
            states: self.all().len() as u64,
            traces: lock(&self.traces).len() as u64,
            pairs: lock(&self.pairs).len() as u64,
            edges: self.graph.as_ref().map_or(0, Graph::len),
            open: so_far.open + queued as u64,
            estimated: self.options.estimated,
            ..so_far
        }
    }

    /// The digest of the distinct states: see [`Statistics::digest`].
    pub fn digest(&self) -> u64 {
        self.all().digest()
    }

    /// Why the search is incomplete, if it is.
    pub fn incomplete(&self) -> Option<Incomplete> {
        lock(&self.results).incomplete
    }

    /// Whether the bound left something out, so that a larger one would explore more.
    pub fn is_bounded(&self) -> bool {
        lock(&self.results).bounded
    }

    /// Two executions with the same state that continue differently, if the search found any.
    pub fn unsound(&self) -> Option<Unsound> {
        lock(&self.results).unsound.clone()
    }

    /// The fingerprints of the distinct states.
    pub fn states(&self) -> Vec<u128> {
        self.all().fingerprints()
    }

    /// The distinct pairs of shared memory and pending operations, with [`Options::pairs`].
    pub fn pairs(&self) -> Vec<u128> {
        lock(&self.pairs).iter().copied().collect()
    }

    fn all(&self) -> &Visited {
        if self.caches_states() {
            &self.visited
        } else {
            &self.distinct
        }
    }

    /// Whether the cache keys are plain states, without anything about how they were reached.
    pub(crate) fn caches_states(&self) -> bool {
        let Options { cache, bound, shorter_than, classes, .. } = &self.options;
        *cache && bound.is_none() && shorter_than.is_none() && !classes
    }

    /// Called when all executions are done. With [`Options::paranoid`], checks that everything seen beyond
    /// known states has been visited.
    pub fn finish(&self) {
        let Some(paranoid) = &self.paranoid else { return };
        if self.incomplete().is_none() {
            let missed = paranoid.missed(&self.visited, self.options.bound.is_some());
            missed.into_iter().for_each(|unsound| self.report_unsound(unsound));
        }
    }

    /// The livelock of a search with [`Options::liveness`] that is finished, if there is one.
    pub fn livelock(&self) -> Option<Livelock> {
        let graph = self.graph.as_ref().filter(|_| self.incomplete().is_none())?;
        graph.livelock(&lock(&self.names))
    }

    /// Ends the search: its workers stop as soon as they notice.
    pub fn stop(&self, why: Incomplete) {
        lock(&self.results).incomplete.get_or_insert(why);
        self.over.store(true, Ordering::Relaxed);
        // Notified under the lock, so that no worker can check the flag before the store and begin to wait
        // after the notification.
        let _pool = lock(&self.pool);
        self.job_added.notify_all();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub(crate) fn report_unsound(&self, unsound: Unsound) {
        lock(&self.results).unsound.get_or_insert(unsound);
        self.stop(Incomplete::Unsound);
    }

    pub(crate) fn note_bound_reached(&self) {
        lock(&self.results).bounded = true;
    }

    /// Whether an execution with this many steps is too long to be explored.
    pub(crate) fn is_too_long(&self, steps: usize) -> bool {
        steps >= self.shortest.load(Ordering::Relaxed)
    }

    /// Records a failure after this many steps. Returns whether it is the shortest so far.
    pub(crate) fn is_new_shortest(&self, steps: usize) -> bool {
        self.shortest.fetch_min(steps, Ordering::Relaxed) > steps
    }

    /// Adds a worker's statistics since its last report.
    pub(crate) fn report(&self, since: &Statistics) {
        lock(&self.results).statistics.add(since);
    }

    pub(crate) fn trace(&self, trace: u128) {
        lock(&self.traces).insert(trace);
    }

    pub(crate) fn pair(&self, pair: u128) {
        lock(&self.pairs).insert(pair);
    }

    /// The limit that has been met, if any. `slow_too` also checks the limits that take time to check.
    pub(crate) fn limit(
        &self,
        executions: u64,
        depth: usize,
        slow_too: bool,
    ) -> Option<Incomplete> {
        let options = &self.options;
        if options.max_states.is_some_and(|max| self.all().len() > max) {
            return Some(Incomplete::States);
        }
        if let Some(max) = options.max_executions {
            if lock(&self.results).statistics.executions + executions >= max {
                return Some(Incomplete::Executions);
            }
        }
        if depth > options.max_depth {
            return Some(Incomplete::Depth);
        }
        if options.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Some(Incomplete::Stopped);
        }
        if slow_too && options.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Some(Incomplete::Time);
        }
        if slow_too && options.max_memory.is_some_and(|max| memory() > max) {
            return Some(Incomplete::Memory);
        }
        None
    }

    /// Adds the thread if it is new, and returns the threads by their numbers in sleep sets.
    pub(crate) fn names(&self, thread: ThreadId) -> Vec<ThreadId> {
        let mut names = lock(&self.names);
        if !names.contains(&thread) {
            names.push(thread);
        }
        names.clone()
    }

    /// Whether a worker waits for a job and there is none.
    pub(crate) fn wants_work(&self) -> bool {
        self.idle_workers.load(Ordering::Relaxed) > 0
    }

    /// Adds a job to the pool.
    pub(crate) fn give(&self, job: Job) {
        let mut pool = lock(&self.pool);
        pool.jobs.push(job);
        self.idle_workers.store(pool.waiting.saturating_sub(pool.jobs.len()), Ordering::Relaxed);
        self.job_added.notify_one();
    }

    /// Waits for a job; `None` if the search is over.
    pub(crate) fn take(&self) -> Option<Job> {
        let mut pool = lock(&self.pool);
        pool.waiting += 1;
        loop {
            if self.is_over() {
                return None;
            }
            if let Some(job) = pool.jobs.pop() {
                pool.waiting -= 1;
                self.idle_workers
                    .store(pool.waiting.saturating_sub(pool.jobs.len()), Ordering::Relaxed);
                return Some(job);
            }
            if pool.waiting == self.options.jobs {
                self.over.store(true, Ordering::Relaxed);
                self.job_added.notify_all();
                return None;
            }
            self.idle_workers.store(pool.waiting, Ordering::Relaxed);
            pool = self.job_added.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The memory of the process in bytes; 0 where that cannot be known.
fn memory() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_no_worker_has_taken_counts_as_open() {
        let shared = Shared::new(Options { jobs: 2, ..Options::default() });
        let pick = Pick { thread: ThreadId::MAIN, outcome: 0 };
        let frame = Frame::with_todo(vec![pick, pick]);
        shared.give(Job { path: Vec::new(), frame });
        shared.report(&Statistics { open: 3, ..Statistics::default() });
        assert_eq!(shared.statistics().open, 5);
    }
}
