//! Mutants of the model: changed in one place, each has to be noticed by a check or a throw.
//!
//! All mutants are in one build: a copy of the workspace in which each place of the model asks whether its mutant is
//! on. A run of one mutant is a process of that build's worker that has its number in the environment.
//!
//! | file | holds |
//! |---|---|
//! | [`site`] | a mutant: a place, and what stands there instead |
//! | [`find`], [`values`], [`left_out`] | the mutants of a file; what functions return instead; what is no part of it |
//! | [`population`], [`sample`] | all mutants of the model; which are run, and which are known to change nothing |
//! | [`switch`], [`mod@copy`], [`files`] | the text with all mutants in it, and the build that is made of it |
//! | [`baseline`], [`trial`] | the runs without a mutant, and with one |
//! | [`command`], [`summary`] | `pidle mutants`, and what it prints |

pub mod baseline;
pub mod command;
pub mod copy;
pub mod files;
pub mod find;
pub mod left_out;
pub mod population;
pub mod sample;
pub mod site;
pub mod summary;
pub mod switch;
pub mod trial;
pub mod values;
