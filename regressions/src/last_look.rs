//! The last look, broken: each of its rules left out.
//!
//! An M that spun and found nothing drops its P, having looked at the global queue under the same lock;
//! stops being counted; and only then looks at everything again. If there is something, it takes a P and spins
//! again. These are mistakes that Go's comments warn of; golang/go#14179, which left out the GC's work, was one.

use runtime_model::find::Found;
use runtime_model::m::M;
use runtime_model::p::OwnedP;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::{Sched, Time};
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Masked, Mutant, Shows};
use crate::issue_45867;

const WORK_WAITS: &str = "no G is runnable beside an idle P";

/// Stops spinning, and that is all.
fn look_not(sched: &Sched, m: &mut M, poll_until: Time) -> Found {
    sched.stop_spinning(m);
    Found::Nothing(poll_until)
}

/// Looks while it still counts as a spinner, and stops spinning if there is nothing: work that is made
/// between the two is left to this M.
fn look_first(sched: &Sched, m: &mut M, poll_until: Time) -> Found {
    let timer = sched.check_timers_no_p(m, poll_until);
    let due = timer != 0 && timer <= sched.nanotime();
    let p = if due || sched.runqsize.load() != 0 {
        sched.pidleget_spinning(&mut sched.lock.lock(), 0)
    } else {
        sched.check_runqs_no_p(m)
    };
    if let Some(p) = p {
        sched.acquirep(m, p);
        return Found::Again;
    }
    sched.stop_spinning(m);
    Found::Nothing(timer)
}

/// Looks at the global queue under one hold of the lock, and drops the P under the next.
fn drop_later(sched: &Sched, m: &mut M) -> Found {
    let mut locked = sched.lock.lock();
    if let Some(g) = sched.globrunqget(&mut locked, m, m.p(), 0) {
        return Found::G(g);
    }
    drop(locked);
    let mut locked = sched.lock.lock();
    sched.drop_p_locked(&mut locked, m)
}

/// Drops the P without a look at the global queue.
fn drop_unseen(sched: &Sched, m: &mut M) -> Found {
    sched.drop_p_locked(&mut sched.lock.lock(), m)
}

/// Takes the last look, and is marked as a spinner again if there is nothing.
fn stays_marked(sched: &Sched, m: &mut M, poll_until: Time) -> Found {
    let look = sched.last_look(m, poll_until);
    if let Found::Nothing(_) = look {
        sched.m(m.id).spinning.set(true);
    }
    look
}

/// Goes back to looking with a P, and is no spinner.
fn look_on(sched: &Sched, m: &mut M, p: OwnedP) -> Found {
    sched.acquirep(m, p);
    Found::Again
}

/// Steals a G with the P, and is no spinner while it does.
fn steal_on(sched: &Sched, m: &mut M, p: OwnedP) -> Found {
    sched.acquirep(m, p);
    let others = sched.allp.iter().map(|p| p.id).filter(|&p| p != m.p().id());
    let stolen = others.filter_map(|victim| sched.runqsteal(m, victim, true)).next();
    stolen.map_or(Found::Again, Found::G)
}

/// Goes back to looking without the P.
fn leave_p(sched: &Sched, m: &mut M, _: OwnedP) -> Found {
    sched.become_spinning(m);
    Found::Again
}

const WITHOUT_RUN_QUEUES: Steps = Steps { has_work: |_, _, _| false, ..GO_1_19_FIXED };
const WITHOUT_SPINNING: Steps = Steps { spin_again: look_on, ..GO_1_19_FIXED };
const STEALS_WITHOUT_SPINNING: Steps = Steps { spin_again: steal_on, ..GO_1_19_FIXED };
const WITHOUT_ACQUIREP: Steps = Steps { spin_again: leave_p, ..GO_1_19_FIXED };
const STAYS_MARKED: Steps = Steps { last_look: stays_marked, ..GO_1_19_FIXED };
const STAYS_COUNTED: Steps =
    Steps { uncount_spinner: |sched| sched.nmspinning.load(), ..GO_1_19_FIXED };
