//! The example keeps working: the lock excludes, and with two lines exchanged it does not.
#![cfg(searching)]

#[path = "../examples/peterson.rs"]
#[allow(dead_code, unreachable_pub)]
mod peterson;

use peterson::{search, WANTS_FIRST, YIELDS_FIRST};
use sync::driver::{End, Schedule};

#[test]
fn the_lock_excludes_in_all_states() {
    let explored = search(WANTS_FIRST);
    assert_eq!(explored.end, End::Complete);
    let searched = explored.searched.expect("searched");
    assert_eq!((searched.incomplete, searched.bound), (None, None));
    assert!(searched.statistics.states > 50, "{:?}", searched.statistics);
}

#[test]
fn who_yields_first_is_not_alone_and_the_schedule_is_told() {
    let End::Failed { failure, schedule } = search(YIELDS_FIRST).end else {
        panic!("no failure was found");
    };
    assert_eq!(failure.message, "lock: 2 are inside");
    let Schedule::Search { picks, .. } = schedule else { panic!("another schedule") };
    assert!(picks.starts_with("explore 1: 0 0"), "{picks}");
}
