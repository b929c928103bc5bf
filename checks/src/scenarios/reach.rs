//! Programs that reach what the others do not: several Gs or timers at once, three Ps, turns, one more M.

use super::known::known_bugs;
use harness::scenario::Scenario;

/// Several Gs or timers at once.
pub(super) fn several() -> Vec<Scenario> {
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
            "three-timers",
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
pub(super) fn on_three_ps() -> Vec<Scenario> {
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
pub(super) fn in_turn() -> Vec<Scenario> {
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
pub(super) fn more_ms() -> Vec<Scenario> {
    let with_one_more = |scenario: Scenario| Scenario {
        name: format!("{}-{}m", scenario.name, scenario.ms + 1),
        ms: scenario.ms + 1,
        ..scenario
    };
    let at_2 = |scenario: &Scenario| scenario.ps == 2 && !scenario.fairness;
    known_bugs().into_iter().filter(at_2).map(with_one_more).collect()
}
