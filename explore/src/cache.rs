//! The states that have been visited, and what remains to be done in each. Shared by all workers.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;

use dashmap::mapref::entry::Entry;
use dashmap::DashMap;

use crate::table::Table;

/// A set of threads, by their numbers in the search.
pub type Threads = u64;

/// The visited states.
///
/// With sleep sets, a state is stored with the threads that have *not* been explored from it, since they
/// slept. With a bound, with the largest budget of preemptions that it was explored with. Each visit is
/// one atomic step of its entry.
#[derive(Default)]
pub struct Visited {
    /// With those that slept.
    states: OnceLock<Table>,
    /// With a budget.
    bounded: DashMap<Key, u64, BuildHasherDefault<Fold>>,
    len: AtomicUsize,
}

/// A fingerprint, at an alignment that wastes no room in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key([u64; 2]);

/// What a visit is to explore.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Visit {
    /// All but those that sleep.
    New,
    /// Only these, which slept in every visit before and do not now.
    Rest {
        /// They.
        awake: Threads,
        /// Those that still sleep.
        asleep: Threads,
    },
    /// Nothing: it has been done, or somebody is about to.
    Done,
}

impl Visited {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// It is one of them.
    pub fn contains(&self, state: u128) -> bool {
        self.states().contains(state)
    }

    /// The state is visited with `asleep`.
    ///
    /// After it, every enabled thread that is not in the stored set has been explored from the state, or
    /// is about to be: what a visit leaves out is what slept in all visits, so the intersection is stored.
    pub fn visit_sleeping(&self, state: u128, asleep: Threads) -> Visit {
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

    /// The state will be visited soon, without a bound.
    #[inline]
    pub fn expect(&self, state: u128) {
        self.states().expect(state);
    }

    /// The state is visited with so many preemptions left.
    pub fn visit_bounded(&self, state: u128, budget: u32) -> Visit {
        match self.bounded.entry(Key::of(state)) {
            Entry::Vacant(entry) => {
                entry.insert(budget.into());
                self.is_new()
            }
            Entry::Occupied(entry) if *entry.get() >= u64::from(budget) => Visit::Done,
            Entry::Occupied(mut entry) => {
                entry.insert(budget.into());
                Visit::New
            }
        }
    }

    /// It was visited with no fewer preemptions left.
    pub fn contains_bounded(&self, state: u128, budget: u32) -> bool {
        self.bounded.get(&Key::of(state)).is_some_and(|most| *most >= u64::from(budget))
    }

    /// The state is visited after so many steps. `states` are its names: with the budget that is left, and with
    /// each larger one. It is done if some visit came no later with no less left.
    pub fn visit_early(&self, states: impl IntoIterator<Item = u128>, steps: usize) -> Visit {
        let mut states = states.into_iter().map(Key::of);
        let Some(state) = states.next() else { return Visit::New };
        let steps = steps as u64;
        let early = |state: &Key| self.bounded.get(state).is_some_and(|least| *least <= steps);
        if early(&state) || states.any(|larger| early(&larger)) {
            return Visit::Done;
        }
        self.bounded.insert(state, steps);
        Visit::New
    }

    /// The state is visited; only their number counts.
    pub fn count(&self, state: u128) {
        let is_new = |stored: Option<u64>| (stored.is_none(), stored.is_none().then_some(0));
        if self.states().change(state, is_new) {
            self.is_new();
        }
    }

    /// All of them, but for those with a budget.
    pub fn fingerprints(&self) -> Vec<u128> {
        self.states.get().map_or_else(Vec::new, Table::states)
    }

    /// Of all of them, but for those with a budget: the same for the same ones, in whatever order they came.
    pub fn digest(&self) -> u64 {
        let mut digest = 0;
        self.states.get().into_iter().for_each(|table| table.each(|state| digest ^= state));
        (digest ^ digest >> 64) as u64
    }

    fn states(&self) -> &Table {
        self.states.get_or_init(Table::default)
    }

    fn is_new(&self) -> Visit {
        self.len.fetch_add(1, Ordering::Relaxed);
        Visit::New
    }
}

impl Key {
    fn of(state: u128) -> Key {
        Key([state as u64, (state >> 64) as u64])
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0[0]);
    }
}

/// A fingerprint is a hash already.
#[derive(Default)]
struct Fold(u64);

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
    fn a_visit_does_what_slept_in_all_visits_before() {
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
    fn a_larger_budget_does_more() {
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
    fn an_earlier_visit_does_more_and_so_does_one_with_a_larger_budget() {
        let visited = Visited::default();
        // The state 1 has budget 0, 2 has budget 1.
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
    fn all_128_bits_tell_states_apart() {
        let visited = Visited::default();
        for state in [1, 1 << 64, 1 << 127, 1 | 1 << 64] {
            assert_eq!(visited.visit_sleeping(state, 0), Visit::New);
        }
        assert_eq!(visited.len(), 4);
        assert!(visited.contains(1 << 127) && !visited.contains(2));
    }
}
