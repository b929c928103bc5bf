//! Kernels of decisions that a program gets on without, or that none comes to: when a late tick fires next, when an M
//! may begin to spin, what a waker leaves, whose poll is broken, and what becomes of an event that is in flight.

use runtime_model::event::{AnyWitness, Event, NoWitness, Witness};
use runtime_model::find::Found;
use runtime_model::g::{GId, Park};
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::{MId, M};
use runtime_model::p::PId;
use runtime_model::steps::Steps;
use runtime_model::timers::{Entry, Timer, TimerFunc};
use runtime_model::{Sched, Time};
use sync::{Arc, Ghost};

use super::contract::{world, world_with, LookOnce};

/// How an M runs the timers of a P; it gets the time. Returns when the next one fires, and whether any ran.
pub type RunTimers = fn(&Sched, &M, PId, Time) -> (Time, bool);

/// As it should be.
pub const RUN: RunTimers = |sched, m, p, now| {
    let (_, next, ran) = sched.check_timers(m, p, now);
    (next, ran)
};

/// The time at which the ticks of [`late_tick`] are looked at.
const NOW: Time = 9;

/// Tickers that an M finds alone, one after the other: when each was to fire, its period, and when it fires next, which
/// is before those that were there.
const TICKS: &[(Time, Time, Time)] = &[(9, 5, 14), (5, 4, 13), (2, 1, 10)];

/// P0 has tickers, of which its owner runs one that is on time and two that are late. Then its owner and a thief both
/// find one that has missed two of its times. Each next time is the first after now of the ticker's own, and of the two
/// one M alone says that it has run a timer.
pub fn late_tick(steps: Steps, run: RunTimers) {
    let (sched, m, mut others) = world(steps, 2);
    sched.faketime.set(NOW);
    let add = |when, period, g| {
        sched.addtimer(&m, Timer { when, period, f: TimerFunc::SendTime(GId(g)) });
    };
    for (g, &(when, period, next)) in (1..).zip(TICKS) {
        add(when, period, g);
        let got = run(&sched, &m, PId(0), NOW);
        assert!(got == (next, true), "late-tick: {got:?} after {when}, every {period}");
    }
    add(2, 3, 0);
    let rans = Arc::new(Ghost::new(0));
    let (other, log, p1) = (sched.clone(), rans.clone(), others.pop());
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        let (_, ran) = run(&other, &thief, PId(0), NOW);
        log.change(|rans| *rans += u32::from(ran));
    });
    let (this, log) = (sched.clone(), rans.clone());
    sync::driver::at_end(move || {
        let of_0 = |t: &&Entry| t.f() == Some(TimerFunc::SendTime(GId(0)));
        let heap = this.allp[0].timers.peek();
        let next = heap.and_then(|heap| heap.as_slice().iter().find(of_0).map(|t| t.when));
        assert!(next == Some(11), "late-tick: {next:?} after 2, every 3");
        assert!(log.get() == 1, "late-tick: {} Ms have run one timer", log.get());
        assert!(this.g(GId(0)).park.peek() == Park::Permit, "late-tick: no tick has come");
    });
    let (_, ran) = run(&sched, &m, PId(0), NOW);
    rans.change(|rans| *rans += u32::from(ran));
}

/// Of two Ps so many are idle, and so many Ms spin: whether one more may begin.
pub type SpinLimit = &'static [(i32, u32, bool)];

/// At most half as many Ms spin as Ps are busy.
pub const SPIN_LIMIT: SpinLimit =
    &[(0, 0, true), (0, 1, false), (1, 0, true), (1, 1, false), (2, 0, false), (3, 0, false)];

/// The same, until more Ps count as idle than there are: then the unsigned difference wraps, and there is no limit.
pub const SPIN_LIMIT_1_19: SpinLimit = &[
    (0, 0, true),
    (0, 1, false),
    (1, 0, true),
    (1, 1, false),
    (2, 0, false),
    (3, 0, true),
    (3, 1, true),
];

