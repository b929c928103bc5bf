//! A map that threads share, in parts that have a lock each.
//!
//! No library's, though there are several: cargo takes no circle of packages, so a program that is searched can contain no
//! package that the search depends on, and the libraries' crossbeam has loom tests that the search runs.

use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of parts: many more than there are workers, so that two of them rarely want the same.
const PARTS: usize = 128;

/// The bits of a key's hash that choose its part. A map takes others, the lowest and the highest, to find the key in it.
const SHIFT: u32 = 40;

/// The map.
pub(crate) struct Sharded<K, V, S = RandomState> {
    parts: Box<[Part<K, V, S>]>,
    hasher: S,
}

/// A part, on cache lines of its own: workers write to its lock.
#[repr(align(128))]
struct Part<K, V, S>(Mutex<HashMap<K, V, S>>);

impl<K, V, S: BuildHasher + Clone + Default> Default for Sharded<K, V, S> {
    fn default() -> Self {
        let hasher = S::default();
        let part = |_| Part(Mutex::new(HashMap::with_hasher(hasher.clone())));
        Sharded { parts: (0..PARTS).map(part).collect(), hasher }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Sharded<K, V, S> {
    /// Calls `f` with the part that has the key, if any part has it, under the part's lock.
    pub(crate) fn with<R>(&self, key: &K, f: impl FnOnce(&mut HashMap<K, V, S>) -> R) -> R {
        let part = (self.hasher.hash_one(key) >> SHIFT) as usize % PARTS;
        f(&mut self.parts[part].lock())
    }

    /// The first result of `f`, over all entries in no order.
    pub(crate) fn find_map<R>(&self, mut f: impl FnMut(&K, &V) -> Option<R>) -> Option<R> {
        self.parts.iter().find_map(|part| part.lock().iter().find_map(|(key, value)| f(key, value)))
    }
}

impl<K, V, S> Part<K, V, S> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, V, S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_share_all_entries() {
        let map = Sharded::<u32, u32>::default();
        let count = |keys: std::ops::Range<u32>| {
            keys.for_each(|key| map.with(&key, |part| *part.entry(key).or_insert(0) += 1));
        };
        std::thread::scope(|scope| {
            scope.spawn(|| count(0..1000));
            count(500..1500);
        });
        assert_eq!(
            [0, 499, 500, 999, 1000, 1499].map(|key| map.with(&key, |part| part[&key])),
            [1, 1, 2, 2, 1, 1]
        );
        assert_eq!(
            map.find_map(|key, times| (*times == 2 && *key > 998).then_some(*key)),
            Some(999)
        );
        assert_eq!(map.find_map(|_, times| (*times > 2).then_some(())), None);
    }
}
