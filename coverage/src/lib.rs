//! `pidle gate --coverage`: which parts of the model no run of the gate reaches.
//!
//! rustc marks where control flow divides (`-C instrument-coverage`) and writes the *regions* of source
//! text that belong to each part, and how often each part was entered. Regions of `runtime-model/src` that no
//! run entered are listed, unless `ci/unreached.toml` gives a reason.
//!
//! # Why the model is marked
//! rustc counts some of the parts, and derives the others: `else` is *entered* minus *then*. That is true
//! of functions that return. The search of `explore` goes back into the middle of a function and leaves it
//! there, so a difference of its counters means nothing. Therefore the worker is built of a copy of the workspace
//! in which each branch of the model begins with a call of a function of its own, which does nothing. The entry of
//! a function is always counted: so each branch has a counter, and no difference is needed. A part
//! is reached if its own counter or a mark in it is above 0. So what is listed was not reached, or it has neither, in which
//! case [`marks`] has to learn of it; and what was not reached is always listed.
//!
//! | file | holds |
//! |---|---|
//! | [`marks`], [`marked`] | where the branches of a file are; the text with a mark in each, and the way back to the source's places |
//! | [`mod@copy`], [`compiler`] | the copy and its worker; `pidle-coverage` in the place of rustc |
//! | [`regions`] | what was reached, from what rustc wrote into the worker and what its processes counted |
//! | [`excuses`] | regions that need not be reached, each with a reason |
//! | [`command`], [`report`] | the command, and what it prints |

pub mod command;
pub mod compiler;
pub mod copy;
pub mod excuses;
pub mod marked;
pub mod marks;
pub mod regions;
pub mod report;
