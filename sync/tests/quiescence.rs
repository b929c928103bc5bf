//! What happens when no thread can move, and how an execution ends.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure, outcomes};
use sync::driver::{
    observe, run_all, Cause, End, Explored, Observer, Outside, Plan, PlanError, Quiescent,
    Violation, ENGINE,
};
use sync::{spawn, Arc, Atomic, Ghost, Latch, Mutex, Note};

fn plan(threads: usize) -> Plan {
    Plan { threads, executions: if ENGINE.explores() { 500 } else { 50 }, ..Plan::default() }
}

/// An environment made of one closure.
struct World<F>(F);

impl<F: Fn() -> Quiescent + Send + Sync> Observer for World<F> {
    fn quiescent(&self) -> Quiescent {
        (self.0)()
    }
}

fn world(quiescent: impl Fn() -> Quiescent + Send + Sync + 'static) {
    observe(Arc::new(World(quiescent)));
}

/// A flag, two threads that wait for it, and what each of them finds.
fn two_that_wait() -> (Arc<Latch>, Arc<Ghost<Vec<bool>>>) {
    let latch = Arc::new(Latch::new("flag"));
    let got = Arc::new(Ghost::new(vec![]));
    for _ in 0..2 {
        let (theirs, log) = (latch.clone(), got.clone());
        spawn(move || {
            let set = theirs.wait();
            log.change(|log| log.push(set));
        });
    }
    (latch, got)
}

const OVER: Quiescent = Quiescent::Over(Ok(()));

#[test]
fn the_environment_sets_a_flag_when_no_thread_can_move() {
    let found = outcomes(&plan(3), |sink| {
        let (theirs, got) = two_that_wait();
        sink.outcome(move || got.get());
        world(move || {
            assert!(theirs.is_waiting() && !theirs.is_set());
            theirs.set();
            Quiescent::Moved
        });
    });
    assert_eq!(found, BTreeSet::from([vec![true, true]]));
}

#[test]
fn a_nudge_wakes_one_without_the_flag() {
    let found = outcomes(&plan(3), |sink| {
        let (theirs, got) = two_that_wait();
        sink.outcome(move || got.get());
        let nudged = Ghost::new(false);
        world(move || {
            if nudged.replace(true) {
                theirs.set();
                assert!(!theirs.nudge(), "a flag that is set needs no nudge");
            } else {
                assert!(theirs.nudge());
            }
            Quiescent::Moved
        });
    });
    assert_eq!(found, BTreeSet::from([vec![false, true]]));
}

#[test]
fn who_judges_counts_as_waiting_where_it_waits() {
    let found = outcomes(&plan(1), |sink| {
        let latch = Arc::new(Latch::new("flag"));
        let theirs = latch.clone();
        world(move || {
            assert!(theirs.is_waiting());
            assert!(theirs.nudge());
            Quiescent::Moved
        });
        let set = latch.wait();
        sink.outcome(move || set);
    });
    assert_eq!(found, BTreeSet::from([false]));
}

/// The usual end of a scheduler: main has finished, and the others sleep.
#[test]
fn an_execution_may_end_with_sleepers_who_hold_locks() {
    let executions = Outside::new(0);
    let count = executions.clone();
    let explored = run_all(&plan(3), move || {
        let held = Arc::new(Mutex::new("held", ()));
        let park = Arc::new([Note::new(("M", 1, "park")), Note::new(("M", 2, "park"))]);
        for i in 0..2 {
            let (lock, park) = (held.clone(), park.clone());
            spawn(move || {
                let _guard = (i == 0).then(|| lock.lock());
                park[i].sleep();
                unreachable!("no thread wakes it");
            });
        }
        let count = count.clone();
        world(move || {
            count.with_mut(|count| *count += 1);
            OVER
        });
        // Waits for a lock whose holder sleeps for ever, in some executions.
        drop(held.lock());
    });
    let explored = explored.expect("the plan is fine");
    assert_eq!(explored.end, End::Complete);
    // A search cuts executions off before they come to their ends.
    let statistics = explored.searched.as_ref().map(|searched| searched.statistics);
    let cut = statistics.map_or(0, |all| all.cut_by_cache + all.cut_by_sleep);
    assert_eq!(explored.executions, executions.get() + cut);
    assert!(!ENGINE.explores() || explored.executions > 2, "{explored:?}");
}

/// The thread that detects that no thread can move is about to wait for a lock, and the execution ends
/// before it does. It could have taken the lock first all the same.
#[sync::test(exploring)]
fn who_judges_instead_of_waiting_could_have_been_first() {
    let found = outcomes(&plan(3), |sink| {
        let lock = Arc::new(Mutex::new("lock", ()));
        let got = Arc::new(Ghost::new(false));
        let (theirs, park) = (lock.clone(), Note::new("park"));
        spawn(move || {
            let _guard = theirs.lock();
            park.sleep();
        });
        let gets = got.clone();
        spawn(move || {
            drop(lock.lock());
            gets.set(true);
        });
        world(|| OVER);
        sink.outcome(move || got.get());
    });
    assert_eq!(found, BTreeSet::from([false, true]));
}

#[test]
fn what_the_environment_finds_is_a_failure() {
    let violated = failure(&plan(2), || {
        let park = Arc::new(Note::new("park"));
        let theirs = park.clone();
        spawn(move || theirs.sleep());
        world(|| {
            let message = "G1 sleeps for ever".to_owned();
            Quiescent::Over(Err(Violation { check: "hang", message }))
        });
    });
    let violated = violated.expect("it hangs");
    assert_eq!(violated.cause, Cause::Check("hang".to_owned()));
    assert_eq!(violated.message, "G1 sleeps for ever");
}

