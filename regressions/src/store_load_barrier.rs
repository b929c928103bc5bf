//! The two barriers of the wake protocol, each left out.
//!
//! Who makes work writes a queue and then reads `nmspinning`; who stops spinning writes `nmspinning` and
//! then reads the queues. Each of the two writes has to be seen before what follows is read, or both read
//! old values, and no M comes. On Go's own atomics there is a full barrier in each place.
//!
//! A full operation brings a barrier of its own. Where a G is put in `runnext`, and where an M stops spinning,
//! the operation before the barrier and the one after it are both full: the barrier is gone only if both are
//! weakened. A G that is kicked out of `runnext` is published by a store of the ring's tail, which is no
//! barrier. There the look at `nmspinning` alone makes it. Engines with sequential consistency see nothing of
//! this.
//!
//! ```text
//! M0, executing main             M1, spinning
//! puts C in runnext, which kicks A
//!                                steals C from runnext; stops spinning; C ends
//!                                spins again; finds nothing; drops P1
//! tail: A is on the ring (no barrier)
//! nmspinning is 1: wakes no M
//!                                stops spinning; reads the old tail; parks
//!                                                              A waits beside the idle P1
//! ```

use runtime_model::g::Guintptr;
use runtime_model::m::M;
use runtime_model::p::PId;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Masked, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const SCENARIO: &str = "two-newprocs";
const KICKS: &str = "kicked-newproc";
const KERNEL: &str = "kernel/submit-last-look";
const UNNOTICED: &str = "submit: work was made, and no M noticed it";

/// Subtracts one by a compare-and-swap that publishes and is no barrier.
fn decrement(sched: &Sched) -> i32 {
    loop {
        let n = sched.nmspinning.load_acq();
        if sched.nmspinning.cas_rel(n, n - 1) {
            return n - 1;
        }
    }
}

/// Reads what `runqempty` reads, by loads that are no barriers.
fn has_work(sched: &Sched, _: &M, p: PId) -> bool {
    let p = &sched.allp[p.index()];
    loop {
        let (head, tail) = (p.runqhead.load_acq(), p.runqtail.load_acq());
        let next = p.runnext.load_acq();
        if tail == p.runqtail.load_acq() {
            return head != tail || next != Guintptr::NIL;
        }
    }
}

const PUBLISH: Steps =
    Steps { publish_next: |next, old, new| next.cas_rel(old, new), ..GO_1_19_FIXED };
const LOOK: Steps = Steps { spinners: |sched| sched.nmspinning.load_acq(), ..GO_1_19_FIXED };
const SUBMIT: Steps = Steps { spinners: LOOK.spinners, ..PUBLISH };
const DECREMENT: Steps = Steps { uncount_spinner: decrement, ..GO_1_19_FIXED };
const RECHECK: Steps = Steps { has_work, ..GO_1_19_FIXED };
const GIVE_UP: Steps = Steps { has_work, ..DECREMENT };

const LOOM: &[Engine] = &[Engine::Loom];
const SC: &[Engine] = &[Engine::Shuttle, Engine::Explore];

/// loom finds it, in the kernel and in the whole runtime; the others do not.
const SHOWS: &[Shows] = &[
    Shows::symptom(KERNEL, Throw(UNNOTICED)).on(LOOM),
    Shows::invariant(SCENARIO, WORK_WAITS).on(LOOM),
    Shows::symptom(SCENARIO, Hang).on(LOOM),
    Shows::symptom(KERNEL, crate::bug::Symptom::Holds).on(SC),
    Shows::holds(SCENARIO).on(SC),
];

/// A G in `runnext` was published by a full operation. One that is kicked out of it was not.
const SHOWS_IF_KICKED: &[Shows] = &[
    Shows::invariant(KICKS, WORK_WAITS).on(LOOM),
    Shows::symptom(KICKS, Hang).on(LOOM),
    Shows::holds(KICKS).on(SC),
    Shows::symptom(KERNEL, crate::bug::Symptom::Holds),
    Shows::holds(SCENARIO),
];

/// Nothing shows, on any engine.
const HARMLESS: &[Shows] = &[
    Shows::symptom(KERNEL, crate::bug::Symptom::Holds),
    Shows::holds(SCENARIO),
    Shows::holds(KICKS),
];

/// A mutant that shows nothing, since the other operation is a barrier.
const fn harmless(
    name: &'static str,
    about: &'static str,
    steps: Steps,
    because: &'static str,
    unmasked_by: &'static str,
) -> Mutant {
    let masked = Some(Masked { because, unmasked_by: Some(unmasked_by) });
    Mutant { name, about, steps, shows: HARMLESS, masked }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "store-load-barrier",
    aliases: &[],
    title: "a barrier of the wake protocol is missing",
    saw: "a lost wakeup, on machines that let a load pass a store: all of them",
    releases: "none",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "Go's atomics, which are full barriers",
    release: None,
    mutants: &[
        Mutant {
            name: "submit",
            about: "between the publication of a G and the look at nmspinning",
            steps: SUBMIT,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "give-up",
            about: "between the decrement of nmspinning and the last look",
            steps: GIVE_UP,
            shows: SHOWS,
            masked: None,
        },
        harmless(
            "weak-publication",
            "the publication of a G is a compare-and-swap without a barrier",
            PUBLISH,
            "the look at nmspinning is a full load",
            "submit",
        ),
        Mutant {
            name: "weak-look",
            about: "the look at nmspinning is a load without a barrier",
            steps: LOOK,
            shows: SHOWS_IF_KICKED,
            masked: None,
        },
        harmless(
            "weak-decrement",
            "the decrement of nmspinning is a compare-and-swap without a barrier",
            DECREMENT,
            "the loads of the last look are full",
            "give-up",
        ),
        harmless(
            "weak-recheck",
            "the last look at the run queues is made of loads without barriers",
            RECHECK,
            "the decrement is a full addition",
            "give-up",
        ),
    ],
};
