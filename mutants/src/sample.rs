//! Which mutants are run: drawn by a seed, or those of a file; and those that are known to change nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::nearest::did_you_mean;
use pidle::error::Error;
use serde::{Deserialize, Serialize};

use crate::population::{Population, MODEL};
use crate::site::Place;

/// The list of mutants that change nothing, in the workspace.
pub const EQUIVALENT: &str = "mutants/equivalent.toml";

/// A file of mutants.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "mutant")]
    mutants: Vec<Place>,
}

/// A mutant that changes nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivalent {
    /// Which.
    #[serde(flatten)]
    pub place: Place,
    /// Why no program can tell it from the model.
    pub why: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalents {
    #[serde(default, rename = "mutant")]
    mutants: Vec<Equivalent>,
}

/// The numbers of the mutants in the files whose paths in the model begin as one of these, or in all files if there are none.
///
/// # Errors
/// If one of these is the beginning of no file's path.
pub fn only(population: &Population, paths: &[String]) -> Result<Vec<u32>, Error> {
    let begins = |file: &str, path: &str| {
        file.strip_prefix(MODEL).is_some_and(|file| file.trim_start_matches('/').starts_with(path))
    };
    let nowhere =
        paths.iter().find(|path| !population.files.iter().any(|file| begins(&file.path, path)));
    if let Some(path) = nowhere {
        let files = population.files.iter().filter_map(|file| file.path.strip_prefix(MODEL));
        let files = files.map(|file| file.trim_start_matches('/'));
        let near = did_you_mean(path, files);
        return Err(Error::Usage(format!("--only {path}: no file in {MODEL} begins so{near}")));
    }
    let wanted = |file: &str| paths.is_empty() || paths.iter().any(|path| begins(file, path));
    let sites = (1..).zip(&population.sites);
    Ok(sites.filter(|(_, site)| wanted(&site.place.file)).map(|(number, _)| number).collect())
}

/// `count` of these mutants, drawn by `seed` from those that compile, in the order of the source.
///
/// # Errors
/// If there are not so many.
pub fn draw(
    mut numbers: Vec<u32>,
    unviable: &BTreeSet<u32>,
    seed: u64,
    count: usize,
) -> Result<Vec<u32>, Error> {
    numbers.retain(|number| !unviable.contains(number));
    if count > numbers.len() {
        let there = numbers.len();
        return Err(Error::Usage(format!(
            "--count {count}: there are {there} mutants to draw from"
        )));
    }
    fastrand::Rng::with_seed(seed).shuffle(&mut numbers);
    numbers.truncate(count);
    numbers.sort_unstable();
    Ok(numbers)
}

/// The text of a file that has these mutants.
pub fn to_text(population: &Population, numbers: &[u32]) -> String {
    let place = |number: &u32| population.sites[*number as usize - 1].place.clone();
    let file = File { mutants: numbers.iter().map(place).collect() };
    toml::to_string(&file).expect("plain data is always TOML")
}

/// The mutants of a file: the numbers of those that are there, and those that are there no more.
///
/// # Errors
/// If it cannot be read, is no such file, or has no mutants.
pub fn read(path: &Path, population: &Population) -> Result<(Vec<u32>, Vec<Place>), Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::Io { path: path.into(), error })?;
    let file: File = toml::from_str(&text).map_err(|error| not_a_file(path, &error))?;
    if file.mutants.is_empty() {
        return Err(Error::Usage(format!("{}: has no [[mutant]]", path.display())));
    }
    Ok(matched(population, file.mutants))
}

/// Finds each again: in its file, or else wherever its function is now.
fn matched(population: &Population, places: Vec<Place>) -> (Vec<u32>, Vec<Place>) {
    let (mut numbers, mut gone) = (Vec::new(), Vec::new());
    for place in places {
        match number_of(population, &place) {
            Some(number) => numbers.push(number),
            None => gone.push(place),
        }
    }
    (numbers, gone)
}

/// The number of the mutant, if it is there.
pub fn number_of(population: &Population, place: &Place) -> Option<u32> {
    let sites = || (1..).zip(&population.sites);
    let exact = sites().find(|(_, site)| site.place == *place);
    exact.or_else(|| sites().find(|(_, site)| site.place.is(place))).map(|(number, _)| number)
}

/// The list of mutants that change nothing.
///
/// # Errors
/// If it cannot be read, or is no such file.
pub fn equivalents(root: &Path) -> Result<Vec<Equivalent>, Error> {
    let path = root.join(EQUIVALENT);
    let text =
        fs::read_to_string(&path).map_err(|error| Error::Io { path: path.clone(), error })?;
    let file: Equivalents = toml::from_str(&text).map_err(|error| not_a_file(&path, &error))?;
    Ok(file.mutants)
}

fn not_a_file(path: &Path, error: &toml::de::Error) -> Error {
    Error::Usage(format!("{}: not a file of mutants: {error}", path.display()))
}
