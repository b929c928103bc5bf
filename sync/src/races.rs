//! Data races: two threads that could both access a plain field next, at least one of them to write it.
//!
//! In a search for races ([`Plan::races`](crate::driver::Plan::races)), each access of a
//! [`Plain`](crate::Plain), and each [`Atomic::owner_load`](crate::Atomic::owner_load), is an operation:
//! the thread announces it and waits for its turn. So there is a state in which two threads have announced
//! conflicting accesses if, and only if, some execution has both of them next to each other, and nothing
//! orders the two. The thread that announces second finds the other's announcement, and fails.
//!
//! A search visits each state, whatever it leaves out of the ways there, so it finds each such pair. What a
//! thread has announced is part of the state's fingerprint, so the cache never merges a state with a race
//! with one without.

#![cfg_attr(
    not(searching),
    allow(dead_code) // nothing is searched there
)]

use ::explore::operation::Kind;

use crate::current;
use crate::driver::failure::{Cause, Failure};
use crate::driver::Operation;
use crate::engine::tracking::{self, Object};
use crate::op::Op;
use crate::table::Access;
use crate::Name;

/// A plain access: an operation in a search for races, otherwise nothing.
#[inline]
#[track_caller]
pub(crate) fn plain(name: Name, object: Option<&Object>, kind: Kind) {
    if tracking::races() && current::in_program() {
        step(name, object, kind);
    }
}

#[track_caller]
fn step(name: Name, object: Option<&Object>, kind: Kind) {
    let Some((op, object)) = Op::begin().zip(object) else { return };
    op.is_about(name, kind);
    tracking::access(object, kind);
    op.record(name, kind_of(kind), String::new);
}

/// Ends the execution because `me` and `other` are both about to access an object, and nothing orders the
/// two.
#[cold]
pub(crate) fn fail(me: usize, other: usize) -> ! {
    let Some(execution) = current::execution() else {
        panic!("race: threads {me} and {other}, outside an execution")
    };
    let access = |thread| execution.table().access(thread);
    let both = [(me, access(me)), (other, access(other))];
    let texts = both.map(|(thread, access)| match access {
        Some(Access { kind, at, .. }) => format!("thread {thread} ({} at {at})", kind_of(kind)),
        None => format!("thread {thread}"),
    });
    let name = both.iter().find_map(|(_, access)| access.map(|access| access.name));
    let name = name.map_or_else(|| "an object".to_owned(), |name| name.to_string());
    for (thread, access) in both {
        let Some(Access { name, kind, at }) = access else { continue };
        let value = kind_of(kind).to_owned();
        execution.record(|| Operation { thread, name, kind: "races", value, function: at });
    }
    execution.end_and_leave(crate::execution::Outcome::Failed(Failure {
        cause: Cause::Race,
        message: format!("data race on {name}, by {} and {}", texts[0], texts[1]),
        thread: Some(me),
        location: both[0].1.map(|access| access.at.to_string()),
    }))
}

/// The name of the kind in a recording.
fn kind_of(kind: Kind) -> &'static str {
    match kind {
        Kind::PlainRead => "plain read",
        Kind::PlainWrite => "plain write",
        Kind::Read => "load",
        Kind::Write => "store",
        _ => "update",
    }
}
