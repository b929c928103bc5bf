//! Scenarios, variants and bugs, looked up by name.

use checks::{happenings, kernels, scenarios, suite};
use harness::kernel::{KERNEL, NO_VARIANT};
use harness::report::Mode;
use harness::scenario::{At, Scenario};
use harness::scenario_file::{GateRun, Written};
use regressions::bug::{Bug, Mutant};
use regressions::{rows, truth, BUGS, CONTENT};

use crate::error::Error;
use crate::text::words;

/// The bug of that number or other name; with `golang/go#` or `#` before it, or not.
///
/// # Errors
/// If it does not exist. The error lists the known ones. If the name is a variant's, the error says how to give that.
pub fn bug(number: &str) -> Result<&'static Bug, Error> {
    let bare = number.trim_start_matches("golang/go").trim_start_matches('#');
    let called =
        |name: &str| BUGS.iter().find(|bug| bug.number == name || bug.aliases.contains(&name));
    let found = called(bare);
    if let Some((name, variant)) = bare.split_once('/').filter(|(name, _)| called(name).is_some()) {
        return Err(Error::Usage(format!(
            "`{number}` is a variant of a bug: use `repro {name} --variant {variant}`"
        )));
    }
    found.copied().ok_or_else(|| Error::Undescribed {
        kind: "bug".into(),
        name: number.into(),
        known: BUGS.iter().map(|bug| (bug.number.into(), bug.title.into())).collect(),
    })
}

/// The bug's variant of that name. Without a name, its first one, which is the bug itself.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn mutant(bug: &'static Bug, name: Option<&str>) -> Result<&'static Mutant, Error> {
    let found = match name {
        Some(name) => bug.mutants.iter().find(|mutant| mutant.name == name),
        None => bug.mutants.first(),
    };
    found.ok_or_else(|| Error::Undescribed {
        kind: format!("variant of {}", bug.number),
        name: name.unwrap_or_default().into(),
        known: bug.mutants.iter().map(|known| (known.name.into(), known.about.into())).collect(),
    })
}

/// The names of all kernels and scenarios.
pub fn scenarios() -> Vec<String> {
    let kernels = kernels::ALL.iter().map(|kernel| format!("{KERNEL}{}", kernel.name));
    kernels.chain(scenarios::all().into_iter().map(|scenario| scenario.name)).collect()
}

/// The names of the scenario and of the variant, which may be given by older ones. It is called before anything is
/// built.
///
/// # Errors
/// If one of them does not exist. The error lists the known ones.
pub fn known(scenario: &str, row: &str) -> Result<(String, String), Error> {
    let known = scenarios::find(scenario).map(|known| known.name);
    let known = known.or_else(|| scenarios().into_iter().find(|known| known == scenario));
    let known = known.ok_or_else(|| no_scenario(scenario))?;
    let row = if is_kernel(scenario) && row == NO_VARIANT { row.into() } else { known_row(row)? };
    Ok((known, row))
}

/// Checks that the suites that a file's runs name exist, and what some execution of theirs must show.
///
/// # Errors
/// If one of them does not exist. The error has the place in the file, and lists the known ones.
pub fn known_runs(written: &Written) -> Result<(), Error> {
    for (n, (_, run)) in written.runs().enumerate() {
        let suites: Vec<String> = suite::all().map(|suite| suite.name.into()).collect();
        let wrong = match suite::all().find(|suite| suite.name == run.suite) {
            None => Some(Error::unknown("suite", &run.suite, suites)),
            Some(suite) => run.engines.iter().flatten().find_map(|engine| {
                let known = suite.engines.iter().map(|engine| engine.name().into()).collect();
                let what = format!("engine of the suite {}", suite.name);
                (!suite.engines.contains(engine))
                    .then(|| Error::unknown(&what, engine.name(), known))
            }),
        };
        let shows = |name: &&String| happenings::ALL.iter().all(|known| known.name != **name);
        let wrong = wrong.or_else(|| {
            let known = happenings::ALL.iter().map(|known| known.name.into()).collect();
            run.sometimes.iter().find(shows).map(|name| Error::unknown("`sometimes`", name, known))
        });
        if let Some(wrong) = wrong {
            return Err(written.error(At::Run(n), &wrong.to_string()).into());
        }
    }
    Ok(())
}