/// P1 has a G. An M on P0 steals it in those of the cases in which it may spin, beside one that asks whether any
/// spins; then a waker's word is no longer needed.
pub fn spin_limit(steps: Steps, look: LookOnce, limit: SpinLimit) {
    let (sched, m, mut others) = world(steps, 2);
    let mut victim = M::of_kernel(MId(1));
    others.pop().into_iter().for_each(|p| sched.acquirep(&mut victim, p));
    let other = sched.clone();
    sync::spawn(move || {
        (other.steps().spinners)(&other);
    });
    sched.runqput(&victim, victim.p(), GId(0), false);
    for &(idle, spinners, may) in limit {
        prepare(&sched, idle, spinners);
        let stolen = match look(&sched, &m) {
            Found::G(g) => Some(g),
            _ => None,
        };
        let spins = sched.m(m.id).spinning.get();
        assert!(
            spins == may,
            "spin-limit: {spins}, with {spinners} that spin and {idle} Ps idle of 2"
        );
        assert!(stolen.is_some() == may, "spin-limit: {stolen:?}, and it may spin: {may}");
        let word = sched.needspinning.load() == 1;
        assert!(word != may, "spin-limit: a waker's word is kept: {word}; it may spin: {may}");
        stolen.into_iter().for_each(|g| sched.runqput(&victim, victim.p(), g, false));
        if spins {
            sched.stop_spinning(&m);
        }
        prepare(&sched, -idle, 0);
        (0..spinners).for_each(|_| sched.stop_spinning(&victim));
    }
}

/// So many more Ps count as idle, so many Ms begin to spin, and a waker has left word.
fn prepare(sched: &Sched, idle: i32, spinners: u32) {
    (0..spinners).for_each(|_| sched.become_spinning(&M::of_kernel(MId(1))));
    let _locked = sched.lock.lock();
    sched.npidle.add(idle);
    sched.needspinning.store(1);
}

/// What Ms did, in order.
type Log = Arc<Ghost<Vec<(MId, Event)>>>;

/// Writes down what Ms do about the poller.
struct Polls(Log);

impl Witness for Polls {
    fn event(&self, m: Option<MId>, event: Event) {
        if let (Some(m), Event::NetpollBreak | Event::Polls) = (m, event) {
            self.0.change(|log| log.push((m, event)));
        }
    }
}

/// Three Ps, and what their Ms do about the poller.
fn watched(steps: Steps) -> (Arc<Sched>, M, Log) {
    let log = Arc::new(Ghost::new(Vec::new()));
    let witness: AnyWitness = Arc::new(Polls(log.clone()));
    let (sched, m, _others) = world_with(steps, 3, witness);
    (sched, m, log)
}

/// `lastpoll`, `pollUntil`, and the time of the timer that is added. For the last two a poll is broken.
const POLLS: &[(Time, Time, Time)] = &[(1, 0, 5), (0, 5, 5), (0, 3, 5), (0, 0, 5), (0, 7, 5)];

/// How an M adds a timer.
pub type AddTimer = fn(&Sched, &M, Timer);

/// An M adds a timer in each of those cases, beside one that looks for timers without a P. It breaks a poll if one is
/// under way that would last longer, and no other.
pub fn poll_broken(steps: Steps, add: AddTimer) {
    let (sched, m, log) = watched(steps);
    let other = sched.clone();
    sync::spawn(move || {
        other.check_timers_no_p(&M::of_kernel(MId(1)), 0);
    });
    for &(lastpoll, until, when) in POLLS {
        sched.lastpoll.store(lastpoll);
        sched.poll_until.store(until);
        add(&sched, &m, Timer { when, period: 0, f: TimerFunc::Start(GId(0)) });
    }
    sync::driver::at_end(move || {
        let breaks = log.get().len();
        assert!(
            breaks == 2,
            "poll-broken: {breaks} breaks are sent, and two polls would last longer"
        );
    });
}

