//! Kernels: two or three threads and one structure of the model, small enough to be explored without a
//! bound.
//!
//! A kernel starts from the structure empty, has a clock of its own where it needs one, and judges what
//! its threads came by once all of them have ended. It runs under a variant, as a scenario
//! does; most take the function under test as an argument besides, so that a test can plant a broken one.

pub mod breaks;
pub mod contract;
pub mod decisions;
pub mod drain;
pub mod handoff;
pub mod limiter;
pub mod locks;
pub mod queues;
pub mod sysmon;
mod table;
pub mod workers;

use harness::kernel::Kernel;
use harness::trace::traced;
use runtime_model::event::{AnyWitness, NoWitness};
use runtime_model::g::{GId, GStatus};
use runtime_model::limiter::{GcCpuLimiter, LimiterEvent, LimiterEventType};
use runtime_model::m::{MId, M};
use runtime_model::p::{OwnedP, PId};
use runtime_model::program::{Clock, Program};
use runtime_model::steps::Steps;
use runtime_model::{Sched, Time};
use sync::{Arc, Ghost, Note, Plain};

pub use table::ALL;

/// The kernel of that name.
pub fn find(name: &str) -> Option<&'static Kernel> {
    ALL.iter().find(|kernel| kernel.name == name)
}

/// Two Ps with rings of 2 slots, and three Gs that no M runs.
fn world(steps: Steps) -> (Arc<Sched>, M, Vec<OwnedP>) {
    world_of(steps, 2, 3)
}

/// Two Ps with rings of so many slots, and so many Gs that no M runs.
fn world_of(steps: Steps, ring: u32, gs: usize) -> (Arc<Sched>, M, Vec<OwnedP>) {
    start(Program { ms: 3, ring, ..program(2, gs) }, steps, Arc::new(NoWitness))
}

/// So many Ps with rings of 8 slots, an M for each, and so many Gs that no M runs.
fn program(ps: u32, gs: usize) -> Program {
    Program {
        ps,
        ms: ps,
        ring: 8,
        steal_tries: 2,
        fairness: false,
        scripts: vec![vec![]; gs],
        flags: vec![],
        timers: vec![],
        clock: Clock::Fake,
        descriptors: vec![],
        sysmon: None,
        mask_bits: 32,
        schedtrace: false,
    }
}

/// The world of a kernel, an M on P0, and the other Ps.
fn start(program: Program, steps: Steps, witness: AnyWitness) -> (Arc<Sched>, M, Vec<OwnedP>) {
    let sched = Sched::new(program, steps, traced(witness));
    let mut m = M::of_kernel(MId(0));
    let others = sched.start_kernel(&mut m);
    (sched, m, others)
}

/// How a P is taken off the idle list, at that instant.
pub type TakeP = fn(&Sched, &mut runtime_model::sched::SchedLocked, Time) -> Option<OwnedP>;

/// P1 idles at 10; it may be taken at 20; an update at 15 counts what there is. In the end the
/// idle ticks counted are those up to which the P was idle: 10 if it was taken, else those up to the
/// update, or none.
pub fn limiter_slot(steps: Steps, take: TakeP) {
    let (sched, _m, mut others) = world(steps);
    let taken = Arc::new(Ghost::new(false));
    let (other, flag) = (sched.clone(), taken.clone());
    sync::spawn(move || {
        let p = take(&other, &mut other.lock.lock(), 20);
        flag.set(p.is_some());
    });
    let other = sched.clone();
    sync::spawn(move || {
        other.limiter.update(other.allp.iter().map(|p| &p.limiter_event), 15);
    });
    let this = sched.clone();
    sync::driver::at_end(move || {
        let counted = this.limiter.peek_idle();
        let since = this.allp[1].limiter_event.peek_since();
        let idle = if taken.get() { 10 } else { since - 10 };
        assert!(counted == idle, "limiter: {counted} idle ticks counted, of {idle}");
    });
    if let Some(p) = others.pop() {
        sched.pidleput(&mut sched.lock.lock(), p, 10);
    }
}

/// How a thief steals from a P.
pub type Steal = fn(&Sched, &M, PId) -> Option<GId>;

/// Starts a thief on P1 that steals once from P0. What it comes by, and what is added to the list that is
/// returned, is shown to `judge` in the end, with the Gs that are still on a queue, in order.
fn beside_a_thief(
    sched: &Arc<Sched>,
    mut others: Vec<OwnedP>,
    steal: Steal,
    judge: fn(&[GId]),
) -> Arc<Ghost<Vec<GId>>> {
    let got = Arc::new(Ghost::new(Vec::new()));
    let (other, log) = (sched.clone(), got.clone());
    let p1 = others.pop();
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        let g = steal(&other, &thief, PId(0));
        log.change(|log| log.extend(g));
    });
    let (this, log) = (sched.clone(), got.clone());
    sync::driver::at_end(move || {
        let mut all: Vec<GId> = log.get();
        all.extend(this.allp.iter().flat_map(|p| p.peek_runq()));
        all.sort();
        judge(&all);
    });
    got
}

/// The owner of P0 puts three Gs, one of them in `runnext`, and takes two; a thief on P1 steals once. In
/// the end each G is with one of them, or still on a queue, once.
pub fn ring(steps: Steps, steal: Steal) {
    let (sched, m, others) = world(steps);
    let got = beside_a_thief(&sched, others, steal, |all| {
        assert!(all == [0, 1, 2].map(GId), "ring: {all:?} of three Gs");
    });
    sched.runqput(&m, m.p(), GId(0), false);
    sched.runqput(&m, m.p(), GId(1), true);
    let first = sched.runqget(m.p());
    sched.runqput(&m, m.p(), GId(2), false);
    let second = sched.runqget(m.p());
    got.change(|got| got.extend(first.into_iter().chain(second)));
}

