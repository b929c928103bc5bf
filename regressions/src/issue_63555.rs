//! golang/go#63555: an M that puts the Gs of a poll on queues trusts a number of idle Ps that is old.
//!
//! An M with a P finds several Gs in a poll. It executes one of them. For each idle P one of the others goes to the global
//! queue, and an M is started for it; the rest goes onto the ring of the M's own P, and no M is woken for that. A P that goes idle
//! after they were counted gets none:
//!
//! ```text
//! M0, with P0, not spinning             M1, spinning, with P1
//! a poll finds main and A
//! npidle is 0: no M is started
//!                                       drops P1; its last look finds nothing
//!                                       waits for descriptors
//! puts main onto P0's ring
//! executes A                                                 main waits beside the idle P1
//! ```
//!
//! If M0 had spun, it would wake an M when it stops spinning. That is so, in the variants that are mended, for an M that has
//! waited in a poll (`pollers_post.rs`); so it takes a poll that does not wait.

use runtime_model::steps::{PollSteps, Steps, GO_1_19_FIXED, POLL_1_19, POLL_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "batch-beside-spinner";
const WORK_WAITS: &str = "no G is runnable beside an idle P";

const AS_IN_1_19: Steps =
    Steps { poll: PollSteps { injected: POLL_1_19.injected, ..POLL_1_19_FIXED }, ..GO_1_19_FIXED };

/// `base` with Go's fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { poll: PollSteps { injected: POLL_1_19_FIXED.injected, ..base.poll }, ..base }
}

/// What of it is in the releases: in 1.19, as up to 1.22.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "63555", bug: "Gs of a poll on the ring of a P wake no M", fixed_in },
    expected: &[ExpectedFailure {
        bug: "golang/go#63555",
        // Without the bug, the release fails on the same program by golang/go#45867; so the row has that one mended.
        row: "GO_13F6BE28+fix-45867",
        scenario: SCENARIO,
        check: WORK_WAITS,
        fixed_row: "GO_13F6BE28+fix-45867-and-63555",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "63555",
    aliases: &["B22"],
    title: "Gs of a poll go onto the ring of a P, and no M is woken for them",
    saw: "goroutines that wait beside idle CPUs until the one before them is preempted",
    releases: "1.14 to 1.22",
    references: &["https://go.dev/issue/63555", "https://go.dev/cl/550175"],
    fixed: "commit 24070cf747 (CL 550175, Go 1.23)",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.19",
        about: "no M is woken once the Gs of a poll are on queues",
        steps: AS_IN_1_19,
        shows: &[
            Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE),
            Shows::symptom(SCENARIO, Hang).on(EXPLORE),
        ],
        masked: None,
    }],
};
