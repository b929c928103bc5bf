//! The substrate that restores: threads on stacks that are copied, with all memory of the program.
//!
//! At a node that the search will come back to, the live part of the execution is copied out; to come back,
//! it is copied back, to the same addresses. Nothing is unwound and nothing is run twice. `README.md` has
//! the argument for it, and its limits; [`crate::current`] says what the program is to tell.
//!
//! With [`Restore::audit`], every `k`-th time the steps to the node are run from scratch as well, and what
//! has been restored is compared with that.

mod audit;
mod driver;
mod other_panic;

use std::cell::Cell;

use driver::Run;
use other_panic::SharedPanic;

use crate::current::{self, STATE};
use crate::interface::{Driven, Ended, Search, Substrate};
use crate::operation::Kind;
use crate::options::Options;
use crate::raw::{self, Arena, Images, Sabotage};
use crate::state::{Fault, Handle};

pub use crate::raw::{Limits, Place};

thread_local! {
    /// The threads are run to their ends.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Announces an operation, and returns when the search has picked it: with the outcome of a choice.
///
/// `world` moves the environment: the calling thread is the one that does it, when no thread can move.
/// In the environment's step itself, nothing is announced.
pub fn operate(kind: Kind, object: Option<Handle>, enabled: bool, world: impl FnMut()) -> u32 {
    current::operate(kind, object, enabled, world, raw::suspend)
}

/// Starts a thread, which [`State::spawn`](crate::state::State::spawn) has been told of.
pub fn spawn(program: impl FnOnce() + 'static) {
    raw::spawn(program);
}

/// The calling thread has ended the execution, and would unwind now. It need not, and is abandoned; unless
/// somebody looks at what is left afterwards, and then this returns.
pub fn abandons() {
    if current::is_searching() && !LEAVING.get() {
        raw::suspend();
    }
}

/// Threads that are restored.
pub struct Restore {
    limits: Limits,
    facade: Box<dyn Facade>,
    options: Options,
    audit: Option<u64>,
    bytes: usize,
}

/// What whoever offers objects to the program does for the substrate.
pub trait Facade {
    /// What the first thread of an execution runs.
    fn program(&self);

    /// Where the program's closure is.
    fn captures(&self) -> Place;

    /// The thread-locals that belong to an execution.
    fn places(&self) -> Vec<Place>;

    /// The execution has ended as it should. Whether all threads have to unwind to their ends, since
    /// somebody will look at what they leave; else they are abandoned.
    fn runs_at_end(&self) -> bool;

    /// An execution is over; `None` if it has not come to an end, since what would follow is known.
    /// Whether the search is to go on.
    fn execution_over(&self, ended: Option<Ended>) -> bool;
}

impl Restore {
    /// The first thread of an execution runs the facade's program.
    pub fn new(limits: Limits, facade: impl Facade + 'static) -> Restore {
        let facade = Box::new(facade);
        Restore { limits, facade, options: Options::default(), audit: None, bytes: 0 }
    }

    /// Audits every `k`-th time that a state is restored; never, if that is 0.
    pub fn audit(self, k: u64) -> Restore {
        Restore { audit: (k > 0).then_some(k), ..self }
    }

    /// As the options of a search say.
    pub fn with(self, options: &Options) -> Restore {
        Restore { options: options.clone(), ..self }
    }

    /// Bytes of the largest saved state of the last search.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn sabotage(&self) -> Option<Sabotage> {
        match self.options.fault? {
            Fault::StackNotRestored(thread) => Some(Sabotage::Stack(thread)),
            Fault::RunNotNoted(thread) => Some(Sabotage::Run(thread)),
            Fault::HeapNotRestored => Some(Sabotage::Heap),
            Fault::PlacesNotRestored => Some(Sabotage::Places),
            Fault::ThawNotNoted => Some(Sabotage::Thaw),
            Fault::PageNotRestored => Some(Sabotage::Page),
            _ => None,
        }
    }
}

impl Substrate for Restore {
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S> {
        let arena = match Arena::new(self.limits) {
            Ok(arena) => arena,
            Err(why) => return Driven { search, diverged: None, panic: Some(Box::new(why)) },
        };
        let mut places = self.facade.places();
        // The book is not copied, but undone.
        places.push(STATE.with_borrow(|state| Place::after(&state.object_table, state)));
        let mut images = Images::new(places);
        images.sabotage = self.sabotage();
        current::set_searching(true);
        let mut run = Run::new(&arena, images, search, &*self.facade, &self.options, self.audit);
        let shared_panic = self.audit.map(|_| SharedPanic::begin());
        let panic = run.drive().err();
        drop(shared_panic);
        self.bytes = run.images.largest();
        run.images.clear_places();
        let driven = Driven { diverged: run.diverged, search: run.search, panic };
        current::set_searching(false);
        current::take_ended();
        driven
    }
}
