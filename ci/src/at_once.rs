//! A few things at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;
use std::thread;

use crate::interrupt;

/// One a core.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does `one` for each of the things, `at_once` at a time. The results are in the order of the things; none
/// for what was not begun when there was an interrupt.
pub fn map<T: Sync, R: Send + Sync>(
    things: &[T],
    at_once: NonZeroUsize,
    one: impl Fn(&T) -> R + Sync,
) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let results: Vec<OnceLock<R>> = things.iter().map(|_| OnceLock::new()).collect();
    thread::scope(|scope| {
        for _ in 0..at_once.get().min(things.len()) {
            scope.spawn(|| {
                while !interrupt::requested() {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(thing) = things.get(i) else { break };
                    let _ = results[i].set(one(thing));
                }
            });
        }
    });
    results.into_iter().map(OnceLock::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order() {
        let things: Vec<u32> = (0..100).collect();
        let twice = map(&things, cores(), |n| n * 2);
        let expected: Vec<_> = things.iter().map(|n| Some(n * 2)).collect();
        assert_eq!(twice, expected);
    }

    #[test]
    fn nothing_comes_to_nothing() {
        assert_eq!(map(&[] as &[u32], cores(), |n| *n), []);
    }
}
