//! golang/go#53294: the faketime jump takes a P off the idle list behind `pidleget`'s back.
//!
//! Under faketime, `checkdead` moves the clock to the next timer and wakes an M for it. Until commit
//! 13f6be28 it gave that M the P that owns the timer, which it unlinked from the idle list itself; all that
//! `pidleget` does besides was left out. For three years this lost work, silently; since the GC CPU
//! limiter tracks idle Ps, it throws when that P next goes idle: `must be able to track idle limiter event`.
//!
//! The rows leave out one step each, as was done to the real runtime to measure what each is worth.
#![expect(
    clippy::disallowed_methods,
    reason = "the bug takes a P by hand, and leaves out what pidleget does"
)]

use runtime_model::by_hand;
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::MId;
use runtime_model::p::OwnedP;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::{Sched, Time};
use sync::driver::Engine;

use crate::bug::Symptom::{self, Check, Hang, Holds, Livelock};
use crate::bug::{Bug, Masked, Mutant, Shows};

const T1: Symptom = Symptom::Throw("must be able to track idle limiter event");
const T2: Symptom =
    Symptom::Throw("limiterEvent.stop: found wrong event in p's limiter event slot");
const T3: Symptom = Symptom::Throw("findrunnable: negative nmspinning");

/// What is done of `pidleget`'s work.
#[derive(Clone, Copy)]
struct Done {
    unlink: bool,
    npidle: bool,
    idlep_mask: bool,
    timerp_mask: bool,
    limiter: bool,
}

const ALL: Done =
    Done { unlink: true, npidle: true, idlep_mask: true, timerp_mask: true, limiter: true };
const ONLY_UNLINK: Done =
    Done { npidle: false, idlep_mask: false, timerp_mask: false, limiter: false, ..ALL };
const ALL_BUT_TIMERP_MASK: Done = Done { timerp_mask: false, ..ALL };
const ALL_BUT_NPIDLE: Done = Done { npidle: false, ..ALL };

/// Gives out the P that owns the next timer, with that much of the bookkeeping done.
fn take_owner(sched: &Sched, locked: &mut SchedLocked, when: Time, done: Done) -> Option<OwnedP> {
    let owner = sched.next_timer_owner()?;
    let p = if done.unlink {
        by_hand::unlink(sched, locked, owner)?
    } else {
        by_hand::take_and_leave(sched, locked, owner)?
    };
    keep_books(sched, &p, when, done);
    Some(p)
}

fn keep_books(sched: &Sched, p: &OwnedP, when: Time, done: Done) {
    if done.timerp_mask {
        sched.timerp_mask.set(p.id());
    }
    if done.idlep_mask {
        sched.idlep_mask.clear(p.id());
    }
    if done.npidle {
        sched.npidle.add(-1);
    }
    if done.limiter {
        sched.p(p).limiter_event.stop(LimiterEventType::Idle, when, &sched.limiter);
    }
}

/// Gives out the P that `pidleget` would, without asking which P owns the timer, with that much of the bookkeeping done.
fn take_any(sched: &Sched, locked: &mut SchedLocked, when: Time, done: Done) -> Option<OwnedP> {
    let any = locked.idle_ps().last()?;
    let p = by_hand::unlink(sched, locked, any)?;
    keep_books(sched, &p, when, done);
    Some(p)
}

/// The woken M is left as it is: before the fix, it was not counted as a spinner.
fn spin_not(_: &Sched, _: MId) {}

/// The M is marked, and not counted.
fn mark_only(sched: &Sched, m: MId) {
    sched.m(m).spinning.set(true);
}

/// The M is counted, and not marked.
fn count_only(sched: &Sched, _: MId) {
    sched.nmspinning.add(1);
}

/// A row that takes the timer's owner with part of the bookkeeping.
macro_rules! by_hand {
    ($done:expr) => {
        Steps {
            take_p_for_timer: |sched, locked, when| take_owner(sched, locked, when, $done),
            ..GO_1_19_FIXED
        }
    };
}

/// The bug itself: the owner is unlinked, and that is all.
pub const UNLINKED_BY_HAND: Steps = Steps { spin_for_timer: spin_not, ..by_hand!(ONLY_UNLINK) };

/// The commit before the fix, as it was.
pub const PARENT_OF_13F6BE28: Steps = Steps {
    take_p_for_timer: UNLINKED_BY_HAND.take_p_for_timer,
    spin_for_timer: spin_not,
    ..GO_13F6BE28
};

const BEFORE_THE_LIMITER: Steps =
    Steps { spin_for_timer: spin_not, ..by_hand!(Done { limiter: true, ..ONLY_UNLINK }) };
