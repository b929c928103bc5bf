//! What the real runtime does when its `checkdead` is changed: Go 1.19.8 with GOMAXPROCS=4, measured, line by line;
//! and the rows of steps that make the same change to the model.
//!
//! Each line is two rows. One is the release with nothing but `checkdead` changed, as it was measured; it has the
//! release's own bugs. The other is [`GO_1_19_FIXED`] with the same change. Where a bug of the
//! release shows, the row with that bug mended is run too.

use checks::suite::limits;
use checks::{HANG, LIVELOCK};
use harness::report::{Expect, Job, Limits, Mode};
use runtime_model::steps::{Steps, GO_1_19, GO_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Mend, FIX};
use crate::release::mends;
use crate::{allowed, issue_53294};

/// The name of the suite.
pub const SUITE: &str = "truth";

/// How a program of the real runtime ended, in every run of its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Real {
    /// It ran to its end.
    Ok,
    /// `must be able to track idle limiter event`.
    T1,
    /// `limiterEvent.stop: found wrong event in p's limiter event slot`.
    T2,
    /// `findrunnable: negative nmspinning`.
    T3,
    /// No throw, and no progress: a hang, or in the model a livelock, which looks the same to a user.
    Hang,
    /// It was not measured: the model may do any of these.
    Unknown,
}

/// A line of the table: one change of `checkdead`.
pub struct Line {
    /// What is left out of it.
    pub left_out: &'static str,
    /// The row that leaves it out of [`GO_1_19_FIXED`].
    pub row: &'static str,
    /// What the real runtime did, in the order of [`PROGRAMS`].
    pub real: [Real; 3],
    /// The check that names the skipped step; none if the step shows in nothing.
    pub named: Option<&'static str>,
    /// At 3 Ps: the most preemptions of the executions that are searched.
    pub bound: usize,
}

/// The programs that the core can express. Each has a scenario of that name, and one with `-3p`.
pub const PROGRAMS: [&str; 3] = ["sleepers", "stealrunq", "stealtimer"];

/// GOMAXPROCS, and how a scenario's name tells it.
pub const SIZES: [(u32, &str); 2] = [(2, ""), (3, "-3p")];

const NPIDLE: Option<&str> = Some("npidle is the length of the idle list");
const SPINNERS: Option<&str> = Some("nmspinning counts the spinners");

const OK: [Real; 3] = [Real::Ok; 3];
const HANGS: [Real; 3] = [Real::Ok, Real::Hang, Real::Hang];

/// The whole table.
pub const LINES: &[Line] = &[
    of("as fixed", "GO_1_19_FIXED", OK, None),
    of(
        "before the fix: all but the unlinking",
        "53294/unlinked-by-hand",
        [Real::T1, Real::Hang, Real::Unknown],
        NPIDLE,
    ),
    of(
        "the same, without limiter events",
        "53294/before-the-limiter",
        [Real::Ok, Real::Hang, Real::Unknown],
        NPIDLE,
    ),
    of("nothing: by hand, but complete", "53294/by-hand-but-complete", OK, None),
    of("timerpMask set", "53294/without-timerp-mask", OK, None),
    of("idlepMask clear", "53294/without-idlep-mask", HANGS, Some("idlepMask is the idle list")),
    of("npidle decrement", "53294/without-npidle", OK, NPIDLE),
    of(
        "limiter event stop",
        "53294/without-limiter-stop",
        [Real::T1; 3],
        Some("the limiter's idle events are the idle list"),
    ),
    of("list unlink", "53294/without-unlink", [Real::T2; 3], Some("a P has one holder")),
    of("both masks and npidle", "53294/without-masks-and-npidle", HANGS, NPIDLE),
    of("nmspinning++ and m.spinning", "53294/without-spinning", OK, None),
    // `nmspinning` may be any number, so there are ten times the states.
    Line {
        bound: 1,
        ..of("nmspinning++", "53294/marked-but-not-counted", [Real::T3; 3], SPINNERS)
    },
    of("m.spinning", "53294/counted-but-not-marked", [Real::Hang; 3], SPINNERS),
];

const fn of(
    left_out: &'static str,
    row: &'static str,
    real: [Real; 3],
    named: Option<&'static str>,
) -> Line {
    Line { left_out, row, real, named, bound: 2 }
}

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
            PROGRAMS.iter().flat_map(move |program| bugs(&row.name, &format!("{program}{suffix}")))
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
        for (program, real) in PROGRAMS.into_iter().zip(line.real) {
            for (ps, suffix) in SIZES {
                let scenario = format!("{program}{suffix}");
                let cell = Cell { line, scenario: &scenario, ps, real };
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
    ps: u32,
    real: Real,
}

impl Cell<'_> {
    /// The release, with bugs mended where they show; and `GO_1_19_FIXED`.
    fn searched(&self) -> Vec<Job> {
        // Every execution; with three Ps, where the order of stealing is a choice at each attempt, those within the
        // bound.
        let bound = (self.ps > 2).then_some(self.line.bound);
        let limits = Limits { bound, ..limits(Engine::Explore) };
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

impl Real {
    /// How the model says the same.
    pub fn how(self) -> &'static [&'static str] {
        match self {
            Real::Ok => &[],
            Real::T1 => &["must be able to track idle limiter event"],
            Real::T2 => &["limiterEvent.stop: found wrong event in p's limiter event slot"],
            Real::T3 => &["findrunnable: negative nmspinning"],
            Real::Hang => &[HANG, LIVELOCK],
            Real::Unknown => &["must be able to track idle limiter event", HANG, LIVELOCK],
        }
    }

    /// What a failure of the model is in the words of the table, if it is one of them.
    ///
    /// `failure` is a throw's text or a check's name.
    pub fn of(failure: &str) -> Option<Real> {
        let all = [Real::T1, Real::T2, Real::T3, Real::Hang];
        all.into_iter().find(|real| real.how().contains(&failure))
    }
}

impl std::fmt::Display for Real {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Real::Ok => "ok",
            Real::T1 => "T1",
            Real::T2 => "T2",
            Real::T3 => "T3",
            Real::Hang => "hang",
            Real::Unknown => "–",
        })
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
        for program in PROGRAMS {
            for (ps, suffix) in SIZES {
                let scenario = checks::scenarios::find(&format!("{program}{suffix}"));
                assert_eq!(scenario.map(|scenario| scenario.ps), Some(ps), "{program}");
            }
        }
    }
}
