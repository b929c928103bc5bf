//! Kernels of queues and heaps: what a thief gets of a queue that is never empty, the links of Gs that are drained again,
//! and the order in which timers fire.

use std::collections::BTreeSet;

use runtime_model::g::{GId, G};
use runtime_model::m::{MId, M};
use runtime_model::p::PId;
use runtime_model::runq::GQueue;
use runtime_model::steps::Steps;
use runtime_model::timers::{Timer, TimerFunc};
use runtime_model::{Sched, Time};

use super::contract::world;
use super::Steal;

/// P0 has a G in `runnext`, and its owner puts another there, which kicks the first into the ring: the queue is never
/// empty. A thief on P1 steals once in its last pass, and gets one of them, whatever else has come between.
pub fn steal_never_empty(steps: Steps, steal: Steal) {
    let (sched, m, mut others) = world(steps, 2);
    sched.runqput(&m, m.p(), GId(0), true);
    let (other, p1) = (sched.clone(), others.pop());
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        let got = steal(&other, &thief, PId(0));
        assert!(got.is_some(), "steal-never-empty: the thief goes without");
    });
    sched.runqput(&m, m.p(), GId(1), true);
}

/// How a G that its caller owns is added to a queue.
pub type PushBack = fn(&mut GQueue, &[G], GId);

/// Three Gs are linked, and then two of them once more, the last first, beside one that looks at the ring. The second
/// queue has two Gs.
pub fn drained_again(steps: Steps, push_back: PushBack) {
    let (sched, m, _others) = world(steps, 2);
    let other = sched.clone();
    sync::spawn(move || {
        other.allp[0].runqhead.load();
    });
    let drain = |gs: &[u32]| {
        gs.iter().for_each(|&g| sched.runqput(&m, m.p(), GId(g), false));
        let mut again = GQueue::default();
        sched
            .runqdrain(m.p())
            .peek(&sched.allg)
            .into_iter()
            .for_each(|g| push_back(&mut again, &sched.allg, g));
        again.peek(&sched.allg)
    };
    let (first, second) = (drain(&[0, 1, 2]), drain(&[2, 0]));
    assert!(first == [0, 1, 2].map(GId), "drained-again: {first:?} of three Gs");
    assert!(second == [2, 0].map(GId), "drained-again: {second:?} of two Gs");
}

/// Times of timers in the order in which they are added: in the first list the last has to pass by entries of its parent's
/// level that are later than its parent, and in the second each comes before most of those that are there.
const ORDERS: &[&[Time]] = &[&[2, 9, 5, 10, 10, 11, 11, 12, 4], &[10, 8, 6, 4, 2, 11, 9, 7, 5, 3]];

/// How an M adds a timer.
pub type AddTimer = fn(&Sched, &M, Timer);

/// Timers are added in each of those orders, and run at each of their times, beside one that looks whether the poller has
/// started. None is ever later than one below it in the heap, and each time the next one is known.
pub fn heap_order(steps: Steps, add: AddTimer) {
    let (sched, m, _others) = world(steps, 2);
    let other = sched.clone();
    sync::spawn(move || {
        other.netpoll_inited.load();
    });
    for (n, order) in (0..).zip(ORDERS) {
        let base = 20 * n;
        for when in order.iter().map(|when| base + when) {
            add(&sched, &m, Timer { when, period: 0, f: TimerFunc::SendTime(GId(0)) });
            assert_is_heap(&sched);
        }
        let times: BTreeSet<Time> = order.iter().map(|when| base + when).collect();
        for &now in &times {
            sched.faketime.set(now);
            let (_, next, ran) = sched.check_timers(&m, PId(0), now);
            let later = times.range(now + 1..).next().copied().unwrap_or_default();
            assert!(ran && next == later, "heap-order: {next} comes after {now}, not {later}");
            assert_is_heap(&sched);
        }
    }
}

/// P0's timers are a heap, and the first one's time is known.
fn assert_is_heap(sched: &Sched) {
    let timers = sched.allp[0].timers.lock();
    let heap: Vec<Time> = timers.as_slice().iter().map(|t| t.when).collect();
    drop(timers);
    let first = sched.allp[0].timer0_when.load();
    assert!(
        first == heap.iter().min().copied().unwrap_or_default(),
        "heap-order: {first} of {heap:?}"
    );
    assert!((1..heap.len()).all(|i| heap[(i - 1) / 4] <= heap[i]), "heap-order: no heap: {heap:?}");
}
