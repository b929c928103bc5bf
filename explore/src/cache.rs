//! The visited states, and what remains to be done in each. All workers share them.

use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;

use crate::sharded::Sharded;
use crate::table::Table;

/// A set of threads, by their numbers in the search.
pub(crate) type Threads = u64;

/// The visited states.
///
/// With sleep sets, a state is stored with the threads that have *not* been explored from it because they
/// slept. With a bound, it is stored with the largest budget of preemptions with which it was explored.
/// Each visit changes its entry in one atomic step.
#[derive(Default)]
pub(crate) struct Visited {
    /// Each state with the threads that slept in all of its visits.
    states: OnceLock<Table>,
    /// Each state with its largest budget; in a search for fewer steps, with the fewest steps.
    bounded: Sharded<Key, u64, BuildHasherDefault<Fold>>,
    len: Len,
}

/// The number of states, which each worker writes: on a cache line of its own, since all of them read what is next to it.
#[derive(Default)]
#[repr(align(128))]
struct Len(AtomicUsize);

/// A fingerprint, aligned so that the table wastes no space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key([u64; 2]);

/// What remains to be explored when a state is visited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visit {
    /// All enabled threads that do not sleep.
    New,
    /// Only the threads that slept in every earlier visit and are awake now.
    Rest {
        /// The threads to explore.
        awake: Threads,
        /// The threads that slept in every visit, this one included.
        asleep: Threads,
    },
    /// Nothing: all of it has been explored, or another visit is about to explore it.
    Done,
}

impl Visited {
    /// The number of states.
    pub(crate) fn len(&self) -> usize {
        self.len.0.load(Ordering::Relaxed)
    }

    /// Whether the state has been visited.
    pub(crate) fn contains(&self, state: u128) -> bool {
        self.states().contains(state)
    }

    /// Visits the state while the threads in `asleep` sleep.
    ///
    /// After the call, every enabled thread outside the stored set has been explored from the state, or is
    /// about to be. A visit leaves out only what slept in all visits, so the intersection is stored.
    pub(crate) fn visit_sleeping(&self, state: u128, asleep: Threads) -> Visit {
        let visit = self.states().change(state, |stored| match stored {
            None => (Visit::New, Some(asleep)),
            Some(stored) if stored & !asleep == 0 => (Visit::Done, None),
            Some(stored) => {
                let asleep = stored & asleep;
                (Visit::Rest { awake: stored & !asleep, asleep }, Some(asleep))
            }
        });
        match visit {
            Visit::New => self.is_new(),
            visit => visit,
        }
    }

    /// Prefetches the entry of a state that will be visited soon, in a search without a bound.
    #[inline]
    pub(crate) fn expect(&self, state: u128) {
        self.states().expect(state);
    }

    /// Visits the state with `budget` preemptions left.
    pub(crate) fn visit_bounded(&self, state: u128, budget: u32) -> Visit {
        let key = Key::of(state);
        self.bounded.with(&key, |part| match part.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(budget.into());
                self.is_new()
            }
            Entry::Occupied(entry) if *entry.get() >= u64::from(budget) => Visit::Done,
            Entry::Occupied(mut entry) => {
                entry.insert(budget.into());
                Visit::New
            }
        })
    }

    /// Whether the state was visited with at least `budget` preemptions left.
    pub(crate) fn contains_bounded(&self, state: u128, budget: u32) -> bool {
        self.stored(Key::of(state)).is_some_and(|most| most >= u64::from(budget))
    }

    /// Visits the state after `steps` steps. `states` are the keys of the state: with the budget that is
    /// left, and with each larger budget. The state is done if an earlier visit had taken no more steps and
    /// had no less budget left.
    pub(crate) fn visit_early(
        &self,
        states: impl IntoIterator<Item = u128>,
        steps: usize,
    ) -> Visit {
        let mut states = states.into_iter().map(Key::of);
        let Some(state) = states.next() else { return Visit::New };
        let steps = steps as u64;
        let early = |state| self.stored(state).is_some_and(|least| least <= steps);
        if early(state) || states.any(early) {
            return Visit::Done;
        }
        self.bounded.with(&state, |part| part.insert(state, steps));
        Visit::New
    }

    /// Counts the state, unless it was counted before.
    pub(crate) fn count(&self, state: u128) {
        let is_new = |stored: Option<u64>| (stored.is_none(), stored.is_none().then_some(0));
        if self.states().change(state, is_new) {
            self.is_new();
        }
    }

    /// The fingerprints of all states that were visited without a bound.
    pub(crate) fn fingerprints(&self) -> Vec<u128> {
        self.states.get().map_or_else(Vec::new, Table::states)
    }

    /// A digest of all states that were visited without a bound. It does not depend on the order of the
    /// visits.
    pub(crate) fn digest(&self) -> u64 {
        let mut digest = 0;
        self.states.get().into_iter().for_each(|table| table.each(|state| digest ^= state));
        (digest ^ digest >> 64) as u64
    }

    fn stored(&self, key: Key) -> Option<u64> {
        self.bounded.with(&key, |part| part.get(&key).copied())
    }

    fn states(&self) -> &Table {
        self.states.get_or_init(Table::default)
    }

    fn is_new(&self) -> Visit {
        self.len.0.fetch_add(1, Ordering::Relaxed);
        Visit::New
    }
}