const DROPPED_UNSEEN: Steps = Steps { drop_p: drop_unseen, ..GO_1_19_FIXED };
const DROPPED_UNSEEN_UNASKED: Steps = Steps { drop_p: drop_unseen, ..issue_45867::UNASKED };
const LEFT_OUT: Steps = Steps { last_look: look_not, ..GO_1_19_FIXED };
const BEFORE_THE_DECREMENT: Steps = Steps { last_look: look_first, ..GO_1_19_FIXED };
const GLOBAL_OUTSIDE: Steps = Steps { drop_p: drop_later, ..GO_1_19_FIXED };
const GLOBAL_OUTSIDE_UNASKED: Steps = Steps { drop_p: drop_later, ..issue_45867::UNASKED };

const COUNT: &str = "nmspinning counts the spinners";
const EXPLORE: &[Engine] = &[Engine::Explore];
const SHOWS: &[Shows] =
    &[Shows::invariant("two-newprocs", WORK_WAITS), Shows::symptom("two-newprocs", Hang)];

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "last-look",
    aliases: &[],
    title: "the last look is left out, comes too soon, or is not under the lock",
    saw: "what a lost wakeup looks like: a goroutine that does not run although Ps are idle; a hang, if \
          the running ones wait for it",
    releases: "none; golang/go#14179 is of this kind",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/issue/14179"],
    fixed: "Go's findRunnable: drop the P under the lock, decrement, barrier, look again",
    release: None,
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
                unmasked_by: Some("global-outside-the-lock-and-unasked"),
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
        Mutant {
            name: "without-run-queues",
            about: "the last look leaves out the run queues",
            steps: WITHOUT_RUN_QUEUES,
            shows: &[
                Shows::invariant("two-newprocs", WORK_WAITS).on(EXPLORE),
                Shows::symptom("two-newprocs", Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "finds-without-spinning",
            about: "the last look finds work, and its M looks on without being a spinner",
            steps: WITHOUT_SPINNING,
            shows: &[Shows::holds("two-newprocs").on(EXPLORE), Shows::holds("two-at-once-later").on(EXPLORE)],
            masked: Some(Masked { because: "its next look makes it a spinner, unless another M spins or a waker has set needspinning", unmasked_by: Some("finds-and-steals-without-spinning") }),
        },
        Mutant {
            name: "finds-without-acquirep",
            about: "the last look finds work, and its M looks on without its P",
            steps: WITHOUT_ACQUIREP,
            shows: &[Shows::symptom("two-newprocs", Throw("M1: no p")).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "stays-marked",
            about: "an M that found nothing stays marked as a spinner",
            steps: STAYS_MARKED,
            shows: &[Shows::symptom("sleep-twice", Throw("findrunnable: netpoll with spinning"))],
            masked: None,
        },
        Mutant {
            name: "stays-counted",
            about: "an M that stops spinning stays counted",
            steps: STAYS_COUNTED,
            shows: &[Shows::invariant("sleep-twice", COUNT)],
            masked: None,
        },
        Mutant {
            name: "without-the-global-queue",
            about: "the P is dropped without a look at the global queue",
            steps: DROPPED_UNSEEN,
            shows: &[Shows::holds("gosched-beside-newproc").on(EXPLORE)],
            masked: Some(Masked { because: "the last look of a spinner includes that queue, and an M that does not spin keeps its P: who yielded found no P", unmasked_by: Some("without-the-global-queue-and-unasked") }),
        },
        Mutant {
            name: "without-the-global-queue-and-unasked",
            about: "the same, and the M does not ask whether a waker found no P (golang/go#45867)",
            steps: DROPPED_UNSEEN_UNASKED,
            shows: &[
                Shows::invariant("gosched-beside-newproc", WORK_WAITS).on(EXPLORE),
                Shows::symptom("gosched-beside-newproc", Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "finds-and-steals-without-spinning",
            about: "the last look finds work, and its M takes the first G that it can steal without being a spinner",
            steps: STEALS_WITHOUT_SPINNING,
            shows: &[
                Shows::invariant("two-at-once-later", WORK_WAITS).on(EXPLORE),
                Shows::symptom("two-at-once-later", Hang).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
