//! What a state is besides its memory, and objects that are known by their addresses.
//!
//! In a search in which a state is its memory ([`Options::memory`](crate::options::Options::memory)), an object needs no
//! registration: its address names it, relative to the start of the arena. What a step reports about such objects goes
//! into the footprint as words of memory.

#![cfg_attr(not(feature = "explore"), allow(dead_code))] // memory is not hashed there

use smallvec::SmallVec;

use crate::fingerprint::{self, Fingerprints};
use crate::operation::{ObjectId, ThreadId};
use crate::thread::Next;
use crate::words::Touched;

use super::{Handle, State};

/// The epoch of objects that are known by their addresses.
const BY_ADDRESS: u32 = u32::MAX;

impl Handle {
    /// The object at this address, which the program has not registered. Only for a search in which a state is its
    /// memory.
    #[cfg(feature = "explore")]
    #[inline]
    pub fn at(address: usize) -> Handle {
        Handle { epoch: BY_ADDRESS, index: crate::raw::offset(address) }
    }

    /// The object's offset in the arena, if it is known by that.
    #[inline]
    pub(super) fn offset(self) -> Option<u32> {
        (self.epoch == BY_ADDRESS).then_some(self.index)
    }
}

impl ObjectId {
    /// The object at this offset in memory.
    pub(super) fn in_memory(offset: u32) -> ObjectId {
        ObjectId { thread: ThreadId::MEMORY, n: offset }
    }
}

impl State {
    /// Records that the step touches the object at this offset, and whether it may have changed it.
    #[inline]
    pub(super) fn touch_offset(&mut self, offset: u32, writes: bool) {
        match self.touched_memory.iter_mut().find(|(known, _)| *known == offset) {
            Some((_, written)) => *written |= writes,
            None => self.touched_memory.push((offset, writes)),
        }
    }

    /// The words that the step has reported; `None` if there are none.
    pub(super) fn take_touched_memory(&mut self) -> Option<Box<Touched>> {
        if self.touched_memory.is_empty() {
            return None;
        }
        let mut touched = Box::<Touched>::default();
        for (offset, writes) in self.touched_memory.drain(..) {
            touched.read.add_byte(offset);
            if writes {
                touched.written.add_byte(offset);
            }
        }
        Some(touched)
    }

    /// Writes the threads' fingerprints, which are not used here: an audit compares all bytes, and in memory that is not
    /// written lies what was there before.
    pub(crate) fn settle(&mut self) {
        self.threads.iter_mut().for_each(|thread| thread.fingerprint = Some(Fingerprints::ZERO));
    }

    /// The fingerprint of everything that a state is besides the program's memory: the threads' ids and pending
    /// operations, and what else the search keeps.
    pub(crate) fn outline(&self) -> u128 {
        let mut threads = SmallVec::<[_; 8]>::new();
        for thread in &self.threads {
            let next = match thread.next {
                Next::Operation { operation, enabled } => Some((operation, enabled)),
                Next::Finished => None,
            };
            threads.push((thread.id, thread.threads, thread.objects, next));
        }
        let rest = (self.of_world, self.ended.is_some(), self.alone);
        fingerprint::of((&threads[..], rest, &self.made_for[..], self.making_for))
    }
}
