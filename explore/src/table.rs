//! A hash table of visited states, exact to 128 bits, in 20 to 25 bytes for each state once there are many.
//!
//! # Layout
//! A table has 4,096 *segments*, selected by the first 12 bits of a fingerprint, which a slot therefore
//! need not store. A segment is a lock around an array of 16-byte slots with linear probing. A slot holds
//! the other 116 bits, and a small value in place of the first 12.
//! 1. A segment that is four fifths full grows by a quarter, by itself. So the table never needs twice its
//!    memory, and it is always at least 64 % full.
//! 2. An entry that does not fit into a slot (a larger value, or 116 bits that are all 0, which mark an
//!    empty slot) lies in a separate overflow map.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(feature = "explore")]
use crate::raw::prefetch;

/// Prefetching pays only where states are restored.
#[cfg(not(feature = "explore"))]
fn prefetch(_address: usize) {}

/// The number of fingerprint bits that select the segment, which is also the number of value bits in a
/// slot.
const BITS: u32 = 12;

/// The value bits of a slot, which are its low bits.
const VALUE: u128 = (1 << BITS) - 1;

/// The number of bits for a segment's slot count, in its entry of `places`.
const COUNT: u32 = 20;

/// The number of slots of a segment when it gets its first entry.
const FIRST: usize = 8;

/// A map from states to values.
pub(crate) struct Table {
    segments: Box<[Mutex<Segment>]>,
    /// The address of each segment's slots, possibly outdated ([`place`]): few enough bytes to stay in the
    /// CPU's cache.
    places: Box<[AtomicU64]>,
    /// Entries that do not fit into a slot.
    overflow: Mutex<HashMap<u128, u64>>,
}

#[derive(Default)]
struct Segment {
    slots: Vec<u128>,
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        let segments = (0..1 << BITS).map(|_| Mutex::default()).collect();
        let places = (0..1 << BITS).map(|_| AtomicU64::default()).collect();
        Table { segments, places, overflow: Mutex::default() }
    }
}

impl Table {
    /// Changes the value of a state in one atomic step. `change` gets the value, or `None` if the state has
    /// no entry, and returns a result with the new value; `None` leaves the entry unchanged. Returns the
    /// result.
    pub(crate) fn change<R>(
        &self,
        state: u128,
        change: impl FnOnce(Option<u64>) -> (R, Option<u64>),
    ) -> R {
        let number = (state >> (128 - BITS)) as usize;
        let mut segment = lock(&self.segments[number]);
        let rest = state << BITS;
        let place = segment.find(state);
        let slot = place.map_or(0, |place| segment.slots[place]);
        // Under the segment's lock, so that the overflow map changes together with the slot.
        let before = match slot {
            0 if rest != 0 => None,
            slot if slot == 0 || slot & VALUE == VALUE => lock(&self.overflow).get(&state).copied(),
            slot => Some((slot & VALUE) as u64),
        };
        let (result, after) = change(before);
        let Some(after) = after else { return result };
        let fits = rest != 0 && u128::from(after) < VALUE;
        if !fits {
            lock(&self.overflow).insert(state, after);
        }
        if rest != 0 {
            let slot = rest | if fits { after.into() } else { VALUE };
            match place.filter(|&place| segment.slots[place] != 0) {
                Some(place) => segment.slots[place] = slot,
                None if segment.insert(state, slot) => {
                    self.places[number].store(segment.place(), Ordering::Relaxed);
                }
                None => {}
            }
        }
        result
    }

    /// Prefetches the slot of a state that will be looked up soon.
    #[inline]
    pub(crate) fn expect(&self, state: u128) {
        let number = (state >> (128 - BITS)) as usize;
        // If another worker makes the segment grow meanwhile, the prefetch is wasted and does no harm.
        let place = self.places[number].load(Ordering::Relaxed);
        let (address, count) = (place >> COUNT << 4, place & ((1 << COUNT) - 1));
        prefetch(address as usize + first(state, count as usize) * size_of::<u128>());
        prefetch((&raw const self.segments[number]).addr());
    }

    /// Whether the state has an entry.
    pub(crate) fn contains(&self, state: u128) -> bool {
        self.change(state, |value| (value.is_some(), None))
    }

    /// All states.
    pub(crate) fn states(&self) -> Vec<u128> {
        let mut states = Vec::new();
        self.each(|state| states.push(state));
        states
    }

