//! The scenarios that come with pidle.

mod known;
mod reach;

use harness::scenario::Scenario;

/// All of them, each at every size it is used at. The name of one with more Ms than 2 says so: `S1-3m`.
pub fn all() -> Vec<Scenario> {
    let sized = (2..=4).flat_map(|ms| CORE.iter().map(move |core| core.at(ms)));
    sized
        .chain(single())
        .chain(programs())
        .chain(known::known_bugs())
        .chain(known::beside_spinners())
        .chain(known::newprocs_wide())
        .chain([known::nudged()])
        .chain(known::windows())
        .chain(mixed())
        .chain(with_timers())
        .chain(features())
        .chain(reach::several())
        .chain(reach::on_three_ps())
        .chain(reach::in_turn())
        .chain(reach::more_ms())
        .collect()
}

/// The scenario of that name.
pub fn find(name: &str) -> Option<Scenario> {
    all().into_iter().find(|scenario| scenario.name == name)
}

/// A scenario at 2 Ps and a number of Ms to be chosen.
struct Core {
    name: &'static str,
    about: &'static str,
    lines: &'static [&'static str],
}

impl Core {
    fn at(&self, ms: u32) -> Scenario {
        let name = if ms == 2 { self.name.to_string() } else { format!("{}-{ms}m", self.name) };
        Scenario::new(&name, self.about, 2, ms, self.lines)
    }
}

const CORE: &[Core] = &[
    Core {
        name: "S1",
        about: "a G sleeps, its timer readies it, it readies another and is readied",
        lines: &["main: go A; sleep 10; ready A; park", "A: park; ready main"],
    },
    Core {
        name: "S2",
        about: "a G starts another and keeps its P busy until that one has run",
        lines: &["main: go A; busy-until a", "A: set a"],
    },
    Core {
        name: "S3",
        about: "a G sleeps, readies another and keeps its P busy until that one has run",
        lines: &["main: go A; sleep 10; ready A; busy-until a", "A: park; set a"],
    },
    Core {
        name: "S4",
        about: "two timers at one instant, three Gs that wait for each other",
        lines: &[
            "main: go A; go B; sleep 5; busy-until a; park",
            "A: sleep 5; set a; ready B",
            "B: park; ready main",
        ],
    },
];

/// One M: exactly one execution.
fn single() -> Vec<Scenario> {
    let one = |name, about, lines: &[&str]| Scenario {
        deterministic: true,
        ..Scenario::new(name, about, 1, 1, lines)
    };
    vec![
        one("sleep-twice", "one G, one M, one P: it sleeps twice", &["main: sleep 5; sleep 5"]),
        one("exit", "main exits at once", &["main:"]),
        one("assist", "an idle P, then an assist on it", &["main: sleep 5; assist; sleep 5"]),
        one(
            "eight-timers",
            "a heap of three levels, filled and emptied so that each child of an entry moves up once",
            &[
                "main: after 2 A; after 6 B; after 3 C; after 5 D; after 4 E; after 1 F; after 7 G; sleep 8",
                "A:",
                "B:",
                "C:",
                "D:",
                "E:",
                "F:",
                "G:",
            ],
        ),
        one(
            "ticks-on-time",
            "one P: it finishes only if the third tick comes after main's first sleep and before its second ends",
            &[
                "main: go A; ticker 3 A; sleep 8; set m; sleep 2; busy-until a",
                "A: park; park; park; busy-until m; set a",
            ],
        ),
        one(
            "timers-at-once",
            "three timers at one instant on one heap: it finishes only if they fire in Go's order, A, C, B",
            &[
                "main: after 5 A; after 5 B; after 5 C; park",
                "A: busy-until b; set a",
                "B: set b",
                "C: busy-until a; ready main",
            ],
        ),
    ]
}

