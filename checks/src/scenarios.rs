//! The scenarios that come with pidle.

use crate::scenario::Scenario;

/// All of them, each at every size it is used at. The name of one with more Ms than 2 says so: `S1-3m`.
pub fn all() -> Vec<Scenario> {
    let sized = (2..=4).flat_map(|ms| CORE.iter().map(move |core| core.at(ms)));
    sized
        .chain(single())
        .chain(programs())
        .chain(known_bugs())
        .chain(beside_spinners())
        .chain(newprocs_wide())
        .chain(windows())
        .chain(mixed())
        .chain(with_timers())
        .chain(features())
        .chain(several())
        .chain(on_three_ps())
        .chain(in_turn())
        .chain(more_ms())
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

/// The smallest programs that show a documented bug.
fn known_bugs() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "three-newprocs",
            "three Gs are started, two of them waited for: no P may idle beside the others",
            2,
            2,
            &["main: go A; busy-until a; go B; go C; busy-until c", "A: set a", "B:", "C: set c"],
        ),
        Scenario::new(
            "gosched-beside-newproc",
            "a G gives up its P beside a new G that keeps that P busy",
            2,
            2,
            &["main: go B; busy-until b; go A; gosched; set m", "A: busy-until m", "B: set b"],
        ),
        Scenario::new(
            "two-newprocs",
            "a G is started while the M that ran another looks for work",
            2,
            2,
            &["main: go B; busy-until b; go A; busy-until a", "A: set a", "B: set b"],
        ),
        Scenario::new(
            "goyield-beside-newproc",
            "a G changes places with a new G that keeps the P busy: its queue is never empty",
            2,
            2,
            &["main: go B; busy-until b; go A; goyield; set m", "A: busy-until m", "B: set b"],
        ),
        Scenario::new(
            "two-at-once",
            "two Gs are started at once, and the first keeps its P busy until the second has run",
            3,
            3,
            &["main: go A; go B; busy-until b", "A: busy-until b", "B: set b"],
        ),
        Scenario {
            fairness: true,
            ..Scenario::new(
                "fairness",
                "a G of the global queue may come before a P's own; it starts another and sleeps",
                2,
                2,
                &["main: go A; gosched; set m; go B; sleep 5", "A: busy-until m", "B:"],
            )
        },
        Scenario::new(
            "due-timer",
            "a timer is due beside a G that keeps the timer's P busy",
            2,
            2,
            &["main: go B; busy-until b; after 0 A; busy-until a", "A: set a", "B: set b"],
        ),
    ]
}

/// The smallest programs that show the third defect under faketime.
fn windows() -> Vec<Scenario> {
    vec![
        window(
            "pollers-window",
            "a timer is added, due at once, while an M that knows of a later one polls",
            "main: go B; busy-until b; after 9 F; after 0 A; busy-until a",
        ),
        window(
            "pollers-window-early",
            "the same, where the later timer is there before another M has run",
            "main: after 9 F; go B; busy-until b; after 0 A; busy-until a",
        ),
    ]
}

/// F's timer is the pending one that makes an M poll. It need not fire: main ends before.
fn window(name: &str, about: &str, main: &str) -> Scenario {
    Scenario {
        must_finish: ["main", "A", "B"].map(String::from).into(),
        ..Scenario::new(name, about, 2, 2, &[main, "A: set a", "B: set b", "F:"])
    }
}

/// Programs in which a G first brings another M to look for work: what shows the lines of the wake protocol.
fn beside_spinners() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "kicked-newproc",
            "a G is kicked out of runnext by another while an M looks for work; the first is waited for",
            2,
            2,
            &["main: go X; busy-until x; go A; go C; busy-until a", "A: set a", "C:", "X: set x"],
        ),
        Scenario::new(
            "two-at-once-later",
            "two Gs are started at once beside an M that looks for work, and the first keeps its P",
            3,
            3,
            &["main: go X; busy-until x; go A; go B; busy-until b", "A: busy-until b", "B: set b", "X: set x"],
        ),
        Scenario::new(
            "two-stolen",
            "an M steals two Gs and runs the one that waits for the other, while main's M runs out of work",
            2,
            3,
            &[
                "main: go X; busy-until x; go A; go B; go C; go D; park",
                "A: set a; ready main",
                "B: busy-until a",
                "C:",
                "D:",
                "X: set x",
            ],
        ),
        Scenario {
            ring: 2,
            ..Scenario::new(
                "overflow-beside-busy",
                "a full ring of two slots goes to the global queue while an M looks for work; the first G keeps its P",
                3,
                3,
                &[
                    "main: go X; busy-until x; go A; go B; go C; go D; busy-until c",
                    "A: busy-until c",
                    "B:",
                    "C: set c",
                    "D:",
                    "X: set x",
                ],
            )
        },
    ]
}

