//! Kernels of what a function promises, where a program would get on all the same: which Gs a thief may take, how
//! many Gs are a P's share, where a thief looks first, and what an update of the limiter leaves.

use runtime_model::event::{AnyWitness, NoWitness};
use runtime_model::find::Found;
use runtime_model::g::GId;
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::{MId, M};
use runtime_model::p::{OwnedP, PId};
use runtime_model::program::Program;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::Steps;
use runtime_model::timers::{Timer, TimerFunc};
use runtime_model::{Sched, Time};
use sync::{Arc, Ghost};

use super::{program, start};

/// So many Ps with rings of 8 slots, and five Gs that no M runs.
pub(super) fn world(steps: Steps, ps: u32) -> (Arc<Sched>, M, Vec<OwnedP>) {
    world_with(steps, ps, Arc::new(NoWitness))
}

/// The same with a witness.
pub(super) fn world_with(
    steps: Steps,
    ps: u32,
    witness: AnyWitness,
) -> (Arc<Sched>, M, Vec<OwnedP>) {
    start(program(ps, 5), steps, witness)
}

/// P0 has a G in its ring and one in `runnext`. Its owner takes both, if it can; a thief on P1 steals in a pass that is
/// not the last, and leaves `runnext` to the owner.
///
/// `last` is what the thief says of its pass.
pub fn early_pass(steps: Steps, last: bool) {
    let (sched, m, mut others) = world(steps, 2);
    sched.runqput(&m, m.p(), GId(0), false);
    sched.runqput(&m, m.p(), GId(1), true);
    let other = sched.clone();
    let p1 = others.pop();
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        for _ in 0..2 {
            let g = other.runqsteal(&thief, PId(0), last);
            assert!(g != Some(GId(1)), "early-pass: runnext is stolen before the last pass");
        }
    });
    let g = sched.runqget(m.p());
    assert!(g == Some(GId(1)), "early-pass: {g:?} comes before runnext");
    sched.runqget(m.p());
}

/// Starts a thread that looks whether P1 has work, as an M in its last look does. It changes nothing.
fn beside_a_last_look(sched: &Arc<Sched>) {
    let other = sched.clone();
    sync::spawn(move || {
        other.has_work(&M::of_kernel(MId(2)), PId(1));
    });
}

/// A world of two Ps, with an M on each: the second may have timers, and is to be stolen from.
fn world_with_victim(steps: Steps) -> (Arc<Sched>, M, M) {
    let (sched, m, mut others) = world(steps, 2);
    let mut victim = M::of_kernel(MId(1));
    others.pop().into_iter().for_each(|p| sched.acquirep(&mut victim, p));
    let locked = sched.lock.lock();
    sched.timerp_mask.set(PId(1));
    drop(locked);
    (sched, m, victim)
}

/// How an M that has nothing to do steals; it gets a recent time.
pub type StealWork = fn(&Sched, &M, Time) -> Found;

/// P1 has a timer, and a thief on P0 learns when it fires. Then P1 has a G in its ring, an overdue timer that starts
/// one, and a G in `runnext`. The thief gets them in this order: timers and `runnext` are left to P1 until there is
/// nothing else to steal.
pub fn steal_in_turn(steps: Steps, steal: StealWork) {
    let (sched, m, victim) = world_with_victim(steps);
    let start = sched.nanotime();
    let later = start + 5;
    sched.addtimer(&victim, Timer { when: later, period: 0, f: TimerFunc::Start(GId(3)) });
    let seen = match steal(&sched, &m, start) {
        Found::Nothing(when) => when,
        _ => 0,
    };
    assert!(seen == later, "steal-in-turn: {seen} is seen as the next timer's time, not {later}");
    sched.runqput(&victim, victim.p(), GId(0), false);
    sched.runqput(&victim, victim.p(), GId(2), true);
    sched.addtimer(&victim, Timer { when: start, period: 0, f: TimerFunc::Start(GId(1)) });
    let now = start + 1;
    sched.faketime.set(now);
    beside_a_last_look(&sched);
    let got = [(); 3].map(|()| match steal(&sched, &m, now) {
        Found::G(g) => Some(g),
        _ => None,
    });
    assert!(got == [0, 1, 2].map(|g| Some(GId(g))), "steal-in-turn: {got:?}");
}

/// P1 has an overdue tick for a G that is away: it leaves that one a permit, and makes none runnable. A thief on P0 that
/// has run it looks again from the start.
pub fn steal_again(steps: Steps, steal: StealWork) {
    let (sched, m, victim) = world_with_victim(steps);
    let now = sched.nanotime();
    let other = sched.clone();
    sync::spawn(move || {
        other.check_timers_no_p(&M::of_kernel(MId(2)), 0);
    });
    sched.addtimer(&victim, Timer { when: now, period: 0, f: TimerFunc::SendTime(GId(1)) });
    let again = matches!(steal(&sched, &m, now), Found::Again);
    assert!(again, "steal-again: a timer has run, and the thief does not look again");
}

/// One look of an M for work.
pub type LookOnce = fn(&Sched, &M) -> Found;

