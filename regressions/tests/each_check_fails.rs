//! Each check is seen to fail: for each there is a break that it catches, asked alone.
#![expect(clippy::disallowed_methods, reason = "breaks of the idle lists and their counts")]

use std::collections::BTreeSet;

use crate::common::{failing, job, run_with};
use harness::report::{Expect, Job, Mode};
use regressions::{runs, CONTENT};
use runtime_model::by_hand;
use runtime_model::find::Found;
use runtime_model::g::{GId, Guintptr};
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::{MId, M};
use runtime_model::p::{OwnedP, PStatus};
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{wakep_with_p, Steps, GO_13F6BE28, GO_1_19_FIXED, GO_FIXED};
use runtime_model::{Sched, Time};
use sync::driver::{Engine, ENGINE};

/// A break, the scenario that shows it, and the check that catches it.
struct Break {
    check: &'static str,
    scenario: &'static str,
    steps: Steps,
    /// The variant that it was made of, on which the check holds: its name, if it has one, and its steps.
    base: (&'static str, Steps),
}

/// The program with the fewest states in which an M waits for a P.
const BUSY: &str = "newproc-busy";

/// Takes a P as it should be, and then does something to it or to the scheduler.
macro_rules! after_take {
    ($sched:ident, $locked:ident, $when:ident, $p:ident, $harm:expr) => {{
        fn take($sched: &Sched, $locked: &mut SchedLocked, $when: Time) -> Option<OwnedP> {
            let $p = $sched.pidleget($locked, $when)?;
            $harm;
            Some($p)
        }
        Steps { take_p_for_timer: take, ..GO_1_19_FIXED }
    }};
}

mod gc;
mod locked;
mod locks;
mod polls;
mod resize;
mod stops;
mod syscalls;
mod sysmon;
mod time;
mod timers;
mod timers_1_23;

fn leave_on_list(sched: &Sched, locked: &mut SchedLocked, _: Time) -> Option<OwnedP> {
    let any = locked.idle_ps().last()?;
    by_hand::take_and_leave(sched, locked, any)
}

fn other(sched: &Sched, m: MId) -> MId {
    MId((m.0 + 1) % sched.allm.len() as u32)
}

/// Drops the P, and sets its timer bit although no M owns it.
fn drop_p_and_mark(sched: &Sched, m: &mut runtime_model::m::M) -> runtime_model::find::Found {
    let p = m.p().id();
    let look = sched.drop_p(m);
    sched.timerp_mask.set(p);
    look
}

/// The idle list and its books.
const BOOKKEEPING: &[Break] = &[
    of(
        "an idle P is not asked for timers before there were any",
        BUSY,
        Steps { drop_p: drop_p_and_mark, ..GO_1_19_FIXED },
    ),
    of(
        "npidle is the length of the idle list",
        "sleep-twice",
        after_take!(sched, _l, _w, _p, sched.npidle.add(1)),
    ),
    of(
        "idlepMask is the idle list",
        "sleep-twice",
        after_take!(sched, _l, _w, p, sched.idlep_mask.set(p.id())),
    ),
    of(
        "the limiter's idle events are the idle list",
        "sleep-twice",
        after_take!(
            sched,
            _l,
            when,
            p,
            sched.p(&p).limiter_event.start(LimiterEventType::Idle, when)
        ),
    ),
    of(
        "timerpMask covers every P that may have timers",
        "sleep-twice",
        after_take!(sched, _l, _w, p, sched.timerp_mask.clear(p.id())),
    ),
    of(
        "an idle P has no M and no G",
        "sleep-twice",
        Steps { take_p_for_timer: leave_on_list, ..GO_1_19_FIXED },
    ),
];

/// Who holds what.
const OWNERSHIP: &[Break] = &[
    of(
        "a P has one holder",
        "sleep-twice",
        Steps { take_p_for_timer: leave_on_list, ..GO_1_19_FIXED },
    ),
    of(
        "a P and its M agree",
        "sleep-twice",
        after_take!(sched, _l, _w, p, sched.p(&p).status.set(PStatus::Running)),
    ),
    of(
        "an idle M has nothing",
        "sleepers",
        Steps {
            spin_for_timer: |sched, m| sched.m(other(sched, m)).spinning.set(true),
            ..GO_1_19_FIXED
        },
    ),
    of(
        "an M that does not move is idle or busy",
        "sleepers",
        Steps {
            take_p_for_timer: |sched, locked, when| {
                if locked.idle_ms().len() > 1 {
                    sched.mget(locked);
                }
                sched.pidleget(locked, when)
            },
            ..GO_1_19_FIXED
        },
    ),
];

/// Counts of what is listed elsewhere.
const COUNTS: &[Break] = &[
    of(
        "runqsize is the length of the global queue",
        BUSY,
        Steps {
            wakep: |sched, _| {
                let _locked = sched.lock.lock();
                sched.runqsize.add(1);
            },
            ..GO_1_19_FIXED
        },
    ),
    of(
        "nmidle is the length of the list of idle Ms",
        "sleep-twice",
        after_take!(_s, locked, _w, _p, by_hand::miscount_ms(locked, 1, 0)),
    ),
    of(
        "mcount counts the Ms that exist or are reserved",
        "sleep-twice",
        after_take!(_s, locked, _w, _p, by_hand::miscount_ms(locked, 0, 1)),
    ),
];

/// Where Gs are.
const PLACES: &[Break] = &[
    // A G is lost on its way to a queue.
    of(
        "a G is in one place",
        BUSY,
        Steps {
            publish_next: |next, old, new| new == Guintptr::of(GId(1)) || next.cas(old, new),
            ..GO_1_19_FIXED
        },
    ),
    // The G that is kicked out of `runnext` was stolen meanwhile, and is put on the ring all the same.
    of(
        "a G is in one place",
        "three-newprocs",
        Steps {
            publish_next: |next, _, new| {
                next.store(new);
                true
            },
            ..GO_1_19_FIXED
        },
    ),
    // It is put on two queues.
    of(
        "a G is in one place",
        BUSY,
        Steps { wakep: |sched, _| put_globally(sched, 1), ..GO_1_19_FIXED },
    ),
    // It is put on one queue twice.
    of(
        "a G is in one place",
        "gosched-beside-newproc",
        Steps { wake_for_global: |sched, _| put_globally(sched, 0), ..GO_1_19_FIXED },
    ),
    // An M takes it, and forgets it with its P.
    of(
        "a G is in one place",
        "gosched-beside-newproc",
        Steps { drop_p: forget_global, wake_for_global: |_, _| {}, ..GO_1_19_FIXED },
    ),
    // The M that finds no P for a G of the global queue has taken that already.
    of(
        "a G is in one place",
        "gosched-beside-newproc",
        Steps { recheck_global: take_without_p, ..GO_1_19_FIXED },
    ),
    // A G that has not been started is on a queue.
    of(
        "a G is in one place",
        "sleep-ready-park",
        Steps { wakep: |sched, _| put_globally(sched, 0), ..GO_1_19_FIXED },
    ),
];

/// Who is counted.
const SPINNING: &[Break] = &[
    of(
        "nmspinning counts the spinners",
        "sleep-twice",
        after_take!(sched, _l, _w, _p, sched.nmspinning.add(1)),
    ),
    of("one wakeup is under way at a time", BUSY, Steps { wakep: wake_two, ..GO_1_19_FIXED }),
    of(
        "an M that executes a G does not spin",
        BUSY,
        Steps { wakep: |sched, m| sched.become_spinning(m), ..GO_1_19_FIXED },
    ),
];

/// Gs that no M runs, and Ms without progress.
const PROGRESS: &[Break] = &[
    of("no G is runnable beside an idle P", "gosched-beside-newproc", GO_13F6BE28),
    of(
        checks::LIVELOCK,
        "sleepers",
        Steps {
            spin_for_timer: |sched, _| {
                sched.nmspinning.add(1);
            },
            ..GO_1_19_FIXED
        },
    ),
    // An M never drops its P, and goes round.
    of(checks::LIVELOCK, BUSY, Steps { must_keep_p: |_, _| true, ..GO_1_19_FIXED }),
    // A G is never published, and its maker tries for ever.
    of(checks::LIVELOCK, "sleep-twice", Steps { publish_next: |_, _, _| false, ..GO_1_19_FIXED }),
    of(checks::HANG, BUSY, Steps { wakep: |_, _| {}, ..GO_1_19_FIXED }),
];

fn breaks() -> impl Iterator<Item = &'static Break> {
    let all = [
        BOOKKEEPING,
        OWNERSHIP,
        COUNTS,
        PLACES,
        SPINNING,
        stops::STOPS,
        resize::RESIZES,
        syscalls::SYSCALLS,
        sysmon::SYSMONS,
        gc::GC,
        locked::LOCKEDS,
        time::TIME,
        timers::TIMERS,
        timers_1_23::TIMERS,
        polls::POLLS,
        PROGRESS,
        locks::LOCKS,
    ];
    all.into_iter().flatten()
}

