//! The substrate that restores: it copies the threads' stacks and all memory of the program.
//!
//! At a node to which the search will return, the live part of the execution is copied out; to return, it
//! is copied back to the same addresses. Nothing is unwound, and no step is run twice. `README.md` has the
//! argument for its soundness, and its limits; [`crate::current`] says what the program must report.
//!
//! With [`Restore::audit`], the steps to every `k`-th restored node are also run from scratch, and the two
//! results are compared.

mod audit;
mod driver;
mod facade;
mod other_panic;

use driver::{Run, LEAVING};
use other_panic::SharedPanic;

use crate::current::{self, STATE};
use crate::fault::Fault;
use crate::interface::{Driven, Search, Substrate};
use crate::operation::Kind;
use crate::options::Options;
use crate::raw::{self, Arena, Captures, Images, LeftOut, Memory, Sabotage};
use crate::state::Handle;

pub use crate::raw::{Limits, Place, Program};
pub use facade::Facade;

/// Announces an operation, and returns when the search has picked it. Returns the outcome of a choice.
///
/// `world` moves the environment; it is called on the calling thread if no thread can move and the search
/// picks that. During the environment's own step, operations are not announced.
pub fn operate(kind: Kind, object: Option<Handle>, enabled: bool, world: impl FnMut()) -> u32 {
    current::operate(kind, object, enabled, world, raw::suspend)
}

/// Starts a thread, after [`State::spawn`](crate::state::State::spawn) has registered it.
pub fn spawn(program: impl FnOnce() + 'static) {
    raw::spawn(program);
}

/// Called by a thread that has ended the execution and would unwind now. It does not return: the thread is
/// abandoned instead. It returns if code for the end of the execution is registered, which needs all
/// threads unwound.
pub fn abandons() {
    if current::is_searching() && !LEAVING.get() {
        raw::suspend();
    }
}

/// The substrate that restores.
pub struct Restore {
    limits: Limits,
    facade: Box<dyn Facade>,
    options: Options,
    audit: Option<u64>,
    bytes: usize,
}

impl Restore {
    /// Creates the substrate for the facade's program.
    pub fn new(limits: Limits, facade: impl Facade + 'static) -> Restore {
        let facade = Box::new(facade);
        Restore { limits, facade, options: Options::default(), audit: None, bytes: 0 }
    }

    /// Audits every `k`-th restored state; none if `k` is 0.
    pub fn audit(self, k: u64) -> Restore {
        Restore { audit: (k > 0).then_some(k), ..self }
    }

    /// Uses the options of a search.
    pub fn with(self, options: &Options) -> Restore {
        Restore { options: options.clone(), ..self }
    }

    /// The size in bytes of the largest saved state of the last search.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What a planted fault keeps from being restored.
fn sabotage(fault: Option<Fault>) -> Option<Sabotage> {
    match fault? {
        Fault::StackNotRestored(thread) => Some(Sabotage::Stack(thread)),
        Fault::RunNotRecorded(thread) => Some(Sabotage::Run(thread)),
        Fault::HeapNotRestored => Some(Sabotage::Heap),
        Fault::ThreadHeapNotRestored(thread) => Some(Sabotage::ThreadHeap(thread)),
        Fault::PlacesNotRestored => Some(Sabotage::Places),
        Fault::ThawNotRecorded => Some(Sabotage::Thaw),
        Fault::PageNotRestored => Some(Sabotage::Page),
        _ => None,
    }
}

/// What a planted fault keeps out of the fingerprint of memory.
fn left_out_of_memory(fault: Option<Fault>) -> Option<LeftOut> {
    match fault? {
        Fault::StackNotHashed(thread) => Some(LeftOut::Stack(thread)),
        Fault::HeapNotHashed(thread) => Some(LeftOut::Heap(thread)),
        _ => None,
    }
}

impl Substrate for Restore {
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S> {
        let arena = match Arena::new(self.limits, self.options.memory) {
            Ok(arena) => arena,
            Err(why) => return Driven { search, diverged: None, panic: Some(Box::new(why)) },
        };
        if !raw::is_installed(&arena) {
            let why = "the program has a global allocator of its own, which the search needs to be inside `Allocator`: \
                       `static ALLOCATOR: Allocator<Own> = Allocator(Own);`";
            return Driven { search, diverged: None, panic: Some(Box::new(why.to_owned())) };
        }
        let fault = search.fault();
        arena.leftovers.set(fault == Some(Fault::MemoryNotCleared));
        let mut places = self.facade.places();
        // The object table is not copied: its changes are undone instead.
        places.push(STATE.with_borrow(|state| Place::after(&state.object_table, state)));
        let captures = Captures::of(self.facade.captures());
        if self.options.memory && self.options.jobs <= 1 {
            places.extend(captures.counts());
        }
        let mut images = Images::new(places);
        images.sabotage = sabotage(fault);
        current::set_searching(true);
        let program = Place::of(&*self.facade);
        let memory =
            self.options.memory.then(|| Memory::new(&arena, program, left_out_of_memory(fault)));
        let mut run =
            Run::new(&arena, images, search, &*self.facade, &self.options, self.audit, captures);
        run.memory = memory;
        raw::refuse_clock(self.facade.is_strict());
        let shared_panic = self.audit.map(|_| SharedPanic::begin());
        let panic = run.drive().err();
        drop(shared_panic);
        raw::set_fill(None);
        raw::refuse_clock(false);
        self.bytes = run.images.largest();
        run.images.clear_places();
        let driven = Driven { diverged: run.diverged, search: run.search, panic };
        current::set_searching(false);
        current::take_ended();
        driven
    }
}
