//! The smallest programs that show a documented bug; its scenarios are those of the suites `known` and `known-wide`.

use harness::scenario::Scenario;

/// The smallest programs that show a documented bug.
pub(super) fn known_bugs() -> Vec<Scenario> {
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

/// `due-timer` as a real program gets past defect 2: it starts an empty G once nothing moves.
pub(super) fn nudged() -> Scenario {
    Scenario::new(
        "due-timer-nudged",
        "a timer is due beside a G that keeps the timer's P busy, and starts an empty G if nothing comes of it",
        2,
        2,
        &["main: go B; busy-until b; after 0 A; busy-until a nudge", "A: set a", "B: set b"],
    )
}

/// The smallest programs that show the third defect under faketime.
pub(super) fn windows() -> Vec<Scenario> {
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
pub(super) fn beside_spinners() -> Vec<Scenario> {
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
pub(super) fn newprocs_wide() -> Vec<Scenario> {
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
