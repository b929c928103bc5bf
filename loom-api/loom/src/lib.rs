//! The public API of loom 0.7 on an exhaustive, *sequentially consistent* search: other people's loom tests, unchanged.
//!
//! `README.md`, one folder up, says how to use it and what the real loom is still needed for.
//!
//! | module | is |
//! |---|---|
//! | [`mod@model`] | runs a model: bounds, limits, and the report |
//! | `rt` | one execution: threads, objects, operations |
//! | [`sync`], [`thread`], [`cell`], [`alloc`], [`future`], [`hint`], [`mod@lazy_static`] | loom's modules |

#[cfg(target_feature = "avx")]
compile_error!(
    "pidle: target-feature: the search clears the registers that every x86-64 has, and no others: build without \
     -C target-cpu=native and -C target-feature"
);

mod macros;
mod rt;

pub mod alloc;
pub mod cell;
pub mod future;
pub mod hint;
pub mod lazy_static;
pub mod model;
pub mod sync;
pub mod thread;

#[doc(inline)]
pub use crate::model::model;

pub use explore::allocate_outside as outside;

#[cfg(not(feature = "own-allocator"))]
#[global_allocator]
static ALLOCATOR: alloc::Allocator = alloc::Allocator::SYSTEM;

/// The most threads of a model that the real loom allows. Here there is room for more.
pub const MAX_THREADS: usize = 5;

/// Begins to explore, after [`stop_exploring`] or in a model that expects it
/// ([`Builder::expect_explicit_explore`](model::Builder::expect_explicit_explore)).
pub fn explore() {
    rt::set_still(false);
}

/// Stops exploring until [`explore`] is called: no thread switches, unless it has to wait.
pub fn stop_exploring() {
    rt::set_still(true);
}

/// Has no effect: the real loom explores no alternatives of the next operation, here none is left out.
pub fn skip_branch() {}
