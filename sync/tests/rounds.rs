//! A thread that loops without progress is detected by a search, although its state repeats and the cache
//! knows it.
#![cfg(searching)]

use std::collections::BTreeSet;

use explore::options::Options;
use soundness::found::search_of;
use sync::driver::{Observer, Quiescent, Violation};
use sync::{Arc, Atomic};

/// The most rounds without progress.
const MOST: u32 = 3;

struct Patience;

impl Observer for Patience {
    fn visited(&self) -> Result<(), Violation> {
        match sync::driver::rounds_without_progress() {
            rounds if rounds > MOST => {
                Err(Violation { check: "it gets on", message: "round and round".into() })
            }
            _ => Ok(()),
        }
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }
}

/// The failures of a thread that makes this many rounds (`None`: without end) next to another thread that
/// moves, in any search.
fn failures(rounds: Option<u32>, gets_on: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for sleep in [true, false] {
        for jobs in [1, 2] {
            let options = Options { sleep, jobs, ..Options::default() };
            let found = search_of(options, None, 2, move || {
                sync::driver::observe(Arc::new(Patience));
                let words = Arc::new([Atomic::new("mine", 0u32), Atomic::new("theirs", 0u32)]);
                let theirs = words.clone();
                sync::spawn(move || (0..3).for_each(|n| theirs[1].store(n)));
                for n in 0..rounds.unwrap_or(u32::MAX) {
                    // In an endless loop, a round ends in the state in which it began.
                    sync::checkpoint(rounds.map(|_| n));
                    words[0].load();
                    sync::round_without_progress();
                    if gets_on {
                        sync::made_progress();
                    }
                }
            });
            all.extend(found.expect("a search").expect("no limit").0.failures);
        }
    }
    all
}

#[test]
fn a_thread_that_loops_for_ever_is_detected() {
    assert_eq!(failures(None, false), BTreeSet::from(["round and round".to_owned()]));
}

#[test]
fn a_few_rounds_are_not_for_ever() {
    assert_eq!(failures(Some(MOST), false), BTreeSet::new());
    assert_eq!(failures(Some(MOST + 1), false).len(), 1);
}

#[test]
fn a_thread_that_makes_progress_may_loop() {
    assert_eq!(failures(Some(3 * MOST), true), BTreeSet::new());
}