/// First there are timers alone, and the M on P0 learns when the next one fires, whichever P has it. Then P0 has a G,
/// one is on the global queue, and one is in P1's ring. The M gets them in this order.
pub fn look_in_turn(steps: Steps, look: LookOnce) {
    let (sched, m, victim) = world_with_victim(steps);
    let start = sched.nanotime();
    for (owner, when) in [(&m, start + 5), (&victim, start + 7), (&victim, start + 3)] {
        sched.addtimer(owner, Timer { when, period: 0, f: TimerFunc::Start(GId(3)) });
        let seen = match look(&sched, &m) {
            Found::Nothing(when) => when,
            _ => 0,
        };
        let next = when.min(start + 5);
        assert!(seen == next, "look-in-turn: {seen} is seen as the next timer's time, not {next}");
    }
    sched.runqput(&m, m.p(), GId(0), false);
    let mut locked = sched.lock.lock();
    sched.globrunqput(&mut locked, GId(1));
    drop(locked);
    sched.runqput(&victim, victim.p(), GId(2), false);
    beside_a_last_look(&sched);
    let got = [(); 3].map(|()| match look(&sched, &m) {
        Found::G(g) => Some(g),
        _ => None,
    });
    assert!(got == [0, 1, 2].map(|g| Some(GId(g))), "look-in-turn: {got:?}");
}

/// How an M takes Gs from the global queue onto its P.
pub type TakeShare = fn(&Sched, &mut SchedLocked, &M) -> Option<GId>;

/// It takes its P's share.
pub const SHARE: TakeShare = |sched, locked, m| sched.globrunqget(locked, m, m.p(), 0);

/// It takes one.
pub const ONE: TakeShare = |sched, locked, m| sched.globrunqget(locked, m, m.p(), 1);

/// Five Gs are on the global queue of two Ps with rings of so many slots, and each owner takes some. In the end one of
/// them has got `first`, and the other, who came later, `second`.
pub fn global_share(
    steps: Steps,
    ring: u32,
    take: TakeShare,
    first: &'static [u32],
    second: &'static [u32],
) {
    let (sched, m, mut others) =
        start(Program { ring, ..program(2, 5) }, steps, Arc::new(NoWitness));
    let mut locked = sched.lock.lock();
    (0..5).for_each(|g| sched.globrunqput(&mut locked, GId(g)));
    drop(locked);
    let got = Arc::new(Ghost::new(Vec::new()));
    let (other, log) = (sched.clone(), got.clone());
    let p1 = others.pop();
    sync::spawn(move || {
        let mut m = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut m, p));
        let share = take_share(&other, &m, take);
        log.change(|log| log.push(share));
    });
    let log = got.clone();
    sync::driver::at_end(move || {
        let mut shares = log.get();
        shares.sort();
        let expected = [first, second].map(|gs| gs.iter().map(|&g| GId(g)).collect::<Vec<_>>());
        assert!(shares == expected, "global-share: {shares:?} of five Gs");
    });
    let share = take_share(&sched, &m, take);
    got.change(|got| got.push(share));
}

/// The Gs that `m` gets, in their order.
fn take_share(sched: &Sched, m: &M, take: TakeShare) -> Vec<GId> {
    let mut locked = sched.lock.lock();
    let first = take(sched, &mut locked, m);
    drop(locked);
    let rest = std::iter::from_fn(|| sched.runqget(m.p()));
    let mut share: Vec<GId> = first.into_iter().chain(rest).collect();
    share.sort();
    share
}

/// How the limiter is updated.
pub type Update = fn(&Sched, Time);

/// All Ps' events are counted.
pub const UPDATE: Update = |sched, now| {
    sched.limiter.update(sched.allp.iter().map(|p| &p.limiter_event), now);
};

/// P0 assists since 10, P1 does idle mark work since 30, P2 does nothing. After an update at 20, one at 15, which is
/// late, runs beside one at 25. In the end the assist is counted up to the last update that was not late, nothing
/// else is, and no update is under way.
pub fn limiter_update(steps: Steps, update: Update) {
    let (sched, _m, _others) = world(steps, 3);
    let event = |p: usize| &sched.allp[p].limiter_event;
    event(0).start(LimiterEventType::MarkAssist, 10);
    event(1).start(LimiterEventType::IdleMarkWork, 30);
    update(&sched, 20);
    let other = sched.clone();
    sync::spawn(move || update(&other, 15));
    let this = sched.clone();
    sync::driver::at_end(move || {
        let since = [0, 1, 2].map(|p| this.allp[p].limiter_event.peek_since());
        let counted = (this.limiter.peek_assist(), this.limiter.peek_idle());
        assert!([[20, 30, 0], [25, 30, 0]].contains(&since), "limiter-update: {since:?}");
        assert!(counted == (since[0] - 10, 0), "limiter-update: {counted:?} ticks counted");
        assert!(this.limiter.peek_unlocked(), "limiter-update: an update has not ended");
    });
    update(&sched, 25);
}

/// How a G assists.
pub type Assist = fn(&Sched, &M);

/// P1 idles since 1, was taken for a moment at 2, and P0 assists at 3, which is now, beside one that consumes P0's event,
/// which comes to nothing. In the end the 2 idle ticks are counted, P1's event goes on from 3, P0 has none, and the
/// update has left nothing for a later one.
pub fn assist_updates(steps: Steps, assist: Assist) {
    let (sched, m, mut others) = world(steps, 2);
    let mut locked = sched.lock.lock();
    others.pop().into_iter().for_each(|p| {
        sched.pidleput(&mut locked, p, 1);
    });
    sched.pidleget(&mut locked, 2).into_iter().for_each(|p| {
        sched.pidleput(&mut locked, p, 2);
    });
    drop(locked);
    sched.faketime.set(3);
    let other = sched.clone();
    sync::spawn(move || {
        other.allp[0].limiter_event.consume(3);
    });
    assist(&sched, &m);
    let since = [0, 1].map(|p| sched.allp[p].limiter_event.peek_since());
    let counted = (sched.limiter.peek_assist(), sched.limiter.peek_idle());
    assert!(since == [0, 3] && counted == (0, 2), "assist-updates: {since:?}, {counted:?} ticks");
    let left = sched.limiter.peek_pooled();
    assert!(left == 0, "assist-updates: {left} ticks are left in the pools");
}
