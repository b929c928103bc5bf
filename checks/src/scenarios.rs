//! The scenarios that come with pidle: the files in the folder `scenarios`, which `build.rs` lists.

use harness::included::{self, Included};
use harness::scenario::Scenario;

/// The files, by name.
pub const FILES: &[Included] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// All scenarios, each at every size that its file has: the name at another size says so, such as `sleep-ready-park-3m`.
pub fn all() -> Vec<Scenario> {
    included::all(FILES)
}

/// The scenario of that name, or of that older name.
pub fn find(name: &str) -> Option<Scenario> {
    included::find(FILES, name)
}

/// The text of the file of that name, without `.toml`.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|file| file.name == name).map(|file| file.text)
}

/// Older names of the scenario of that name, at the same size.
pub fn aliases(name: &str) -> Vec<String> {
    let Some((file, scenario)) = included::with_file(FILES, name) else { return Vec::new() };
    let size = scenario.name.strip_prefix(file.name).unwrap_or_default();
    file.written().aliases().map(|alias| format!("{alias}{size}")).collect()
}