impl Key {
    pub(crate) fn of(state: u128) -> Key {
        Key([state as u64, (state >> 64) as u64])
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0[0]);
    }
}

/// Passes a fingerprint through as the hash, which it already is.
#[derive(Default)]
pub(crate) struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are hashed as one word")
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_explores_what_slept_in_all_earlier_visits() {
        let visited = Visited::default();
        assert_eq!(visited.visit_sleeping(1, 0b110), Visit::New);
        assert_eq!(visited.visit_sleeping(1, 0b110), Visit::Done);
        let rest = Visit::Rest { awake: 0b010, asleep: 0b100 };
        assert_eq!(visited.visit_sleeping(1, 0b101), rest);
        assert_eq!(visited.visit_sleeping(1, 0b100), Visit::Done);
        assert_eq!(visited.visit_sleeping(1, 0), Visit::Rest { awake: 0b100, asleep: 0 });
        assert_eq!(visited.visit_sleeping(1, 0), Visit::Done);
        assert_eq!(visited.len(), 1);
    }

    #[test]
    fn a_larger_budget_explores_more() {
        let visited = Visited::default();
        assert_eq!(visited.visit_bounded(1, 1), Visit::New);
        assert_eq!(visited.visit_bounded(1, 0), Visit::Done);
        assert_eq!(visited.visit_bounded(1, 2), Visit::New);
        assert_eq!(visited.visit_bounded(1, 1), Visit::Done);
        assert_eq!(visited.len(), 1);
        assert!(visited.contains_bounded(1, 2));
        assert!(!visited.contains_bounded(1, 3) && !visited.contains_bounded(2, 0));
    }

    #[test]
    fn fewer_steps_explore_more_and_so_does_a_larger_budget() {
        let visited = Visited::default();
        // Key 1 is the state with budget 0, key 2 the same state with budget 1.
        assert_eq!(visited.visit_early([1, 2], 9), Visit::New);
        assert_eq!(visited.visit_early([1, 2], 9), Visit::Done);
        assert_eq!(visited.visit_early([1, 2], 8), Visit::New);
        assert_eq!(visited.visit_early([2], 8), Visit::New);
        assert_eq!(visited.visit_early([2], 7), Visit::New);
        assert_eq!(visited.visit_early([1, 2], 7), Visit::Done);
    }

    #[test]
    fn a_digest_is_that_of_the_states_in_any_order() {
        let digest = |states: &[u128]| {
            let visited = Visited::default();
            states.iter().for_each(|&state| visited.count(state));
            visited.digest()
        };
        let (a, b, c) = (0x1234 << 100 | 7, 0x5678 << 90 | 9, 3);
        assert_eq!(digest(&[a, b]), digest(&[b, a, b]));
        for others in [&[a][..], &[a, c], &[a, b, c], &[]] {
            assert_ne!(digest(&[a, b]), digest(others), "{others:x?}");
        }
    }

    #[test]
    fn all_128_bits_distinguish_states() {
        let visited = Visited::default();
        for state in [1, 1 << 64, 1 << 127, 1 | 1 << 64] {
            assert_eq!(visited.visit_sleeping(state, 0), Visit::New);
        }
        assert_eq!(visited.len(), 4);
        assert!(visited.contains(1 << 127) && !visited.contains(2));
    }
}
