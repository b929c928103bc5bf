//! `pidle-coverage` in the place of rustc, for the crates whose parts are counted.
//!
//! With the flag on all crates, the search itself is counted too, and is some fifty times slower. Cargo
//! gives flags to all crates or to none on stable Rust, but lets a program of ours stand before rustc.

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// Set where cargo is to call this program instead of rustc.
pub const VARIABLE: &str = "PIDLE_COUNTS";

/// The model, and the program, which writes the counts.
const COUNTED: &[&str] = &["runtime_model", "pidle_engine"];

/// Compiles, if this process was started as the compiler: `pidle-coverage RUSTC ARGUMENTS…`.
pub fn compile() -> Option<ExitCode> {
    env::var_os(VARIABLE)?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let counts =
        krate(&arguments).is_some_and(|name| COUNTED.iter().any(|counted| name == *counted));
    let flags = counts.then_some(["-C", "instrument-coverage"]);
    let status = Command::new(rustc).args(arguments).args(flags.into_iter().flatten()).status();
    let code =
        status.ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The crate that the arguments are of.
fn krate(arguments: &[OsString]) -> Option<&OsString> {
    let at = arguments.iter().position(|argument| argument == "--crate-name")?;
    arguments.get(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_known_by_its_name() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(krate(&arguments("--crate-name checks x.rs")), Some(&"checks".into()));
        assert_eq!(krate(&arguments("-vV")), None);
        assert_eq!(krate(&arguments("--crate-name")), None);
    }
}
