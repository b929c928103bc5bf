//! What the real runtime does when its `checkdead` is changed: Go 1.19.8, measured, line by line; and the rows of steps
//! that make the same change to the model.
//!
//! Each line is two rows. One is the release with nothing but `checkdead` changed, as it was measured; it has the
//! release's own bugs. The other is [`GO_1_19_FIXED`] with the same change. Where a bug of the
//! release shows, the row with that bug mended is run too.

mod measured;

use checks::suite::limits;
use harness::report::{Expect, Job, Limits, Mode};
use runtime_model::steps::{Steps, GO_1_19, GO_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Mend, FIX};
use crate::release::mends;
use crate::{allowed, issue_53294};

pub use measured::{Line, Program, Real, LINES, MOST, PROGRAMS, SIZES};

/// The name of the suite.
pub const SUITE: &str = "truth";

/// What the names of the release's rows begin with.
const RELEASE: &str = "GO_1_19";

/// What the names of the rows begin with that leave out a step.
const CHANGED: &str = "53294/";

/// Whether the row is the release with its `checkdead` changed.
pub fn is_changed(row: &str) -> bool {
    row.strip_prefix(RELEASE).is_some_and(|rest| rest.starts_with('/'))
}

/// `base` with the `checkdead` of `changed`.
const fn checkdead_of(changed: Steps, base: Steps) -> Steps {
    Steps {
        take_p_for_timer: changed.take_p_for_timer,
        spin_for_timer: changed.spin_for_timer,
        ..base
    }
}

/// A row that stands on the release: its name, what it is, and its steps.
pub struct ReleaseRow {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The row itself.
    pub steps: Steps,
}

/// The release with each line's change, and those of them in which a bug is mended that shows in a cell.
pub fn rows() -> Vec<ReleaseRow> {
    let mut rows: Vec<ReleaseRow> = LINES.iter().map(Line::on_the_release).collect();
    let mut next = 0;
    while let Some(row) = rows.get(next) {
        let mends = SIZES.iter().flat_map(|(_, suffix)| {
            let of = move |program: &Program| bugs(&row.name, &program.scenario(suffix));
            PROGRAMS.iter().flat_map(of)
        });
        let mended: Vec<ReleaseRow> = mends.map(|mend| row.mended(mend)).collect();
        for row in mended {
            if rows.iter().all(|other| other.name != row.name) {
                rows.push(row);
            }
        }
        next += 1;
    }
    rows
}

impl ReleaseRow {
    fn mended(&self, mend: &Mend) -> Self {
        ReleaseRow {
            name: mended(&self.name, mend),
            about: format!("{}, and the mend of {}", self.about, mend.bug),
            steps: (mend.fixed_in)(self.steps),
        }
    }
}

fn bugs(row: &str, scenario: &str) -> Vec<&'static Mend> {
    allowed::bugs(row, scenario)
}

/// The name of the row in which that bug is mended as well. The order of mends makes no difference, so there is one
/// name for each set of them.
pub fn mended(row: &str, mend: &Mend) -> String {
    let mut parts = row.split(FIX);
    let mut name = parts.next().unwrap_or_default().to_string();
    let before: Vec<&str> = parts.collect();
    for Mend { name: mended, .. } in mends() {
        if *mended == mend.name || before.contains(mended) {
            name = format!("{name}{FIX}{mended}");
        }
    }
    name
}

/// The row, and those that mend the bugs of it that show on the scenario, one after the other.
pub fn with_mended(row: String, scenario: &str) -> Vec<String> {
    let mended = bugs(&row, scenario).into_iter().map(|mend| mended(&row, mend));
    let mended: Vec<String> = mended.flat_map(|row| with_mended(row, scenario)).collect();
    let mut all = vec![row];
    for row in mended {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all
}

/// The runs of all cells on that engine, in the order of lines, programs and sizes. How far they go is said here, in
/// the lines' bounds, and nowhere else.
pub fn jobs(engine: Engine) -> Vec<Job> {
    let mut jobs = Vec::new();
    for line in LINES {
        for (program, real) in line.programs() {
            for ((_, suffix), bound) in SIZES.into_iter().zip(line.bounds(program)) {
                let scenario = program.scenario(suffix);
                let cell = Cell { line, scenario: &scenario, bound, real };
                match engine {
                    Engine::Explore => jobs.extend(cell.searched()),
                    Engine::Shuttle => jobs.push(cell.sampled()),
                    Engine::Loom | Engine::Std => {}
                }
            }
        }
    }
    jobs
}

/// A program of the real runtime at a size, with a line's change.
struct Cell<'a> {
    line: &'a Line,
    scenario: &'a str,
    bound: Option<usize>,
    real: Real,
}

