//! What Go does in states that the programs hardly reach, or do not tell apart.
#![expect(
    clippy::disallowed_methods,
    reason = "it makes states that Go has, and that no scenario reaches"
)]

use runtime_model::by_hand;
use runtime_model::event::NoWitness;
use runtime_model::limiter::{GcCpuLimiter, LimiterEvent, LimiterEventType};
use runtime_model::m::{MId, M};
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::{Sched, Time};
use sync::driver::{End, Explored, Observer, Plan, Quiescent, Violation};
use sync::Arc;

/// Runs `test` in an execution, and fails if it does.
fn in_an_execution(test: impl Fn() + Send + Sync + 'static) {
    let Explored { end, .. } = sync::driver::run_all(&Plan::default(), test).expect("a plan");
    assert_eq!(end, End::Complete);
}

/// A world of 2 Ps and 2 Ms in which M0 runs on P0; P1 is in the caller's hands.
fn world(steps: Steps) -> (Arc<Sched>, M, runtime_model::p::OwnedP) {
    let scenario = checks::scenarios::find("newproc-busy").expect("a scenario of that name");
    let program = scenario.program().expect("a good scenario").program;
    let sched = Sched::new(program, steps, Arc::new(NoWitness));
    let mut m = M::of_kernel(MId(0));
    let p1 = sched.start_kernel(&mut m).pop().expect("two Ps");
    (sched, m, p1)
}

/// golang/go#53294 leaves `npidle` too high. In uint32, the spin limit is then no limit; in int32, no M may spin.
#[test]
fn with_more_idle_ps_counted_than_there_are_the_spin_limit_wraps_in_1_19_and_not_from_1_20_on() {
    for (steps, may_spin) in [(GO_13F6BE28, true), (GO_1_19_FIXED, false)] {
        in_an_execution(move || {
            let (sched, ..) = world(steps);
            sched.npidle.store(3);
            assert_eq!((sched.steps().below_spin_limit)(&sched), may_spin);
        });
    }
}

/// All Ms are used up. The M that an M to be started would replace has stopped before the id was reserved: it
/// runs the P, and nothing waits for the next M that stops.
#[test]
fn an_m_that_has_stopped_meanwhile_runs_the_p_of_an_m_that_cannot_be_started() {
    in_an_execution(|| {
        let (sched, m, p1) = world(GO_1_19_FIXED);
        let mut locked = sched.lock.lock();
        by_hand::use_up_ms(&mut locked);
        by_hand::put_m(&mut locked, MId(1));
        let (p, ms) = (p1.id(), locked.mcount());
        sched.start_new_m(&m, locked, p1, None);
        let locked = sched.lock.lock();
        assert_eq!(locked.reserved_ps().count(), 0);
        assert!(locked.idle_ms().is_empty());
        assert_eq!(locked.mcount(), ms);
        assert_eq!(sched.m(MId(1)).nextp.peek(|p| p.as_ref().map(|p| p.id())), Some(p));
    });
}

#[test]
fn an_update_of_the_limiter_that_comes_late_changes_nothing() {
    in_an_execution(|| {
        let (limiter, slot) = (GcCpuLimiter::new(1, None), LimiterEvent::new("slot"));
        limiter.update([&slot].into_iter(), 20);
        assert!(slot.start(LimiterEventType::Idle, 10));
        limiter.update([&slot].into_iter(), 15);
        assert_eq!((slot.peek_since(), limiter.peek_idle()), (10, 0));
        limiter.update([&slot].into_iter(), 25);
        assert_eq!((slot.peek_since(), limiter.peek_idle()), (25, 15 as Time));
    });
}

#[sync::test(exploring)]
fn each_release_throws_by_the_name_of_its_own_function() {
    for (steps, text) in [
        (GO_13F6BE28, "startm: negative nmspinning"),
        (GO_1_19_FIXED, "wakep: negative nmspinning"),
    ] {
        let explored = sync::driver::run_all(&Plan::default(), move || {
            let (sched, m, _p1) = world(steps);
            // No P is idle, though npidle says so to the wakep of 1.19; and another thread takes this M's
            // increment away before it is undone.
            sched.npidle.store(1);
            let other = sched.clone();
            sync::spawn(move || {
                other.nmspinning.cas(1, 0);
            });
            sched.wakep(&m);
        });
        match explored.expect("a plan").end {
            End::Failed { failure, .. } => assert_eq!(failure.message, text),
            other => panic!("{other:?}"),
        }
    }
}

/// Go updates the limiter once the assist's event has ended.
#[sync::test(exploring)]
fn an_assist_has_ended_when_it_updates_the_limiter() {
    in_an_execution(|| {
        let scenario = checks::scenarios::find("assist").expect("a scenario of that name");
        let program = scenario.program().expect("a good scenario").program;
        let sched = Sched::new(program, GO_1_19_FIXED, Arc::new(NoWitness));
        sync::driver::observe(Arc::new(NoAssistDuringAnUpdate(sched.clone())));
        sched.start();
    });
}

/// Fails if an assist's event is in flight while the limiter is updated.
struct NoAssistDuringAnUpdate(Arc<Sched>);

impl Observer for NoAssistDuringAnUpdate {
    fn visited(&self) -> Result<(), Violation> {
        let mut slots = self.0.allp.iter().map(|p| p.limiter_event.peek());
        let assists = slots.any(|event| event == LimiterEventType::MarkAssist);
        if assists && !self.0.limiter.peek_unlocked() {
            Err(Violation { check: "test", message: "an assist updates".into() })
        } else {
            Ok(())
        }
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }
}
