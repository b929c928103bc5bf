//! Compares several searches of one program, which must find the same.

use explore::fault::{planting, Fault};
use explore::options::Options;
use serde::{Deserialize, Serialize};
use sync::driver::PlanError;

use crate::found::{search, Found};
use crate::program::Program;

/// The most executions of a plain search; larger programs are skipped.
const MOST: u64 = 10_000;

/// The most executions of the other searches. They have fewer, except for what several workers do twice.
const MORE: u64 = 4 * MOST;

/// A kind of programs, and the searches to compare on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Family {
    /// Programs whose executions end: plain search, cache, sleep sets, both, both with several workers.
    Ending,
    /// The same programs with each bound from 0 to 3: plain, with a cache, with a cache and several
    /// workers.
    Bounded,
    /// Programs with loops, on which a plain search does not end: the cache alone as the base, with sleep
    /// sets, and both with several workers.
    Looping,
    /// Programs with interchangeable threads, where one state represents all that differ only in a
    /// renaming: the searches of `Ending`, and one that distinguishes the threads and counts the classes of
    /// its states.
    Twins,
    /// The same programs with each bound from 0 to 3, as in `Bounded`.
    BoundedTwins,
    /// The programs of `Ending` with objects that are known by their addresses, where a state is the memory: the same
    /// searches, and both by two workers.
    Memory,
    /// The programs of `Looping` likewise.
    LoopingMemory,
}

/// The families whose states are what the program reports.
const REPORTED: [Family; 5] =
    [Family::Ending, Family::Bounded, Family::Looping, Family::Twins, Family::BoundedTwins];

/// Those whose states are the memory, which only the engine explore can search.
const MEMORY: [Family; 2] = [Family::Memory, Family::LoopingMemory];

/// All families of the engine in use.
pub fn families() -> Vec<Family> {
    let memory = MEMORY.iter().filter(|_| cfg!(feature = "explore"));
    REPORTED.iter().chain(memory).copied().collect()
}

/// One way to search.
struct Way {
    name: &'static str,
    cache: bool,
    sleep: bool,
    classes: bool,
    jobs: usize,
    paranoid: bool,
}

const PLAIN: Way =
    Way { name: "plain", cache: false, sleep: false, classes: false, jobs: 1, paranoid: false };
const CACHE: Way = Way { name: "cache", cache: true, ..PLAIN };
const SLEEP: Way = Way { name: "sleep sets", sleep: true, ..PLAIN };
const BOTH: Way = Way { name: "both", cache: true, sleep: true, ..PLAIN };
const BOTH_PARANOID: Way = Way { paranoid: true, ..BOTH };
const BOTH_BY_THREE: Way = Way { name: "both, by three workers", jobs: 3, ..BOTH };
const BOTH_BY_CLASSES: Way = Way { name: "both, without symmetry", classes: true, ..BOTH };
const CACHE_PARANOID: Way = Way { paranoid: true, ..CACHE };
const BOTH_BY_TWO: Way = Way { name: "both, by two workers", jobs: 2, ..BOTH };
const CACHE_BY_TWO: Way = Way { name: "cache, by two workers", jobs: 2, ..CACHE };

impl Family {
    /// A short name, for a table.
    pub fn name(self) -> &'static str {
        match self {
            Family::Ending => "unbounded",
            Family::Bounded => "bounds 0 to 3",
            Family::Looping => "with loops",
            Family::Twins => "with twins",
            Family::BoundedTwins => "twins, bounds 0 to 3",
            Family::Memory => "memory",
            Family::LoopingMemory => "memory, with loops",
        }
    }

    /// The base way, and the ways that are compared with it.
    fn ways(self) -> (&'static Way, &'static [Way]) {
        match self {
            Family::Ending => (&PLAIN, &[CACHE, SLEEP, BOTH_PARANOID, BOTH_BY_THREE]),
            Family::Bounded | Family::BoundedTwins => (&PLAIN, &[CACHE_PARANOID, CACHE_BY_TWO]),
            Family::Looping => (&CACHE, &[BOTH_PARANOID, BOTH_BY_THREE]),
            Family::Memory => (&PLAIN, &[CACHE, SLEEP, BOTH, CACHE_BY_TWO, BOTH_BY_TWO]),
            Family::LoopingMemory => (&CACHE, &[BOTH, CACHE_BY_TWO, BOTH_BY_TWO]),
            Family::Twins => {
                (&PLAIN, &[CACHE, SLEEP, BOTH_PARANOID, BOTH_BY_THREE, BOTH_BY_CLASSES])
            }
        }
    }

    /// The names of its ways, the base first.
    pub fn way_names(self) -> Vec<&'static str> {
        let (base, others) = self.ways();
        std::iter::once(base).chain(others).map(|way| way.name).collect()
    }

    fn bounds(self) -> Vec<Option<usize>> {
        match self {
            Family::Bounded | Family::BoundedTwins => (0..=3).map(Some).collect(),
            Family::Ending
            | Family::Looping
            | Family::Twins
            | Family::Memory
            | Family::LoopingMemory => vec![None],
        }
    }

    /// The program of this seed. Programs that end are the same with and without bounds.
    pub fn program(self, seed: u64) -> Program {
        match self {
            Family::Ending | Family::Bounded | Family::Memory => Program::generate(seed),
            Family::Looping | Family::LoopingMemory => Program::generate_with_loops(seed),
            Family::Twins | Family::BoundedTwins => Program::generate_twins(seed),
        }
    }
}

