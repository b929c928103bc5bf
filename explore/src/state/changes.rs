//! What has changed since an observer looked last: a part of the execution, restored with it.

use crate::renaming;

use super::{Fault, Handle, State};

/// What has changed since the last look.
#[derive(Default)]
pub(super) struct Changes {
    /// Nobody has looked at this execution yet.
    all: bool,
    /// How often a thread has gone round in vain.
    rounds: bool,
    /// Objects, by their numbers in the order of creation, with what they were worth at the last look.
    objects: Vec<(u32, u128)>,
}

/// Room for so many objects before any has changed.
const OBJECTS: usize = 8;

/// Something that a look reads, by a number: rounds in vain, what the search keeps no book of, or an object.
pub type Slot = usize;

/// Rounds in vain.
pub const ROUNDS: Slot = 0;

/// What the search keeps no book of: it may have changed at each look.
pub const UNKNOWN: Slot = 1;

/// The first object.
const FIRST: Slot = 2;

impl Handle {
    /// Its number among what a look reads.
    pub fn slot(self) -> Slot {
        self.index as usize + FIRST
    }
}

impl Changes {
    /// A new execution.
    pub(super) fn begin(&mut self) {
        self.all = true;
        self.rounds = false;
        self.objects.clear();
        self.objects.reserve(OBJECTS);
    }

    /// Rounds in vain have become more or fewer.
    pub(super) fn rounds(&mut self) {
        self.rounds = true;
    }

    /// The object is no longer worth `before`.
    #[inline]
    pub(super) fn object(&mut self, index: usize, before: u128) {
        let index = index as u32;
        if !self.all && self.objects.iter().all(|&(known, _)| known != index) {
            self.objects.push((index, before));
        }
    }
}

impl State {
    /// Tells `changed` of each thing that is not what it was when this was asked last. True if nobody has asked in
    /// this execution before: then all is new, and nothing is told.
    ///
    /// An object that has become what it was is told too rarely for a check that reads more of its value than is
    /// hashed; but of two states that differ in no hash, a search shows one anyway.
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

    /// The question whose reads are not noted, by a planted mistake.
    pub fn unrecorded_predicate(&self) -> Option<usize> {
        match self.fault {
            Some(Fault::ReadsNotNoted(question)) => Some(question),
            _ => None,
        }
    }

    /// Another thread has moved, or one has gone round or got on: rounds in vain are more or fewer.
    pub(super) fn rounds_change(&mut self) {
        if self.fault != Some(Fault::RoundsNotNoted) {
            self.changes.rounds();
        }
    }

    /// The object is worth something else than `before`.
    #[inline]
    pub(super) fn has_changed(&mut self, index: usize, before: u128) {
        if self.fault != Some(Fault::ChangeNotNoted(index as u32)) {
            self.changes.object(index, before);
        }
    }
}
