//! What a documented bug is here: a story, and rows of the step table that reproduce it.

use checks::{HANG, LIVELOCK};
use harness::report::{Expect, Job, Limits, Mode};
use runtime_model::steps::Steps;

/// A documented bug.
pub struct Bug {
    /// Its number, as users know it.
    pub number: &'static str,
    /// Other names of it, which commands accept and nothing prints.
    pub aliases: &'static [&'static str],
    /// What it is, in a sentence.
    pub title: &'static str,
    /// What a user saw.
    pub saw: &'static str,
    /// The releases that have it.
    pub releases: &'static str,
    /// Issues, commits, and where it is described.
    pub references: &'static [&'static str],
    /// What fixed it, or that nothing did.
    pub fixed: &'static str,
    /// What of it is in a release. None if none of the releases has it.
    pub release: Option<InRelease>,
    /// The rows that reproduce it, the bug itself first.
    pub mutants: &'static [Mutant],
}

/// What of a bug is in the releases: in commit 13f6be28 and Go 1.19, or in Go 1.27.
pub struct InRelease {
    /// The mend of the bug alone.
    pub mend: Mend,
    /// What these show of it.
    pub expected: &'static [ExpectedFailure],
}

/// What is between the name of a row and the name of the [`Mend`] with which it is another row: as in
/// `GO_13F6BE28+fix-45867`.
pub const FIX: &str = "+fix-";

/// What may be between the names of two mends: as in `GO_13F6BE28+fix-45867-and-63555`.
pub const AND: &str = "-and-";

/// A bug of a release that can be mended alone.
pub struct Mend {
    /// The end of the names of rows in which it is mended, after [`FIX`].
    pub name: &'static str,
    /// The bug.
    pub bug: &'static str,
    /// The row with the mend.
    pub fixed_in: fn(Steps) -> Steps,
}

/// A failure that is expected of a release, as two runs on one scenario: a row fails, with exactly that check; and the
/// same row with that one bug mended holds.
pub struct ExpectedFailure {
    /// The bug's name.
    pub bug: &'static str,
    /// The name of the row that has it: a release, perhaps with other bugs mended ([`FIX`]).
    pub row: &'static str,
    /// The scenario that shows it.
    pub scenario: &'static str,
    /// The check that fails there.
    pub check: &'static str,
    /// The name of the same row with that one fix too.
    pub fixed_row: &'static str,
}

/// A row that reproduces a bug, or a part of it.
pub struct Mutant {
    /// Its name within the bug.
    pub name: &'static str,
    /// What is done otherwise.
    pub about: &'static str,
    /// The row.
    pub steps: Steps,
    /// What it shows, the best to tell its story first.
    pub shows: &'static [Shows],
    /// It shows nothing, for this reason; the mutant of that name shows it.
    pub masked: Option<Masked>,
}

/// Rows that came with a release's fix of the bug, and the releases that have them.
const CAME_WITH_A_FIX: &[(&str, &str)] = &[("45867/as-in-1.20", "1.20 to 1.27.3, the newest")];

/// Why a mutant shows nothing.
pub struct Masked {
    /// The reason, in a sentence.
    pub because: &'static str,
    /// The mutant in which it does show. None if it shows in none: the reason says why.
    pub unmasked_by: Option<&'static str>,
}

/// What a mutant shows on a scenario.
pub struct Shows {
    /// The scenario.
    pub scenario: &'static str,
    /// What counts as a failure.
    pub mode: Mode,
    /// What comes out.
    pub symptom: Symptom,
    /// The one check that is asked, if its effect would be hidden by one that comes first.
    pub only: Option<&'static str>,
    /// The engines that reach it; empty for all that explore.
    pub only_on: &'static [sync::driver::Engine],
    /// loom's bound on preemptions, if the ordinary one is not enough.
    pub bound: Option<usize>,
}

