//! What the workers of one search have in common: the visited states, the work to give away, the limits,
//! and what has come of it.
//!
//! # Handing over work
//! 1. A worker that has nothing left to do waits for a job.
//! 2. Another sees that somebody waits, and gives away what it would do last at the node nearest to the
//!    root: all outcomes of one thread's step, with the path there.
//! 3. When all wait, the search is over.
//!
//! Who gives a step away does not let its thread sleep in what it explores itself, and whoever takes it
//! lets only those sleep that had been explored before: each goes by what it knows, so a step may be
//! taken by both, and none is left out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::cache::Visited;
use crate::interface::Pick;
use crate::operation::ThreadId;
use crate::options::{Incomplete, Options, Statistics};
use crate::paranoid::{Paranoid, Unsound};
use crate::search::Frame;

/// What the workers of one search have in common.
pub struct Shared {
    pub(crate) options: Options,
    pub(crate) visited: Visited,
    /// The states, where they are not what is cached.
    pub(crate) distinct: Visited,
    pub(crate) paranoid: Option<Paranoid>,
    /// The threads, by their numbers in sleep sets.
    names: Mutex<Vec<ThreadId>>,
    pool: Mutex<Pool>,
    job_added: Condvar,
    /// Workers that wait for a job that is not there yet.
    idle_workers: AtomicUsize,
    /// All are to stop.
    over: AtomicBool,
    /// The steps of the shortest failure so far, with [`Options::shorter_than`].
    shortest: AtomicUsize,
    results: Mutex<Results>,
    traces: Mutex<HashSet<u128>>,
    pairs: Mutex<HashSet<u128>>,
}

/// Jobs that nobody has taken.
#[derive(Default)]
struct Pool {
    jobs: Vec<Job>,
    waiting: usize,
}

/// Work that is given away: a node, and what is left to do there.
pub(crate) struct Job {
    pub(crate) path: Vec<Pick>,
    pub(crate) frame: Frame,
}

/// What has come of the search so far.
#[derive(Default)]
struct Results {
    statistics: Statistics,
    incomplete: Option<Incomplete>,
    bounded: bool,
    unsound: Option<Unsound>,
}

impl Shared {
    /// Of a search that has not begun.
    pub fn new(options: Options) -> Shared {
        Shared {
            shortest: AtomicUsize::new(options.shorter_than.unwrap_or(usize::MAX)),
            paranoid: options.paranoid.then(Paranoid::default),
            options,
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

    /// What it has come to so far.
    pub fn statistics(&self) -> Statistics {
        let queued: usize = lock(&self.pool).jobs.iter().map(|job| job.frame.left()).sum();
        let so_far = lock(&self.results).statistics;
        Statistics {
            states: self.all().len() as u64,
            traces: lock(&self.traces).len() as u64,
            pairs: lock(&self.pairs).len() as u64,
            open: so_far.open + queued as u64,
            estimated: self.options.estimated,
            ..so_far
        }
    }

    /// Of the distinct states: see [`Statistics::digest`].
    pub fn digest(&self) -> u64 {
        self.all().digest()
    }

    /// Why not everything was explored, if so.
    pub fn incomplete(&self) -> Option<Incomplete> {
        lock(&self.results).incomplete
    }

    /// The bound left something out: a larger one would explore more.
    pub fn is_bounded(&self) -> bool {
        lock(&self.results).bounded
    }

    /// Two executions with the same state that go on differently, if any were found.
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

    /// What is cached are states, with nothing of how they were reached.
    pub(crate) fn caches_states(&self) -> bool {
        let Options { cache, bound, shorter_than, classes, .. } = &self.options;
        *cache && bound.is_none() && shorter_than.is_none() && !classes
    }

    /// All executions are done. With [`Options::paranoid`], what was seen beyond known states has to have
    /// been visited as well.
    pub fn finish(&self) {
        let Some(paranoid) = &self.paranoid else { return };
        if self.incomplete().is_none() {
            let missed = paranoid.missed(&self.visited, self.options.bound.is_some());
            missed.into_iter().for_each(|unsound| self.report_unsound(unsound));
        }
    }

    /// Ends the search: its workers leave as soon as they notice.
    pub fn stop(&self, why: Incomplete) {
        lock(&self.results).incomplete.get_or_insert(why);
        self.over.store(true, Ordering::Relaxed);
        // Under the lock: nobody looks at the flag, and then waits, meanwhile.
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

    /// An execution of so many steps is not looked into.
    pub(crate) fn is_too_long(&self, steps: usize) -> bool {
        steps >= self.shortest.load(Ordering::Relaxed)
    }

    /// An execution failed after so many steps: whether none was shorter so far.
    pub(crate) fn is_new_shortest(&self, steps: usize) -> bool {
        self.shortest.fetch_min(steps, Ordering::Relaxed) > steps
    }

    /// Adds what a worker has come to since the last time.
    pub(crate) fn report(&self, since: &Statistics) {
        lock(&self.results).statistics.add(since);
    }

    pub(crate) fn trace(&self, trace: u128) {
        lock(&self.traces).insert(trace);
    }

    pub(crate) fn pair(&self, pair: u128) {
        lock(&self.pairs).insert(pair);
    }

    /// The limit that has been met, if one has. `looks`: those that take time are looked at, too.
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

    /// All names there are, and this one.
    pub(crate) fn names(&self, thread: ThreadId) -> Vec<ThreadId> {
        let mut names = lock(&self.names);
        if !names.contains(&thread) {
            names.push(thread);
        }
        names.clone()
    }

    /// Somebody waits for a job, and there is none.
    pub(crate) fn wants_work(&self) -> bool {
        self.idle_workers.load(Ordering::Relaxed) > 0
    }

    /// Gives work away.
    pub(crate) fn give(&self, job: Job) {
        let mut pool = lock(&self.pool);
        pool.jobs.push(job);
        self.idle_workers.store(pool.waiting.saturating_sub(pool.jobs.len()), Ordering::Relaxed);
        self.job_added.notify_one();
    }

    /// Waits for work. `None` if the search is over.
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

/// The bytes of memory that the process has; 0 where that cannot be known.
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
    fn what_nobody_has_taken_is_left_to_do() {
        let shared = Shared::new(Options { jobs: 2, ..Options::default() });
        let pick = Pick { thread: ThreadId::MAIN, outcome: 0 };
        let frame = Frame::with_todo(vec![pick, pick]);
        shared.give(Job { path: Vec::new(), frame });
        shared.report(&Statistics { open: 3, ..Statistics::default() });
        assert_eq!(shared.statistics().open, 5);
    }
}
