//! Scenarios in files: TOML, with errors that have the file, the line, the field, and what is allowed there.

mod gate_run;
mod toml_error;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use runtime_model::steps::Steps;
use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use gate_run::GateRun;

use crate::file_error;
use crate::scenario::{
    At, Clock, Scenario, ScenarioError, MOST_EARLY, MOST_MS, MOST_PS, MOST_TICKS,
};

/// A scenario file with all fields, for `--help`.
pub const EXAMPLE: &str = r#"# Two Gs on two Ps: one sleeps, readies the other, and keeps its P busy until that one has run.
name = "ready-and-wait"
about = "a G sleeps, readies another and keeps its P busy until that one has run"
ps = 2                # GOMAXPROCS
ms = 2                # the most Ms, M0 included; at least as many as Ps
gs = [                # a line for each G, main's first: `name: action; action; ...`
    "main: go A; sleep 10; ready A; busy-until a",
    "A: park; set a",
]
# Besides, with what holds if they are left out:
# ring = 4            # slots of a P's ring: a power of two
# steal-tries = 2     # passes over the other Ps; Go's number is 4
# fairness = false    # any look for work may begin with the global queue
# must-finish = ["main"]  # the Gs that must finish; left out, each that was started, also after main's end
# deterministic = false
# clock = "fake"      # the clock stands while an M runs; "real": the world moves it, and there are descriptors
# early = 0           # with a real clock: so many of the world's moves may come while Ms run
# sysmon = false      # true: sysmon takes Ps from system calls, and in real time preempts and polls; it is not one of the Ms
# ticks = 0           # with sysmon: so many of its rounds may come while Ms run; others come when no M can move
# mask-word = 32      # bits of a word of the masks of Ps: with fewer, `gomaxprocs` may move them to other arrays
# schedtrace = false  # true: a throw prints the scheduler's state first, as with GODEBUG=schedtrace, and takes sched.lock for that
# Also, for a file in checks/scenarios, which the gate runs. `check` reports mistakes in these, and says how much of a run's
# `sometimes` happened (with --sometimes, it requires all of it, as the gate does); it ignores the others:
# aliases = ["wait"]  # older names, which commands accept too
# sizes = ["3m"]      # the same with 3 Ms, named ready-and-wait-3m; "3p" is 3 Ps and 3 Ms
# [[run]]             # a run in the gate; these come last in the file
# suite = "mixed"     # `pidle list` prints the suites
# size = "3m"         # one of the sizes; left out, the file's own
# engines = ["explore"]   # left out, all engines of the suite
# bound = 2           # explore's bound on preemptions; left out, none
# order = 1           # its place in the suite; left out, last, by the files' names
# sometimes = ["an M is started"]   # what some execution must show
"#;

/// A longer name makes no good file name.
const LONGEST_NAME: usize = 64;

/// The content of a scenario file, and where its parts are written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The scenario. It was checked.
    pub scenario: Scenario,
    path: PathBuf,
    text: String,
    file: File,
}

/// What is wrong with a scenario file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be read.
    #[error("{}: {}", path.display(), file_error::in_words(path, error))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is not TOML, or has a field that does not exist.
    #[error("{}: {}`pidle check --help` shows a file with all fields", path.display(), toml_error::in_words(error))]
    Toml {
        /// The file.
        path: PathBuf,
        /// What and where.
        error: Box<toml::de::Error>,
    },
    /// The scenario is invalid.
    #[error("{}:{line}: {field}: {what}", path.display())]
    Scenario {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The field.
        field: String,
        /// What is wrong, and what is allowed.
        what: String,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    name: Spanned<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<Spanned<String>>,
    #[serde(default)]
    about: String,
    ps: Spanned<i64>,
    ms: Spanned<i64>,
    ring: Option<Spanned<i64>>,
    steal_tries: Option<Spanned<i64>>,
    fairness: Option<bool>,
    clock: Option<Spanned<Clock>>,
    early: Option<Spanned<i64>>,
    sysmon: Option<bool>,
    ticks: Option<Spanned<i64>>,
    mask_word: Option<Spanned<i64>>,
    schedtrace: Option<bool>,
    must_finish: Option<Spanned<Vec<String>>>,
    deterministic: Option<bool>,
    sizes: Option<Vec<Spanned<String>>>,
    gs: Spanned<Vec<Spanned<String>>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    run: Vec<Spanned<GateRun>>,
}