/// P0's ring of 4 slots has four Gs. Its owner takes one and puts another, so that a slot is used again; a
/// thief on P1 steals once, two Gs if it is early. In the end each G is with one of them, or still on a
/// queue, once.
pub fn ring_wraps(steps: Steps, steal: Steal) {
    let (sched, m, others) = world_of(steps, 4, 5);
    (0..4).for_each(|g| sched.runqput(&m, m.p(), GId(g), false));
    let got = beside_a_thief(&sched, others, steal, |all| {
        assert!(all == [0, 1, 2, 3, 4].map(GId), "ring-wraps: {all:?} of five Gs");
    });
    let first = sched.runqget(m.p());
    sched.runqput(&m, m.p(), GId(4), false);
    got.change(|got| got.extend(first));
}

/// How a limiter event is ended.
pub type Stop = fn(&LimiterEvent, LimiterEventType, Time, &GcCpuLimiter);

/// P0 assists from 10 to 20; an update of 5, which comes late, counts nothing, and one at 15 counts what there
/// is. In the end all 10 ticks are counted.
pub fn limiter_assist(steps: Steps, stop: Stop) {
    let (sched, m, _others) = world(steps);
    let event = &sched.p(m.p()).limiter_event;
    event.start(LimiterEventType::MarkAssist, 10);
    let other = sched.clone();
    sync::spawn(move || {
        for now in [5, 15] {
            other.limiter.update(other.allp.iter().map(|p| &p.limiter_event), now);
        }
    });
    let this = sched.clone();
    sync::driver::at_end(move || {
        let counted = this.limiter.peek_assist();
        assert!(counted == 10, "limiter: {counted} ticks of an assist counted, of 10");
    });
    stop(event, LimiterEventType::MarkAssist, 20, &sched.limiter);
}

/// Says whether a P's run queue is empty.
pub type Empty = fn(&Sched, PId) -> bool;

/// P0 has a G in `runnext`. Its owner puts another there, which kicks the first into the ring, and takes
/// it back: the queue is never empty, and must not be found empty.
pub fn runqempty(steps: Steps, empty: Empty) {
    let (sched, m, _others) = world(steps);
    sched.runqput(&m, m.p(), GId(0), true);
    let other = sched.clone();
    sync::spawn(move || {
        assert!(!empty(&other, PId(0)), "runqempty: true of a queue that was never empty")
    });
    sched.runqput(&m, m.p(), GId(1), true);
    sched.runqget(m.p());
}

/// How the owner of a P makes a G runnable, and puts it where a thief finds it.
pub type Publish = fn(&Sched, &M, GId);

/// The owner of P0 publishes two Gs; a thief on P1 steals once, and runs what it got. In the end each G is once in a
/// queue, or running.
pub fn publish(steps: Steps, publish: Publish) {
    let (sched, m, mut others) = world(steps);
    let (other, p1) = (sched.clone(), others.pop());
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        if let Some(g) = other.runqsteal(&thief, PId(0), true) {
            other.g(g).casgstatus(GStatus::Runnable, GStatus::Running);
        }
    });
    let this = sched.clone();
    sync::driver::at_end(move || {
        let is = |g: &GId, status| this.g(*g).status.peek(|&now| now == status);
        let running = (0..2).map(GId).filter(|g| is(g, GStatus::Running));
        let queued = this.allp[0].peek_runq().into_iter().filter(|g| is(g, GStatus::Runnable));
        let mut all: Vec<GId> = running.chain(queued).collect();
        all.sort();
        assert!(all == [GId(0), GId(1)], "publish: {all:?} of two Gs");
    });
    publish(&sched, &m, GId(0));
    publish(&sched, &m, GId(1));
}

/// How a waker hands something to a sleeper.
pub type Wake = fn(&Plain<Option<u32>>, &Note);

/// One sleeps; the other leaves something for it and wakes it.
pub fn note(wake: Wake) {
    let shared = Arc::new((Plain::new("nextp", None), Note::new("park")));
    let other = shared.clone();
    sync::spawn(move || wake(&other.0, &other.1));
    shared.1.sleep();
    assert!(shared.0.get() == Some(1), "note: woken with nothing");
}

/// How a spinner stops spinning and takes its last look; whether it found work.
pub type LastLook = fn(&Sched, &M) -> bool;

/// M1 is the only spinner, without a P, and takes its last look; M0 makes work on P0 and looks whether
/// anybody spins. One of them has to notice.
pub fn submit_last_look(steps: Steps, last_look: LastLook) {
    let (sched, m, _others) = world(steps);
    let spinner = M::of_kernel(MId(1));
    sched.become_spinning(&spinner);
    let noticed = Arc::new(Ghost::new(false));
    let (other, note) = (sched.clone(), noticed.clone());
    sync::spawn(move || {
        if last_look(&other, &spinner) {
            note.set(true);
        }
    });
    let note = noticed.clone();
    sync::driver::at_end(move || assert!(note.get(), "submit: work was made, and no M noticed it"));
    sched.runqput(&m, m.p(), GId(0), true);
    if sched.begin_spin(&m).is_some() {
        noticed.set(true);
    }
}
