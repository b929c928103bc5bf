//! Ends the process if a thread of the program loops without an operation: then the search never gets its turn.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cpu_time::ProcessTime;
use sync::driver::operations;

use crate::Verdict;

/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(50);

/// While this exists, a thread of the system watches.
pub(crate) struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    /// Watches a run of the program with this name. The process may use so much CPU time without an operation.
    pub(crate) fn begin(program: &'static str, patience: Duration) -> Watchdog {
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        thread::spawn(move || watch(program, patience, &is_over));
        Watchdog(over)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

fn watch(program: &str, patience: Duration, is_over: &AtomicBool) {
    let (mut seen, mut since) = (operations(), ProcessTime::now());
    while !is_over.load(SeqCst) {
        thread::sleep(INTERVAL);
        let now = operations();
        if now != seen {
            (seen, since) = (now, ProcessTime::now());
        } else if since.elapsed() > patience && !is_over.load(SeqCst) {
            eprintln!(
                "{program}: {}\n  a thread has run for {:.1} s without an operation of this crate: it loops without one, or \
                 waits for an atomic of std in a loop",
                Verdict::Error,
                patience.as_secs_f64()
            );
            std::process::exit(Verdict::Error.exit_code().into());
        }
    }
}