impl Cell<'_> {
    /// The release, with bugs mended where they show; and `GO_1_19_FIXED`.
    fn searched(&self) -> Vec<Job> {
        let limits = Limits { bound: self.bound, ..limits(Engine::Explore) };
        let job = |row, mode| self.job(row, mode, limits.clone());
        let rows = with_mended(self.line.release_row(), self.scenario);
        let mut jobs: Vec<Job> = rows.into_iter().map(|row| job(row, Mode::Symptoms)).collect();
        let fixed = |mode| job(self.line.row.into(), mode);
        // Where all invariants hold there is no symptom, since they include the symptoms.
        if self.line.named.is_some() {
            jobs.push(fixed(Mode::Symptoms));
        }
        jobs.push(fixed(Mode::Invariants));
        jobs
    }

    /// The share of the release's executions that fail.
    fn sampled(&self) -> Job {
        let limits = Limits { executions: 50, ..limits(Engine::Shuttle) };
        self.job(self.line.release_row(), Mode::Symptoms, limits)
    }

    fn job(&self, row: String, mode: Mode, limits: Limits) -> Job {
        let (how, more) = match mode {
            Mode::Symptoms | Mode::Races => {
                (self.real.how().to_vec(), allowed::beside(&row, self.scenario))
            }
            Mode::Invariants => (self.line.named.into_iter().collect(), Vec::new()),
        };
        let how = how.into_iter().map(String::from).collect();
        let expect = Expect::Ends { how, more };
        Job { expect, ..Job::new(SUITE, self.scenario, &row, mode, limits) }
    }
}

impl Line {
    /// The name of the row that makes the change to the release.
    pub fn release_row(&self) -> String {
        self.row.strip_prefix(CHANGED).map_or(RELEASE.into(), |name| format!("{RELEASE}/{name}"))
    }

    fn on_the_release(&self) -> ReleaseRow {
        let changed = issue_53294::BUG.mutants.iter().find(|mutant| self.changes(mutant.name));
        let about = match changed {
            Some(mutant) => format!("Go 1.19, with the checkdead of {CHANGED}{}", mutant.name),
            None => "Go 1.19, the release".into(),
        };
        let changed = changed.map_or(GO_1_19_FIXED, |mutant| mutant.steps);
        ReleaseRow { name: self.release_row(), about, steps: checkdead_of(changed, GO_1_19) }
    }

    fn changes(&self, mutant: &str) -> bool {
        self.row.strip_prefix(CHANGED) == Some(mutant)
    }
}

#[cfg(test)]
mod tests {
    use checks::suite::FIXED;

    use super::*;

    /// The first line changes nothing; each other has a row that does.
    #[test]
    fn each_line_changes_checkdead_or_is_the_first() {
        assert_eq!((LINES[0].row, &*LINES[0].release_row()), (FIXED, RELEASE));
        for line in &LINES[1..] {
            let mutants = issue_53294::BUG.mutants;
            assert!(mutants.iter().any(|mutant| line.changes(mutant.name)), "{}", line.row);
            assert!(is_changed(&line.release_row()), "{}", line.row);
        }
    }

    /// A bug that shows is mended, a second one that shows then as well; a row that several lead to is run once.
    #[test]
    fn the_rows_of_a_cell_are_the_release_and_what_is_mended() {
        for (_, allowed) in allowed::all() {
            for execution in &allowed.execution {
                let rows = with_mended(execution.row.clone(), &execution.scenario);
                let mended = allowed.mend().map(|mend| mended(&execution.row, mend));
                assert_eq!(rows[0], execution.row);
                assert!(mended.is_none_or(|row| rows.contains(&row)), "{rows:?}");
            }
        }
        assert_eq!(with_mended(RELEASE.into(), "sleepers"), [RELEASE]);
    }

    #[test]
    fn a_set_of_mends_has_one_name() {
        let (first, second) = (mends().next().unwrap(), mends().nth(1).unwrap());
        let both = [[first, second], [second, first]].map(|order| {
            order.into_iter().fold("GO_1_19/x".to_string(), |row, mend| mended(&row, mend))
        });
        assert_eq!(both, ["GO_1_19/x+fix-45867+fix-55160"; 2]);
    }

    #[test]
    fn each_line_names_a_row_and_a_check() {
        for line in LINES {
            for row in [line.row, &line.release_row()] {
                assert!(crate::rows::find(row).is_some(), "{row}");
            }
            let known = |name| {
                checks::CONTENT
                    .checks(harness::report::Mode::Invariants)
                    .any(|check| check.name == name)
            };
            assert!(line.named.is_none_or(known), "{}", line.row);
        }
    }

    #[test]
    fn each_program_has_a_scenario_of_each_size() {
        for program in &PROGRAMS {
            for (ps, suffix) in SIZES {
                let scenario = checks::scenarios::find(&program.scenario(suffix));
                assert_eq!(scenario.map(|scenario| scenario.ps), Some(ps), "{}", program.name);
            }
        }
    }

    /// What was not measured is *unknown*; as fixed, each program has to end well all the same.
    #[test]
    fn a_cell_that_was_not_measured_says_so() {
        for (i, line) in LINES.iter().enumerate() {
            for (program, real) in PROGRAMS.iter().zip(line.real) {
                let measured = !line.measured_at(program).is_empty();
                let as_fixed = i == 0 && real == Real::Ok;
                let (row, name) = (line.row, program.name);
                assert!(as_fixed || measured == (real != Real::Unknown), "{row}, {name}");
            }
        }
    }
}
