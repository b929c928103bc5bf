//! Breaks of locked Gs, and of what `checkdead` counts of their Ms.

use regressions::issue_61454;
use runtime_model::by_hand;
use runtime_model::steps::{LockedSteps, Steps, GO_1_19_FIXED, GO_FIXED, LOCKED};

use super::{of, of_newest, Break};

const EACH_OTHER: &str = "a G and the M that it is locked to name each other";
const ALONE: &str = "a locked G runs on its M alone, and its M runs no other";
const COUNTED: &str = "nmidlelocked and nmsys count the Ms that are not to count as running";
const ENDED: &str = "an M that has ended has nothing";
const CALLED: &str = "checkdead is called when no M runs any more";

/// Other locked Gs.
const fn with(locked: LockedSteps) -> Steps {
    Steps { locked, ..GO_1_19_FIXED }
}

/// The G forgets its M as it is found.
const FORGETS: LockedSteps = LockedSteps {
    startlockedm: |sched, m, of| {
        let g = sched.m(of).lockedg.get();
        g.into_iter().for_each(|g| sched.g(g).lockedm.set(None));
        (LOCKED.startlockedm)(sched, m, of)
    },
    ..LOCKED
};
const BY_ANY: LockedSteps = LockedSteps { startlockedm: |_, _, _| false, ..LOCKED };
const WAITS: LockedSteps = LockedSteps { waits: |_, _| {}, ..LOCKED };
/// The M stays where the others find it.
const LISTED: LockedSteps = LockedSteps {
    exits: |sched, locked, m| {
        by_hand::put_m(locked, m.id);
        sched.count_exit(locked, m);
    },
    ..LOCKED
};
const SPINS: LockedSteps = LockedSteps {
    exits: |sched, locked, m| {
        sched.become_spinning(m);
        sched.count_exit(locked, m);
    },
    ..LOCKED
};
/// It is counted, and the others are not looked at.
const UNCALLED: LockedSteps =
    LockedSteps { exits: |_, locked, _| by_hand::miscount_ms(locked, 0, -1), ..LOCKED };
const UNCOUNTED: LockedSteps = LockedSteps { exits: |_, _, _| {}, ..LOCKED };
const KEEPS_P: LockedSteps = LockedSteps { hands_off: |_, _, _| {}, ..LOCKED };

pub(super) const LOCKEDS: &[Break] = &[
    of(EACH_OTHER, "locked-ready", with(FORGETS)),
    of(ALONE, "locked-ready", with(BY_ANY)),
    of_newest(ALONE, "locked-ready", Steps { locked: BY_ANY, ..GO_FIXED }),
    of(COUNTED, "locked-ready", with(WAITS)),
    of(ENDED, "locked-exit", with(LISTED)),
    of(ENDED, "locked-exit", with(SPINS)),
    of(CALLED, "locked-exit", with(UNCALLED)),
    of_newest(CALLED, "locked-exit", Steps { locked: UNCALLED, ..GO_FIXED }),
    of_newest(
        "a deadlock is reported only if no G can ever run",
        "sysmon-polls-beside-park",
        issue_61454::BUG.mutants[0].steps,
    ),
    of("mcount counts the Ms that exist or are reserved", "locked-exit", with(UNCOUNTED)),
    of("a P has one holder", "locked-exit", with(KEEPS_P)),
];
