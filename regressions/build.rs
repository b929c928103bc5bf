//! Lists the sources in which a step can be recorded, from which it gets the name of its function: all files of the model,
//! of the kernels, and of the variants, with one that was added a minute ago.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The crates that recorded steps are in.
const CRATES: [&str; 3] = ["runtime-model", "checks", "regressions"];

fn main() -> io::Result<()> {
    let variable = |name| PathBuf::from(env::var_os(name).expect("cargo sets it"));
    let package = variable("CARGO_MANIFEST_DIR");
    let root = package.parent().expect("the workspace's folder");
    let mut lines = Vec::new();
    for krate in CRATES {
        let folder = root.join(krate).join("src");
        println!("cargo::rerun-if-changed={}", folder.display());
        lines.extend(sources(root, &folder)?);
    }
    lines.sort();
    fs::write(variable("OUT_DIR").join("sources.rs"), format!("&[\n{}]\n", lines.concat()))
}

/// A line of the list for each source file: its path within the workspace, and its text.
fn sources(root: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            lines.extend(sources(root, &path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = |path: &Path| path.display().to_string().replace('\\', "/");
            let within = name(path.strip_prefix(root).unwrap_or(&path));
            lines.push(format!("    ({within:?}, include_str!({:?})),\n", name(&path)));
        }
    }
    Ok(lines)
}