const fn of(check: &'static str, scenario: &'static str, steps: Steps) -> Break {
    Break { check, scenario, steps, base: ("GO_1_19_FIXED", GO_1_19_FIXED) }
}

/// The same, of a variant with the timers of 1.23.
const fn of_newest(check: &'static str, scenario: &'static str, steps: Steps) -> Break {
    Break { check, scenario, steps, base: ("GO_FIXED", GO_FIXED) }
}

/// Puts a G on the global queue, wherever else it may be.
fn put_globally(sched: &Sched, g: u32) {
    sched.globrunqput(&mut sched.lock.lock(), GId(g));
}

/// Drops the P after it has taken a G from the global queue.
fn forget_global(sched: &Sched, m: &mut M) -> Found {
    let mut locked = sched.lock.lock();
    sched.globrunqget(&mut locked, m, m.p(), 1);
    sched.drop_p_locked(&mut locked, m)
}

/// Takes a G from the global queue before there is a P to run it on.
fn take_without_p(sched: &Sched, m: &mut M) -> Option<GId> {
    let mut locked = sched.lock.lock();
    let p = sched.pidleget_spinning(&mut locked, 0)?;
    let g = sched.globrunqget(&mut locked, m, &p, 0);
    sched.pidleput(&mut locked, p, 0);
    g.and(None)
}

