//! What runs checks and scenarios: it knows neither any check nor any scenario by name. The crates above hand it lists
//! of them ([`content`]).
//!
//! | file | holds |
//! |---|---|
//! | [`content`] | the lists that the crates above hand over |
//! | [`check`], [`view`] | what a check is, and the state as it sees it |
//! | [`happening`] | what some execution must show |
//! | [`scenario`], [`scenario_file`] | programs of a few Gs, checked, and the TOML files they are written in |
//! | [`included`] | scenario files that are part of the build |
//! | [`kernel`], [`variant`] | what a kernel is, and a variant of the scheduler |
//! | [`report`] | what a run is asked to do, in words, and what it reports |
//! | [`prepare`] | from the words to what they name: [`prepare::Prepared`] |
//! | [`run`] | what can be done with a prepared job: run, record, replay, …; `observers` and `recorder` watch it |
//! | [`verdict`], [`cex`] | what came of it: exit codes, counterexamples; `decide` has the rules |
//! | [`nearest`], [`file_error`] | what a user may have meant, and what is wrong with a file |
//! | [`trace`] | the model's events for `--trace` |
//! | [`source`] | which function of the model a line belongs to |

pub mod cex;
pub mod check;
pub mod content;
mod decide;
pub mod file_error;
pub mod happening;
pub mod included;
pub mod kernel;
pub mod nearest;
mod observers;
pub mod prepare;
mod recorder;
pub mod report;
pub mod run;
pub mod scenario;
pub mod scenario_file;
pub mod source;
pub mod trace;
pub mod variant;
pub use programs::verdict;
pub mod view;

pub use source::Source;
