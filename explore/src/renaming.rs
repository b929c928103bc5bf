//! Threads that are interchangeable: what a state is called when they change places.
//!
//! # Symmetry
//! 1. A program may give its threads names ([`ThreadId::named`]), and say that the first so many of them are
//!    *interchangeable*: what one does in a state, another does in the state in which both have changed places.
//! 2. A state is hashed under each renaming of those threads. The least of the fingerprints stands for all the
//!    states that differ by who is who, and of these one is explored.
//! 3. Names are renamed where they are hashed, and only there. So whatever names an interchangeable thread has
//!    to be hashed by its [`ThreadId`]: a bare number would be the same under each renaming, and two states
//!    would be taken for one that are not.
//!
//! (C. N. Ip, D. L. Dill, *Better Verification Through Symmetry*, 1996.)

use std::cell::Cell;

use crate::operation::ThreadId;

/// More threads than these are not interchangeable: there would be too many renamings.
pub const MOST_THREADS: u32 = 3;

/// The most renamings.
pub(crate) const MOST: usize = 6;

/// Who takes the place of each: first nobody is renamed, then the first two, then all three.
const ALL: [[u8; MOST_THREADS as usize]; MOST] =
    [[1, 2, 3], [2, 1, 3], [1, 3, 2], [3, 2, 1], [2, 3, 1], [3, 1, 2]];

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(1) };
    /// The renaming under which names are hashed.
    static NOW: Cell<Renaming> = const { Cell::new(number(0)) };
    /// A name that may be renamed has been hashed.
    static NAMED: Cell<bool> = const { Cell::new(false) };
}

/// A way to rename interchangeable threads.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Renaming {
    number: u8,
    /// The numbers of those that lead to the same state, as bits: where two threads are alike, they may change
    /// places.
    same: u8,
}

impl Renaming {
    /// What the thread is called.
    pub fn of(self, thread: ThreadId) -> ThreadId {
        match thread.name() {
            Some(n @ 1..=MOST_THREADS) if self.number > 0 => {
                thread.with_name(ALL[usize::from(self.number)][n as usize - 1].into())
            }
            _ => thread,
        }
    }

    /// What the thread is called, whichever of the renamings that lead to the same state is this: one name for
    /// all threads that are alike.
    pub fn alike(self, thread: ThreadId) -> ThreadId {
        let same = (0..MOST).filter(|&other| self.same & 1 << other != 0);
        let names = same.map(|other| number(other).of(thread));
        names.min().unwrap_or_else(|| self.of(thread))
    }
}

/// From now on the first so many named threads are interchangeable, as far as there are renamings.
pub(crate) fn set_interchangeable(threads: u32) {
    COUNT.set(match threads {
        0 | 1 => 1,
        2 => 2,
        _ => MOST,
    });
}

/// How many renamings there are, the one that changes nothing included.
#[inline]
pub(crate) fn count() -> usize {
    COUNT.get()
}

/// The name under which a thread is hashed now.
#[inline]
pub(crate) fn now(thread: ThreadId) -> ThreadId {
    if COUNT.get() == 1 || thread.name().is_none() {
        return thread;
    }
    NAMED.set(true);
    NOW.get().of(thread)
}

/// What `hash` gives under each renaming, where names are renamed at all. `all` has the results.
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

/// The renaming of that number.
pub(crate) const fn number(renaming: usize) -> Renaming {
    Renaming { number: renaming as u8, same: 1 << renaming }
}

/// The renaming of that number, which leads to the fingerprint `to` as others may, of which `each` has one for
/// each renaming.
pub(crate) fn leads(renaming: usize, to: u128, each: &[u128]) -> Renaming {
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
        // The first two are alike, and the third is not.
        let renaming = leads(1, 7, &[7, 7, 9, 9, 9, 9]);
        assert_eq!([1, 2, 3].map(|n| renaming.alike(name(n))), [1, 1, 3].map(name));
        assert_eq!([1, 2, 3].map(|n| renaming.of(name(n))), [2, 1, 3].map(name));
        assert_eq!(leads(1, 7, &[9, 7]).alike(name(1)), name(2));
        assert_eq!(Renaming::default().alike(name(2)), name(2));
    }

    #[test]
    fn a_thread_is_renamed_with_its_children() {
        let name = |n| ThreadId::named(n).unwrap();
        assert_eq!(number(1).of(name(1).child(4).unwrap()), name(2).child(4).unwrap());
    }
}
