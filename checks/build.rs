//! Lists the scenario files, so that adding a scenario is adding a file.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folder of the files, in this crate's.
const FOLDER: &str = "scenarios";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let folder = variable("CARGO_MANIFEST_DIR")?.join(FOLDER);
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        entries.extend(entry(&file?.path()));
    }
    entries.sort();
    let text = format!("&[\n{}]\n", entries.concat());
    fs::write(variable("OUT_DIR")?.join("scenarios.rs"), text)
}

/// The line of the list for that file, if it is a scenario file.
fn entry(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".toml")?;
    Some(format!("    Included {{ name: {name:?}, text: include_str!({path:?}) }},\n"))
}
