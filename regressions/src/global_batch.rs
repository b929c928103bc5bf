//! An M takes several Gs from the global queue, and puts all but one on its ring without waking an M. No issue of it is
//! known.
//!
//! Since Go 1.25 it releases `sched.lock` in between. For that moment the Gs are on no queue. A spinner that takes its last
//! look then finds neither the global queue nor the ring filled:
//!
//! ```text
//! M0, not spinning                      M1, spinning
//! takes G0 and G1 from the global queue
//!                                       finds nothing; drops P1
//!                                       last look: the global queue is empty, P0's ring too
//!                                       parks
//! puts G1 onto P0's ring
//! executes G0                                              G1 waits beside the idle P1
//! ```
//!
//! An M that spins wakes another once it has its G (wake protocol, 3). M0 did not spin: it has just let go of a G, and the
//! global queue comes before the question whether it may. Up to Go 1.24 the ring was filled under the lock, and the spinner
//! found the Gs on one of the two.
//!
//! It was seen on Go 1.27.3 with the schedule forced: `regressions/confirmed/global-batch`. It lasts until M0 schedules
//! again; a G that runs for long is preempted after 10 ms, which puts it on the global queue with a wakeup.

use runtime_model::steps::{Steps, GO_1_27, GO_FIXED};

use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "global-several";
const WORK_WAITS: &str = "no G is runnable beside an idle P";

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { take_global: GO_FIXED.take_global, ..base }
}

const AS_IN_1_25: Steps = Steps { take_global: GO_1_27.take_global, ..GO_FIXED };

/// What of it is in the releases: nothing in 1.19.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "global-batch", bug: "Gs taken from the global queue wake no M", fixed_in },
    expected: &[ExpectedFailure {
        bug: "Gs taken from the global queue with another wake no M",
        row: "GO_1_27",
        scenario: SCENARIO,
        check: WORK_WAITS,
        fixed_row: "GO_1_27+fix-global-batch",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "global-batch",
    aliases: &[],
    title: "Gs that are taken from the global queue with another wake no M",
    saw: "a goroutine that waits beside an idle CPU until the one before it is preempted; a hang, if that one waits for \
          it and cannot be preempted",
    releases: "1.25 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "nothing, in Go; here the M wakes another once the Gs are on its ring",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.25",
        about: "the ring is filled once the lock has been released, and no M is woken",
        steps: AS_IN_1_25,
        shows: &[
            Shows::invariant(SCENARIO, WORK_WAITS).on(&[Engine::Explore]),
            Shows::symptom(SCENARIO, Hang).on(&[Engine::Explore]),
        ],
        masked: None,
    }],
};
