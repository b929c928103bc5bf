//! The only module with `unsafe` code: memory that is copied out and back, the stacks in it, the allocator.
//!
//! # Invariants of this module
//! 1. An [`Arena`] is a span of addresses of its own. One OS thread uses it at a time, the one that made it
//!    current. Nothing in it ever moves to another address.
//! 2. Code is *inside* while a thread of the program runs ([`inside`]). Everything that it allocates then
//!    lies in the arena. Allocations made outside never do.
//! 3. Threads of the program run only in [`Arena::resume`]. Between two of those calls no frame on an OS
//!    thread's stack borrows anything in the arena, so its bytes may be changed: [`Images`] does that.
//! 4. Copying bytes back restores the arena. Values in it are neither dropped nor duplicated by that; they
//!    are in an earlier state. This is sound if nothing in the arena owns anything outside. The facade
//!    ensures that with [`OutsideArc`]; the allocator detects programs that violate it.
//! 5. Abandoned values are never dropped: the next execution begins by discarding everything.
#![allow(unsafe_code)]

mod address_space;
mod arena;
mod captures;
mod clock;
mod compare;
mod exit;
mod fill;
mod frozen_pages;
mod global;
mod heap;
mod image;
mod inside;
mod memory;
mod memory_signals;
mod os_thread;
mod outside;
mod prefetch;
mod statics;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod syscall;
mod syscall_filter;
mod thread;
mod trouble;

pub(crate) use self::inside::in_book;
pub(crate) use arena::Arena;
pub use arena::Limits;
pub(crate) use captures::Captures;
pub(crate) use clock::refuse_clock;
pub(crate) use compare::{Driver, Live};
pub(crate) use fill::{further_down, leaving_no_residue, set_fill, with_filled_registers};
pub use global::{allocate_outside, Allocator};
pub(crate) use global::{inside, is_installed, take_trouble};
pub use image::Place;
pub(crate) use image::{Images, Sabotage};
pub(crate) use memory::{offset, LeftOut, Memory, Written};
pub use os_thread::on_os_thread;
pub use outside::OutsideArc;
pub(crate) use prefetch::prefetch;
pub use thread::Program;
pub(crate) use thread::{spawn, spawn_first, suspend};
pub(crate) use trouble::STATIC;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!(
    "feature `explore` is for Linux and macOS on x86-64 and aarch64: choose --features shuttle (the same \
     search, slower), --features loom (weak memory), or no engine (std)"
);
