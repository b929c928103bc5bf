//! What the limiter and sysmon decide by the clock, and what is decided of a P that is handed off, with one decision wrong.

use checks::kernels::{handoff, limiter, locks, sysmon};
use runtime_model::steps::{GO_1_19_FIXED, GO_FIXED};

use super::fails_with;

/// It goes on as if there were two.
#[sync::test(exploring)]
fn a_bucket_that_is_resized_and_does_not_know_for_how_many() {
    fails_with("limiter-over-time: Update at 2550 leaves (900, 40, false)", 2, || {
        limiter::over_time(|bucket, procs| {
            let before = bucket.procs;
            let enabled = bucket.resize(procs);
            bucket.procs = before;
            enabled
        });
    });
}

/// It looks, and leaves the limiter to others.
#[sync::test(exploring)]
fn a_look_that_never_updates_the_limiter() {
    fails_with("updated-by-a-look", 2, || {
        limiter::updated_by_a_look(GO_1_19_FIXED, |sched, m| sched.steal_work(m, sched.nanotime()));
    });
}

/// It takes the post of an M that polls.
#[sync::test(exploring)]
fn a_poll_beside_one_that_goes_on() {
    fails_with("sysmon-polls: 12 is left of 0", 2, || {
        sysmon::polls(GO_1_19_FIXED, |sched, m, now| {
            let found = sched.poll_if_late(m, now);
            sched.lastpoll.cas(0, now);
            found
        });
    });
}

/// Each round, whatever the last one has seen.
#[sync::test(exploring)]
fn cpus_that_are_looked_at_too_often() {
    fails_with("cpus: Some(3) is to be set at 2001", 2, || {
        sysmon::cpus(GO_1_19_FIXED, |sched, now| {
            let cpus = sched.world.cpus.load();
            sched.procs_to_set(now);
            (cpus != sched.gomaxprocs()).then_some(cpus)
        });
    });
}

/// Beside one that goes on.
#[sync::test(exploring)]
fn a_collection_that_is_forced_beside_another() {
    fails_with("forced: true at 120006, not false", 2, || {
        sysmon::forced(GO_1_19_FIXED, |sched, now| {
            let last = sched.gc.last_gc.load();
            last != 0 && now - last > 120_000
        });
    });
}

/// At the first look: it does not see that the call is another.
#[sync::test(exploring)]
fn a_p_that_is_taken_out_of_a_call_at_once() {
    const AT_ONCE: sysmon::Retake =
        |sched, _, p, _| (sched.steps().syscalls.retake)(sched, p).is_some();
    const TAKEN: &str = "retake: P0 is taken after Some(0) ticks, not 1, from call 0";
    fails_with(TAKEN, 2, || sysmon::retakes(GO_1_19_FIXED, AT_ONCE));
    fails_with(TAKEN, 2, || sysmon::retakes(GO_FIXED, AT_ONCE));
}

/// Before it is known that no other M looks for work.
#[sync::test(exploring)]
fn an_m_that_is_started_for_nothing() {
    fails_with("handoff: [true] of [OtherIdle]", 2, || {
        handoff::decides(GO_1_19_FIXED, |sched, m, p| {
            if sched.p(&p).timer0_when.load() == 0 {
                sched.nmspinning.store(0);
                sched.npidle.store(0);
            }
            sched.handoffp_unless_needed(m, p);
        });
    });
}

/// And leaves its timer to itself.
#[sync::test(exploring)]
fn an_m_that_polls_and_is_not_told_of_a_timer() {
    fails_with("handoff: the M that polls is told of 0, not 7", 2, || {
        handoff::decides(GO_1_19_FIXED, |sched, m, p| {
            sched.p(&p).timer0_when.store(0);
            sched.handoffp_unless_needed(m, p);
        });
    });
}

/// At the first of two.
#[sync::test(exploring)]
fn a_g_that_is_unlocked_too_early() {
    fails_with("locks: (None, None) after action 3", 2, || {
        locks::locks(GO_1_19_FIXED, |sched, m, g| {
            sched.unlock_os_thread(m, g);
            sched.unlock_os_thread(m, g);
        });
    });
}
