//! Go's documented scheduler bugs, reproduced: one file a bug, each a few rows of the step table.
//!
//! | file | holds |
//! |---|---|
//! | [`bug`] | what a bug is here: a story, and rows |
//! | [`issue_53294`] | the faketime jump unlinks a P behind `pidleget`'s back |
//! | [`release`] | what is known to be wrong with Go 1.19 as it was: failures that are expected |
//! | [`rows`] | all rows by name |
//! | [`runs`] | all runs of the gate, and how a job is run |

pub mod bug;
pub mod issue_53294;
pub mod release;
pub mod rows;
pub mod runs;

use bug::Bug;

/// All documented bugs, by number.
pub const BUGS: &[&Bug] = &[&issue_53294::BUG];

/// Where the functions of the rows are written, beside the model's own.
const SOURCES: &[(&str, &str)] =
    &[("regressions/src/issue_53294.rs", include_str!("issue_53294.rs"))];
