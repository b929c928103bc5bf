//! The states that have been visited, and what remains to be done in each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A set of threads, by their numbers in the search.
pub type Threads = u64;

/// The visited states.
///
/// With sleep sets, a state is stored with the threads that have *not* been explored from it, since they
/// slept. With a bound, with the largest budget of preemptions that it was explored with.
#[derive(Default)]
pub struct Visited {
    states: HashMap<u128, u64, BuildHasherDefault<Fold>>,
}

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
    /// Nothing: it has been done.
    Done,
}

impl Visited {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The state is visited with `asleep`.
    ///
    /// After it, every enabled thread that is not in the stored set has been explored from the state, or
    /// is about to be: what a visit leaves out is what slept in all visits, so the intersection is stored.
    pub fn visit_sleeping(&mut self, state: u128, asleep: Threads) -> Visit {
        match self.states.entry(state) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(asleep);
                Visit::New
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                let stored = *entry.get();
                let awake = stored & !asleep;
                if awake == 0 {
                    return Visit::Done;
                }
                entry.insert(stored & asleep);
                Visit::Rest { awake, asleep: stored & asleep }
            }
        }
    }

    /// The state is visited with so many preemptions left.
    pub fn visit_bounded(&mut self, state: u128, budget: u32) -> Visit {
        let stored = self.states.get(&state).copied();
        if stored.is_some_and(|stored| stored >= u64::from(budget)) {
            return Visit::Done;
        }
        self.states.insert(state, u64::from(budget));
        Visit::New
    }

    /// The state is visited; only their number counts.
    pub fn count(&mut self, state: u128) {
        self.states.insert(state, 0);
    }

    /// All of them.
    pub fn fingerprints(&self) -> impl Iterator<Item = u128> + '_ {
        self.states.keys().copied()
    }
}

/// A fingerprint is a hash already.
#[derive(Default)]
pub struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_does_what_slept_in_all_visits_before() {
        let mut visited = Visited::default();
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
        let mut visited = Visited::default();
        assert_eq!(visited.visit_bounded(1, 1), Visit::New);
        assert_eq!(visited.visit_bounded(1, 0), Visit::Done);
        assert_eq!(visited.visit_bounded(1, 2), Visit::New);
        assert_eq!(visited.visit_bounded(1, 1), Visit::Done);
    }
}
