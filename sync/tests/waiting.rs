//! Parkers, condition variables, reader-writer locks, time-outs, wakers: all that may come of them, and nothing else.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use sync::driver::litmus::{failure, outcomes, Sink};
use sync::driver::{Cause, Engine, Plan, Sampler, ENGINE};
use sync::{
    block_on, checkpoint, spawn, spin, Arc, Atomic, Condvar, Ghost, Mutex, Parker, RwLock,
    WakerSlot,
};

/// All interleavings; on loom, all within three preemptions.
fn plan(threads: usize) -> Plan {
    let bound = (ENGINE == Engine::Loom).then_some(3);
    let choices = ENGINE != Engine::Loom;
    Plan {
        threads,
        bound,
        choices,
        sampler: Sampler::Exhaustive,
        executions: 50,
        ..Plan::default()
    }
}

/// In addition, waits may end without a reason.
fn spurious(threads: usize) -> Plan {
    Plan { spurious: true, choices: true, ..plan(threads) }
}

/// On std, a few of them; elsewhere exactly these.
#[track_caller]
fn are<T: Ord + std::fmt::Debug>(found: BTreeSet<T>, all: impl IntoIterator<Item = T>) {
    let all = all.into_iter().collect();
    assert!(
        found == all || (!ENGINE.explores() && found.is_subset(&all)),
        "{found:?}, not {all:?}"
    );
}

const SOON: Duration = Duration::from_millis(1);

#[test]
fn a_token_that_comes_first_is_kept_and_two_are_one() {
    let found = outcomes(&plan(2), |sink| {
        let parker = Arc::new(Parker::new("parker"));
        let theirs = parker.clone();
        spawn(move || {
            theirs.unpark();
            theirs.unpark();
        });
        parker.park();
        // The second token may have come before the first was taken.
        let second = parker.park_timeout(SOON);
        sink.outcome(move || second);
    });
    are(found, [false, true]);
}

#[test]
fn a_thread_that_is_never_unparked_is_a_deadlock_and_counts_as_parked() {
    let failed = failure(&plan(1), || Parker::new("parker").park());
    let failed = failed.expect("it waits for ever");
    assert_eq!(failed.cause, Cause::Deadlock);
    assert!(failed.message.contains("sleeps on parker"), "{failed}");
}

#[test]
fn park_with_a_timeout_ends_with_and_without_a_token() {
    let found = outcomes(&plan(2), |sink| {
        let parker = Arc::new(Parker::new("parker"));
        let theirs = parker.clone();
        spawn(move || theirs.unpark());
        let unparked = parker.park_timeout(SOON);
        sink.outcome(move || unparked);
    });
    are(found, [false, true]);
}

#[sync::test(exploring)]
fn park_may_end_spuriously_if_the_plan_says_so_but_a_lost_wakeup_still_shows() {
    let program = || {
        let flag = Arc::new((Atomic::new("flag", false), Parker::new("parker")));
        let theirs = flag.clone();
        spawn(move || {
            theirs.0.store(true);
            theirs.1.unpark();
        });
        flag.1.park();
        assert!(flag.0.load(), "unparked without a reason");
    };
    assert_eq!(failure(&plan(2), program), None);
    let failed = failure(&spurious(2), program).expect("a spurious wakeup");
    assert_eq!(failed.message, "unparked without a reason");
    let never_unparked = || Parker::new("parker").park();
    assert_eq!(failure(&spurious(1), never_unparked).expect("a lost one").cause, Cause::Deadlock);
}

/// A flag under a lock, for which a thread waits.
struct Flag {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Flag {
    fn new() -> Arc<Flag> {
        Arc::new(Flag { is_set: Mutex::new("flag", false), changed: Condvar::new("changed") })
    }

