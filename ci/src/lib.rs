//! What the two programs of this package are made of: `pidle`, the command, and `pidle-engine`, its worker.
//!
//! `pidle` is a std build and searches nothing itself. It has a worker built for each engine, starts one
//! for each run, and talks to it in lines of JSON: an engine that aborts takes one run with it, not the
//! gate.
//!
//! | file | holds |
//! |---|---|
//! | [`cli`], [`program`] | the command line; arguments in, exit code out |
//! | [`gate`], [`merge`], [`check`], [`replay`], [`repro`], [`matrix`], [`truth`], [`mutation`], [`unreached`], [`list`], [`soundness`], [`mod@bench`], [`tidy`] | the commands |
//! | [`found`] | all bugs of `repro` as a table |
//! | [`shard`] | which part of a gate does what |
//! | [`gate_table`], [`matrix_table`], [`truth_table`], [`story`] | what the reader sees of them, and of a counterexample |
//! | [`engine`], [`builder`], [`worker`], [`protocol`], [`run`] | workers: for which engine, built, talked to, in what words, for one run |
//! | [`at_once`] | a few runs at a time |
//! | [`lookup`] | scenarios, rows and bugs by name |
//! | [`progress`], [`interrupt`], [`output`], [`trace`], [`error`] | terminal, Ctrl-C, text, `--trace`, errors |

pub mod asked;
pub mod at_once;
pub mod bench;
pub mod builder;
pub mod check;
pub mod cli;
pub mod engine;
pub mod error;
pub mod found;
pub mod gate;
pub mod gate_table;
pub mod gated;
pub mod interrupt;
pub mod list;
pub mod lookup;
pub mod matrix;
pub mod matrix_table;
pub mod merge;
pub mod mutation;
pub mod nightly;
pub mod output;
pub mod program;
pub mod progress;
pub mod protocol;
pub mod replay;
pub mod repro;
pub mod results;
pub mod run;
pub mod serve;
pub mod shard;
pub mod soundness;
pub mod story;
pub mod summary;
pub mod table;
pub mod tidy;
pub mod trace;
pub mod truth;
pub mod truth_table;
pub mod unreached;
pub mod words;
pub mod worker;
pub mod workers;
