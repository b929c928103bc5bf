//! A heap that has become empty keeps the time of a timer that was stopped. No issue of it is known.
//!
//! Since Go 1.23, a G that adds a timer first takes timers that were stopped off the end of the heap. It updates no time then:
//! it is about to add a timer, which will. But another G may have stopped that one in between:
//!
//! ```text
//! M0, executing main on P0                  M1, executing A on P1
//! P0's heap has Z alone, which was stopped
//! sets T, which has fired
//!                                           stops T, which is on no heap
//! takes Z off: minWhenHeap stays
//! T need not be added; parks
//!                                           sleeps, beyond Z's time
//!                                                           P0's next time is Z's
//! ```
//!
//! From that time on, each look at P0's times finds a timer that is due; but an M that looks at an empty heap does not get as
//! far as to clear them. In real time an M spins, until a G adds a timer on that P; under faketime the clock jumps to that
//! time again and again. It is golang/go#51654 come back.
//!
//! The same comes of the other place that takes timers off in no order. While `adjust` looks at a heap, a G may set the only
//! timer on it to another time, and stop it again: its time is in `minWhenModified` then, and no timer is left.
//!
//! Both are in the source of Go 1.23 to 1.27.3: time.go, cleanHead 764-776, adjust 943-946, check 1010 (1.27.3).

use runtime_model::steps::{Steps, TimerSteps1_23, GO_1_27, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Livelock;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const BY_CLEAN_HEAD: &str = "stopped-before-added";
const BY_ADJUST: &str = "stopped-while-adjusted";
const TELLS: &str = "minWhenHeap, minWhenModified and len tell the heap";

const fn with(base: Steps, by_clean_head: TimerSteps1_23, by_adjust: TimerSteps1_23) -> Steps {
    let timers_1_23 = TimerSteps1_23 {
        emptied_by_clean_head: by_clean_head.emptied_by_clean_head,
        emptied_by_adjust: by_adjust.emptied_by_adjust,
        ..base.timers_1_23
    };
    Steps { timers_1_23, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS_FIXED, TIMER_STEPS_FIXED)
}

const AS_IN_1_23: Steps = with(GO_FIXED, GO_1_27.timers_1_23, GO_1_27.timers_1_23);
const KEPT_BY_CLEAN_HEAD: Steps = with(GO_FIXED, GO_1_27.timers_1_23, TIMER_STEPS_FIXED);
const KEPT_BY_ADJUST: Steps = with(GO_FIXED, TIMER_STEPS_FIXED, GO_1_27.timers_1_23);

const fn in_release(scenario: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: "a heap that has become empty keeps the time of a timer that was stopped",
        row: "GO_1_27",
        scenario,
        check: TELLS,
        fixed_row: "GO_1_27+fix-emptied-heap",
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "emptied-heap", bug: "an emptied heap keeps its time", fixed_in },
    expected: &[in_release(BY_CLEAN_HEAD), in_release(BY_ADJUST)],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "emptied-heap",
    aliases: &["N3"],
    title: "a heap that has become empty keeps the time of a timer that was stopped",
    saw: "a thread that spins: a million polls without a wait in a few seconds",
    releases: "1.23 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/time.go", "https://go.dev/cl/574739"],
    fixed: "nothing, in Go; here the times are cleared when the last timer leaves a heap",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-1.23",
            about: "cleanHead and adjust leave the times of a heap as they are when they take its last timer off",
            steps: AS_IN_1_23,
            shows: &[
                Shows::invariant(BY_CLEAN_HEAD, TELLS).on(EXPLORE),
                Shows::symptom(BY_CLEAN_HEAD, Livelock).on(EXPLORE),
                Shows::invariant(BY_ADJUST, TELLS).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "kept-by-clean-head",
            about: "half of the fix: cleanHead leaves the times of a heap as they are when it takes its last timer off",
            steps: KEPT_BY_CLEAN_HEAD,
            shows: &[
                Shows::invariant(BY_CLEAN_HEAD, TELLS).on(EXPLORE),
                Shows::symptom(BY_CLEAN_HEAD, Livelock).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "kept-by-adjust",
            about: "half of the fix: adjust leaves minWhenModified as it is when it takes the last timer off a heap",
            steps: KEPT_BY_ADJUST,
            shows: &[Shows::invariant(BY_ADJUST, TELLS).on(EXPLORE), Shows::symptom(BY_ADJUST, Livelock).on(EXPLORE)],
            masked: None,
        },
    ],
};
