//! golang/go#10573: an M that is to spin begins with a G on the queue of its P.
//!
//! An M that hands off its P has none while it allocates the new M for it. So the allocation borrows that P. During a garbage
//! collection an allocation may assist; and an assist may find that marking is done, and ready the G that waits for it: on the
//! borrowed P, which had been found to be empty.
//!
//! ```text
//! M0, in a system call, or sysmon         M1
//! hands off P0: its queue is empty
//! all Ps run, and no M spins: nmspinning 0→1
//! allocates M1, with P0: assists
//! marking is done: readies A, on P0
//!                                         begins with P0; spins
//!                                         schedule: spinning with local work
//! ```
//!
//! It was mended twice, and Go 1.5 has both mends. A new M looks at the queue of its P before it spins, and takes the increment back if
//! there is a G (`mspinning`). And where a G cannot be preempted, no allocation assists. Either is enough; Go 1.19 has the second alone.
//!
//! An M that has a P when it makes another one uses its own for the allocation, and the G is on its own queue then.

use runtime_model::m::{MId, M};
use runtime_model::sched::SpinIncrement;
use runtime_model::steps::{GcSteps, Steps, GC_1_19_FIXED, GO_1_19_FIXED, GO_FIXED};
use runtime_model::Sched;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Masked, Mutant, Shows};

const SPINNING: &str = "schedule: spinning with local work";
const SHOWS: &[Shows] = &[
    Shows::symptom("gc-wait-beside-handoff", Throw(SPINNING)),
    Shows::symptom("gc-wait-beside-retake", Throw(SPINNING)),
];
const HOLDS: &[Shows] =
    &[Shows::holds("gc-wait-beside-handoff"), Shows::holds("gc-wait-beside-retake")];

/// `base`, in which a new M is allocated as in the development of Go 1.5.
const fn assisting(base: Steps) -> Steps {
    Steps { allocm: Sched::assist_in_allocm, ..base }
}

/// The first mend: an M whose P has a G by now does not spin.
///
/// Go: proc1.go, mspinning (1.5).
fn mspinning_1_5(sched: &Sched, m: MId, spin: Option<SpinIncrement>) {
    let p = sched.m(m).nextp.with(|p| p.as_ref().map(|p| p.id()));
    match (spin, p) {
        (Some(spin), Some(p)) if !sched.runqempty(p) => {
            sched.undo_spin(&M::of_kernel(m), spin, "mspinning");
        }
        (spin, _) => sched.give_spin(m, spin),
    }
}

/// An M is made for GC work alone, so while a G waits for the end of marking.
const WITH_A_P: Steps = Steps {
    wakep: |_, _| {},
    gc: GcSteps { enlist_worker: GO_1_19_FIXED.wakep, ..GC_1_19_FIXED },
    ..assisting(GO_1_19_FIXED)
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "10573",
    aliases: &["B31"],
    title: "the allocation of a new M readies a G on the P on which that M is to spin",
    saw: "fatal error: schedule: spinning with local work",
    releases: "none; the development of 1.5",
    references: &["https://go.dev/issue/10573", "https://go.dev/cl/9332"],
    fixed:
        "commit b0b1a66052 (CL 9332), and commit 4f188c2d1c, which is what is left (both Go 1.5)",
    release: None,
    mutants: &[
        Mutant {
            name: "assists-in-allocm",
            about: "the allocation of a new M assists, on the P that the M is for",
            steps: assisting(GO_1_19_FIXED),
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "assists-in-allocm-in-1.27",
            about: "the same in 1.27",
            steps: assisting(GO_FIXED),
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "as-in-1.5",
            about: "the allocation assists, and a new M does not spin if its P has a G",
            steps: Steps { mspinning: mspinning_1_5, ..assisting(GO_1_19_FIXED) },
            shows: HOLDS,
            masked: Some(Masked {
                because: "a new M whose P has got a G does not spin",
                unmasked_by: Some("assists-in-allocm"),
            }),
        },
        Mutant {
            name: "with-a-p",
            about: "the allocation assists; the M that allocates has a P",
            steps: WITH_A_P,
            shows: &[Shows::holds("gc-wait-beside-mark")],
            masked: Some(Masked {
                because: "an M that has a P readies the G there, and borrows none",
                unmasked_by: Some("assists-in-allocm"),
            }),
        },
    ],
};
