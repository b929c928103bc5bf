//! `pidle loom`: the loom tests of a crate, unchanged, on the search of `explore`.
//!
//! Cargo builds them with the crates of `loom-api` in place of the real loom, chosen on its command line, so that no manifest
//! changes. Each test then runs in a process of its own, which writes a line of JSON for each model.
//!
//! | file | holds |
//! |---|---|
//! | `origin` | the crate: in a folder, or published |
//! | `metadata`, `cargo`, `lockfile` | what cargo says of it; how cargo is called; its lock file, which is put back |
//! | `patches` | what takes the place of the real loom |
//! | `programs`, `tested`, `ran` | the test programs; one test, run; all of them |
//! | `judge` | the verdict of each model, and of all |
//! | `table`, `results` | what is printed; JSON and JUnit |

mod cargo;
mod judge;
mod lockfile;
mod metadata;
mod origin;
mod patches;
mod programs;
mod ran;
mod results;
mod table;
mod tested;

use std::fs::{self, File};
use std::path::Path;

use fd_lock::RwLock;
use harness::verdict::Verdict;

use crate::engines::builder::target;
use crate::error::Error;
use crate::text::output::{must_be_new, print, write_new};
use crate::{at_once, cli, interrupt};

use cargo::Cargo;
use judge::Judged;
use lockfile::Lockfile;
use metadata::Chosen;
use patches::Patches;
use programs::{Program, Selection};
use ran::run_all;
use tested::{Engine, Run};

/// The feature of our crates that leaves the global allocator to the program.
const OWN_ALLOCATOR: &str = "own-allocator";

/// The command.
///
/// # Errors
/// If the platform is not supported, the crate cannot be found, fetched or built or does not use loom, or a file cannot be
/// written.
pub fn test(arguments: &cli::Loom) -> Result<Verdict, Error> {
    is_supported()?;
    arguments.json.iter().chain(&arguments.junit).try_for_each(|path| must_be_new(path))?;
    let flags = cargo::flags(&arguments.cfgs)?;
    interrupt::catch()?;
    let folder = target().join("loom");
    let prepared = prepare(arguments, &folder, flags)?;
    let judged = run(arguments, &folder, &prepared)?;
    print(&table::render(&judged, &prepared.crate_name))?;
    if let Some(path) = &arguments.json {
        write_new(path, &results::json(&judged, &prepared.crate_name))?;
    }
    if let Some(path) = &arguments.junit {
        write_new(path, &results::junit(&judged, &prepared.crate_name))?;
    }
    Ok(judged.verdict)
}

fn is_supported() -> Result<(), Error> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    let what =
        "loom tests run on Linux on x86-64 only: run the command there, for example in a container";
    Err(Error::Usage(what.into()))
}

/// What is ready to run.
struct Prepared {
    /// The crate and its version.
    crate_name: String,
    programs: Vec<Program>,
    /// The same programs with the real loom.
    beside: Vec<Program>,
}

/// Finds, fetches and builds. Meanwhile no other process does.
fn prepare(arguments: &cli::Loom, folder: &Path, flags: String) -> Result<Prepared, Error> {
    let io = |error| Error::Io { path: folder.into(), error };
    fs::create_dir_all(folder).map_err(io)?;
    let mut lock = RwLock::new(File::create(folder.join("lock")).map_err(io)?);
    let _locked = lock.write().map_err(io)?;
    let manifest = origin::manifest(arguments, folder)?;
    let chosen = Chosen::of(&manifest, arguments.package.as_deref())?;
    let selection = Selection::of(arguments, &chosen)?;
    let cargo = Cargo::new(arguments, folder, flags, &chosen.package.manifest_path);
    let lockfile = Lockfile::hold(&chosen.workspace_root, folder)?;
    let features: &[&str] = if arguments.own_allocator { &[OWN_ALLOCATOR] } else { &[] };
    let patches = Patches::find(&cargo, folder, &chosen, features)?;
    let programs = programs::build(&cargo, &patches, &chosen, &selection, "the tests")?;
    lockfile.keep()?;
    let mut beside = Vec::new();
    if arguments.beside_loom {
        let patches = Patches::beside(&cargo, folder, &chosen)?;
        let what = "the tests with the real loom";
        beside = programs::build(&cargo, &patches, &chosen, &selection, what)?;
    }
    let crate_name = format!("{} {}", chosen.package.name, chosen.package.version);
    Ok(Prepared { crate_name, programs, beside })
}

/// Runs all tests, some at a time, and judges them.
fn run(arguments: &cli::Loom, folder: &Path, prepared: &Prepared) -> Result<Judged, Error> {
    let run = Run::new(arguments, folder)?;
    let at_a_time = arguments.jobs.unwrap_or_else(at_once::cores);
    let ours = run_all(&run, &prepared.programs, Engine::Explore, at_a_time, &arguments.filters)?;
    let beside = run_all(&run, &prepared.beside, Engine::Loom, at_a_time, &arguments.filters)?;
    Ok(Judged::new(ours, beside, &arguments.filters))
}
