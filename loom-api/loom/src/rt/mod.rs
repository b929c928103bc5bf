//! One execution of a model: its threads, and what they report to the search.
//!
//! All threads run on one OS thread. A thread switches only where it announces an operation ([`Op::begin`]), so what it
//! does between two of those is one step, and nothing here needs a lock. Everything that belongs to an execution lies in
//! memory that the search saves, restores and hashes; an object is known to the search by its address.

mod current;
mod execution;
mod flag;
mod object;
mod operation;
mod panic;
pub(crate) mod record;
mod settings;
mod thread;

pub(crate) use self::current::{current, is_still, note_concurrent, set_still, take_concurrent};
pub(crate) use self::execution::{count_tracked, exec, flags, places, Local};
pub(crate) use self::flag::Flag;
pub(crate) use self::object::Object;
pub(crate) use self::operation::{choose, switch, Op};
pub(crate) use self::panic::{install_hook, take_failure};
pub(crate) use self::settings::Settings;
pub(crate) use self::thread::{main_thread, spawn};

pub(crate) use explore::operation::Kind;
