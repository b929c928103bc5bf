//! Ms that steal in another order than Go does, or do not say what they did.

use super::*;

#[sync::test(exploring)]
fn a_thief_in_its_last_pass_takes_runnext() {
    fails_with("before the last pass", 2, || contract::early_pass(GO_1_19_FIXED, true));
}

#[sync::test(exploring)]
fn one_who_takes_more_than_a_share_leaves_too_few() {
    fails_with("of five Gs", 2, || {
        let all: contract::TakeShare = |sched, locked, m| {
            let first = sched.globrunqget(locked, m, m.p(), 0);
            let more = sched.globrunqget(locked, m, m.p(), 1);
            more.into_iter().for_each(|g| sched.runqput(m, m.p(), g, false));
            first
        };
        contract::global_share(GO_1_19_FIXED, 8, all, &[0, 1, 2], &[3, 4]);
    });
}

/// The last pass comes first: the timer is run beside a G in the ring.
#[sync::test(exploring)]
fn a_thief_who_begins_with_the_last_pass_runs_timers_first() {
    fails_with("steal-in-turn", 2, || {
        contract::steal_in_turn(GO_1_19_FIXED, |sched, m, now| {
            sched.check_timers(m, PId(1), now);
            match sched.runqget(m.p()) {
                Some(g) => Found::G(g),
                None => sched.steal_work(m, now),
            }
        });
    });
}

/// No timers are looked at before `runnext` is.
#[sync::test(exploring)]
fn a_thief_who_leaves_timers_out_takes_runnext_first() {
    fails_with("steal-in-turn", 2, || {
        contract::steal_in_turn(GO_1_19_FIXED, |sched, m, now| {
            match sched.runqsteal(m, PId(1), true) {
                Some(g) => Found::G(g),
                None => sched.steal_work(m, now),
            }
        });
    });
}

#[sync::test(exploring)]
fn a_thief_who_has_run_a_timer_and_says_there_is_nothing() {
    fails_with("steal-again", 2, || {
        contract::steal_again(GO_1_19_FIXED, |sched, m, now| match sched.steal_work(m, now) {
            Found::Again => Found::Nothing(0),
            found => found,
        });
    });
}

/// Whether an M polls depends on it.
#[sync::test(exploring)]
fn a_thief_who_forgets_the_next_timer_does_not_poll_for_it() {
    fails_with("the next timer's time", 2, || {
        contract::steal_in_turn(GO_1_19_FIXED, |sched, m, now| match sched.steal_work(m, now) {
            Found::Nothing(_) => Found::Nothing(0),
            found => found,
        });
    });
}

/// The global queue is left to the look under the lock, which comes last.
#[sync::test(exploring)]
fn an_m_that_steals_first_passes_by_the_global_queue() {
    fails_with("look-in-turn", 2, || {
        contract::look_in_turn(GO_1_19_FIXED, |sched, m| match sched.runqget(m.p()) {
            Some(g) => Found::G(g),
            None => sched.steal_work(m, sched.nanotime()),
        });
    });
}
