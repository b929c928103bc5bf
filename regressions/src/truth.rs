//! What the real runtime does when its `checkdead` is changed: Go 1.19.8, measured, line by line; and the row
//! of steps that makes the same change to the model.

use checks::report::{Expect, Job, Limits, Mode};
use checks::suite::limits;
use checks::{HANG, LIVELOCK};
use sync::Engine;

use crate::allowed;

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
    /// The row that leaves it out of the model, the rest being as it should be.
    pub row: &'static str,
    /// What the real runtime did, in the order of [`PROGRAMS`].
    pub real: [Real; 3],
    /// The check that names the skipped step; none if the step shows in nothing.
    pub named: Option<&'static str>,
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
    of("as fixed", "GO_FIXED", OK, None),
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
    of("nmspinning++", "53294/marked-but-not-counted", [Real::T3; 3], SPINNERS),
    of("m.spinning", "53294/counted-but-not-marked", [Real::Hang; 3], SPINNERS),
];

const fn of(
    left_out: &'static str,
    row: &'static str,
    real: [Real; 3],
    named: Option<&'static str>,
) -> Line {
    Line { left_out, row, real, named }
}

/// The runs of all cells on that engine, in the order of lines, programs, sizes and modes. How far they go
/// is said here and nowhere else.
pub fn jobs(engine: Engine) -> Vec<Job> {
    let mut jobs = Vec::new();
    for line in LINES {
        for (program, real) in PROGRAMS.into_iter().zip(line.real) {
            for (ps, suffix) in SIZES {
                for mode in [Mode::Symptoms, Mode::Invariants] {
                    let Some(limits) = far(engine, ps, mode) else { continue };
                    let scenario = format!("{program}{suffix}");
                    jobs.push(line.job(scenario, real, mode, limits));
                }
            }
        }
    }
    jobs
}

/// How far a cell's run goes: every execution is searched; with three Ps, where the order of stealing is a
/// choice at each attempt, those with so many preemptions. A sample beside it tells the share of executions
/// that fail.
fn far(engine: Engine, ps: u32, mode: Mode) -> Option<Limits> {
    match engine {
        Engine::Explore => Some(Limits { bound: (ps > 2).then_some(2), ..limits(engine) }),
        Engine::Shuttle if mode == Mode::Symptoms => {
            Some(Limits { executions: 50, ..limits(engine) })
        }
        _ => None,
    }
}

impl Line {
    fn job(&self, scenario: String, real: Real, mode: Mode, limits: Limits) -> Job {
        let (how, more) = match mode {
            Mode::Symptoms | Mode::Races => {
                (real.how().to_vec(), allowed::beside(self.row, &scenario))
            }
            Mode::Invariants => (self.named.into_iter().collect(), Vec::new()),
        };
        Job {
            suite: SUITE.into(),
            scenario,
            program: None,
            row: self.row.into(),
            mode,
            only: None,
            limits,
            sometimes: Vec::new(),
            expect: Expect::Ends { how: how.into_iter().map(String::from).collect(), more },
        }
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
    /// `told` is a throw's text or a check's name.
    pub fn of(told: &str) -> Option<Real> {
        let all = [Real::T1, Real::T2, Real::T3, Real::Hang];
        all.into_iter().find(|real| real.how().contains(&told))
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
    use super::*;

    #[test]
    fn each_line_names_a_row_and_a_check() {
        for line in LINES {
            assert!(crate::rows::find(line.row).is_some(), "{}", line.row);
            let known = |name| {
                checks::check::of(checks::report::Mode::Invariants).any(|check| check.name == name)
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