const COMPLETE: Steps = by_hand!(ALL);
const WITHOUT_TIMERP_MASK: Steps = by_hand!(ALL_BUT_TIMERP_MASK);
const WITHOUT_IDLEP_MASK: Steps = by_hand!(Done { idlep_mask: false, ..ALL });
const WITHOUT_NPIDLE: Steps = by_hand!(ALL_BUT_NPIDLE);
const WITHOUT_LIMITER: Steps = by_hand!(Done { limiter: false, ..ALL });
const WITHOUT_UNLINK: Steps = by_hand!(Done { unlink: false, ..ALL });
const ONLY_LIMITER: Steps = by_hand!(Done { limiter: true, ..ONLY_UNLINK });
const ANY_P_WITHOUT_TIMERP_MASK: Steps = Steps {
    take_p_for_timer: |sched, locked, when| take_any(sched, locked, when, ALL_BUT_TIMERP_MASK),
    ..GO_1_19_FIXED
};
const ANY_P_WITHOUT_NPIDLE_AND_SPINNING: Steps = Steps {
    take_p_for_timer: |sched, locked, when| take_any(sched, locked, when, ALL_BUT_NPIDLE),
    spin_for_timer: spin_not,
    ..GO_1_19_FIXED
};
const ANY_P_WITHOUT_NPIDLE_AND_SPINNING_1_19: Steps =
    Steps { below_spin_limit: GO_13F6BE28.below_spin_limit, ..ANY_P_WITHOUT_NPIDLE_AND_SPINNING };
const NO_SPINNING: Steps = Steps { spin_for_timer: spin_not, ..GO_1_19_FIXED };
const MARK_ONLY: Steps = Steps { spin_for_timer: mark_only, ..GO_1_19_FIXED };
const COUNT_ONLY: Steps = Steps { spin_for_timer: count_only, ..GO_1_19_FIXED };

const NPIDLE: &str = "npidle is the length of the idle list";
const IDLEP_MASK: &str = "idlepMask is the idle list";
const TIMERP_MASK: &str = "timerpMask covers every P that may have timers";
const LIMITER: &str = "the limiter's idle events are the idle list";
const ONE_HOLDER: &str = "a P has one holder";
const JUMP: &str = "the clock goes on, and each jump has an effect";
const SPINNERS: &str = "nmspinning counts the spinners";

/// Preemptions on loom: explore searches the same to the end, and two take loom up to half a minute each.
const ON_LOOM: usize = 1;

