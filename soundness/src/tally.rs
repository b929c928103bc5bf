//! Many programs, until one is searched differently.

use serde::{Deserialize, Serialize};

use crate::compare::{compare, Compared, Family, FAMILIES};

/// What has come of the programs so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// One for each family.
    pub families: Vec<Row>,
    /// The first program that is searched differently, if there is one: nothing follows it.
    pub differ: Option<Differ>,
}

/// What has come of the programs of a family.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub family: Family,
    /// Programs on which all ways agree.
    pub same: u64,
    /// Programs that are too large for the plainest of them: they do not count.
    pub too_large: u64,
    /// The executions of each way, in the order of [`Family::way_names`].
    pub executions: Vec<u64>,
}

/// A program that is searched differently.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Differ {
    /// Its family.
    pub family: Family,
    /// Its seed.
    pub seed: u64,
    /// What differs.
    pub what: String,
    /// The program, without what does not matter.
    pub program: String,
    /// What differs then.
    pub smallest: String,
}

impl Default for Tally {
    fn default() -> Self {
        let row = |family: Family| {
            let executions = vec![0; family.way_names().len()];
            Row { family, same: 0, too_large: 0, executions }
        };
        Tally { families: FAMILIES.map(row).into(), differ: None }
    }
}

impl Tally {
    /// The programs that count, of the family that has fewest.
    pub fn cases(&self) -> u64 {
        self.families.iter().map(|row| row.same).min().unwrap_or(0)
    }

    /// Compares so many programs of each family, whose seeds count up from this one. `go_on` is asked
    /// after each program.
    pub fn run(cases: u64, seed: u64, mut go_on: impl FnMut(&Tally) -> bool) -> Tally {
        let mut tally = Tally::default();
        for seed in seed.. {
            for which in 0..tally.families.len() {
                if tally.families[which].same < cases {
                    tally.one(which, seed);
                    if tally.differ.is_some() || !go_on(&tally) {
                        return tally;
                    }
                }
            }
            if tally.cases() >= cases {
                break;
            }
        }
        tally
    }

    /// Compares one program.
    fn one(&mut self, which: usize, seed: u64) {
        let row = &mut self.families[which];
        match compare(row.family, &row.family.program(seed)) {
            Compared::TooLarge => row.too_large += 1,
            Compared::Differ(what) => self.differ = Some(Differ::of(row.family, seed, what)),
            Compared::Same(executions) => {
                row.same += 1;
                row.executions.iter_mut().zip(executions).for_each(|(sum, more)| *sum += more);
            }
        }
    }
}

impl Differ {
    /// Of the program of that seed: what differs, and a smallest program that shows it.
    pub fn of(family: Family, seed: u64, what: String) -> Differ {
        let differs = |program: &_| matches!(compare(family, program), Compared::Differ(_));
        let program = family.program(seed).shrink(differs);
        let smallest = match compare(family, &program) {
            Compared::Differ(what) => what,
            // With several workers, what differs may depend on who was faster.
            _ => "it differs now and then".into(),
        };
        Differ { family, seed, what, program: program.to_string(), smallest }
    }
}

impl std::fmt::Display for Differ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Differ { family, seed, what, program, smallest } = self;
        writeln!(f, "seed {seed}, {}: {what}", family.name())?;
        writeln!(f, "the smallest program that shows it: {smallest}")?;
        f.write_str(program)
    }
}
