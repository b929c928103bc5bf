//! What was measured on the real runtime, line by line and program by program.
//!
//! Go 1.19.8, with GOMAXPROCS of 2, 4 or 8 ([`Line::measured_at`]). A program that was measured with several of them ended
//! alike with each. The model is searched at 2 and 3 Ps.

use checks::{HANG, LIVELOCK};

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
    /// It was not measured: the model may end in T1 or hang, or it is not searched ([`Line::searches`]).
    Unknown,
}

/// A program that the real runtime was measured with. It has a scenario of that name, and one with `-3p`.
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// At 2 and at 3 Ps: the most preemptions of the executions that are searched, or none for all executions.
    pub bounds: [Option<usize>; 2],
}

/// A line of the table: one change of `checkdead`.
pub struct Line {
    /// What is left out of it.
    pub left_out: &'static str,
    /// The row that leaves it out of [`GO_1_19_FIXED`].
    pub row: &'static str,
    /// What the real runtime did, in the order of [`PROGRAMS`].
    pub real: [Real; 5],
    /// It was measured in the first place, with each GOMAXPROCS, and not as one of the steps that are left out.
    pub first: bool,
    /// The check that names the skipped step; none if the step shows in nothing.
    pub named: Option<&'static str>,
    /// At 3 Ps: the most preemptions of the executions that are searched, if the program does not say fewer.
    pub bound: usize,
}

/// The most preemptions at 3 Ps, if neither the program nor the line says fewer.
pub const MOST: usize = 2;

/// The programs. With 3 Ps, the order of stealing is a choice at each attempt; and sysmon has many more.
pub const PROGRAMS: [Program; 5] = [
    Program { name: "sleepers", bounds: [None, Some(MOST)] },
    Program { name: "gcmix", bounds: [None, Some(MOST)] },
    Program { name: "stealrunq", bounds: [None, Some(MOST)] },
    Program { name: "stealtimer", bounds: [None, Some(MOST)] },
    Program { name: "handoff", bounds: [Some(2), Some(1)] },
];

/// GOMAXPROCS, and how a scenario's name tells it.
pub const SIZES: [(u32, &str); 2] = [(2, ""), (3, "-3p")];

const NPIDLE: Option<&str> = Some("npidle is the length of the idle list");
const SPINNERS: Option<&str> = Some("nmspinning counts the spinners");

const OK: [Real; 5] = [Real::Ok, Real::Unknown, Real::Ok, Real::Ok, Real::Ok];
const HANGS: [Real; 5] = [Real::Ok, Real::Unknown, Real::Hang, Real::Hang, Real::Hang];

/// Each program that was measured threw this.
const fn throws(real: Real) -> [Real; 5] {
    [real, Real::Unknown, real, real, real]
}

/// The whole table.
pub const LINES: &[Line] = &[
    Line { first: true, ..of("as fixed", "GO_1_19_FIXED", [Real::Ok; 5], None) },
    Line {
        first: true,
        ..of(
            "before the fix: all but the unlinking",
            "53294/unlinked-by-hand",
            [Real::T1, Real::T1, Real::Hang, Real::Unknown, Real::Unknown],
            NPIDLE,
        )
    },
    Line {
        first: true,
        ..of(
            "the same, without limiter events",
            "53294/before-the-limiter",
            [Real::Ok, Real::Ok, Real::Hang, Real::Unknown, Real::Unknown],
            NPIDLE,
        )
    },
    of("nothing: by hand, but complete", "53294/by-hand-but-complete", OK, None),
    of("timerpMask set", "53294/without-timerp-mask", OK, None),
    of("idlepMask clear", "53294/without-idlep-mask", HANGS, Some("idlepMask is the idle list")),
    of(
        "npidle decrement",
        "53294/without-npidle",
        [Real::Ok, Real::Unknown, Real::Ok, Real::Ok, Real::Hang],
        NPIDLE,
    ),
    of(
        "limiter event stop",
        "53294/without-limiter-stop",
        throws(Real::T1),
        Some("the limiter's idle events are the idle list"),
    ),
    of("list unlink", "53294/without-unlink", throws(Real::T2), Some("a P has one holder")),
    of("both masks and npidle", "53294/without-masks-and-npidle", HANGS, NPIDLE),
    of("nmspinning++ and m.spinning", "53294/without-spinning", OK, None),
    // `nmspinning` may be any number, so there are ten times the states.
    Line {
        bound: 1,
        ..of("nmspinning++", "53294/marked-but-not-counted", throws(Real::T3), SPINNERS)
    },
    of(
        "m.spinning",
        "53294/counted-but-not-marked",
        [Real::Hang, Real::Unknown, Real::Hang, Real::Hang, Real::Hang],
        SPINNERS,
    ),
];

const fn of(
    left_out: &'static str,
    row: &'static str,
    real: [Real; 5],
    named: Option<&'static str>,
) -> Line {
    Line { left_out, row, real, first: false, named, bound: MOST }
}

impl Program {
    /// Its scenario of that size.
    pub fn scenario(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.name)
    }
}

impl Line {
    /// Whether the model is searched. It is not where a step was left out with which the program was not measured.
    pub fn searches(&self, real: Real) -> bool {
        self.first || real != Real::Unknown
    }

    /// At 2 and at 3 Ps: the most preemptions of the executions of the program that are searched, if there is a bound.
    pub fn bounds(&self, program: &Program) -> [Option<usize>; 2] {
        let [two, three] = program.bounds;
        [two, three.map(|bound| bound.min(self.bound))]
    }

    /// The programs that are searched, and what the real runtime did.
    pub fn programs(&self) -> impl Iterator<Item = (&'static Program, Real)> + '_ {
        PROGRAMS.iter().zip(self.real).filter(|&(_, real)| self.searches(real))
    }

    /// With which GOMAXPROCS the program was measured. Empty if it was not.
    pub fn measured_at(&self, program: &Program) -> &'static [u32] {
        match (program.name, self.first) {
            ("sleepers" | "stealrunq" | "gcmix", true) => &[2, 4, 8],
            ("sleepers" | "stealrunq" | "stealtimer", false) => &[4],
            ("handoff", false) => &[2],
            _ => &[],
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
