//! The table of the objects: no part of saved states, but undone change by change.
//!
//! An object's id never changes, and few objects change in a step, while a saved state would hold all of
//! them. So they lie outside the execution, with a log of the changes since the oldest mark.
//! 1. The driver sets a mark when it saves a state ([`State::mark`]).
//! 2. Each later change is logged with the value before.
//! 3. When the driver restores a saved state, it undoes the changes that were logged since its mark, and
//!    removes the objects that were created since ([`State::undo_to_mark`]). The mark stays until the saved
//!    state is dropped ([`State::pop_mark`]).

#![cfg_attr(not(feature = "explore"), allow(dead_code))] // nothing is restored there

use crate::allocate_outside;
use crate::fingerprint::Fingerprints;
use crate::operation::ThreadId;
use crate::renaming;

use super::{Fault, Object, State};

#[cfg(feature = "explore")]
use crate::raw::leaving_no_residue;

/// Without restoring there are no audits, and so nothing to hide from them.
#[cfg(not(feature = "explore"))]
fn leaving_no_residue<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// The objects of an execution, and a log of their earlier fingerprints.
#[derive(Default)]
pub(crate) struct ObjectTable {
    pub(super) objects: Vec<Object>,
    /// For each object, the fingerprints of its id and value under each renaming, in consecutive places.
    pub(super) prints: Vec<u128>,
    /// The objects that have changed since the first mark, and their fingerprints before each change.
    changed: Vec<u32>,
    before: Vec<u128>,
    marks: Vec<Mark>,
    /// The rest of a state, which seldom changes, and its fingerprints.
    rest: Option<(Rest, Fingerprints)>,
}

/// The number of the environment's objects, whether the execution has ended, and rounds without progress.
type Rest = (u32, bool, Option<(ThreadId, u32)>);

/// The lengths of the lists when the mark was set.
#[derive(Clone, Copy)]
struct Mark {
    objects: usize,
    changed: usize,
}

/// Room that is reserved for objects and logged changes before there are any. The lists' addresses are in
/// registers now and then, and they must not differ between an audit and the search.
const OBJECTS: usize = 1 << 10;
const CHANGES: usize = 1 << 14;

/// Reserves room outside the execution for `more` entries, and at least for `first`.
fn reserve<T>(all: &mut Vec<T>, more: usize, first: usize) {
    if all.capacity() - all.len() < more {
        allocate_outside(|| all.reserve(more.max(first)));
    }
}

impl Clone for ObjectTable {
    fn clone(&self) -> Self {
        let mut copy = ObjectTable::default();
        copy.clone_from(self);
        copy
    }

    /// Reuses the memory, so that the addresses stay the same.
    fn clone_from(&mut self, other: &Self) {
        self.objects.clone_from(&other.objects);
        self.prints.clone_from(&other.prints);
        self.changed.clone_from(&other.changed);
        self.before.clone_from(&other.before);
        self.marks.clone_from(&other.marks);
        self.rest = other.rest;
    }
}

impl ObjectTable {
    /// Empties the table for a new execution.
    pub(super) fn clear(&mut self) {
        let ObjectTable { objects, prints, changed, before, marks, rest } = self;
        *rest = None;
        objects.clear();
        prints.clear();
        changed.clear();
        before.clear();
        marks.clear();
    }

    /// Adds an object with fingerprints 0, and returns its number.
    pub(super) fn add(&mut self, object: Object) -> usize {
        let count = renaming::count();
        reserve(&mut self.objects, 1, OBJECTS);
        reserve(&mut self.prints, count, OBJECTS * count);
        self.objects.push(object);
        self.prints.resize(self.objects.len() * count, 0);
        self.objects.len() - 1
    }

    /// Logs the object's fingerprints before they change (step 2).
    ///
    /// The size of the log is no part of the execution that calls this, so no residue of it may stay there.
    #[inline]
    pub(super) fn changes(&mut self, index: usize) {
        leaving_no_residue(|| self.logs(index));
    }

    fn logs(&mut self, index: usize) {
        if self.marks.is_empty() {
            return;
        }
        let count = renaming::count();
        reserve(&mut self.changed, 1, CHANGES);
        reserve(&mut self.before, count, CHANGES * count);
        self.changed.push(index as u32);
        self.before.extend_from_slice(&self.prints[index * count..][..count]);
    }

    /// The fingerprints of `rest`, computed only if it has changed.
    #[inline]
    pub(super) fn rest(&mut self, rest: Rest, prints: impl Fn() -> Fingerprints) -> Fingerprints {
        match self.rest {
            Some((known, prints)) if known == rest => prints,
            _ => self.rest.insert((rest, prints())).1,
        }
    }

    /// Whether both tables have the same objects and fingerprints; their logs may differ.
    pub(crate) fn is_as(&self, other: &ObjectTable) -> bool {
        let ids = |object_table: &ObjectTable| {
            object_table.objects.iter().map(|object| object.id).collect::<Vec<_>>()
        };
        ids(self) == ids(other) && self.prints == other.prints
    }
}

impl State {
    /// Sets a mark: the state has been saved, except for its objects (step 1).
    pub(crate) fn mark(&mut self) {
        let ObjectTable { objects, changed, marks, .. } = &mut self.object_table;
        marks.push(Mark { objects: objects.len(), changed: changed.len() });
    }

    /// Undoes the changes of objects since the last mark, whose state has been restored otherwise (step 3).
    pub(crate) fn undo_to_mark(&mut self) {
        let forgets = self.fault == Some(Fault::ObjectTableNotRestored);
        let ObjectTable { objects, prints, changed, before, marks, .. } = &mut self.object_table;
        let Some(mark) = marks.last() else { return };
        let count = renaming::count();
        // In reverse order, since an object may have changed more than once.
        while changed.len() > mark.changed {
            let Some(index) = changed.pop() else { break };
            let was = before.len() - count;
            if !forgets {
                prints[index as usize * count..][..count].copy_from_slice(&before[was..]);
            }
            before.truncate(was);
        }
        objects.truncate(mark.objects);
        prints.truncate(mark.objects * count);
    }

    /// Removes the last mark, whose saved state is dropped.
    pub(crate) fn pop_mark(&mut self) {
        let ObjectTable { changed, before, marks, .. } = &mut self.object_table;
        marks.pop();
        if marks.is_empty() {
            changed.clear();
            before.clear();
        }
    }
}
