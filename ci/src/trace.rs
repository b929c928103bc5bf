//! `--trace`: the model's events, on stderr, from whichever process runs the model.

use tracing_subscriber::EnvFilter;

/// The environment variable that hands the filter to a worker.
pub const VARIABLE: &str = "PIDLE_TRACE";

/// What `--trace` shows: what the model and its harness tell, and nothing of other libraries.
pub const FILTER: &str = "pidle=trace";

/// Shows on stderr what passes the filter.
pub fn show(filter: &str) {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
}

/// In a worker: shows what its parent was asked to show.
pub fn inherit() {
    if let Ok(filter) = std::env::var(VARIABLE) {
        show(&filter);
    }
}
