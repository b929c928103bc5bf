//! What there is to run, for the harness.

use harness::content::Content;
use harness::Source;

use crate::rows;

/// What `checks` has, with all rows. A job is prepared with it: `CONTENT.prepare(&job)`.
pub static CONTENT: Content = Content { variants: rows::all, sources: SOURCES, ..checks::CONTENT };

/// The sources in which a step can be recorded: each file's path within the workspace, and its text.
const SOURCES: &[Source] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
