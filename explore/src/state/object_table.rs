//! What the search keeps of objects: no part of saved states, but undone change by change.
//!
//! An object's id never changes, and few objects change in a step, while a saved state would hold all of them. So they
//! lie outside of the execution, with a log of the changes since the oldest mark.
//! 1. Whoever saves a state sets a mark ([`State::mark`]).
//! 2. Each change after that is logged, with what was there before.
//! 3. Whoever puts a saved state back undoes what has been logged since its mark, and forgets objects made since
//!    ([`State::undo_to_mark`]). The mark stays, until its state is forgotten ([`State::pop_mark`]).

#![cfg_attr(not(feature = "explore"), allow(dead_code))] // nothing is restored there

use crate::allocate_outside;
use crate::fingerprint::Fingerprints;
use crate::operation::ThreadId;
use crate::renaming;

use super::{Fault, Object, State};

#[cfg(feature = "explore")]
use crate::raw::leaving_no_residue;

/// Where nothing is restored, nothing is audited.
#[cfg(not(feature = "explore"))]
fn leaving_no_residue<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// The objects of an execution, and how they were.
#[derive(Default)]
pub(crate) struct ObjectTable {
    pub(super) objects: Vec<Object>,
    /// Of each object's id and value: for each renaming, one after the other.
    pub(super) prints: Vec<u128>,
    /// The objects that have changed since the first mark, and what their prints were before.
    changed: Vec<u32>,
    before: Vec<u128>,
    marks: Vec<Mark>,
    /// What else a state has, which seldom changes, and its prints.
    rest: Option<(Rest, Fingerprints)>,
}

/// Objects of the environment, whether the execution has ended, and rounds in vain.
type Rest = (u32, bool, Option<(ThreadId, u32)>);

/// How much there was.
#[derive(Clone, Copy)]
struct Mark {
    objects: usize,
    changed: usize,
}

/// Room for so many objects, and changes of them, before there are any: where they lie is in registers now and then,
/// and an audit is not to find another address there.
const OBJECTS: usize = 1 << 10;
const CHANGES: usize = 1 << 14;

/// Makes room outside for one more, and for some after it.
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

    /// Where there is room, in the same place.
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
    /// A new execution, with nothing in it.
    pub(super) fn clear(&mut self) {
        let ObjectTable { objects, prints, changed, before, marks, rest } = self;
        *rest = None;
        objects.clear();
        prints.clear();
        changed.clear();
        before.clear();
        marks.clear();
    }

    /// One more object, whose prints are 0. Its number.
    pub(super) fn add(&mut self, object: Object) -> usize {
        let count = renaming::count();
        reserve(&mut self.objects, 1, OBJECTS);
        reserve(&mut self.prints, count, OBJECTS * count);
        self.objects.push(object);
        self.prints.resize(self.objects.len() * count, 0);
        self.objects.len() - 1
    }

    /// The object's prints are about to change. Step 2.
    ///
    /// How much has been logged is no part of the execution that this is called in, so nothing of it is left there.
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

    /// The prints of that, unless they are known.
    #[inline]
    pub(super) fn rest(&mut self, rest: Rest, prints: impl Fn() -> Fingerprints) -> Fingerprints {
        match self.rest {
            Some((known, prints)) if known == rest => prints,
            _ => self.rest.insert((rest, prints())).1,
        }
    }

    /// Whether objects and prints are the same, whatever they were before.
    pub(crate) fn is_as(&self, other: &ObjectTable) -> bool {
        let ids = |object_table: &ObjectTable| {
            object_table.objects.iter().map(|object| object.id).collect::<Vec<_>>()
        };
        ids(self) == ids(other) && self.prints == other.prints
    }
}

impl State {
    /// This state has been saved, but for objects. Step 1.
    pub(crate) fn mark(&mut self) {
        let ObjectTable { objects, changed, marks, .. } = &mut self.object_table;
        marks.push(Mark { objects: objects.len(), changed: changed.len() });
    }

    /// The state of the last mark has been put back, but for objects. Step 3.
    pub(crate) fn undo_to_mark(&mut self) {
        let forgets = self.fault == Some(Fault::ObjectTableNotRestored);
        let ObjectTable { objects, prints, changed, before, marks, .. } = &mut self.object_table;
        let Some(mark) = marks.last() else { return };
        let count = renaming::count();
        // The last change first: an object may have changed more than once.
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

    /// The saved state of the last mark is forgotten.
    pub(crate) fn pop_mark(&mut self) {
        let ObjectTable { changed, before, marks, .. } = &mut self.object_table;
        marks.pop();
        if marks.is_empty() {
            changed.clear();
            before.clear();
        }
    }
}