/// Reads and checks a scenario file.
///
/// # Errors
/// If it cannot be read, is not TOML, or the scenario is invalid.
pub fn read(path: &Path) -> Result<Written, FileError> {
    let text =
        fs::read_to_string(path).map_err(|error| FileError::Io { path: path.into(), error })?;
    parse(path, &text)
}

/// Checks the text of a scenario file; `path` is for messages.
///
/// # Errors
/// If it is not TOML, or the scenario is invalid.
pub fn parse(path: &Path, text: &str) -> Result<Written, FileError> {
    let file: File = toml::from_str(text)
        .map_err(|error| FileError::Toml { path: path.into(), error: Box::new(error) })?;
    let written = Written { scenario: file.scenario(), path: path.into(), text: text.into(), file };
    written.check_names()?;
    written.check_numbers()?;
    written.scenario.program().map_err(|error| written.invalid(&error))?;
    written.check_sizes()?;
    written.check_runs()?;
    Ok(written)
}

/// The scenario as a file would have it.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    toml::to_string_pretty(&File::of(scenario)).expect("plain data is always TOML")
}

impl Written {
    /// Verifies that the variant has all that the program uses.
    ///
    /// # Errors
    /// At the first action that it does not have.
    pub fn fits(&self, steps: &Steps) -> Result<(), FileError> {
        let checked = self.scenario.program().map_err(|error| self.invalid(&error))?;
        self.scenario.fits(&checked, steps).map_err(|error| self.invalid(&error))
    }

    /// What is wrong with the scenario, where the file has it.
    fn invalid(&self, ScenarioError { at, place, what, allowed, .. }: &ScenarioError) -> FileError {
        // Of a field, the place is its name, which the error has anyway.
        let place = if matches!(at, At::G(_)) { format!("{place}: ") } else { String::new() };
        self.error(*at, &format!("{place}{what}; {allowed}"))
    }

    /// Names go into names of files.
    fn check_names(&self) -> Result<(), FileError> {
        let aliases = self.file.aliases.iter().map(|alias| ("aliases", alias));
        for (field, name) in [("name", &self.file.name)].into_iter().chain(aliases) {
            let (span, name) = (name.span(), name.get_ref());
            if !is_name(name) {
                let what = format!(
                    "`{name}` is not a name; write letters, digits, `-`, `_` and `.`, at most {LONGEST_NAME}, the \
                     first a letter or a digit"
                );
                return Err(self.error_at(&span, field, &what));
            }
        }
        Ok(())
    }

    /// Numbers that do not fit into their fields. The scenario checks the others.
    fn check_numbers(&self) -> Result<(), FileError> {
        let File { ps, ms, ring, steal_tries, early, ticks, mask_word, .. } = &self.file;
        let ps = Some((ps, "ps", format!("1 to {MOST_PS}")));
        let ms = Some((ms, "ms", format!("1 to {MOST_MS}")));
        let ring = ring.as_ref().map(|ring| (ring, "ring", "a power of two from 2 to 256".into()));
        let tries = steal_tries.as_ref().map(|tries| (tries, "steal-tries", "2 to 4".into()));
        let early = early.as_ref().map(|early| (early, "early", format!("0 to {MOST_EARLY}")));
        let ticks = ticks.as_ref().map(|ticks| (ticks, "ticks", format!("0 to {MOST_TICKS}")));
        let word = mask_word.as_ref().map(|bits| (bits, "mask-word", "1 to 32".into()));
        for (number, field, allowed) in
            [ps, ms, ring, tries, early, ticks, word].into_iter().flatten()
        {
            if u32::try_from(*number.get_ref()).is_err() {
                let what = format!("{} is out of range; write {allowed}", number.get_ref());
                return Err(self.error(At::Field(field), &what));
            }
        }
        Ok(())
    }

