//! Verify that the limiter's events follow what their Ps do, and that each tick is counted once.

use runtime_model::limiter::LimiterEventType;
use runtime_model::p::{PStatus, P};
use runtime_model::program::Clock;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check { name: "an assist runs on a P that runs", invariant: "INV-LIM3", holds: an_assist_runs },
    Check {
        name: "each idle tick is counted once",
        invariant: "INV-LIM4",
        holds: idle_ticks_are_counted_once,
    },
    Check {
        name: "an M updates the limiter outside of its event",
        invariant: "INV-LIM3",
        holds: updates_are_outside_of_events,
    },
    Check {
        name: "an assist updates the limiter",
        invariant: "INV-LIM4",
        holds: an_assist_updates,
    },
    Check {
        name: "assists are left out while the limiter's bucket is full",
        invariant: "INV-LIM5",
        holds: limits_while_the_bucket_is_full,
    },
    Check {
        name: "the limiter knows whether workers may mark",
        invariant: "INV-LIM5",
        holds: the_limiter_knows_the_phase,
    },
    Check {
        name: "sched.idleTime is the time for which Ps were idle",
        invariant: "INV-LIM4",
        holds: idle_time_is_complete,
    },
];

fn an_assist_runs(view: &View) -> Result<(), String> {
    for p in view.ps() {
        let event = p.limiter_event.peek();
        let status = p.status.peek(|&status| status);
        let assists = event != LimiterEventType::None && event != LimiterEventType::Idle;
        ensure!(!assists || status == PStatus::Running, "{} is {status:?}, in a {event:?}", p.id);
    }
    Ok(())
}

/// An M with a P updates, and of that P no event is in flight: so what it has just ended is in the pools, and counts.
/// Which M it is no word says; but if none runs without an event, it is in its own.
fn updates_are_outside_of_events(view: &View) -> Result<(), String> {
    let outside = |p: &P| {
        let runs = p.status.peek(|&status| status) == PStatus::Running;
        runs && p.limiter_event.peek() == LimiterEventType::None
    };
    // The M that begins or ends a cycle has the limiter until the world has started, and at first no P runs.
    let stopped = view.sched.stopped_by.peek(|&m| m.is_some());
    let limiter = &view.sched.limiter;
    let updates = !limiter.peek_unlocked() && !stopped && !limiter.peek_bucket().transitioning;
    ensure!(!updates || view.ps().iter().any(outside), "an update is under way within an event");
    Ok(())
}

/// Asked where no M moves, since each assist is over there. Another's update may stand for its own.
fn an_assist_updates(view: &View) -> Result<(), String> {
    if !view.quiescent || !view.sched.has_assisted() {
        return Ok(());
    }
    let (last, now) = (view.sched.limiter.peek_last_update(), view.now());
    ensure!(last != 0, "a G has assisted, and the limiter was never updated");
    ensure!(last <= now, "the limiter was updated at {last}, and it is {now}");
    Ok(())
}

/// What was accounted, with what the events in flight have come to, is the time for which each P was idle. Under faketime
/// the clock moves only when no M runs, so every P is idle for each of its ticks. In real time the world has counted them; if
/// it moves early, an M may have read the clock just before, so then nothing is said. No assist takes time.
fn idle_ticks_are_counted_once(view: &View) -> Result<(), String> {
    let limiter = &view.sched.limiter;
    if view.locked().is_none() || !limiter.peek_unlocked() {
        return Ok(());
    }
    let now = view.now();
    let idle = match view.sched.clock() {
        Clock::Fake => {
            let before = view.sched.sizes.idle_before.peek(|&before| before);
            before.ticks + (now - before.until) * i64::from(view.sched.peek_gomaxprocs())
        }
        Clock::Real { early: 0 } => view.sched.world.idle_ticks.peek(|&ticks| ticks),
        Clock::Real { .. } => return Ok(()),
    };
    let in_flight = view.ps().iter().map(|p| &p.limiter_event);
    let in_flight = in_flight.filter(|event| event.peek() == LimiterEventType::Idle);
    let counted =
        limiter.peek_idle() + in_flight.map(|event| now - event.peek_since()).sum::<i64>();
    ensure!(counted == idle, "{counted} idle ticks are counted, of {idle}");
    let assist = limiter.peek_assist();
    ensure!(assist == 0, "{assist} ticks of assists are counted, and the clock stood during each");
    Ok(())
}

fn limits_while_the_bucket_is_full(view: &View) -> Result<(), String> {
    let limiter = &view.sched.limiter;
    if !limiter.peek_unlocked() {
        return Ok(());
    }
    let (bucket, limits) = (limiter.peek_bucket(), limiter.peek_limiting());
    ensure!(bucket.fill <= bucket.capacity, "{bucket:?} holds more than fits in");
    let full = bucket.fill == bucket.capacity;
    ensure!(limits == full, "assists are left out: {limits}, and the bucket is {bucket:?}");
    Ok(())
}

/// The M that has stopped the world changes both, and has the limiter meanwhile.
fn the_limiter_knows_the_phase(view: &View) -> Result<(), String> {
    let limiter = &view.sched.limiter;
    let bucket = limiter.peek_bucket();
    ensure!(!bucket.transitioning || !limiter.peek_unlocked(), "{bucket:?}, and no M has the lock");
    let marking = view.sched.gc.blacken_enabled.peek();
    let right = bucket.transitioning || bucket.gc_enabled == marking;
    ensure!(right, "workers may mark: {marking}, and the limiter has {bucket:?}");
    Ok(())
}

/// What the limiter has counted is the same, and the time of idle mark workers besides, which takes none while the clock stands.
fn idle_time_is_complete(view: &View) -> Result<(), String> {
    let limiter = &view.sched.limiter;
    let Some(ticks) = limiter.peek_sched_idle_time() else { return Ok(()) };
    let stands = !matches!(view.sched.clock(), Clock::Real { early: 1.. });
    if !stands || view.locked().is_none() || !limiter.peek_unlocked() {
        return Ok(());
    }
    let counted = limiter.peek_idle();
    ensure!(ticks == counted, "sched.idleTime is {ticks}, and Ps were idle for {counted} ticks");
    Ok(())
}