/// Wakes two Ms at once: the second does not wait for the first to have found its place.
fn wake_two(sched: &Sched, m: &runtime_model::m::M) {
    let first = sched.begin_spin(m);
    sched.nmspinning.store(0);
    wakep_with_p(sched, m);
    if first.is_some() {
        sched.startm(m, None, first);
    }
}

/// The run that asks the check alone, within the bound that the scenario has in the gate.
fn asked_alone(each: &Break) -> Job {
    let mut job = Job { only: Some(each.check.into()), ..job(each.scenario, Mode::Invariants) };
    job.limits.bound = checks::suite::within(each.scenario).or(job.limits.bound);
    job
}

/// The breaks whose scenarios the gate runs on this engine; on explore, all of them.
fn breaks_here() -> Vec<&'static Break> {
    let jobs = checks::suite::jobs(ENGINE);
    let runs = |each: &&Break| jobs.iter().any(|job| job.scenario == each.scenario);
    let here: Vec<_> = breaks().filter(|each| ENGINE == Engine::Explore || runs(each)).collect();
    assert!(!here.is_empty());
    here
}

#[sync::test(exploring)]
fn each_break_is_caught_by_its_check() {
    for each in breaks_here() {
        let job = asked_alone(each);
        let report = run_with(each.steps, &job);
        assert_eq!(failing(&report), Some(each.check), "{}: {:?}", each.scenario, report);
    }
}

/// Where the gate runs the base's program, it requires that no check fails.
#[sync::test(exploring)]
fn no_check_fails_without_the_break() {
    let gate = runs::gate(ENGINE);
    let is_gated = |each: &&Break| {
        let bound = asked_alone(each).limits.bound;
        gate.iter().any(|job| {
            let same = (&*job.scenario, &*job.row) == (each.scenario, each.base.0);
            let all = job.mode == Mode::Invariants && job.only.is_none();
            let as_far = job.limits.bound.is_none_or(|most| bound.is_some_and(|n| n <= most));
            same && all && job.expect == Expect::Holds && as_far
        })
    };
    let (gated, others): (Vec<_>, Vec<_>) = breaks_here().into_iter().partition(is_gated);
    assert!(gated.len() > others.len(), "{} of the gate, {} others", gated.len(), others.len());
    for each in others {
        let job = asked_alone(each);
        let report = run_with(each.base.1, &job);
        assert_eq!(failing(&report), None, "{}: {:?}", each.scenario, report);
    }
}

#[test]
fn there_is_a_break_for_each_check() {
    let broken: BTreeSet<&str> = breaks().map(|each| each.check).collect();
    let all: BTreeSet<&str> = CONTENT.checks(Mode::Invariants).map(|check| check.name).collect();
    assert_eq!(broken, all);
}