/// What comes out of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// Nothing.
    Holds,
    /// A throw with exactly this text.
    Throw(&'static str),
    /// A kernel's data race: loom sees the race itself, the others what comes of it, a throw with this text.
    Corrupt(&'static str),
    /// No M moves, and the program has not finished.
    Hang,
    /// The program runs and gets nowhere.
    Livelock,
    /// The check of this name fails.
    Check(&'static str),
}

impl Shows {
    /// In symptom mode.
    pub const fn symptom(scenario: &'static str, symptom: Symptom) -> Self {
        Shows { scenario, mode: Mode::Symptoms, symptom, only: None, only_on: &[], bound: None }
    }

    /// In invariant mode: the check of this name.
    pub const fn invariant(scenario: &'static str, check: &'static str) -> Self {
        let symptom = Symptom::Check(check);
        Shows { scenario, mode: Mode::Invariants, symptom, only: None, only_on: &[], bound: None }
    }

    /// In invariant mode, with no other check asked.
    pub const fn only(scenario: &'static str, check: &'static str) -> Self {
        Shows { only: Some(check), ..Shows::invariant(scenario, check) }
    }

    /// In invariant mode, nothing.
    pub const fn holds(scenario: &'static str) -> Self {
        Shows {
            scenario,
            mode: Mode::Invariants,
            symptom: Symptom::Holds,
            only: None,
            only_on: &[],
            bound: None,
        }
    }

    /// The same, on this engine only: the other does not get there in the time there is.
    pub const fn on(self, engines: &'static [sync::driver::Engine]) -> Self {
        Shows { only_on: engines, ..self }
    }

    /// The same, with that many preemptions on loom.
    pub const fn within(self, bound: usize) -> Self {
        Shows { bound: Some(bound), ..self }
    }

    /// The run that shows it.
    pub fn job(&self, bug: &Bug, mutant: &Mutant, engine: sync::driver::Engine) -> Job {
        let (row, limits) = (mutant.row(bug), self.limits(engine));
        Job {
            only: self.only.map(String::from),
            expect: self.symptom.expected(bug, engine),
            ..Job::new(bug.number, self.scenario, &row, self.mode, limits)
        }
    }

    /// A kernel has no bound, nor has a search of all states but where the scenario's suite has one.
    fn limits(&self, engine: sync::driver::Engine) -> Limits {
        let limits = checks::suite::limits(engine);
        let bound = match engine {
            _ if self.scenario.starts_with(harness::kernel::KERNEL) => None,
            sync::driver::Engine::Explore => checks::suite::within(self.scenario),
            sync::driver::Engine::Loom => self.bound.or(limits.bound),
            _ => limits.bound,
        };
        Limits { bound, ..limits }
    }

    /// Whether no other engine than this can show it.
    pub fn needs(&self, engine: sync::driver::Engine) -> bool {
        self.only_on == [engine]
    }

    /// Whether this engine is expected to get there.
    pub fn concerns(&self, engine: sync::driver::Engine) -> bool {
        self.only_on.is_empty() || self.only_on.contains(&engine)
    }
}

impl Bug {
    /// Its name in a sentence: an issue's number, or what it is called.
    pub fn name(&self) -> String {
        if self.number.chars().all(|c| c.is_ascii_digit()) {
            format!("golang/go#{}", self.number)
        } else {
            self.number.into()
        }
    }
}

impl Mutant {
    /// The releases that have it, if it came with a release's fix of the bug.
    pub fn releases(&self, bug: &Bug) -> Option<&'static str> {
        let row = self.row(bug);
        CAME_WITH_A_FIX.iter().find(|(name, _)| *name == row).map(|(_, releases)| *releases)
    }

    /// The row's name, unique among all rows.
    pub fn row(&self, bug: &Bug) -> String {
        format!("{}/{}", bug.number, self.name)
    }
}

impl Symptom {
    fn expected(self, bug: &Bug, engine: sync::driver::Engine) -> Expect {
        let fails = |check: &str, message: &str| Expect::Fails {
            check: check.into(),
            message: message.into(),
            bug: bug.number.into(),
        };
        match self {
            Symptom::Holds => Expect::Holds,
            Symptom::Corrupt(_) if engine == sync::driver::Engine::Loom => fails("race", ""),
            Symptom::Throw(text) | Symptom::Corrupt(text) => fails("throw", text),
            Symptom::Hang => fails(HANG, "hang"),
            Symptom::Livelock => fails(LIVELOCK, "livelock"),
            Symptom::Check(name) => fails(name, ""),
        }
    }
}