#[test]
fn an_environment_that_moves_nothing_is_told() {
    let failure = failure(&plan(1), || {
        world(|| Quiescent::Moved);
        Note::new("park").sleep();
    });
    assert_eq!(failure.expect("it hangs").message, "quiescent: Moved without a wakeup");
}

#[test]
fn a_panic_of_the_environment_is_told() {
    let failure = failure(&plan(2), || {
        let park = Arc::new(Note::new("park"));
        let theirs = park.clone();
        spawn(move || theirs.sleep());
        world(|| panic!("checkdead: no m for timer"));
    });
    assert_eq!(failure.expect("it panics").message, "checkdead: no m for timer");
}

#[test]
fn nobody_asks_the_environment_when_all_have_finished() {
    let explored = run_all(&plan(2), || {
        world(|| unreachable!("no thread waits"));
        spawn(|| {});
    });
    assert_eq!(explored.expect("the plan is fine").end, End::Complete);
}

/// A lock held by a sleeper is no deadlock: the environment may wake it.
#[test]
fn a_sleeper_may_be_woken_while_a_thread_waits_for_its_lock() {
    let found = outcomes(&plan(2), |sink| {
        let lock = Arc::new(Mutex::new("lock", 0));
        let park = Arc::new(Note::new("park"));
        let (theirs, their_park) = (lock.clone(), park.clone());
        spawn(move || {
            let mut guard = theirs.lock();
            their_park.sleep();
            *guard += 1;
        });
        world(move || {
            park.wakeup();
            Quiescent::Moved
        });
        *lock.lock() += 1;
        sink.outcome(move || *lock.peek().expect("free"));
    });
    assert_eq!(found, BTreeSet::from([2]));
}

#[test]
fn locks_taken_in_a_circle_are_told_though_others_sleep() {
    let failure = failure(&plan(3), || {
        let locks = Arc::new([Mutex::new("a", ()), Mutex::new("b", ())]);
        let (theirs, park) = (locks.clone(), Note::new("park"));
        spawn(move || park.sleep());
        spawn(move || {
            let _b = theirs[1].lock();
            let _a = theirs[0].lock();
        });
        world(|| OVER);
        let _a = locks[0].lock();
        let _b = locks[1].lock();
    });
    if ENGINE.explores() {
        assert_eq!(failure.expect("it deadlocks").cause, Cause::Deadlock);
    }
}

#[test]
fn a_lock_taken_twice_is_a_deadlock() {
    let failure = failure(&plan(1), || {
        let lock = Mutex::new("sched.lock", ());
        let _once = lock.lock();
        let _twice = lock.lock();
    });
    let failure = failure.expect("it deadlocks");
    assert_eq!(failure.cause, Cause::Deadlock);
    assert_eq!(failure.message, "thread 0 waits for sched.lock, held by thread 0");
}

/// A thread that leaves runs its destructors, and their operations on shared objects do nothing.
#[test]
fn destructors_of_leaving_threads_do_no_operations() {
    type Objects = (Mutex<u32>, Atomic<u32>, Note, Latch, sync::Plain<u32>);
    struct Touches(Arc<Objects>);
    impl Drop for Touches {
        fn drop(&mut self) {
            let (lock, word, note, latch, plain) = &*self.0;
            let mut guard = lock.lock();
            // On std, the other thread's destructor finds it held.
            (0..100).for_each(|_| std::thread::yield_now());
            *guard += 1;
            drop(guard);
            word.store(word.load() + 1);
            assert!(!word.cas(7, 8));
            note.wakeup();
            note.clear();
            note.sleep();
            latch.set();
            latch.nudge();
            latch.wait();
            plain.set(plain.get() + 1);
            spawn(|| unreachable!("no thread is started"));
            sync::choose(2);
        }
    }
    let explored = run_all(&plan(3), || {
        let objects = (
            Mutex::new("lock", 0),
            Atomic::new("word", 0),
            Note::new("note"),
            Latch::new("latch"),
            sync::Plain::new("plain", 0),
        );
        let objects = Arc::new(objects);
        for _ in 0..2 {
            let touches = Touches(objects.clone());
            spawn(move || {
                let touches = touches;
                Note::new("park").sleep();
                drop(touches);
            });
        }
        world(|| OVER);
    });
    assert_eq!(explored.expect("the plan is fine").end, End::Complete);
}

/// Reports that a thread makes no progress.
struct Nowhere;

impl Observer for Nowhere {
    fn quiescent(&self) -> Quiescent {
        OVER
    }

    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        Err(Violation { check: "gets on", message: format!("{operations} operations") })
    }
}

#[test]
fn a_thread_that_makes_an_execution_too_long_is_told_to_the_observer() {
    let spins = |observer: Option<Arc<dyn Observer>>| {
        run_all(&plan(2), move || {
            observer.clone().into_iter().for_each(observe);
            let word = Atomic::new("word", 0u32);
            while word.load() == 0 {}
        })
    };
    let too_long = Err(PlanError::TooLong(plan(2).max_steps));
    let failed = spins(Some(Arc::new(Nowhere)));
    if ENGINE.explores() {
        let Ok(Explored { end: End::Failed { failure, .. }, .. }) = failed else {
            panic!("{failed:?}")
        };
        assert_eq!(failure.cause, Cause::Check("gets on".into()));
    } else {
        assert_eq!(failed, too_long)
    }
    // With another observer, or none, it is an error of the plan.
    assert_eq!(spins(Some(Arc::new(World(|| OVER)))), too_long);
    assert_eq!(spins(None), too_long);
}
