//! Breaks of the limiter's, the timers' and the clock's checks.
#![expect(clippy::disallowed_methods, reason = "a break of the list of idle Ms")]

use runtime_model::by_hand;
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::M;
use runtime_model::p::OwnedP;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::{Sched, Time};

use super::{of, Break, BUSY};

/// The limiter, the heaps and the clock.
pub(super) const TIME: &[Break] = &[
    of(
        "an assist runs on a P that runs",
        "sleep-twice",
        after_take!(
            sched,
            _l,
            when,
            p,
            sched.p(&p).limiter_event.start(LimiterEventType::MarkAssist, when)
        ),
    ),
    of(
        "each idle tick is counted once",
        "sleep-twice",
        after_take!(sched, _l, when, p, idle_again(sched, &p, when)),
    ),
    of(
        "each idle tick is counted once",
        "assist",
        after_take!(sched, _l, when, p, assist_for_a_tick(sched, &p, when)),
    ),
    of(
        "timer0When and numTimers tell the heap",
        "sleep-twice",
        after_take!(sched, _l, _w, p, sched.p(&p).num_timers.add(1)),
    ),
    of(
        "an M updates the limiter outside of its event",
        BUSY,
        Steps { wakep: update_within_an_assist, ..GO_1_19_FIXED },
    ),
    // The assist's own update comes late then, and is dropped.
    of(
        "an assist updates the limiter",
        "assist",
        after_take!(sched, _l, when, _p, {
            sched.limiter.update(std::iter::empty(), when + 9);
        }),
    ),
    of("no timer is due beside an idle P", "due-timer", GO_13F6BE28),
    // It looks as if an M polled.
    of(
        "lastpoll is 0 only while an M polls",
        BUSY,
        Steps { wakep: |sched, _| sched.lastpoll.store(0), ..GO_1_19_FIXED },
    ),
    // An M that adds a timer takes the post of the poller, and keeps it.
    of(
        "lastpoll is 0 only while an M polls",
        "pollers-window",
        Steps { wake_beside_poller: |sched, _| sched.poll_until.store(9), ..GO_1_19_FIXED },
    ),
    of(
        "if no M runs, no G is runnable",
        BUSY,
        Steps { wakep: |sched, m| by_hand::put_m(&mut sched.lock.lock(), m.id), ..GO_1_19_FIXED },
    ),
    of(
        "the clock jumps to the next timer",
        "sleep-twice",
        after_take!(sched, _l, when, _p, sched.faketime.set(when + 1)),
    ),
    of(
        "the clock goes on, and each jump has an effect",
        "sleep-twice",
        after_take!(sched, _l, when, _p, sched.faketime.set(2 - when)),
    ),
];

/// An assist of the P that is taken lasts from then to a tick later, and the clock stands.
fn assist_for_a_tick(sched: &Sched, p: &OwnedP, when: Time) {
    let slot = &sched.p(p).limiter_event;
    assert!(slot.start(LimiterEventType::MarkAssist, when));
    slot.stop(LimiterEventType::MarkAssist, when + 1, &sched.limiter);
}

/// An assist that updates the limiter before its event is over.
fn update_within_an_assist(sched: &Sched, m: &M) {
    let (slot, now) = (&sched.p(m.p()).limiter_event, sched.nanotime());
    let tracked = slot.start(LimiterEventType::MarkAssist, now);
    sched.limiter.update(sched.allp.iter().map(|p| &p.limiter_event), now);
    if tracked {
        slot.stop(LimiterEventType::MarkAssist, now, &sched.limiter);
    }
}

/// The P's last ticks count as idle a second time.
fn idle_again(sched: &Sched, p: &OwnedP, when: Time) {
    let event = &sched.p(p).limiter_event;
    event.start(LimiterEventType::Idle, when - 1);
    event.stop(LimiterEventType::Idle, when, &sched.limiter);
}
