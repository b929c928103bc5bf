//! What there is to run, for the harness.

use harness::content::Content;

use crate::rows;

/// What `checks` has, with all rows. A job is prepared with it: `CONTENT.prepare(&job)`.
pub static CONTENT: Content =
    Content { variants: rows::all, sources: &[runtime_model::SOURCES, SOURCES], ..checks::CONTENT };

/// Where the functions of the rows are written, beside the model's own.
const SOURCES: &[(&str, &str)] = &[
    ("regressions/src/cl_20858.rs", include_str!("cl_20858.rs")),
    ("regressions/src/cl_310149.rs", include_str!("cl_310149.rs")),
    ("regressions/src/issue_38860.rs", include_str!("issue_38860.rs")),
    ("regressions/src/issue_45867.rs", include_str!("issue_45867.rs")),
    ("regressions/src/issue_53294.rs", include_str!("issue_53294.rs")),
    ("regressions/src/issue_55160.rs", include_str!("issue_55160.rs")),
    ("regressions/src/issue_5586.rs", include_str!("issue_5586.rs")),
    ("regressions/src/last_look.rs", include_str!("last_look.rs")),
    ("regressions/src/store_load_barrier.rs", include_str!("store_load_barrier.rs")),
    ("regressions/src/wakep.rs", include_str!("wakep.rs")),
];
