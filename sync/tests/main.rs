//! All tests of the crate as one program, so that they share what they instantiate of the search and run side by side.
//! Each file is a module here; `cargo test -p sync --test all races::` runs those of one.

mod awaited;
mod choices;
mod coherence;
mod dependency;
mod differential;
mod estimate;
mod exploration;
mod fewest;
mod ghosts;
mod hazards;
mod inserted;
mod known;
mod limits;
mod liveness;
mod loom_traps;
mod misuse;
mod notes;
mod orders;
mod planted;
mod predicates;
mod quiescence;
mod races;
mod recording;
mod replay;
mod restored;
mod rounds;
mod shuttle_traps;
mod silence;
mod soundness;
mod substrates;
mod symmetry;
mod system_calls;
mod waiting;

/// What comes of a test of a module (its `module_path!()`) that ends its process, or prints, in a process of its own. It is ignored
/// otherwise.
fn part(module: &str, test: &str) -> std::process::Output {
    let (_, module) = module.split_once("::").expect("a module of this program");
    let this = std::env::current_exe().expect("a test knows its program");
    let mut command = std::process::Command::new(this);
    command.args(["--ignored", "--exact", "--nocapture", &format!("{module}::{test}")]);
    let output = command.env("RUST_BACKTRACE", "0").output().expect("a test can be run");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("running 1 test\n"), "no test is called {test}: {stdout}");
    output
}
