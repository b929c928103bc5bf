//! All rows of the step table, by name: the bases, the releases, and the mutants of each bug.

use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19, GO_FIXED};

use crate::{release, truth, BUGS};

/// A row.
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The row itself.
    pub steps: Steps,
}

impl Row {
    fn new(name: &str, about: &str, steps: Steps) -> Self {
        Row { name: name.into(), about: about.into(), steps }
    }
}

/// All rows.
pub fn all() -> Vec<Row> {
    let mut rows = vec![
        Row::new(
            checks::suite::FIXED,
            "Go 1.19 with all known fixes: what has to hold, holds",
            GO_FIXED,
        ),
        Row::new(
            "GO_13F6BE28",
            "commit 13f6be28, the fix of golang/go#53294, as it was",
            GO_13F6BE28,
        ),
        Row::new("GO_1_19", "Go 1.19, the release", GO_1_19),
    ];
    for known in release::KNOWN {
        let fixed = format!("{}, without {}", known.row, known.bug);
        let both = [
            Row::new(known.row, &format!("has {}", known.bug), known.steps),
            Row::new(known.fixed_row, &fixed, known.fixed),
        ];
        for row in both {
            if rows.iter().all(|other| other.name != row.name) {
                rows.push(row);
            }
        }
    }
    for row in truth::rows() {
        if rows.iter().all(|other| other.name != row.name) {
            rows.push(Row::new(&row.name, &row.about, row.steps));
        }
    }
    for bug in BUGS {
        rows.extend(bug.mutants.iter().map(|m| Row::new(&m.row(bug), m.about, m.steps)));
    }
    rows
}

/// The row of that name.
pub fn find(name: &str) -> Option<Row> {
    all().into_iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_name_of_its_own() {
        let mut names: Vec<String> = all().into_iter().map(|row| row.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