impl Way {
    fn options(&self, most: u64, twins: u32) -> Options {
        let Way { cache, sleep, classes, jobs, paranoid, .. } = *self;
        Options {
            cache,
            sleep,
            classes,
            interchangeable: twins,
            jobs,
            paranoid,
            max_executions: Some(most),
            ..Options::default()
        }
    }
}

/// The result of comparing the searches of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compared {
    /// They found the same, with this many executions each.
    Same(Vec<u64>),
    /// The program has too many executions.
    TooLarge,
    /// They differ: which ones, and how.
    Differ(String),
}

/// Searches the program in each way of the family, and compares.
pub fn compare(family: Family, program: &Program) -> Compared {
    compare_with(family, program, None)
}

/// Like [`compare`], with a planted fault in all ways but the base, so that a test shows that it is
/// detected.
#[doc(hidden)]
pub fn compare_with(family: Family, program: &Program, fault: Option<Fault>) -> Compared {
    let (base, others) = family.ways();
    let twins = match family {
        Family::Twins | Family::BoundedTwins => program.0.len() as u32 - 1,
        _ => 0,
    };
    let subject = match Subject::of(family, program) {
        Ok(subject) => subject,
        Err(error) => return Compared::Differ(complaint(base, None, &error)),
    };
    let ways: Vec<&Way> = std::iter::once(base).chain(others).collect();
    let mut executions = vec![0; ways.len()];
    for bound in family.bounds() {
        let mut expected: Option<Found> = None;
        for (way, sum) in ways.iter().zip(&mut executions) {
            let most = if expected.is_none() { MOST } else { MORE };
            let fault = fault.filter(|_| expected.is_some());
            let found = planting(fault, || subject.search(way.options(most, twins), bound, sum));
            match (found, &expected) {
                (Ok(Some(found)), None) => expected = Some(found),
                (Ok(Some(found)), Some(expected)) => {
                    if let Some(what) = subject.differs(expected, found) {
                        let (base, way) = (base.name, way.name);
                        return Compared::Differ(format!("{base} and {way}{}: {what}", of(bound)));
                    }
                }
                (Ok(None), None) => return Compared::TooLarge,
                (Ok(None), Some(_)) => {
                    let what = format!("{}{}: more than {MORE} executions", way.name, of(bound));
                    return Compared::Differ(format!("{what}, {} fewer than {MOST}", base.name));
                }
                (Err(error), _) => return Compared::Differ(complaint(way, bound, &error)),
            }
        }
    }
    Compared::Same(executions)
}

/// A program that is searched in several ways.
enum Subject<'a> {
    Reported(&'a Program),
    #[cfg(feature = "explore")]
    Memory(crate::memory::Case),
}

impl<'a> Subject<'a> {
    fn of(family: Family, program: &'a Program) -> Result<Self, PlanError> {
        if !MEMORY.contains(&family) {
            return Ok(Subject::Reported(program));
        }
        #[cfg(feature = "explore")]
        return Ok(Subject::Memory(crate::memory::Case::of(program)));
        #[cfg(not(feature = "explore"))]
        Err(PlanError::Engine("only the engine explore looks at memory".into()))
    }

    /// Describes the difference between what the base and this way have found; `None` if there is none.
    ///
    /// Where a state is the memory, only the ends are compared. Such a state has leftovers of addresses of the OS thread and of
    /// the driver, which differ between searches, and with sleep sets one that differs from another in addresses alone may be
    /// left out.
    fn differs(&self, expected: &Found, mut found: Found) -> Option<String> {
        if !matches!(self, Subject::Reported(_)) {
            found.states.clone_from(&expected.states);
        }
        expected.differs(&found)
    }

    fn search(
        &self,
        options: Options,
        bound: Option<usize>,
        sum: &mut u64,
    ) -> Result<Option<Found>, PlanError> {
        let found = match self {
            Subject::Reported(program) => search(program, options, bound)?,
            #[cfg(feature = "explore")]
            Subject::Memory(case) => case.search(&Options { keep_going: true, ..options }, 0)?,
        };
        Ok(found.map(|(found, statistics)| {
            *sum += statistics.executions;
            found
        }))
    }
}

fn of(bound: Option<usize>) -> String {
    bound.map_or_else(String::new, |bound| format!(" with bound {bound}"))
}

fn complaint(way: &Way, bound: Option<usize>, error: &PlanError) -> String {
    format!("{}{}: {error}", way.name, of(bound))
}
