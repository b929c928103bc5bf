//! Searches in which a state is the program's memory, of the same programs.

pub mod facade;

use std::collections::BTreeSet;
use std::sync::Arc;

use explore::interface::{Driven, Substrate};
use explore::options::{Options, Statistics};
use explore::restore::{Limits, Restore};
use explore::search::{Dfs, Incomplete, Shared};
use sync::driver::PlanError;

use crate::found::Found;
use crate::program::Program;
use facade::{Facade, Shown, DEADLOCK};

/// A program, and where it shows what happens: at the same addresses in each search, so that states can be compared.
#[derive(Clone)]
pub struct Case {
    run: Arc<dyn Fn(Shown) + Send + Sync>,
    shown: Shown,
}

impl Case {
    /// The generated program.
    pub fn of(program: &Program) -> Case {
        Case::new(facade::program(program))
    }

    /// Any program, which shows what happens with [`facade::show`].
    pub fn new(run: impl Fn(Shown) + Send + Sync + 'static) -> Case {
        Case { run: Arc::new(run), shown: Box::leak(Box::default()) }
    }

    /// Searches the program, and audits every `audit`-th restored state (none if it is 0); `None` if a limit of the options
    /// was met.
    ///
    /// # Errors
    /// If the search reports an error of itself or of the program.
    pub fn search(
        &self,
        options: &Options,
        audit: u64,
    ) -> Result<Option<(Found, Statistics)>, PlanError> {
        self.shown.lock().clear();
        let options = Options { memory: true, ..options.clone() };
        let shared = Arc::new(Shared::new(options.clone()));
        let work = |number| self.work(&options, &shared, number, audit);
        // The first is this OS thread: alone, it finds the same states in each search.
        let errors: Vec<String> = std::thread::scope(|scope| {
            let others: Vec<_> =
                (1..options.jobs).map(|number| scope.spawn(move || work(number))).collect();
            let first = work(0);
            let others = others.into_iter().filter_map(|worker| worker.join().expect("no panic"));
            first.into_iter().chain(others).collect()
        });
        shared.finish();
        if let Some(error) = errors.into_iter().next() {
            return Err(PlanError::Engine(error));
        }
        let shown = std::mem::take(&mut *self.shown.lock());
        let (failures, outcomes): (BTreeSet<_>, _) =
            shown.into_iter().partition(|text| text == DEADLOCK);
        let states = shared.states().into_iter().collect();
        let found = Found { outcomes, failures, states };
        Ok(shared.incomplete().is_none().then(|| (found, shared.statistics())))
    }

    /// What one worker does. Returns what went wrong.
    fn work(
        &self,
        options: &Options,
        shared: &Arc<Shared>,
        number: usize,
        audit: u64,
    ) -> Option<String> {
        let facade = Facade { run: self.run.clone(), shown: self.shown };
        let limits = Limits { stack: 64 << 10, heap: 4 << 20 };
        let mut restore = Restore::new(limits, facade).audit(audit).with(options);
        let Driven { diverged, panic, .. } = restore.drive(Dfs::worker(shared.clone(), number));
        let error = diverged.map(|diverged| diverged.to_string());
        let panic = panic.map(|panic| *panic.downcast::<String>().expect("a text"));
        let error = error.or(panic);
        if error.is_some() {
            shared.stop(Incomplete::Stopped);
        }
        error
    }
}