    fn set(&self) {
        *self.is_set.lock() = true;
        self.changed.notify_one();
    }
}

#[test]
fn a_change_under_the_lock_is_not_missed() {
    let found = failure(&plan(2), || {
        let flag = Flag::new();
        let theirs = flag.clone();
        spawn(move || theirs.set());
        drop(flag.changed.wait_while(flag.is_set.lock(), |is_set| !*is_set));
    });
    assert_eq!(found, None);
}

#[sync::test(exploring)]
fn a_notification_between_the_look_and_the_wait_is_lost() {
    let found = failure(&plan(2), || {
        let flag = Flag::new();
        let theirs = flag.clone();
        spawn(move || theirs.set());
        let is_set = *flag.is_set.lock();
        // The lock was released in between.
        let guard = flag.is_set.lock();
        if !is_set {
            drop(flag.changed.wait(guard));
        }
    });
    assert_eq!(found.expect("it waits for ever").cause, Cause::Deadlock);
}

#[sync::test(exploring)]
fn a_wait_without_a_loop_fails_by_a_spurious_wakeup() {
    fn program(waits: fn(&Flag)) {
        let flag = Flag::new();
        let theirs = flag.clone();
        spawn(move || theirs.set());
        waits(&flag);
    }
    const ONCE: fn(&Flag) = |flag| {
        let mut is_set = flag.is_set.lock();
        if !*is_set {
            is_set = flag.changed.wait(is_set);
        }
        assert!(*is_set, "woken without a reason");
    };
    const IN_A_LOOP: fn(&Flag) =
        |flag| drop(flag.changed.wait_while(flag.is_set.lock(), |is_set| !*is_set));
    assert_eq!(failure(&plan(2), || program(ONCE)), None);
    let found = failure(&spurious(2), || program(ONCE)).expect("a spurious wakeup");
    assert_eq!(found.message, "woken without a reason");
    assert_eq!(failure(&spurious(2), || program(IN_A_LOOP)), None);
}

/// Two threads wait; one is notified, and then the other. Returns the order in which they go on.
fn order(sink: &Sink<Vec<usize>>) {
    let shared = Arc::new((Mutex::new("turns", Vec::new()), Condvar::new("turn")));
    for me in 1..=2 {
        let shared = shared.clone();
        spawn(move || {
            let (turns, turn) = &*shared;
            let mut guard = turns.lock();
            // Both wait before the first is notified: the list says who does.
            guard.push(me);
            guard = turn.wait(guard);
            guard.push(10 * me);
        });
    }
    let (turns, turn) = &*shared;
    for waiting in [2, 3] {
        loop {
            checkpoint(waiting);
            let guard = turns.lock();
            if guard.len() == waiting {
                break;
            }
        }
        turn.notify_one();
    }
    let log = shared.clone();
    sink.outcome(move || log.0.peek().expect("free").clone());
}

/// Whichever waits first: `notify_one` wakes any of them.
#[sync::test(searching)]
fn notify_one_wakes_each_of_the_sleepers() {
    are(
        outcomes(&plan(3), order),
        [vec![1, 2, 10, 20], vec![1, 2, 20, 10], vec![2, 1, 10, 20], vec![2, 1, 20, 10]],
    );
}

/// A thread that has given up takes no notification away, and one that is notified passes it on.
#[sync::test(searching)]
fn a_notification_does_not_go_to_a_thread_whose_time_is_up() {
    let gave_up = outcomes(&plan(3), |sink| {
        let flag = Flag::new();
        let gave_up = Arc::new(Ghost::new(false));
        let (waits, theirs) = (flag.clone(), gave_up.clone());
        spawn(move || {
            let (guard, notified) = waits.changed.wait_timeout(waits.is_set.lock(), SOON);
            drop(guard);
            theirs.set(!notified);
            if notified {
                waits.changed.notify_one();
            }
        });
        let notifies = flag.clone();
        spawn(move || notifies.set());
        // If the notification were lost, this would wait for ever, which is a failure.
        drop(flag.changed.wait_while(flag.is_set.lock(), |is_set| !*is_set));
        sink.outcome(move || gave_up.get());
    });
    are(gave_up, [false, true]);
}

#[test]
fn notify_all_wakes_all() {
    let found = failure(&plan(3), || {
        let flag = Flag::new();
        for _ in 0..2 {
            let waits = flag.clone();
            spawn(move || drop(waits.changed.wait_while(waits.is_set.lock(), |is_set| !*is_set)));
        }
        *flag.is_set.lock() = true;
        flag.changed.notify_all();
    });
    assert_eq!(found, None);
}

/// What readers and a writer see of the number of those inside.
#[test]
fn a_writer_is_alone_and_readers_are_not() {
    let found = outcomes(&plan(3), |sink| {
        let lock = Arc::new(RwLock::new("lock", 0u32));
        let inside = Arc::new(Atomic::new("inside", 0u32));
        let most = Arc::new(Ghost::new(0));
        for _ in 0..2 {
            let (lock, inside, most) = (lock.clone(), inside.clone(), most.clone());
            spawn(move || {
                let read = lock.read();
                let now = inside.add(1);
                most.change(|most| *most = now.max(*most));
                inside.fetch_sub(1);
                assert!(*read <= 1);
            });
        }
        let mut write = lock.write();
        assert_eq!(inside.load(), 0, "a reader is inside");
        *write += 1;
        drop(write);
        sink.outcome(move || most.get());
    });
    are(found, [1, 2]);
}

#[sync::test(exploring)]
fn an_update_that_reads_under_one_lock_and_writes_under_another_is_lost() {
    let found = outcomes(&plan(2), |sink| {
        let lock = Arc::new(RwLock::new("lock", 0u32));
        let theirs = lock.clone();
        let update = |lock: &RwLock<u32>| {
            let seen = *lock.read();
            *lock.write() = seen + 1;
        };
        spawn(move || update(&theirs));
        update(&lock);
        sink.outcome(move || *lock.peek().expect("free"));
    });
    are(found, [1, 2]);
}

#[sync::test(exploring)]
fn a_lock_that_is_taken_for_writing_while_it_is_read_is_a_deadlock() {
    let found = failure(&plan(1), || {
        let lock = RwLock::new("lock", 0u32);
        let _read = lock.read();
        let _write = lock.write();
    });
    assert_eq!(found.expect("it waits for itself").cause, Cause::Deadlock);
}

#[test]
fn what_was_there_before_is_returned() {
    let failed = failure(&plan(1), || {
        let word = Atomic::new("word", 6u32);
        assert_eq!((word.fetch_add(3), word.fetch_sub(1), word.fetch_or(1)), (6, 9, 8));
        assert_eq!((word.fetch_and(3), word.load()), (9, 1));
        assert_eq!((word.fetch_sub(2), word.load()), (1, u32::MAX));
        assert_eq!(word.compare_exchange(1, 2), Err(u32::MAX));
        assert_eq!((word.compare_exchange(u32::MAX, 2), word.load()), (Ok(u32::MAX), 2));
    });
    assert_eq!(failed, None);
}

/// A thread that waits in a loop ends, on every engine that explores. (On std it may make too many rounds first.)
#[sync::test(exploring)]
fn a_loop_that_spins_lets_the_others_go_on() {
    let failed = failure(&plan(2), || {
        let word = Arc::new(Atomic::new("word", false));
        let theirs = word.clone();
        spawn(move || theirs.store(true));
        while !word.load() {
            spin(());
        }
    });
    assert_eq!(failed, None);
}

/// The search has to know what a thread has learnt: otherwise it takes two states for one.
#[test]
fn a_thread_decides_by_what_was_there_before() {
    type Update = fn(&Atomic<u32>) -> u32;
    let updates: [Update; 3] = [
        |word| word.fetch_or(4),
        |word| word.fetch_and(!4),
        |word| word.compare_exchange(9, 9).unwrap_or_else(|before| before),
    ];
    for update in updates {
        let found = outcomes(&plan(2), move |sink| {
            let word = Arc::new(Atomic::new("word", 0u32));
            let theirs = word.clone();
            spawn(move || {
                theirs.or(1);
                theirs.or(2);
            });
            let before = update(&word);
            sink.outcome(move || before);
        });
        are(found, [0, 1, 3]);
    }
}

/// A future that waits for a flag. It registers its waker before it looks, or after.
fn waits_for_a_flag(registers_first: bool) {
    let shared = Arc::new((Atomic::new("flag", false), WakerSlot::new("slot")));
    let theirs = shared.clone();
    spawn(move || {
        theirs.0.store(true);
        theirs.1.wake();
    });
    let (flag, slot) = &*shared;
    block_on(
        "block_on",
        poll_fn(|context| {
            if registers_first {
                slot.register(context.waker());
            }
            if flag.load() {
                return Poll::Ready(());
            }
            if !registers_first {
                slot.register(context.waker());
            }
            Poll::Pending
        }),
    );
}

#[test]
fn a_future_that_registers_before_it_looks_is_woken() {
    assert_eq!(failure(&plan(2), || waits_for_a_flag(true)), None);
}

#[sync::test(exploring)]
fn a_future_that_looks_before_it_registers_is_not() {
    let found = failure(&plan(2), || waits_for_a_flag(false)).expect("a lost wakeup");
    assert_eq!(found.cause, Cause::Deadlock);
}