/// Programs of more Ps that show what the mend of golang/go#45867 in Go 1.20 leaves.
fn newprocs_wide() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "newprocs-3p",
            "two Gs bring two Ms to look for work; of two more, the first keeps its P until the second has run",
            3,
            3,
            &[
                "main: go A; go B; busy-until a; busy-until b; go C; go D; busy-until d",
                "A: set a",
                "B: set b",
                "C: busy-until d",
                "D: set d",
            ],
        ),
        Scenario::new(
            "newprocs-4p",
            "the same beside a G that keeps a fourth P busy",
            4,
            4,
            &[
                "main: go E; busy-until e; go A; go B; busy-until a; busy-until b; go C; go D; busy-until d",
                "A: set a",
                "B: set b",
                "C: busy-until d",
                "D: set d",
                "E: set e; busy-until d",
            ],
        ),
    ]
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

/// Several Gs or timers at once.
fn several() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "steal-several",
            "three Gs on a ring, of which a thief takes two: the other is on its own ring then",
            2,
            2,
            &["main: go A; go B; go C; go D; busy-until a", "A: set a", "B:", "C:", "D:"],
        ),
        Scenario::new(
            "steal-timer-first",
            "a due timer and a new G, which keeps its P busy until the timer's has run",
            2,
            2,
            &["main: after 0 A; go B; busy-until a", "A: set a", "B: busy-until a"],
        ),
        Scenario::new(
            "global-several",
            "two Gs on the global queue, and one M takes both",
            2,
            2,
            &["main: go A; gosched; busy-until a", "A: gosched; set a"],
        ),
        Scenario::new(
            "timers-at-once",
            "three timers at one instant, and each P is kept busy until all have run",
            2,
            2,
            &[
                "main: after 5 A; after 5 B; sleep 5; busy-until a; busy-until b",
                "A: set a",
                "B: set b",
            ],
        ),
    ]
}

/// What takes a third P to be seen.
fn on_three_ps() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "gosched-beside-two",
            "the last look takes a G that yielded, and there is one more G for a third P",
            3,
            3,
            &[
                "main: go X; busy-until x; go B; go A; gosched; busy-until b",
                "X: set x",
                "B: set b",
                "A: busy-until b",
            ],
        ),
        Scenario::new(
            "goyield-beside-two",
            "a G changes places with another, and there is one more G for a third P",
            3,
            3,
            &["main: go B; go A; goyield; busy-until b", "A: busy-until b", "B: set b"],
        ),
        Scenario::new(
            "assist-beside-idle",
            "an update of the limiter while another M takes a P that has been idle",
            3,
            3,
            &["main: sleep 5; go A; assist; busy-until a", "A: set a"],
        ),
    ]
}

/// One M, and what it does first.
fn in_turn() -> Vec<Scenario> {
    let one = |name, about, lines: &[&str]| Scenario {
        deterministic: true,
        ..Scenario::new(name, about, 1, 1, lines)
    };
    vec![
        one(
            "goyield-in-turn",
            "one M: who yields to its own queue lets the other G run first",
            &["main: go A; goyield; busy-until a", "A: set a"],
        ),
        one(
            "gosched-in-turn",
            "one M: who yields to the global queue lets the other G run first",
            &["main: go A; gosched; busy-until a", "A: set a"],
        ),
        one(
            "one-permit",
            "one M: a permit is good for one *park*, and the next one waits",
            &[
                "main: go A; ready A; gosched; set m; ready A; park",
                "A: park; park; busy-until m; ready main",
            ],
        ),
    ]
}

/// The programs of the suite `known`, with one M more than they have Ps.
fn more_ms() -> Vec<Scenario> {
    let with_one_more = |scenario: Scenario| Scenario {
        name: format!("{}-{}m", scenario.name, scenario.ms + 1),
        ms: scenario.ms + 1,
        ..scenario
    };
    let at_2 = |scenario: &Scenario| scenario.ps == 2 && !scenario.fairness;
    known_bugs().into_iter().filter(at_2).map(with_one_more).collect()
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
