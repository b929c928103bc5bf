//! Whether a search loses anything: small generated programs, searched in several ways that have to find
//! the same outcomes, failures and states.
//!
//! A search that loses states is silent about it, so what it claims is worth what its comparison with a
//! plainer one is worth. Tests compare a few dozen programs, `pidle soundness` as many as are asked for.
//!
//! | module | holds |
//! |---|---|
//! | [`program`] | programs, generated from seeds, and made smaller |
//! | [`execution`] | what the threads of a program do |
//! | [`found`] | all that one search says of a program |
//! | [`compare`] | several searches of one program, of each of three families |
//! | [`tally`] | many programs, until one is searched differently |
//!
//! # Why seeds, and not a library for properties
//! A program is a function of its seed alone, by [`fastrand`], and nothing else goes into a case: the
//! number that is printed brings the same program back, whoever runs it and however many came before.
//! What proptest would add is a smaller program where one fails; acts can simply be left out here
//! ([`Program::smaller`](program::Program::smaller)), since a program without one of them is a program,
//! and whether it still fails is one more comparison.
#![forbid(unsafe_code)]

pub mod compare;
pub mod execution;
pub mod found;
pub mod program;
pub mod tally;
