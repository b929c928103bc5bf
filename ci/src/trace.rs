//! `--trace`: prints the model's events to stderr, from the process that runs the model.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry, Layer};

/// The environment variable that hands the filter to a worker.
pub const VARIABLE: &str = "PIDLE_TRACE";

/// What `--trace` shows: what the model and its harness tell, and nothing of other libraries.
pub const FILTER: &str = "pidle=trace";

/// Prints to stderr the events that pass the filter; none if the filter is invalid.
pub fn show(filter: &str) {
    let targets: Targets = filter.parse().unwrap_or_default();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false).without_time();
    // Only a second call in one process could fail: the first one's filter stays.
    let _ = registry().with(lines.with_filter(targets)).try_init();
}

/// In a worker: shows what its parent was asked to show.
pub fn inherit() {
    if let Ok(filter) = std::env::var(VARIABLE) {
        show(&filter);
    }
}
