//! An M that has polled takes a P and executes a G, and no M takes its post. No issue of it is known.
//!
//! A poll ends when a descriptor is reported, or a timer is due. Its M takes an idle P. If it has a G by now, or finds one
//! before it finds the timer, it executes that, and does not spin: so it wakes no M. Other timers and descriptors have no M
//! that waits for them, though Ps may be idle:
//!
//! ```text
//! M0, polling until P0's timer           M1
//! a descriptor is reported                is idle
//! takes P1, executes main
//! keeps its P busy                                        P0 is idle, and its timer fires: no M sees that
//! ```
//!
//! It ends when an M has nothing to do; or, since Go 1.22, when sysmon has the G preempted, after 10 ms: the M that puts it on the
//! global queue wakes another. Up to 1.21 it wakes none, and takes the G again. Without sysmon, as here, a program
//! in which the G waits for the timer hangs.
//!
//! An M that spins wakes another once it has found work (wake protocol, 3). So the mend is that it spins.

use runtime_model::steps::{PollSteps, Steps, GO_FIXED, POLL_1_27, POLL_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "read-and-timer";
const AGAIN: &str = "read-times-out-2p";
const TIMER_WAITS: &str = "a pending timer beside an idle P is waited for";
const EXPLORE: &[Engine] = &[Engine::Explore];

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { poll: PollSteps { leaves_post: POLL_FIXED.leaves_post, ..base.poll }, ..base }
}

const AS_IN_GO: Steps =
    Steps { poll: PollSteps { leaves_post: POLL_1_27.leaves_post, ..POLL_FIXED }, ..GO_FIXED };

/// An M that has found a G spins, and one that looks for work again does so only if it did before.
const WITH_A_G_ALONE: Steps = Steps {
    poll: PollSteps {
        leaves_post: |sched, m, found, spun| {
            if found || spun {
                sched.become_spinning(m);
            }
        },
        ..POLL_FIXED
    },
    ..GO_FIXED
};

const fn in_release(
    row: &'static str,
    fixed_row: &'static str,
    (scenario, check): (&'static str, &'static str),
) -> ExpectedFailure {
    ExpectedFailure {
        bug: "the poller leaves its post (a timer is pending beside an idle P, and no M waits for it)",
        row,
        scenario,
        check,
        fixed_row,
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "pollers-post", bug: "the poller leaves its post", fixed_in },
    expected: &[
        // Without the bug, the release fails on the same program by `stale-now`; so the row has that one mended.
        in_release(
            "GO_13F6BE28+fix-stale-now",
            "GO_13F6BE28+fix-pollers-post-and-stale-now",
            (SCENARIO, TIMER_WAITS),
        ),
        in_release("GO_1_27", "GO_1_27+fix-pollers-post", (SCENARIO, TIMER_WAITS)),
        in_release("GO_1_27", "GO_1_27+fix-pollers-post", (AGAIN, TIMER_WAITS)),
        // Since 1.23, a G that adds a timer behind an earlier one of its P wakes no M. Up to 1.22 it did, which brought the
        // earlier one an M too.
        in_release(
            "GO_1_27",
            "GO_1_27+fix-pollers-post",
            ("earlier-timer", "no timer is due beside an idle P"),
        ),
    ],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "pollers-post",
    aliases: &["N5"],
    title: "an M leaves the poller's post to execute a G, and no other takes it",
    saw: "a timer that fires up to 10 ms late, though a P is idle",
    releases: "all since the timers are the poller's (1.14) to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "nothing, in Go; here the M spins, and so wakes another once it has found work",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-go",
            about: "an M that has polled spins only if it did before, and has found no G",
            steps: AS_IN_GO,
            shows: &[
                Shows::invariant(SCENARIO, TIMER_WAITS).on(EXPLORE),
                Shows::symptom(SCENARIO, Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "with-a-g-alone",
            about: "half of the fix: an M that has polled and looks for work again spins only if it did before",
            steps: WITH_A_G_ALONE,
            shows: &[Shows::invariant(AGAIN, TIMER_WAITS).on(EXPLORE)],
            masked: None,
        },
    ],
};
