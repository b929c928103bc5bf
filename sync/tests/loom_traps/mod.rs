//! The traps of loom around which this crate is built, each with the crate's own behaviour. If an upgrade
//! of loom changes a trap, its test here fails, and the workaround can be reconsidered.
#![cfg(feature = "loom")]

mod ending;
mod memory;
mod waiting;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64 as Counter, Ordering::Relaxed};
use std::sync::{Arc, Mutex as StdMutex};

use loom::model::Builder;

/// The number of times loom runs `program`, and all its results; or the text of the panic.
///
/// On a new OS thread, since loom leaves things behind when it fails.
pub(crate) fn raw<T: Ord + Send + 'static>(
    program: impl Fn() -> T + Send + Sync + 'static,
) -> Result<(u64, BTreeSet<T>), String> {
    let executions = Arc::new(Counter::new(0));
    let outcomes = Arc::new(StdMutex::new(BTreeSet::new()));
    let (count, sink) = (executions.clone(), outcomes.clone());
    let check = move || {
        Builder::new().check(move || {
            count.fetch_add(1, Relaxed);
            let outcome = program();
            sink.lock().expect("no panic while it is held").insert(outcome);
        });
    };
    match std::thread::spawn(check).join() {
        Ok(()) => {
            let outcomes =
                std::mem::take(&mut *outcomes.lock().expect("no panic while it is held"));
            Ok((executions.load(Relaxed), outcomes))
        }
        Err(payload) => Err(payload.downcast_ref::<String>().cloned().unwrap_or_default()),
    }
}
