//! The workers of a command: built one after the other, while runs on those that are ready go on.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use sync::driver::Engine;

use crate::engines::builder::{self, Profile};
use crate::engines::worker::Worker;
use crate::error::Error;
use crate::text::progress::Progress;

/// The workers that a command needs.
pub struct Workers {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    built: Vec<Worker>,
    failed: Option<Error>,
}

impl Workers {
    /// Workers that are there already.
    pub fn of(built: Vec<Worker>) -> Self {
        let state = State { built, failed: None };
        Workers { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Builds a worker for each of `engines`, in this order, while `body` uses those that are ready.
    ///
    /// # Errors
    /// If a worker cannot be built, whatever `body` returns; or those of `body`.
    pub fn build<R>(
        engines: &[Engine],
        profile: Profile,
        trace: bool,
        progress: &Progress,
        body: impl FnOnce(&Workers) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let workers = Workers::of(Vec::new());
        let done = thread::scope(|scope| {
            scope.spawn(|| {
                for engine in engines {
                    let built = builder::build_beside(progress.bars(), *engine, profile, trace);
                    if !workers.add(built) {
                        break;
                    }
                }
            });
            body(&workers)
        });
        match workers.into_failed() {
            // What was run before it is reported, and the rest as not begun.
            Some(Error::Interrupted) if done.is_ok() => done,
            Some(error) => Err(error),
            None => done,
        }
    }

    /// The worker for `engine`, once it is built; none if a build, of this worker or of one before it, has failed.
    pub fn get(&self, engine: Engine) -> Option<Worker> {
        self.wait_for(|worker| worker.engine == engine)
    }

    /// The first worker that is built; none if its build has failed.
    pub fn first(&self) -> Option<Worker> {
        self.wait_for(|_| true)
    }

    fn wait_for(&self, wanted: impl Fn(&Worker) -> bool) -> Option<Worker> {
        let mut state = self.lock();
        loop {
            // A failure ends the command, so further runs would be wasted.
            if state.failed.is_some() {
                return None;
            }
            if let Some(worker) = state.built.iter().find(|worker| wanted(worker)) {
                return Some(worker.clone());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Returns whether there is any use in building another.
    fn add(&self, built: Result<Worker, Error>) -> bool {
        let mut state = self.lock();
        match built {
            Ok(worker) => state.built.push(worker),
            Err(error) => state.failed = Some(error),
        }
        self.changed.notify_all();
        state.failed.is_none()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_failed(self) -> Option<Error> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failed
    }
}
