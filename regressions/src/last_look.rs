//! The last look, broken: each of its rules left out.
//!
//! An M that spun and found nothing drops its P, having looked at the global queue under the same lock;
//! stops being counted; and only then looks at everything again. No release of Go has been without: these
//! are the mistakes that its comments warn of.

use runtime_model::find::Look;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_FIXED};
use runtime_model::{Sched, Time};

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Masked, Mutant, Shows};
use crate::issue_45867;

const WORK_WAITS: &str = "no G is runnable beside an idle P";

/// Stops spinning, and that is all.
fn look_not(sched: &Sched, m: &mut M, poll_until: Time) -> Look {
    sched.stop_spinning(m);
    Look::Nothing(poll_until)
}

/// Looks while it still counts as a spinner, and stops spinning if there is nothing: work that is made
/// between the two is left to this M.
fn look_first(sched: &Sched, m: &mut M, poll_until: Time) -> Look {
    let timer = sched.check_timers_no_p(poll_until);
    let due = timer != 0 && timer <= sched.nanotime();
    let p = match due || sched.runqsize.load() != 0 {
        true => sched.pidleget_spinning(&mut sched.lock.lock(), 0),
        false => sched.check_runqs_no_p(),
    };
    if let Some(p) = p {
        sched.acquirep(m, p);
        return Look::Again;
    }
    sched.stop_spinning(m);
    Look::Nothing(timer)
}

/// Looks at the global queue under one hold of the lock, and drops the P under the next.
fn drop_later(sched: &Sched, m: &mut M) -> Look {
    let mut locked = sched.lock.lock();
    if let Some(g) = sched.globrunqget(&mut locked, m, m.p(), 0) {
        return Look::Found(g);
    }
    drop(locked);
    let mut locked = sched.lock.lock();
    sched.drop_p_locked(&mut locked, m)
}

const LEFT_OUT: Steps = Steps { last_look: look_not, ..GO_FIXED };
const BEFORE_THE_DECREMENT: Steps = Steps { last_look: look_first, ..GO_FIXED };
const GLOBAL_OUTSIDE: Steps = Steps { drop_p: drop_later, ..GO_FIXED };
const GLOBAL_OUTSIDE_UNASKED: Steps = Steps { drop_p: drop_later, ..issue_45867::UNASKED };

const SHOWS: &[Shows] =
    &[Shows::invariant("two-newprocs", WORK_WAITS), Shows::symptom("two-newprocs", Hang)];

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "last-look",
    title: "the last look is left out, comes too soon, or is not under the lock",
    saw: "what a lost wakeup looks like: a goroutine that does not run although Ps are idle; a hang, if \
          the running ones wait for it",
    releases: "none; golang/go#14179 is of this kind",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/issue/14179"],
    fixed: "Go's findRunnable: drop the P under the lock, decrement, barrier, look again",
    mutants: &[
        Mutant {
            name: "before-the-decrement",
            about: "the last look is taken while the M still counts as a spinner",
            steps: BEFORE_THE_DECREMENT,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "left-out",
            about: "no last look is taken",
            steps: LEFT_OUT,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "global-outside-the-lock",
            about: "the lock is given back between the look at the global queue and the drop of the P",
            steps: GLOBAL_OUTSIDE,
            shows: &[Shows::holds("gosched-beside-newproc").within(3)],
            masked: Some(Masked {
                because: "who yields in between finds no idle P and says so; the M keeps its P then",
                unmasked_by: "global-outside-the-lock-and-unasked",
            }),
        },
        Mutant {
            name: "global-outside-the-lock-and-unasked",
            about: "the same, and the M does not ask whether a waker found no P (golang/go#45867)",
            steps: GLOBAL_OUTSIDE_UNASKED,
            shows: &[
                Shows::invariant("gosched-beside-newproc", WORK_WAITS).within(3),
                Shows::symptom("gosched-beside-newproc", Hang).within(3),
            ],
            masked: None,
        },
    ],
};
