//! One execution of a model: its threads, and what they report to the search.
//!
//! All threads run on one OS thread. A thread switches only where it announces an operation ([`Op::begin`]), so what it
//! does between two of those is one step, and nothing here needs a lock. Everything that belongs to an execution lies in
//! memory that the search saves, restores and hashes; an object is known to the search by its address.

mod execution;
mod object;
mod operation;
mod panic;
pub(crate) mod record;
mod thread;

pub(crate) use execution::{count_tracked, exec, places, Flag, Settings, SETTINGS};
pub(crate) use object::Object;
pub(crate) use operation::{choose, is_still, set_still, switch, Op};
pub(crate) use panic::{install_hook, take_failure};
pub(crate) use thread::{current, flags, main_thread, spawn, Local};

pub(crate) use explore::operation::Kind;
