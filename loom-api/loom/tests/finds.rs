//! Bugs that must be found, and correct programs that must hold.

use std::panic::{catch_unwind, AssertUnwindSafe};

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use loom::sync::{Arc, Condvar, Mutex, Notify, RwLock};
use loom::thread;

/// The text with which the model fails.
fn failure(model: impl Fn() + Send + Sync + 'static) -> String {
    let result = catch_unwind(AssertUnwindSafe(|| loom::model(model)));
    *result.expect_err("it fails").downcast::<String>().expect("a text")
}

fn increments(atomic: bool) {
    let word = Arc::new(AtomicUsize::new(0));
    let add = move |word: &AtomicUsize| match atomic {
        true => drop(word.fetch_add(1, SeqCst)),
        false => word.store(word.load(SeqCst) + 1, SeqCst),
    };
    let theirs = word.clone();
    let other = thread::spawn(move || add(&theirs));
    add(&word);
    other.join().unwrap();
    assert_eq!(word.load(SeqCst), 2, "an increment is lost");
}

#[test]
fn a_lost_increment_is_found_with_its_interleaving() {
    loom::model(|| increments(true));
    let text = failure(|| increments(false));
    assert!(text.contains("an increment is lost"), "{text}");
    assert!(text.contains("thread 0") && text.contains("thread 1"), "{text}");
    assert!(text.contains("store #") && text.contains("0 → 1"), "{text}");
    assert!(text.contains("tests/finds.rs:"), "{text}");
    assert!(text.contains("1 preemptions; schedule: explore 1: 0 "), "{text}");
    let command = "PIDLE_MODEL=2 PIDLE_SCHEDULE='explore 1: ";
    assert!(text.contains(command), "{text}");
}

#[test]
fn a_deadlock_of_two_locks_is_found() {
    let text = failure(|| {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let theirs = locks.clone();
        thread::spawn(move || {
            let _first = theirs.1.lock();
            let _second = theirs.0.lock();
        });
        let _first = locks.0.lock();
        let _second = locks.1.lock();
    });
    assert!(text.contains("deadlock: no thread can proceed"), "{text}");
    assert_eq!(text.matches("… Mutex::lock #").count(), 2, "both are shown waiting:\n{text}");
}

/// The second thread sets the flag before it notifies, and the first looks at it under the lock, or not.
fn waits(looks: bool) {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = shared.clone();
    thread::spawn(move || {
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_one();
    });
    let mut ready = shared.0.lock().unwrap();
    while !looks || !*ready {
        ready = shared.1.wait(ready).unwrap();
        if !looks {
            break;
        }
    }
}

#[test]
fn a_lost_wakeup_is_found() {
    loom::model(|| waits(true));
    let text = failure(|| waits(false));
    assert!(text.contains("deadlock") && text.contains("Condvar::wait"), "{text}");
}

/// The cell is published by the flag, or written after it.
fn publishes(first: bool) {
    let shared = Arc::new((UnsafeCell::new(0), AtomicBool::new(false)));
    let theirs = shared.clone();
    thread::spawn(move || {
        let write = || theirs.0.with_mut(|value| unsafe { *value = 1 });
        if first {
            write();
        }
        theirs.1.store(true, SeqCst);
        if !first {
            write();
        }
    });
    if shared.1.load(SeqCst) {
        shared.0.with(|value| unsafe { *value });
    }
}

#[test]
fn a_data_race_is_found() {
    loom::model(|| publishes(true));
    let text = failure(|| publishes(false));
    assert!(text.contains("Causality violation: data race"), "{text}");
}

#[test]
fn a_leak_is_found() {
    let text = failure(|| std::mem::forget(Arc::new(1)));
    assert!(
        text.contains("leaked: 1 of the values that `Arc`, `Track` and `alloc` make"),
        "{text}"
    );
}

