//! Spin, on the Promela model of the same core.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pidle::cli;
use pidle::engines::builder;
use pidle::engines::measure::after;
use pidle::engines::measure::Measured;

/// Its name in the table.
pub const NAME: &str = "spin, finer steps";

/// The environment variable that names another program than `spin`.
const VARIABLE: &str = "PIDLE_SPIN";

/// Megabytes that it may have.
pub const MEMORY: u32 = 4096;

/// Runs the verifier that Spin has made; then, what its children's time was. The limit is one of CPU time.
const RUN: &str = "(ulimit -t \"$0\"; exec ./pan -n -m10000000); times";

/// Spin, installed.
pub struct Spin {
    program: String,
    model: PathBuf,
}

impl Spin {
    /// Looks for it, and for a C compiler, which it needs. Why it cannot be used, if so.
    ///
    /// # Errors
    /// That.
    pub fn find() -> Result<Spin, String> {
        let spin = env::var(VARIABLE).unwrap_or_else(|_| "spin".into());
        for (program, option) in [(spin.as_str(), "-V"), ("cc", "--version")] {
            let found = Command::new(program).arg(option).stdin(Stdio::null()).output();
            if !found.is_ok_and(|output| output.status.success()) {
                return Err(format!("`{program}` is not installed"));
            }
        }
        let model = builder::root().join("bench/core.pml");
        if model.is_file() {
            Ok(Spin { program: spin, model })
        } else {
            Err(format!("{}: not found", model.display()))
        }
    }

    /// Verifies the scenario.
    ///
    /// # Errors
    /// If it does not build, or does not say what it has come to.
    pub fn run(&self, scenario: &str, ms: u32, max_seconds: u64) -> Result<Measured, String> {
        let name = format!("pidle-spin-{}-{scenario}-{ms}m", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let came = self.run_in(&folder, scenario, ms, max_seconds);
        let _ = fs::remove_dir_all(&folder);
        came
    }

    fn run_in(
        &self,
        folder: &Path,
        scenario: &str,
        ms: u32,
        max_seconds: u64,
    ) -> Result<Measured, String> {
        let number = cli::MEASURED.iter().position(|name| *name == scenario);
        let number = number.ok_or(format!("bench/core.pml does not have {scenario}"))? + 1;
        let mut spin = Command::new(&self.program);
        spin.arg(format!("-DSCENARIO={number}")).arg(format!("-DMS={ms}")).arg("-a");
        done(spin.arg(&self.model).current_dir(folder))?;
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"]);
        done(cc.arg(format!("-DMEMLIM={MEMORY}")).current_dir(folder))?;
        let mut run = Command::new("sh");
        run.args(["-c", RUN, &max_seconds.to_string()]).current_dir(folder);
        Ok(read(&said(&mut run)?, max_seconds))
    }
}

/// What the command says; an error if it fails.
fn done(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into())
    }
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into())
}

/// Reads the verifier's report, with the times of the shell after it.
fn read(text: &str, max_seconds: u64) -> Measured {
    let number = |line: &str| line.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
    let named = |name: &str| text.lines().find(|line| line.trim_end().ends_with(name));
    let states = named("states, stored").and_then(number);
    let memory =
        text.lines().find(|line| line.contains("actual memory usage for states")).and_then(number);
    let complete = states.is_some() && !text.contains("Search not completed");
    let too_deep = text.contains("max search depth too small");
    let failed = text.lines().find(|line| line.contains("assertion violated"));
    let finished = complete && !too_deep;
    let stopped = match () {
        () if finished => None,
        () if too_deep => Some("its depth".into()),
        () if text.contains("-DMEMLIM bound") => Some(format!("{MEMORY} MB of memory")),
        // The shell's limit kills it without a word.
        () => Some(after(max_seconds)),
    };
    Measured {
        executions: None,
        states: states.map(|states| states as u64),
        cpu: text.lines().next_back().and_then(seconds),
        memory: memory.map(|mb| (mb * 1024.0 * 1024.0) as u64),
        finished,
        sampled: false,
        failed: failed.map(Into::into),
        stopped,
    }
}

/// The sum of a line of `times`: `0m1.25s 0m0.01s`.
fn seconds(line: &str) -> Option<f64> {
    let one = |text: &str| {
        let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
        Some(60.0 * minutes.parse::<f64>().ok()? + seconds.parse::<f64>().ok()?)
    };
    line.split_whitespace().map(one).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Full statespace search for:\n\
        State-vector 112 byte, depth reached 240, errors: 0\n     1119 states, stored\n\
        \x20   2.824\tactual memory usage for states\n0m0.01s 0m0.00s\n0m1.25s 0m0.50s\n";

    #[test]
    fn a_report_has_states_memory_and_time() {
        let measured = read(REPORT, 60);
        assert_eq!((measured.states, measured.cpu), (Some(1119), Some(1.75)));
        assert_eq!(
            (measured.finished, measured.failed, measured.memory),
            (true, None, Some(2_961_178))
        );
    }

    #[test]
    fn a_search_that_was_cut_short_is_not_finished() {
        let stopped = |text: &str| read(text, 60).stopped.unwrap();
        assert_eq!(stopped("0m0.01s 0m0.00s\n0m60.00s 0m0.50s\n"), "60 s of CPU time");
        let full = "pan: reached -DMEMLIM bound\nWarning: Search not completed\n";
        assert_eq!(stopped(&format!("{full}{REPORT}")), "4096 MB of memory");
        assert_eq!(stopped(&format!("error: max search depth too small\n{REPORT}")), "its depth");
        assert_eq!(read(REPORT, 60).stopped, None);
        let failed = read(&format!("pan:1: assertion violated exited\n{REPORT}"), 60).failed;
        assert_eq!(failed.as_deref(), Some("pan:1: assertion violated exited"));
    }
}
