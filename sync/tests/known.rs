//! Programs whose numbers of states are known.
#![cfg(feature = "shuttle")]
#![allow(clippy::unwrap_used)]

mod common;

use common::search_of;
use explore::search::Options;
use sync::{Arc, Atomic};

#[test]
fn canary() {
    let (found, statistics) = search_of(Options::default(), None, 2, || {
        let n = Arc::new(Atomic::new("n", 0u32));
        let theirs = n.clone();
        sync::spawn(move || theirs.store(theirs.load() + 1));
        n.store(n.load() + 1);
    })
    .unwrap();
    println!("{statistics:?} {:?}", found.failures);
}