/// Of three waiting threads, any may be the one that is woken.
#[test]
fn any_waiting_thread_may_be_woken() {
    let text = failure(|| {
        let shared = Arc::new((Mutex::new(0), Condvar::new(), AtomicUsize::new(0)));
        for number in 1..=2 {
            let theirs = shared.clone();
            thread::spawn(move || {
                let mut waiting = theirs.0.lock().unwrap();
                *waiting += 1;
                let me = *waiting;
                let waiting = theirs.1.wait(waiting).unwrap();
                drop(waiting);
                let before = theirs.2.swap(me, SeqCst);
                assert!(before != 0 || me == 1, "the second is woken first ({number})");
            });
        }
        while *shared.0.lock().unwrap() < 2 {
            thread::yield_now();
        }
        shared.1.notify_one();
        shared.1.notify_one();
    });
    assert!(text.contains("the second is woken first"), "{text}");
}

#[test]
fn locks_notifications_parking_and_channels_hold() {
    loom::model(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = lock.clone();
        let writer = thread::spawn(move || *theirs.write().unwrap() += 1);
        let value = *lock.read().unwrap();
        assert!(value <= 1);
        writer.join().unwrap();
        assert_eq!(*lock.read().unwrap(), 1);
    });
    loom::model(|| {
        let notify = Arc::new(Notify::new());
        let theirs = notify.clone();
        thread::spawn(move || theirs.notify());
        notify.wait();
    });
    loom::model(|| {
        let main = thread::current();
        thread::spawn(move || main.unpark());
        thread::park();
    });
    loom::model(|| {
        let (sender, receiver) = loom::sync::mpsc::channel();
        let other = sender.clone();
        thread::spawn(move || sender.send(1).unwrap());
        thread::spawn(move || other.send(2).unwrap());
        let sum: i32 = receiver.recv().unwrap() + receiver.recv().unwrap();
        assert_eq!(sum, 3);
        assert!(receiver.recv().is_err());
    });
}

/// A thread that busy-waits comes back to a state in which it has been.
#[test]
fn a_spin_lock_ends() {
    loom::model(|| {
        let shared = Arc::new((AtomicBool::new(false), UnsafeCell::new(0)));
        let add = |shared: &(AtomicBool, UnsafeCell<i32>)| {
            while shared.0.swap(true, SeqCst) {
                loom::hint::spin_loop();
            }
            shared.1.with_mut(|value| unsafe { *value += 1 });
            shared.0.store(false, SeqCst);
        };
        let theirs = shared.clone();
        let other = thread::spawn(move || add(&theirs));
        add(&shared);
        other.join().unwrap();
        shared.1.with(|value| assert_eq!(unsafe { *value }, 2));
    });
}

loom::thread_local! {
    static LOCAL: std::cell::Cell<u32> = std::cell::Cell::new(1);
}

loom::lazy_static! {
    static ref GLOBAL: AtomicUsize = AtomicUsize::new(1);
}

#[test]
fn statics_and_thread_locals_begin_anew_in_each_execution() {
    loom::model(|| {
        let set = || {
            LOCAL.with(|local| assert_eq!(local.replace(2), 1));
            GLOBAL.fetch_add(1, SeqCst)
        };
        let other = thread::spawn(set);
        let mine = set();
        let theirs = other.join().unwrap();
        assert_eq!([mine.min(theirs), mine.max(theirs)], [1, 2]);
    });
}

#[test]
fn a_future_is_woken() {
    use std::task::Poll;
    loom::model(|| {
        let shared = Arc::new((AtomicBool::new(false), loom::future::AtomicWaker::new()));
        let theirs = shared.clone();
        thread::spawn(move || {
            theirs.0.store(true, SeqCst);
            theirs.1.wake();
        });
        loom::future::block_on(std::future::poll_fn(|context| {
            shared.1.register_by_ref(context.waker());
            match shared.0.load(SeqCst) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }));
    });
}

loom::lazy_static! {
    static ref SLOW: Arc<usize> = {
        thread::yield_now();
        Arc::new(7)
    };
}

/// Two threads make the value of a static at the same time; one of the values is dropped.
#[test]
fn a_static_that_two_threads_make_does_not_leak() {
    loom::model(|| {
        let other = thread::spawn(|| assert_eq!(**SLOW, 7));
        assert_eq!(**SLOW, 7);
        other.join().unwrap();
    });
}
