//! Compares many programs, until two searches differ on one.

use serde::{Deserialize, Serialize};

use crate::compare::{compare, families, Compared, Family};

/// The results so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// One row for each family.
    pub families: Vec<Row>,
    /// The first program on which two searches differ, if any: no comparison follows it.
    pub differ: Option<Differ>,
}

/// The results for one family.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The family.
    pub family: Family,
    /// The number of programs on which all ways agree.
    pub same: u64,
    /// The number of programs that are too large for the base way: they do not count.
    pub too_large: u64,
    /// The executions of each way, in the order of [`Family::way_names`].
    pub executions: Vec<u64>,
}

/// A program on which two searches differ.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Differ {
    /// Its family.
    pub family: Family,
    /// Its seed.
    pub seed: u64,
    /// The difference.
    pub what: String,
    /// The shrunk program.
    pub program: String,
    /// The difference on the shrunk program.
    pub smallest: String,
}

impl Default for Tally {
    fn default() -> Self {
        let row = |family: Family| {
            let executions = vec![0; family.way_names().len()];
            Row { family, same: 0, too_large: 0, executions }
        };
        Tally { families: families().into_iter().map(row).collect(), differ: None }
    }
}

impl Tally {
    /// The number of programs that count, in the family that has the fewest.
    pub fn cases(&self) -> u64 {
        self.families.iter().map(|row| row.same).min().unwrap_or(0)
    }

    /// Compares this many programs of each family, with consecutive seeds from this one. `go_on` is called
    /// after each program, and returns whether to continue.
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

    /// Compares one program of the family with this index.
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
    /// The difference on the program of that seed, and a smallest program that shows it.
    pub fn of(family: Family, seed: u64, what: String) -> Differ {
        let differs = |program: &_| matches!(compare(family, program), Compared::Differ(_));
        let program = family.program(seed).shrink(differs);
        let smallest = match compare(family, &program) {
            Compared::Differ(what) => what,
            // With several workers, the difference may depend on which was faster.
            _ => "it does not differ each time".into(),
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
