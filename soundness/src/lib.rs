//! Checks that searches lose nothing: small generated programs are searched in several ways that must find
//! the same outcomes, failures and states.
//!
//! A search that loses states does not say so. Its claims are worth what its comparison with a plainer
//! search is worth. Tests compare a few dozen programs, `pidle soundness` as many as are asked for.
//!
//! | module | holds |
//! |---|---|
//! | [`program`] | programs, generated from seeds, and made smaller |
//! | [`execution`] | the execution of a program's threads |
//! | [`found`] | what one search finds in a program |
//! | [`compare`] | several searches of one program, for each family of programs |
//! | `memory` | searches in which a state is the memory (feature `explore`) |
//! | [`tally`] | many programs, until two searches differ on one |
//!
//! # Why seeds, and not a library for properties
//! A program is a function of its seed alone, through [`fastrand`], and nothing else goes into a case: the
//! printed number recreates the program, whatever ran before. proptest would add the shrinking of a failing
//! program. Here acts can simply be left out ([`Program::smaller`](program::Program::smaller)): a program
//! without one of its acts is still a program, and one more comparison shows whether it still fails.
#![forbid(unsafe_code)]

pub mod compare;
pub mod execution;
pub mod found;
#[cfg(feature = "explore")]
pub mod memory;
pub mod program;
pub mod tally;
