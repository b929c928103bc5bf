//! The changes since an observer last asked for them: a part of the execution, restored with it.

use crate::renaming;

use super::{Fault, Handle, State};

/// The changes since an observer last asked for them.
#[derive(Default)]
pub(super) struct Changes {
    /// No observer has asked in this execution yet.
    all: bool,
    /// Whether the number of rounds without progress has changed.
    rounds: bool,
    /// The changed objects, by their numbers in the order of creation, with their fingerprints when an
    /// observer last asked.
    objects: Vec<(u32, u128)>,
}

/// Room that is reserved for objects before any has changed.
const OBJECTS: usize = 8;

/// Something that an observer reads: the number of rounds without progress, something that the search does
/// not track, or an object.
pub type Slot = usize;

/// The number of rounds without progress.
pub const ROUNDS: Slot = 0;

/// Something that the search does not track: it may have changed each time.
pub const UNKNOWN: Slot = 1;

/// The first object.
const FIRST: Slot = 2;

impl Handle {
    /// The slot of the object.
    pub fn slot(self) -> Slot {
        self.index as usize + FIRST
    }
}

impl Changes {
    /// Resets the changes for a new execution.
    pub(super) fn begin(&mut self) {
        self.all = true;
        self.rounds = false;
        self.objects.clear();
        self.objects.reserve(OBJECTS);
    }

    /// Records that the number of rounds without progress has changed.
    pub(super) fn rounds(&mut self) {
        self.rounds = true;
    }

    /// Records that the object has changed, and its fingerprint before.
    #[inline]
    pub(super) fn object(&mut self, index: usize, before: u128) {
        let index = index as u32;
        if !self.all && self.objects.iter().all(|&(known, _)| known != index) {
            self.objects.push((index, before));
        }
    }
}

impl State {
    /// Calls `changed` with each slot whose value differs from when this was last called. Returns true at
    /// the first call in an execution: then everything is new, and `changed` is not called.
    ///
    /// An object that changed and changed back is not reported. A predicate that reads more of an object's
    /// value than is hashed could miss a change by that; but of two states whose hashes are equal, a search
    /// shows only one anyway.
    pub fn changes(&mut self, mut changed: impl FnMut(Slot)) -> bool {
        let Changes { all, rounds, objects } = &mut self.changes;
        let is_first = std::mem::take(all);
        if std::mem::take(rounds) && !is_first {
            changed(ROUNDS);
        }
        changed(UNKNOWN);
        let count = renaming::count();
        for (index, before) in objects.drain(..) {
            let index = index as usize;
            if self.object_table.prints[index * count] != before {
                changed(index + FIRST);
            }
        }
        is_first
    }

    /// The predicate whose reads a planted fault leaves unrecorded.
    pub fn unrecorded_predicate(&self) -> Option<usize> {
        match self.fault {
            Some(Fault::ReadsNotRecorded(predicate)) => Some(predicate),
            _ => None,
        }
    }

    /// Records that the number of rounds without progress has changed.
    pub(super) fn rounds_change(&mut self) {
        if self.fault != Some(Fault::RoundsNotRecorded) {
            self.changes.rounds();
        }
    }

    /// Records that the object's fingerprint is no longer `before`.
    #[inline]
    pub(super) fn has_changed(&mut self, index: usize, before: u128) {
        if self.fault != Some(Fault::ChangeNotRecorded(index as u32)) {
            self.changes.object(index, before);
        }
    }
}
