//! The last look does not see a P that was added after the M had dropped its own. No issue of it is known.
//!
//! An M that drops its P keeps a snapshot of `allp` and of the masks, and still counts as a spinner for a moment. If GOMAXPROCS
//! grows meanwhile, an M that returns from a system call may take a new P and make work there. No M is woken for it, since one
//! spins; and that one does not look at the new P: `runtime-model/src/allp.rs` has the schedule. The work waits beside an idle P
//! until its maker comes to the scheduler.
//!
//! In the source of all releases up to 1.27.3: proc.go, findRunnable 2721-2788 (1.19.8), 3594-3715 (1.27.3). Since Go 1.25,
//! GOMAXPROCS changes by itself when the machine does. Up to 1.25 the idle P with the lowest number is taken first, so a new P is
//! taken only once all others are in use, and one of them must become idle again: it takes three Ps at first, and three
//! preemptions. It is a test, and no expected failure of `GO_1_19`: a search of the mended variant takes ten seconds.
//!
//! The mend is a second snapshot, under the lock, once the M has stopped spinning. That the masks may move to longer arrays, whose
//! bits the M does not see, does no harm.

use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_1_27, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "grown-beside-last-look";
const WORK_WAITS: &str = "no G is runnable beside an idle P";
const NAME: &str = "the last look does not see a P that was added";

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { snapshot_again: GO_FIXED.snapshot_again, ..base }
}

/// The last look of Go 1.19, with all else mended. `shrunk-and-grown` shows it: a test in `regressions/tests/lost_wakeups.rs`.
pub const AS_IN_1_19: Steps = as_in_go(GO_1_19_FIXED);

const fn as_in_go(base: Steps) -> Steps {
    Steps { snapshot_again: GO_1_27.snapshot_again, ..base }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "grown-last-look", bug: NAME, fixed_in },
    expected: &[ExpectedFailure {
        bug: NAME,
        row: "GO_1_27",
        scenario: SCENARIO,
        check: WORK_WAITS,
        fixed_row: "GO_1_27+fix-grown-last-look",
    }],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "grown-last-look",
    aliases: &["N6"],
    title: NAME,
    saw: "nothing that is known; work waits beside an idle P after GOMAXPROCS has grown",
    releases: "all up to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "nothing, in Go; here the M takes its snapshot anew once it has stopped spinning",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-go",
        about: "the snapshot is taken before the P is dropped, and not again",
        steps: as_in_go(GO_FIXED),
        shows: &[Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE)],
        masked: None,
    }],
};
