//! Scenarios, variants and bugs, looked up by name.

use checks::{kernels, scenarios};
use harness::kernel::{KERNEL, NO_VARIANT};
use harness::report::Mode;
use harness::scenario::Scenario;
use regressions::bug::{Bug, Mutant};
use regressions::{rows, truth, BUGS, CONTENT};

use crate::error::Error;

/// The bug of that number, `#` or not.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn bug(number: &str) -> Result<&'static Bug, Error> {
    let bare = number.trim_start_matches('#');
    let found = BUGS.iter().find(|bug| bug.number == bare);
    let known = || BUGS.iter().map(|bug| bug.number.into()).collect();
    found.copied().ok_or_else(|| Error::unknown("bug", number, known()))
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
    let known = || bug.mutants.iter().map(|mutant| mutant.name.into()).collect();
    let kind = format!("variant of {}", bug.number);
    found.ok_or_else(|| Error::unknown(&kind, name.unwrap_or_default(), known()))
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
    let known = known.ok_or_else(|| Error::unknown("scenario", scenario, scenarios()))?;
    let row = match is_kernel(scenario) && row == NO_VARIANT {
        true => row.into(),
        false => known_row(row)?,
    };
    Ok((known, row))
}

/// The scenario of that name, or of that older name.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn scenario(name: &str) -> Result<Scenario, Error> {
    let known = || scenarios::all().into_iter().map(|scenario| scenario.name).collect();
    scenarios::find(name).ok_or_else(|| Error::unknown("scenario", name, known()))
}

/// The name of the variant, which may be given by an older one.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn known_row(row: &str) -> Result<String, Error> {
    let known = || rows::all().into_iter().map(|row| row.name).collect();
    let found = rows::find(row).map(|found| found.name);
    found.ok_or_else(|| Error::unknown("variant", row, known()))
}

/// Checks that the mode has a check of that name.
///
/// # Errors
/// If it does not exist. The error lists the known ones.
pub fn known_check(name: &str, mode: Mode) -> Result<(), Error> {
    let known: Vec<String> = CONTENT.checks(mode).map(|check| check.name.into()).collect();
    match known.iter().any(|known| known == name) {
        true => Ok(()),
        false => Err(Error::unknown("check", name, known)),
    }
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
    truth::is_changed(row)
        || BUGS.iter().any(|bug| bug.mutants.iter().any(|mutant| mutant.row(bug) == row))
}
