//! What is written without the lock that guards it, and what is done under a lock that forbids it.

use runtime_model::m::M;
use runtime_model::p::{OwnedP, PId};
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::{Sched, Time};

use super::{of, Break, BUSY};

/// A thief looks whether a P has timers, and does something besides.
macro_rules! writes {
    (|$sched:ident, $p:ident| $harm:expr) => {{
        fn steals($sched: &Sched, p: PId) -> bool {
            let $p = p;
            $harm;
            $sched.timerp_mask.read(p)
        }
        Steps { steal_timers: steals, ..GO_1_19_FIXED }
    }};
}

const GUARDED: &str = "what a lock guards is written under it";
const ORDERED: &str = "locks are taken in their order";

/// Each value stays what it was, so that nothing else can tell.
pub(crate) const LOCKS: &[Break] = &[
    of(GUARDED, "three-newprocs", Steps { wakep: tell_after_unlock, ..GO_1_19_FIXED }),
    of(GUARDED, BUSY, writes!(|sched, _p| sched.npidle.add(0))),
    of(GUARDED, BUSY, writes!(|sched, _p| sched.runqsize.store(sched.runqsize.load()))),
    of(GUARDED, BUSY, writes!(|sched, p| sched.timerp_mask.set(p))),
    of(GUARDED, BUSY, writes!(|sched, _p| sched.idlep_mask.clear(MAIN_P))),
    of(GUARDED, BUSY, writes!(|sched, p| sched.allp[p.index()].num_timers.add(0))),
    of(
        GUARDED,
        "sleep-twice",
        after_take!(sched, _l, _w, p, {
            let when = &sched.p(&p).timer0_when;
            when.store(when.load());
        }),
    ),
    of(
        ORDERED,
        BUSY,
        writes!(|sched, p| {
            let _timers = sched.allp[p.index()].timers.lock();
            drop(sched.lock.lock());
        }),
    ),
    of(
        ORDERED,
        BUSY,
        writes!(|sched, p| {
            let _one = sched.allp[p.index()].timers.lock();
            let other = (p.index() + 1) % sched.allp.len();
            drop(sched.allp[other].timers.lock());
        }),
    ),
    // `lock_beside` allows a lock of the same rank, and no other.
    of(
        ORDERED,
        BUSY,
        writes!(|sched, p| {
            let _timers = sched.allp[p.index()].timers.lock();
            drop(sched.lock.lock_beside());
        }),
    ),
    of(ORDERED, "rendezvous", Steps { wakep: wake_under_timers_lock, ..GO_1_19_FIXED }),
];

/// P0, which main runs on.
const MAIN_P: PId = PId(0);

/// Tells those that are about to drop a P once the lock has been given back.
fn tell_after_unlock(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let p = sched.pidleget(&mut sched.lock.lock(), 0);
    match p {
        Some(p) => sched.startm(m, Some(p), Some(spin)),
        None => {
            sched.undo_spin(m, spin, "wakep");
            sched.needspinning.store(1);
        }
    }
}

/// Wakes an M while it holds the lock of its P's timers.
fn wake_under_timers_lock(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget(&mut locked, 0) else {
        sched.undo_spin(m, spin, "wakep");
        return;
    };
    let Some(nm) = sched.mget(&mut locked) else {
        drop(locked);
        return sched.startm(m, Some(p), Some(spin));
    };
    drop(locked);
    let _timers = sched.p(m.p()).timers.lock();
    sched.give_spin(nm, Some(spin));
    sched.m(nm).nextp.set(Some(p));
    sched.m(nm).park.wakeup();
}
