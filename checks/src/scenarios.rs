//! The scenarios that come with pidle: the files in the folder `scenarios`, which `build.rs` lists.

use harness::included::{self, Included};
use harness::scenario::Scenario;

/// The files, by name.
pub const FILES: &[Included] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// All scenarios, each at every size that its file has: the name at another size says so, such as `S1-3m`.
pub fn all() -> Vec<Scenario> {
    included::all(FILES)
}

/// The scenario of that name.
pub fn find(name: &str) -> Option<Scenario> {
    included::find(FILES, name)
}

/// The text of the file of that name, without `.toml`.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|file| file.name == name).map(|file| file.text)
}
