//! The allocator: allocations inside an execution lie in the arena, all others in the system's memory, or where the
//! program's own allocator puts them.
//!
//! A block is freed according to its address:
//! - in the current arena: into its heap;
//! - in another arena, or when no arena is current: not at all. Either the memory there has been discarded
//!   as a whole, or an OS thread that the program started frees it, which is reported
//!   ([`Trouble::Stranger`]);
//! - the system's, freed inside: not at all, since a restored execution would free it once more. It is an
//!   error of the program ([`Trouble::Foreign`]), and so is making such a block larger.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use super::address_space;
use super::arena::Arena;
use super::fill;
use super::heap::Heap;
use super::inside::{self, as_outside, is_inside};
use super::trouble::{self, Trouble};

thread_local! {
    /// The current arena, or null.
    static ARENA: Cell<*const Arena> = const { Cell::new(std::ptr::null()) };
}

/// The error since the last call, if any.
pub(crate) fn take_trouble(arena: &Arena) -> Option<Trouble> {
    trouble::take()
        .or_else(|| address_space::has_stranger(arena.base()).then_some(Trouble::Stranger))
}

/// The current arena, if there is one.
pub(super) fn arena() -> *const Arena {
    ARENA.get()
}

pub(super) fn set_arena(arena: *const Arena) {
    ARENA.set(arena);
}

/// Calls `f`, whose allocations lie in the arena, if there is one.
pub(crate) fn inside<R>(f: impl FnOnce() -> R) -> R {
    inside::with(!arena().is_null(), f)
}

/// Calls `f`, whose allocations outlive the execution.
///
/// What `f` only moves does not outlive the execution: copy it.
pub fn allocate_outside<R>(f: impl FnOnce() -> R) -> R {
    fill::leaving_no_residue(|| as_outside(f))
}

/// The global allocator of each program that is searched: what is allocated in an execution lies in the arena, and all
/// else comes from `A`, a program's own allocator. `A` never sees a block of the arena.
pub struct Allocator<A = System>(pub A);

impl Allocator {
    /// All that is allocated outside of executions comes from the system.
    pub const SYSTEM: Allocator = Allocator(System);
}

#[cfg(test)]
#[global_allocator]
static ALLOCATOR: Allocator = Allocator::SYSTEM;

/// Whether [`Allocator`] is the program's global allocator. Discards what is in the arena, the current one.
pub(crate) fn is_installed(arena: &Arena) -> bool {
    arena.clear();
    let block = inside(|| Box::new(0u64));
    arena.holds((&raw const *block) as usize)
}

/// The heap of the current arena, if the address is in it.
fn heap_of(address: usize) -> Option<*mut Heap> {
    let arena = arena();
    // SAFETY: an arena exists as long as it is current.
    let arena = unsafe { arena.as_ref() }?;
    arena.holds(address).then(|| arena.heap_at(address))
}

// SAFETY: blocks come from a heap or from `A`, and are freed where their addresses say they came
// from, with the layout of their allocation; or they are leaked, which is allowed. Nothing here allocates,
// and thread-locals without destructors can be read at any time.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Allocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !is_inside() {
            return self.0.alloc(layout);
        }
        // SAFETY: inside, an arena is current, and only this thread uses it.
        let block = unsafe { (*(*arena()).heap(inside::heap())).allocate(layout) };
        if block.is_null() {
            trouble::report(Trouble::Exhausted);
            return as_outside(|| self.0.alloc(layout));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !address_space::contains(block as usize) {
            if !is_inside() {
                return self.0.dealloc(block, layout);
            }
            return trouble::report(Trouble::Foreign);
        }
        match heap_of(block as usize) {
            // SAFETY: the block was allocated by this heap, and the caller no longer uses it.
            Some(heap) => unsafe { (*heap).release(block, layout) },
            None => address_space::touched_by_stranger(block as usize),
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !address_space::contains(block as usize) {
            if is_inside() {
                trouble::report(Trouble::Foreign);
            }
            return as_outside(|| self.0.realloc(block, layout, size));
        }
        if layout.align() <= 16 && Heap::same_class(layout.size(), size) {
            return block;
        }
        let wanted = Layout::from_size_align_unchecked(size, layout.align());
        // In the arena, where the block is, even if the code runs outside.
        let new = inside(|| self.alloc(wanted));
        if !new.is_null() {
            std::ptr::copy_nonoverlapping(block, new, size.min(layout.size()));
            self.dealloc(block, layout);
        }
        new
    }
}
