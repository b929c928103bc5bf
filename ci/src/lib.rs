//! The package `pidle`: the command, and `pidle-engine`, its worker for the engines that the command was not built for.
//!
//! The command does not search itself. It starts a worker process for each run and talks to it in lines of JSON, so that
//! an engine that aborts ends one run and not the whole gate.
//!
//! | file | holds |
//! |---|---|
//! | [`cli`], [`program`] | the command line; from arguments to an exit code |
//! | [`gate`], [`matrix`], [`repro`], [`truth`], [`tidy`], [`loom_tests`] | commands of several files |
//! | [`check`], [`replay`], [`list`], [`soundness`], [`mutation`], [`peers`] | commands of one file |
//! | [`engines`] | the engines, and their workers: built, started, talked to, in which words, for one run |
//! | [`text`] | what all commands print, in the same words and tables |
//! | [`lookup`] | scenarios, variants and bugs by name |
//! | [`results`] | what `check --json` and `repro --json` write |
//! | [`at_once`], [`interrupt`], [`trace`], [`error`] | several runs at the same time, Ctrl-C, `--trace`, errors |

pub mod at_once;
pub mod check;
pub mod cli;
pub mod engines;
pub mod error;
pub mod gate;
pub mod interrupt;
pub mod list;
pub mod lookup;
pub mod loom_tests;
pub mod matrix;
pub mod mutation;
pub mod peers;
pub mod program;
pub mod replay;
pub mod repro;
pub mod results;
pub mod soundness;
pub mod text;
pub mod tidy;
pub mod trace;
pub mod truth;
mod variant_source;