    /// Each other size is one, and a program of that size is a good one.
    fn check_sizes(&self) -> Result<(), FileError> {
        for size in self.file.sizes.iter().flatten() {
            let Some(scenario) = gate_run::at_size(&self.scenario, size.get_ref()) else {
                let what = format!("`{}` is not a size; {}", size.get_ref(), gate_run::SIZES);
                return Err(self.error_at(&size.span(), "sizes", &what));
            };
            if let Err(ScenarioError { place, what, allowed, .. }) = scenario.program() {
                let what = format!("`{}`: {place}: {what}; {allowed}", size.get_ref());
                return Err(self.error_at(&size.span(), "sizes", &what));
            }
        }
        Ok(())
    }

    /// Each run is of a size that the file has.
    fn check_runs(&self) -> Result<(), FileError> {
        let sizes: Vec<&str> =
            self.file.sizes.iter().flatten().map(|size| &**size.get_ref()).collect();
        for run in &self.file.run {
            let size = run.get_ref().size.as_deref();
            if let Some(size) = size.filter(|size| !sizes.contains(size)) {
                let known = if sizes.is_empty() { "has none".into() } else { sizes.join(", ") };
                let what = format!("size `{size}` is not one of the file's `sizes`: {known}");
                return Err(self.error_at(&run.span(), "run", &what));
            }
        }
        Ok(())
    }

    /// The file is named after the scenario.
    pub(crate) fn check_file_name(&self, stem: &str) -> Result<(), FileError> {
        let name = &self.scenario.name;
        if name == stem {
            Ok(())
        } else {
            let what = format!("`{name}` is not the name of the file; rename one of them");
            Err(self.error(At::Field("name"), &what))
        }
    }

    /// Its older names, which commands accept as well.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.file.aliases.iter().map(|alias| &**alias.get_ref())
    }

    /// The scenario that `name` stands for: its name or an older one, with the size after it.
    pub fn named(&self, name: &str) -> Option<Scenario> {
        let names = [&*self.scenario.name].into_iter().chain(self.aliases());
        let rests: Vec<&str> = names.filter_map(|known| name.strip_prefix(known)).collect();
        self.at_all_sizes().into_iter().find(|scenario| {
            rests.iter().any(|rest| scenario.name.strip_prefix(&self.scenario.name) == Some(rest))
        })
    }

    /// The scenario, and then the same at each other size.
    pub fn at_all_sizes(&self) -> Vec<Scenario> {
        let sizes = self.file.sizes.iter().flatten();
        let others = sizes.filter_map(|size| gate_run::at_size(&self.scenario, size.get_ref()));
        [self.scenario.clone()].into_iter().chain(others).collect()
    }

    /// The gate's runs, each with the name that the scenario has at the run's size.
    pub fn runs(&self) -> impl Iterator<Item = (String, &GateRun)> {
        self.file.run.iter().map(|run| {
            let run = run.get_ref();
            let name = &self.scenario.name;
            let at_size = |size| format!("{name}-{size}");
            (run.size.as_ref().map_or_else(|| name.clone(), at_size), run)
        })
    }

    /// What is wrong at that place of the file.
    pub fn error(&self, at: At, what: &str) -> FileError {
        let field = match at {
            At::Field(name) => name.to_string(),
            At::G(i) => format!("gs[{i}]"),
            At::Run(i) => format!("run[{i}]"),
        };
        self.error_at(&self.file.span(at), &field, what)
    }

    fn error_at(&self, span: &Range<usize>, field: &str, what: &str) -> FileError {
        let line = self.text[..span.start.min(self.text.len())].matches('\n').count() + 1;
        let (path, field) = (self.path.clone(), field.into());
        FileError::Scenario { path, line, field, what: what.into() }
    }
}