/// The scenario of that name, or of that older name.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn scenario(name: &str) -> Result<Scenario, Error> {
    let known = || scenarios::all().into_iter().map(|scenario| scenario.name).collect();
    scenarios::find(name).ok_or_else(|| Error::unknown("scenario", name, known()))
}

/// The error for a name that is no scenario's. If it is a suite's, or of what a suite's programs must show, it says which
/// scenarios those are.
fn no_scenario(name: &str) -> Error {
    let files = suite::files();
    let runs = || suite::all().flat_map(|suite| suite.runs(&files));
    let those = |wanted: &dyn Fn(&GateRun) -> bool| {
        let mut names: Vec<String> =
            runs().filter(|(_, run)| wanted(run)).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        names.join(", ")
    };
    if suite::all().any(|suite| suite.name == name) {
        let names = those(&|run| run.suite == name);
        return Error::Usage(format!("`{name}` is a suite: name one of its scenarios, {names}"));
    }
    if happenings::ALL.iter().any(|happening| happening.name == name) {
        let names = those(&|run| run.sometimes.iter().any(|some| some == name));
        return Error::Usage(format!(
            "`{name}` is what some programs must show: name one of these scenarios, {names}"
        ));
    }
    Error::unknown("scenario", name, scenarios())
}

/// The name of the variant, which may be given by an older one.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn known_row(row: &str) -> Result<String, Error> {
    let known = || -> Vec<String> { rows::all().into_iter().map(|row| row.name).collect() };
    if let Some(found) = rows::find(row) {
        return Ok(found.name);
    }
    let ending = format!("/{row}");
    let names = known();
    let ends: Vec<&str> =
        names.iter().map(|name| &name[..]).filter(|name| name.ends_with(&ending)).collect();
    match ends[..] {
        [] => Err(Error::unknown("variant", row, names)),
        _ => {
            let ends = ends.join(", ");
            Err(Error::Usage(format!("unknown variant `{row}`; with the bug before it: {ends}")))
        }
    }
}

/// Checks that the mode has a check of that name.
///
/// # Errors
/// If it does not exist. The error lists the known ones. If only another mode has it, the error says which.
pub fn known_check(name: &str, mode: Mode) -> Result<(), Error> {
    let has = |mode: Mode| CONTENT.checks(mode).any(|check| check.name == name);
    if has(mode) {
        return Ok(());
    }
    let others = [Mode::Invariants, Mode::Symptoms, Mode::Races];
    if let Some(other) = others.into_iter().find(|&other| has(other)) {
        let [mode, other] = [mode, other].map(words::mode);
        return Err(Error::Usage(format!(
            "the check `{name}` is not asked in mode {mode}: use --mode {other}"
        )));
    }
    let known = CONTENT.checks(mode).map(|check| check.name.into()).collect();
    Err(Error::unknown("check", name, known))
}

/// Whether the name is a kernel's.
pub fn is_kernel(scenario: &str) -> bool {
    scenario.starts_with(KERNEL)
}

/// The size of the scenario of that name, in words.
pub fn size(scenario: &str) -> Option<String> {
    if let Some(kernel) = scenario.strip_prefix(KERNEL) {
        return kernels::find(kernel).map(|kernel| format!("{} threads", kernel.threads));
    }
    scenarios::find(scenario)?.program().ok().map(|checked| checked.size)
}

/// Whether the variant has a bug or a part of one, based on `GO_1_19_FIXED` or on the release.
pub fn is_mutant(row: &str) -> bool {
    truth::is_changed(row) || variant_of_bug(row).is_some()
}

/// The variant of a bug that has this name, and its bug.
pub fn variant_of_bug(row: &str) -> Option<(&'static Bug, &'static Mutant)> {
    let of = |bug: &'static Bug| bug.mutants.iter().map(move |mutant| (bug, mutant));
    BUGS.iter().flat_map(|bug| of(bug)).find(|(bug, mutant)| mutant.row(bug) == row)
}