    /// Calls `f` with each state, in an arbitrary order.
    pub(crate) fn each(&self, mut f: impl FnMut(u128)) {
        for (number, segment) in self.segments.iter().enumerate() {
            let first = (number as u128) << (128 - BITS);
            let segment = lock(segment);
            let used = segment.slots.iter().filter(|&&slot| slot != 0);
            used.for_each(|slot| f(first | slot >> BITS));
        }
        let overflow = lock(&self.overflow);
        overflow.keys().filter(|&&state| state << BITS == 0).for_each(|&state| f(state));
    }
}

impl Segment {
    /// The slot where the state is, or the empty slot for it; `None` if the segment has no slots.
    fn find(&self, state: u128) -> Option<usize> {
        let count = self.slots.len();
        if count == 0 {
            return None;
        }
        let rest = state << BITS;
        let mut place = first(state, count);
        // The loop ends because a segment is never full.
        while self.slots[place] != 0 && (self.slots[place] & !VALUE) != rest {
            place = if place + 1 == count { 0 } else { place + 1 };
        }
        Some(place)
    }

    /// The address of the slots (a multiple of 16 below 2⁴⁸) and their number, in one word.
    fn place(&self) -> u64 {
        let address = self.slots.as_ptr().addr() as u64;
        address >> 4 << COUNT | (self.slots.len() as u64).min((1 << COUNT) - 1)
    }

    /// Inserts a slot for a state that has none. Returns whether the slots have moved.
    fn insert(&mut self, state: u128, slot: u128) -> bool {
        let grows = (self.used + 1) * 5 > self.slots.len() * 4;
        if grows {
            self.grow(state);
        }
        let place = self.find(state).expect("insert: there is room");
        self.slots[place] = slot;
        self.used += 1;
        grows
    }

    /// Grows the segment (layout, 1). All states of a segment share the first bits of `state`.
    fn grow(&mut self, state: u128) {
        let count = FIRST.max(self.slots.len() + self.slots.len() / 4);
        let before = std::mem::replace(&mut self.slots, vec![0; count]);
        let first = state >> (128 - BITS) << (128 - BITS);
        for slot in before.into_iter().filter(|&slot| slot != 0) {
            let place = self.find(first | slot >> BITS).expect("grow: there is room");
            self.slots[place] = slot;
        }
    }
}

/// The first of `count` slots to probe for a state.
#[inline]
fn first(state: u128, count: usize) -> usize {
    ((u128::from(state as u64) * count as u128) >> 64) as usize
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Sets the value of a state, and returns the value before.
    fn put(table: &Table, state: u128, value: u64) -> Option<u64> {
        table.change(state, |before| (before, Some(value)))
    }

    /// States of one segment and of all segments, with values that fit into a slot and that do not;
    /// compared with a map of std.
    #[test]
    fn it_is_a_map() {
        let table = Table::default();
        let mut map = BTreeMap::new();
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..60_000 {
            let mut state = rng.u128(..) & !(0x7F << 20);
            if rng.bool() {
                state &= !(u128::MAX << (128 - BITS)) & (0xFFF << 64 | 0xFF);
            }
            let value = if rng.u8(..) < 10 { rng.u64(..) } else { rng.u64(..8) };
            assert_eq!(put(&table, state, value), map.insert(state, value));
        }
        for (&state, &value) in &map {
            assert_eq!(table.change(state, |found| (found, None)), Some(value));
        }
        let mut states = table.states();
        states.sort_unstable();
        assert!(states.iter().eq(map.keys()));
    }

    #[test]
    fn a_fingerprint_of_zeros_is_a_state() {
        let table = Table::default();
        for state in [0, 1 << 127, 1 << 116] {
            assert!(!table.contains(state));
            assert_eq!(put(&table, state, 0), None);
            assert_eq!(put(&table, state, 4095), Some(0));
            assert_eq!(put(&table, state, 1), Some(4095));
            assert!(table.contains(state));
        }
        assert_eq!(table.states().len(), 3);
    }

    #[test]
    fn a_state_takes_25_bytes_at_most() {
        let table = Table::default();
        let mut rng = fastrand::Rng::with_seed(1);
        for count in 1..=400_000 {
            put(&table, rng.u128(..), 0);
            if count % 100_000 == 0 {
                let slots = table.segments.iter().map(|segment| lock(segment).slots.capacity());
                let bytes = slots.sum::<usize>() * size_of::<u128>();
                assert!(bytes <= 25 * count, "{bytes} bytes for {count} states");
            }
        }
    }
}