impl File {
    fn scenario(&self) -> Scenario {
        let lines: Vec<&str> = self.gs.get_ref().iter().map(|line| &**line.get_ref()).collect();
        // `check_numbers` reports one that does not fit before the scenario is checked.
        let fit = |number: &Spanned<i64>| u32::try_from(*number.get_ref()).unwrap_or(u32::MAX);
        let (ps, ms) = (fit(&self.ps), fit(&self.ms));
        let plain = Scenario::new(self.name.get_ref(), &self.about, ps, ms, &lines);
        let number = |field: &Option<Spanned<i64>>, default| field.as_ref().map_or(default, &fit);
        Scenario {
            ring: number(&self.ring, plain.ring),
            steal_tries: number(&self.steal_tries, plain.steal_tries),
            fairness: self.fairness.unwrap_or(plain.fairness),
            clock: self.clock.as_ref().map_or(plain.clock, |clock| *clock.get_ref()),
            early: number(&self.early, plain.early),
            sysmon: self.sysmon.unwrap_or(plain.sysmon),
            ticks: number(&self.ticks, plain.ticks),
            mask_word: number(&self.mask_word, plain.mask_word),
            schedtrace: self.schedtrace.unwrap_or(plain.schedtrace),
            must_finish: self.must_finish.as_ref().map_or(vec![], |names| names.get_ref().clone()),
            deterministic: self.deterministic.unwrap_or(plain.deterministic),
            ..plain
        }
    }

    /// The fields, those left out that say nothing new.
    fn of(scenario: &Scenario) -> Self {
        let plain = Scenario::new("", "", 1, 1, &[]);
        Self {
            name: at_start(scenario.name.clone()),
            aliases: Vec::new(),
            about: scenario.about.clone(),
            ps: at_start(scenario.ps.into()),
            ms: at_start(scenario.ms.into()),
            ring: (scenario.ring != plain.ring).then(|| at_start(scenario.ring.into())),
            steal_tries: (scenario.steal_tries != plain.steal_tries)
                .then(|| at_start(scenario.steal_tries.into())),
            fairness: scenario.fairness.then_some(true),
            clock: (scenario.clock != plain.clock).then(|| at_start(scenario.clock)),
            early: (scenario.early != plain.early).then(|| at_start(scenario.early.into())),
            sysmon: scenario.sysmon.then_some(true),
            ticks: (scenario.ticks != plain.ticks).then(|| at_start(scenario.ticks.into())),
            mask_word: (scenario.mask_word != plain.mask_word)
                .then(|| at_start(scenario.mask_word.into())),
            schedtrace: scenario.schedtrace.then_some(true),
            must_finish: (!scenario.must_finish.is_empty())
                .then(|| at_start(scenario.must_finish.clone())),
            deterministic: scenario.deterministic.then_some(true),
            sizes: None,
            run: Vec::new(),
            gs: at_start(scenario.lines.iter().cloned().map(at_start).collect()),
        }
    }

    fn span(&self, at: At) -> Range<usize> {
        let of = |field: &Option<Spanned<i64>>| field.as_ref().map(Spanned::span);
        let span = match at {
            At::G(i) => self.gs.get_ref().get(i).map(Spanned::span).or(Some(self.gs.span())),
            At::Run(i) => self.run.get(i).map(Spanned::span),
            At::Field("name") => Some(self.name.span()),
            At::Field("ps") => Some(self.ps.span()),
            At::Field("ms") => Some(self.ms.span()),
            At::Field("ring") => of(&self.ring),
            At::Field("steal-tries") => of(&self.steal_tries),
            At::Field("early") => of(&self.early),
            At::Field("ticks") => of(&self.ticks),
            At::Field("mask-word") => of(&self.mask_word),
            At::Field("clock") => self.clock.as_ref().map(Spanned::span),
            At::Field("must-finish") => self.must_finish.as_ref().map(Spanned::span),
            At::Field(_) => None,
        };
        span.unwrap_or(0..0)
    }
}

/// Whether it can be part of a file's name.
fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && name.chars().all(good) && name.len() <= LONGEST_NAME
}

fn at_start<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

#[cfg(test)]
mod tests;