/// How an M polls, until that time.
pub type Poll = fn(&Sched, &M, Time);

/// The model's own way to poll.
pub fn poll_as_it_is(sched: &Sched, m: &M, until: Time) {
    sched.poll(&mut M::of_kernel(m.id), until, false);
}

/// An M polls before there was a timer, and one that knows of none: neither does. Then two Ms without a P poll, until 5
/// and until 7. One that breaks the other's poll does not poll itself, and in the end none does.
pub fn two_poll(steps: Steps, poll: Poll) {
    let (sched, m, log) = watched(steps);
    let none = M::of_kernel(MId(2));
    poll(&sched, &none, 5);
    sched.addtimer(&m, Timer { when: 5, period: 0, f: TimerFunc::Start(GId(0)) });
    poll(&sched, &none, 0);
    let other = sched.clone();
    sync::spawn(move || poll(&other, &M::of_kernel(MId(1)), 7));
    let this = sched.clone();
    sync::driver::at_end(move || {
        let log = log.get();
        let did = |m, event| log.contains(&(m, event));
        assert!(!did(MId(2), Event::Polls), "two-poll: an M polls for no timer");
        let both = |m| did(m, Event::NetpollBreak) && did(m, Event::Polls);
        assert!(![0, 1].map(MId).into_iter().any(both), "two-poll: at once: {log:?}");
        let left = (this.lastpoll.peek(), this.poll_until.peek());
        assert!(left == (this.faketime.peek(|&now| now), 0), "two-poll: {left:?} is left");
    });
    poll(&sched, &M::of_kernel(MId(0)), 5);
}

/// How an M wakes another.
pub type Wakep = fn(&Sched, &M);

/// No P is idle. An M without one finds work in its last look, and another M wakes one for its work, beside one that asks
/// whether it must keep its P. Both leave word, and neither is counted in the end.
pub fn waker_without_p(steps: Steps, wakep: Wakep) {
    let (sched, m, _others) = world(steps, 2);
    let other = sched.clone();
    sync::spawn(move || {
        (other.steps().must_keep_p)(&other, &M::of_kernel(MId(1)));
    });
    sched.runqput(&m, m.p(), GId(0), true);
    let p = sched.check_runqs_no_p(&m);
    let word = sched.needspinning.swap(0);
    assert!(p.is_none() && word == 1, "waker-without-p: word {word} of a last look, {p:?}");
    wakep(&sched, &m);
    let (word, spinning) = (sched.needspinning.load(), sched.nmspinning.load());
    assert!((word, spinning) == (1, 0), "waker-without-p: word {word}, {spinning} that spin");
}

/// How a G assists.
pub type Assist = fn(&Sched, &M);

/// P0 does idle mark work from 1 to 5, and at 3 the G on it assists, beside one that consumes what comes to nothing.
/// The assist starts no event of its own and does not end the one in flight: all 4 ticks are idle ones.
pub fn event_in_flight(steps: Steps, assist: Assist) {
    let (sched, m, _others) = world_with(steps, 2, Arc::new(NoWitness));
    let event = &sched.p(m.p()).limiter_event;
    assert!(event.start(LimiterEventType::IdleMarkWork, 1), "event-in-flight: no event");
    sched.faketime.set(3);
    let other = sched.clone();
    sync::spawn(move || {
        other.allp[0].limiter_event.consume(1);
    });
    assist(&sched, &m);
    let in_flight = (event.peek(), event.peek_since());
    let expected = (LimiterEventType::IdleMarkWork, 3);
    assert!(in_flight == expected, "event-in-flight: {in_flight:?} after an assist");
    event.stop(LimiterEventType::IdleMarkWork, 5, &sched.limiter);
    let counted = (sched.limiter.peek_assist(), sched.limiter.peek_idle());
    assert!(counted == (0, 4), "event-in-flight: {counted:?} ticks");
}
