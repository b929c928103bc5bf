//! What the commands print, and the words and tables that they share.
//!
//! | file | holds |
//! |---|---|
//! | [`output`] | the terminal, new files, numbers in words |
//! | [`progress`] | bars, or a line for each run that has ended, on stderr |
//! | [`words`], [`table`] | words for modes, verdicts and jobs; tables without lines |
//! | [`summary`] | a run, a line for each key |
//! | [`story`] | a counterexample: its schedule, the interleaving, the failure |

pub mod output;
pub mod progress;
pub mod story;
pub mod summary;
pub mod table;
pub mod words;
