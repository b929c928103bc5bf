//! Regions that no run reaches, each with a reason: `ci/unreached.toml`.
//!
//! An entry names a region by its file, its function and the source text of its first line, so that it
//! stands when lines move. A second region with the same text in the same function has a second entry.

use std::path::PathBuf;
use std::{fs, iter};

use harness::verdict::Verdict;
use pidle::engines::builder;
use pidle::error::Error;
use serde::Deserialize;

use crate::regions::Place;

/// The list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excuses {
    /// Its entries.
    #[serde(default)]
    pub unreached: Vec<Excuse>,
}

/// A region that need not be reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excuse {
    /// The file, in the model's folder.
    pub file: String,
    /// The function.
    pub function: String,
    /// The source text of the region's first line.
    pub region: String,
    /// Why nothing reaches it.
    pub reason: String,
}

/// What the places and the list come to.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Not reached, without a reason.
    pub missing: Vec<Place>,
    /// Not reached, with a reason.
    pub excused: Vec<(Place, Excuse)>,
    /// Entries of the list that are wrong, and how.
    pub wrong: Vec<(Excuse, &'static str)>,
}

impl Excuses {
    /// Reads the list.
    ///
    /// # Errors
    /// If it cannot be read, or is not TOML of this shape.
    pub fn read() -> Result<Excuses, Error> {
        let path = path();
        let text =
            fs::read_to_string(&path).map_err(|error| Error::Io { path: path.clone(), error })?;
        Self::parse(&text).map_err(|why| Error::Coverage(format!("{}: {why}", path.display())))
    }

    /// The list that the text holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Excuses, String> {
        let excuses: Excuses = toml::from_str(text).map_err(|error| error.to_string())?;
        match excuses.unreached.iter().find(|excuse| excuse.reason.trim().is_empty()) {
            Some(excuse) => {
                Err(format!("`{}` in {}: no reason is given", excuse.region, excuse.function))
            }
            None => Ok(excuses),
        }
    }

    /// Compares the list with what was and was not reached.
    pub fn judge(&self, places: &[Place]) -> Judged {
        let mut judged = Judged::default();
        let mut unused: Vec<Option<&Excuse>> = self.unreached.iter().map(Some).collect();
        for place in places.iter().filter(|place| !place.reached) {
            let fits = |excuse: &Option<&Excuse>| excuse.is_some_and(|excuse| excuse.fits(place));
            match unused.iter_mut().find(|excuse| fits(excuse)).and_then(Option::take) {
                Some(excuse) => judged.excused.push((place.clone(), excuse.clone())),
                None => judged.missing.push(place.clone()),
            }
        }
        for excuse in unused.into_iter().flatten() {
            let why = if places.iter().any(|place| excuse.fits(place)) {
                "a run reaches it: remove the entry"
            } else {
                "no region of the model has this text: correct or remove the entry"
            };
            judged.wrong.push((excuse.clone(), why));
        }
        judged
    }
}

/// Where the list is.
pub fn path() -> PathBuf {
    builder::root().join("ci/unreached.toml")
}

impl Excuse {
    fn fits(&self, place: &Place) -> bool {
        self.file == place.region.file
            && self.function == place.function
            && self.region == place.text
    }
}

impl Judged {
    /// *Vacuous* if something was not reached, since nothing was checked of it; *error* if the list, which
    /// is input, is wrong.
    pub fn verdict(&self) -> Verdict {
        let missing = (!self.missing.is_empty()).then_some(Verdict::Vacuous);
        let wrong = (!self.wrong.is_empty()).then_some(Verdict::Error);
        Verdict::worst(iter::once(Verdict::Held).chain(missing).chain(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::{Region, Source};

    fn place(line: usize, text: &str, reached: bool) -> Place {
        let region = Region { file: "runq.rs".into(), from: (line, 1), to: (line, 9) };
        Place { region, function: "runqput".into(), text: text.into(), reached }
    }

    fn excuses(texts: &[&str]) -> Excuses {
        let entry = |text: &&str| {
            format!("[[unreached]]\nfile = 'runq.rs'\nfunction = 'runqput'\nregion = '{text}'\nreason = 'why'\n")
        };
        Excuses::parse(&texts.iter().map(entry).collect::<String>()).unwrap()
    }

    fn wrong(judged: &Judged) -> Vec<&'static str> {
        judged.wrong.iter().map(|wrong| wrong.1).collect()
    }

    #[test]
    fn a_region_that_is_not_reached_needs_a_reason() {
        let places = [place(1, "a", true), place(2, "b", false)];
        let judged = excuses(&[]).judge(&places);
        assert_eq!((judged.missing.len(), judged.verdict()), (1, Verdict::Vacuous));
        let judged = excuses(&["b"]).judge(&places);
        assert_eq!((judged.excused.len(), judged.verdict()), (1, Verdict::Held));
    }

    #[test]
    fn a_reason_for_what_is_reached_is_an_error() {
        let judged = excuses(&["a"]).judge(&[place(1, "a", true)]);
        assert_eq!(wrong(&judged), ["a run reaches it: remove the entry"]);
        assert_eq!(judged.verdict(), Verdict::Error);
    }

    #[test]
    fn a_reason_for_what_is_not_there_is_an_error() {
        let judged = excuses(&["x"]).judge(&[place(1, "a", true)]);
        assert_eq!(
            wrong(&judged),
            ["no region of the model has this text: correct or remove the entry"]
        );
        assert_eq!(judged.verdict(), Verdict::Error);
    }

    #[test]
    fn of_two_regions_with_one_text_each_needs_an_entry() {
        let places = [place(1, "a", false), place(2, "a", false)];
        assert_eq!(excuses(&["a"]).judge(&places).missing.len(), 1);
        assert_eq!(excuses(&["a", "a"]).judge(&places).verdict(), Verdict::Held);
        assert_eq!(excuses(&["a", "a", "a"]).judge(&places).verdict(), Verdict::Error);
    }

    #[test]
    fn an_entry_has_a_reason_and_no_unknown_field() {
        let text = "[[unreached]]\nfile = 'a'\nfunction = 'b'\nregion = 'c'\nreason = ' '\n";
        assert!(Excuses::parse(text).unwrap_err().contains("no reason is given"));
        assert!(Excuses::parse(&text.replace("reason", "line"))
            .unwrap_err()
            .contains("unknown field"));
    }

    /// Without a run, what can be known of the list that is checked in.
    #[test]
    fn each_entry_of_the_list_is_text_of_the_model() {
        let sources = Source::all().unwrap();
        for excuse in Excuses::read().unwrap().unreached {
            let source = sources.iter().find(|source| source.is(&excuse.file));
            let stands = source.is_some_and(|source| source.has(&excuse.function, &excuse.region));
            assert!(stands, "{} in {}: `{}`", excuse.file, excuse.function, excuse.region);
        }
    }
}
