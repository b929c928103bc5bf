//! What must hold of a scheduler: checks, and the programs on which they are checked.
//!
//! | file | holds |
//! |---|---|
//! | [`families`] | the checks, one family a file, and the list of all |
//! | [`happenings`] | what a suite can require some execution to show |
//! | [`kernels`] | a few threads and one structure, explored without a bound |
//! | [`scenarios`] | the programs that come with pidle: the files of the folder `scenarios` |
//! | [`suite`] | the suites of the model as it should be |
//!
//! `harness` runs all of it. That variants with bugs exist is not known here: the regressions have them.

pub mod families;
pub mod happenings;
pub mod kernels;
pub mod scenarios;
pub mod suite;

use harness::content::Content;
use harness::variant::Variant;
use runtime_model::steps::GO_1_19_FIXED;

use suite::FIXED;

pub use families::{HANG, LIVELOCK};

/// All of it, for the harness.
pub const CONTENT: Content = Content {
    symptoms: families::SYMPTOMS,
    invariants: families::INVARIANTS,
    livelock: LIVELOCK,
    happenings: happenings::ALL,
    kernels: kernels::ALL,
    scenarios: scenarios::FILES,
    variants: || {
        vec![Variant::new(
            FIXED,
            "Go 1.19 with all known fixes: what has to hold, holds",
            GO_1_19_FIXED,
        )]
    },
    sources: &[],
};
