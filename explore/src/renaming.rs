//! Interchangeable threads: the fingerprint of a state under each renaming of them.
//!
//! # Symmetry
//! 1. A program may give its threads names ([`ThreadId::named`]) and declare the first few of them
//!    *interchangeable*: what one thread does in a state, another does in the state in which both have
//!    changed places.
//! 2. A state is hashed under each renaming of those threads. The least of the fingerprints represents all
//!    states that differ only in such a renaming, and the search explores one of these.
//! 3. Names are renamed where they are hashed, and only there. So every value that names an interchangeable
//!    thread must hash it by its [`ThreadId`]. A bare number would be the same under each renaming, and the
//!    search would merge two different states.
//!
//! (C. N. Ip, D. L. Dill, *Better Verification Through Symmetry*, 1996.)

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use crate::operation::ThreadId;

/// The most interchangeable threads: with more there would be too many renamings.
pub(crate) const MOST_THREADS: u32 = 3;

/// The number of renamings of that many threads.
pub(crate) const MOST: usize = 6;

/// For each renaming, the new name of each thread. The first renaming changes nothing, the second swaps the
/// first two threads.
const ALL: [[u8; MOST_THREADS as usize]; MOST] =
    [[1, 2, 3], [2, 1, 3], [1, 3, 2], [3, 2, 1], [2, 3, 1], [3, 1, 2]];

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(1) };
    /// The renaming under which names are hashed at present.
    static NOW: Cell<Renaming> = const { Cell::new(number(0)) };
    /// Set when a name that may be renamed has been hashed.
    static NAMED: Cell<bool> = const { Cell::new(false) };
}

/// A way to rename interchangeable threads.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Renaming {
    number: u8,
    /// The numbers, as bits, of the renamings that lead to the same state: if two threads are alike, they
    /// can change places.
    same: u8,
}

impl Renaming {
    /// The id of the thread under this renaming.
    pub fn of(self, thread: ThreadId) -> ThreadId {
        match thread.name() {
            Some(n @ 1..=MOST_THREADS) if self.number > 0 => {
                thread.with_name(ALL[usize::from(self.number)][n as usize - 1].into())
            }
            _ => thread,
        }
    }

    /// The id of the thread under this renaming or any other that leads to the same state: threads that are
    /// alike get one id.
    pub fn alike(self, thread: ThreadId) -> ThreadId {
        let same = (0..MOST).filter(|&other| self.same & 1 << other != 0);
        let names = same.map(|other| number(other).of(thread));
        names.min().unwrap_or_else(|| self.of(thread))
    }
}

/// Makes the first `threads` named threads interchangeable, up to [`MOST_THREADS`].
pub(crate) fn set_interchangeable(threads: u32) {
    COUNT.set(match threads {
        0 | 1 => 1,
        2 => 2,
        _ => MOST,
    });
}

/// The number of renamings, with the one that changes nothing.
#[inline]
pub(crate) fn count() -> usize {
    COUNT.get()
}

impl Hash for ThreadId {
    /// Hashes the id under the current renaming. Here, so that `operation` does not depend on renamings.
    fn hash<H: Hasher>(&self, state: &mut H) {
        now(*self).bits().hash(state);
    }
}

/// The id by which a thread is hashed under the current renaming.
#[inline]
fn now(thread: ThreadId) -> ThreadId {
    if COUNT.get() == 1 || thread.name().is_none() {
        return thread;
    }
    NAMED.set(true);
    NOW.get().of(thread)
}

/// Evaluates `hash` under each renaming and writes the results to `all`.
#[inline]
pub(crate) fn each(all: &mut [u128; MOST], hash: impl Fn() -> u128) {
    let count = count();
    if count == 1 {
        all[0] = hash();
        return;
    }
    NAMED.set(false);
    all[0] = hash();
    if !NAMED.get() {
        let same = all[0];
        all[1..count].fill(same);
        return;
    }
    for (renaming, place) in all.iter_mut().enumerate().take(count).skip(1) {
        NOW.set(number(renaming));
        *place = hash();
    }
    NOW.set(Renaming::default());
}

/// The renaming with this number.
pub(crate) const fn number(renaming: usize) -> Renaming {
    Renaming { number: renaming as u8, same: 1 << renaming }
}

/// The renaming with this number, which leads to the fingerprint `to`. `each` has the fingerprint under
/// each renaming, so it shows which others lead there too.
pub(crate) fn leading_to(renaming: usize, to: u128, each: &[u128]) -> Renaming {
    let same = each.iter().enumerate().filter(|(_, print)| **print == to);
    Renaming { same: same.fold(0, |same, (other, _)| same | 1 << other), ..number(renaming) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamings_are_all_ways_to_change_places() {
        let name = |n| ThreadId::named(n).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for renaming in 0..MOST {
            let to: Vec<_> = (1..=3).map(|n| number(renaming).of(name(n))).collect();
            let mut sorted = to.clone();
            sorted.sort();
            assert_eq!(sorted, [name(1), name(2), name(3)]);
            assert!(seen.insert(to));
            assert_eq!(number(renaming).of(name(4)), name(4));
            assert_eq!(number(renaming).of(ThreadId::MAIN), ThreadId::MAIN);
            assert_eq!(number(renaming).of(ThreadId::WORLD), ThreadId::WORLD);
        }
        assert_eq!(number(1).of(name(3)), name(3));
    }

    #[test]
    fn threads_that_are_alike_have_one_name() {
        let name = |n| ThreadId::named(n).unwrap();
        // The first two threads are alike, the third is not.
        let renaming = leading_to(1, 7, &[7, 7, 9, 9, 9, 9]);
        assert_eq!([1, 2, 3].map(|n| renaming.alike(name(n))), [1, 1, 3].map(name));
        assert_eq!([1, 2, 3].map(|n| renaming.of(name(n))), [2, 1, 3].map(name));
        assert_eq!(leading_to(1, 7, &[9, 7]).alike(name(1)), name(2));
        assert_eq!(Renaming::default().alike(name(2)), name(2));
    }

    #[test]
    fn a_thread_is_renamed_with_its_children() {
        let name = |n| ThreadId::named(n).unwrap();
        assert_eq!(number(1).of(name(1).child(4).unwrap()), name(2).child(4).unwrap());
    }
}