/// What a mutant shows on the three programs of the real runtime, in symptom mode, and which check names
/// the step that it leaves out.
macro_rules! shows {
    ($sleepers:expr, $stealrunq:expr, $stealtimer:expr, $check:expr) => {
        &[
            Shows::symptom("sleepers", $sleepers).within(ON_LOOM),
            Shows::symptom("stealrunq", $stealrunq),
            Shows::symptom("stealtimer", $stealtimer),
            Shows { symptom: $check, bound: Some(ON_LOOM), ..Shows::holds("sleepers") },
        ]
    };
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "53294",
    aliases: &["B01"],
    title: "the faketime jump unlinks a P behind pidleget's back",
    saw: "fatal error: must be able to track idle limiter event, in TestFakeTime, within 10 ms; before the \
          limiter existed, work that no M took",
    releases: "1.14 to 1.18, silently; the crash was in no release",
    references: &[
        "https://go.dev/issue/53294",
        "https://go.dev/cl/411119",
        "https://go.dev/cl/410120",
        "https://go.dev/cl/171880",
    ],
    fixed: "commit 13f6be28 (CL 411119, Go 1.19): checkdead takes any idle P, through pidleget",
    release: None,
    mutants: &[
        Mutant {
            name: "unlinked-by-hand",
            about: "the bug itself: the timer's P is unlinked, and nothing else is done",
            steps: UNLINKED_BY_HAND,
            shows: shows!(T1, Hang, Hang, Check(NPIDLE)),
            masked: None,
        },
        Mutant {
            name: "parent-of-13f6be28",
            about: "the same on the commit before the fix, with that commit's other bugs",
            steps: PARENT_OF_13F6BE28,
            shows: shows!(T1, Hang, Hang, Check(NPIDLE)),
            masked: None,
        },
        Mutant {
            name: "before-the-limiter",
            about: "the same in releases without limiter events: no throw, the work is lost all the same",
            steps: BEFORE_THE_LIMITER,
            shows: shows!(Holds, Hang, Hang, Check(NPIDLE)),
            masked: None,
        },
        Mutant {
            name: "by-hand-but-complete",
            about: "the timer's P is taken by hand, and all of pidleget's work is done",
            steps: COMPLETE,
            shows: shows!(Holds, Holds, Holds, Holds),
            masked: None,
        },
        Mutant {
            name: "without-timerp-mask",
            about: "by hand, and timerpMask is not set",
            steps: WITHOUT_TIMERP_MASK,
            shows: shows!(Holds, Holds, Holds, Holds),
            masked: Some(Masked {
                because: "the P owns a timer, so its bit was never cleared",
                unmasked_by: Some("any-p-without-timerp-mask"),
            }),
        },
        Mutant {
            name: "any-p-without-timerp-mask",
            about: "by hand, any P and not the timer's, and timerpMask is not set",
            steps: ANY_P_WITHOUT_TIMERP_MASK,
            shows: &[Shows::symptom("sleepers", Livelock), Shows::invariant("sleepers", TIMERP_MASK)],
            masked: None,
        },
        Mutant {
            name: "without-idlep-mask",
            about: "by hand, and idlepMask is not cleared: thieves pass by a P that runs",
            steps: WITHOUT_IDLEP_MASK,
            shows: shows!(Holds, Hang, Hang, Check(IDLEP_MASK)),
            masked: None,
        },
        Mutant {
            name: "without-npidle",
            about: "by hand, and npidle is not decremented",
            steps: WITHOUT_NPIDLE,
            shows: shows!(Holds, Holds, Holds, Check(NPIDLE)),
            masked: Some(Masked {
                because: "the woken M is made a spinner explicitly, so the count that is too high stops no wakeup",
                unmasked_by: Some("any-p-without-npidle-and-spinning"),
            }),
        },
        Mutant {
            name: "any-p-without-npidle-and-spinning",
            about: "by hand, any P, npidle is not decremented, and the woken M is not made a spinner",
            steps: ANY_P_WITHOUT_NPIDLE_AND_SPINNING,
            shows: &[
                Shows::symptom("sleepers", Livelock),
                Shows::only("sleepers", JUMP),
                Shows::invariant("sleepers", NPIDLE),
            ],
            masked: None,
        },
        Mutant {
            name: "any-p-without-npidle-and-spinning-in-1.19",
            about: "the same with the unsigned spin limit of Go 1.19: once more Ps are counted as idle than there \
                    are, it wraps, and any M may spin",
            steps: ANY_P_WITHOUT_NPIDLE_AND_SPINNING_1_19,
            shows: &[
                Shows::only("sleepers", JUMP),
                Shows::invariant("sleepers", NPIDLE),
                Shows::symptom("sleepers", Holds).within(ON_LOOM),
            ],
            masked: None,
        },
        Mutant {
            name: "without-limiter-stop",
            about: "by hand, and the limiter's idle event goes on",
            steps: WITHOUT_LIMITER,
            shows: shows!(T1, T1, T1, Check(LIMITER)),
            masked: None,
        },
        Mutant {
            name: "without-unlink",
            about: "all the bookkeeping, and the P stays on the list",
            steps: WITHOUT_UNLINK,
            shows: shows!(T2, T2, T2, Check(ONE_HOLDER)),
            masked: None,
        },
        Mutant {
            name: "without-masks-and-npidle",
            about: "by hand, with the limiter's event stopped and nothing else",
            steps: ONLY_LIMITER,
            shows: shows!(Holds, Hang, Hang, Check(NPIDLE)),
            masked: None,
        },
        Mutant {
            name: "without-spinning",
            about: "through pidleget, and the woken M is not made a spinner: it becomes one by itself",
            steps: NO_SPINNING,
            shows: shows!(Holds, Holds, Holds, Holds),
            masked: Some(Masked {
                because: "the woken M is the only one that runs, so it may spin",
                unmasked_by: Some("any-p-without-npidle-and-spinning"),
            }),
        },
        Mutant {
            name: "marked-but-not-counted",
            about: "through pidleget, m.spinning without nmspinning",
            steps: MARK_ONLY,
            // A waker may be the second to take the increment back: then it throws. shuttle stops at either.
            shows: &[
                Shows::symptom("sleepers", T3),
                Shows::symptom("stealrunq", T3).on(&[Engine::Explore, Engine::Loom]),
                Shows::symptom("stealtimer", T3).on(&[Engine::Explore, Engine::Loom]),
                Shows { symptom: Check(SPINNERS), bound: Some(ON_LOOM), ..Shows::holds("sleepers") },
            ],
            masked: None,
        },
        Mutant {
            name: "counted-but-not-marked",
            about: "through pidleget, nmspinning without m.spinning: it never returns to 0",
            steps: COUNT_ONLY,
            shows: shows!(Livelock, Livelock, Livelock, Check(SPINNERS)),
            masked: None,
        },
    ],
};
