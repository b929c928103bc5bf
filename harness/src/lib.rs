//! What runs checks and scenarios: it knows neither any check nor any scenario by name. The crates above hand it lists
//! of them ([`content`]).
//!
//! | file | holds |
//! |---|---|
//! | [`content`] | the lists that the crates above hand over |
//! | [`check`], [`view`] | what a check is, and the state as it sees it |
//! | [`happening`] | what some execution must show |
//! | [`scenario`], [`scenario_file`] | programs of a few Gs, checked, and the TOML files they are written in |
//! | [`kernel`] | what a kernel is |
//! | [`run`] | runs a scenario under a variant; `judge` and `recorder` are its observers |
//! | [`census`] | how all executions that were run end |
//! | [`verdict`], [`report`], [`cex`] | what came of it: exit codes, reports, counterexamples |
//! | [`source`] | which function of the model a line belongs to |

pub mod census;
pub mod cex;
pub mod check;
pub mod content;
pub mod happening;
mod judge;
pub mod kernel;
mod recorder;
pub mod report;
pub mod run;
pub mod scenario;
pub mod scenario_file;
pub mod source;
pub mod verdict;
pub mod view;

pub use source::Source;
