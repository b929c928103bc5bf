//! What must hold of a scheduler: checks, scenarios, verdicts.
//!
//! | file | holds |
//! |---|---|
//! | [`scenario`], [`scenarios`] | programs of a few Gs, checked, and those that come with pidle |
//! | [`scenario_file`] | scenarios in TOML files |
//! | [`kernels`] | a few threads and one structure, explored without a bound |
//! | [`check`] | what a check is, and the list of all |
//! | `symptoms` | what a user would see: a hang, a livelock |
//! | `bookkeeping`, `counts`, `ownership`, `places`, `spinning`, `limiter`, `timers`, `dead`, `wakeups`, `discipline` | the invariants, one family a file |
//! | [`view`] | the state as a check sees it |
//! | [`census`] | how all executions that were drawn end |
//! | [`sometimes`] | what some execution must show |
//! | [`run`] | runs a scenario under a row of steps; `judge` and `recorder` are its observers |
//! | [`suite`] | the suites of the model as it should be |
//! | [`verdict`], [`report`], [`cex`] | what came of it: exit codes, reports, counterexamples |
//!
//! It does not know that anybody breaks the model: the rows that do are the regressions'.

mod bookkeeping;
pub mod census;
pub mod cex;
pub mod check;
mod counts;
mod dead;
mod discipline;
mod judge;
pub mod kernels;
mod limiter;
mod ownership;
mod places;
mod recorder;
pub mod report;
pub mod run;
pub mod scenario;
pub mod scenario_file;
pub mod scenarios;
pub mod sometimes;
pub mod source;
mod spinning;
pub mod suite;
mod symptoms;
mod timers;
pub mod verdict;
pub mod view;
mod wakeups;

pub use source::Source;
pub use symptoms::{HANG, LIVELOCK};