/// What the programs do that the real runtime was measured with: at 2 Ps and, `-3p`, at 3. Main's exit ends them.
const PROGRAMS: &[Core] = &[
    Core {
        name: "sleepers",
        about: "sleeps, a timer function, and a ticker: a tick that waits, one that is dropped, one that wakes",
        lines: &["main: ticker 3 main; after 4 A; sleep 7; park; park", "A: sleep 4"],
    },
    Core {
        name: "stealrunq",
        about: "a G keeps its P busy until another one on its own run queue has run",
        lines: &["main: sleep 5; go A; busy-until a; sleep 5", "A: set a"],
    },
    Core {
        name: "stealtimer",
        about: "a G keeps its P busy until a due timer on its own heap has run",
        lines: &["main: after 5 A; sleep 5; busy-until a nudge; sleep 5", "A: set a"],
    },
];

/// A real program is over once its main is: they were measured so, and so main alone must finish.
fn programs() -> Vec<Scenario> {
    let at_3 =
        |core: &Core| Scenario::new(&format!("{}-3p", core.name), core.about, 3, 3, core.lines);
    let sized = PROGRAMS.iter().map(|core| core.at(2)).chain(PROGRAMS.iter().map(at_3));
    sized.map(|scenario| Scenario { must_finish: vec!["main".into()], ..scenario }).collect()
}

/// Gs that wait for each other in all the ways there are.
fn mixed() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "rendezvous",
            "two Gs wait for each other, each on a P of its own",
            2,
            2,
            &[
                "main: go A; go B; park",
                "A: set a; busy-until b; ready main",
                "B: set b; busy-until a",
            ],
        ),
        Scenario::new(
            "fork-join",
            "three Gs on three Ps, each of which waits for all",
            3,
            3,
            &[
                "main: go A; go B; busy-until a; busy-until b",
                "A: set a; busy-until b",
                "B: set b; busy-until a",
            ],
        ),
        Scenario::new(
            "ping-pong",
            "two Gs ready each other in turn, and a third keeps a P busy until they are done",
            2,
            2,
            &["main: go A; ready A; park; go B; busy-until b", "A: park; ready main", "B: set b"],
        ),
        Scenario::new(
            "yielders",
            "Gs that give up their P, to the global queue and to their own, and wait for each other",
            2,
            2,
            &["main: go A; gosched; set m; busy-until a", "A: goyield; busy-until m; set a"],
        ),
        Scenario {
            fairness: true,
            ..Scenario::new(
                "fair-yielders",
                "the same, where a G of the global queue may come before a P's own, and one more G",
                2,
                2,
                &["main: go A; gosched; go B; sleep 1", "A: gosched", "B:"],
            )
        },
    ]
}

/// Gs that wait for each other and for timers.
fn with_timers() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "ticker-beside-busy",
            "a ticker wakes a G while the G that started it keeps the timer's P busy",
            2,
            2,
            &["main: go T; ticker 5 T; sleep 5; busy-until t; sleep 5", "T: park; set t"],
        ),
        Scenario::new(
            "timer-beside-busy",
            "a timer falls due at once while its P is kept busy, and another later",
            2,
            2,
            &["main: go B; sleep 1; after 0 A; busy-until a; sleep 1", "A: set a", "B: sleep 1"],
        ),
    ]
}

/// What the others do not use.
fn features() -> Vec<Scenario> {
    vec![
        Scenario {
            ring: 2,
            ..Scenario::new(
                "overflow",
                "more new Gs than a ring of two slots holds",
                2,
                2,
                &["main: go A; go B; go C; go D; park", "A:", "B:", "C:", "D: ready main"],
            )
        },
        Scenario::new(
            "two-jumps",
            "the clock jumps twice, and G A sleeps on another heap",
            2,
            2,
            &["main: go A; sleep 5; sleep 5", "A: sleep 3; assist"],
        ),
        Scenario::new(
            "three-ps",
            "two Gs at once on three Ps: the order of stealing is a choice",
            3,
            3,
            &["main: go A; go B; busy-until b", "A:", "B: set b"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_is_a_program() {
        for scenario in all() {
            scenario.program().unwrap_or_else(|error| panic!("{error}"));
        }
    }

    #[test]
    fn each_scenario_has_a_name_of_its_own() {
        let mut names: Vec<String> = all().into_iter().map(|s| s.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
