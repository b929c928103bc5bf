//! What weak fairness tells apart: which threads must move in a cycle.

use sync::driver::{End, Observer, Plan, Quiescent};
use sync::{checkpoint, Arc, Atomic, Mutex, Note};

use super::{explored, livelock, plan};

/// Looks at the flag until it is set.
fn spin(flag: &Atomic<u32>) {
    loop {
        checkpoint(());
        if flag.load() == 1 {
            return;
        }
    }
}

/// While it spins, another thread could go on: that it never does is unfair.
#[test]
fn a_thread_that_spins_until_another_sets_a_flag_is_no_livelock() {
    let found = livelock(2, || {
        let flag = Arc::new(Atomic::new("flag", 0u32));
        let theirs = flag.clone();
        sync::spawn(move || theirs.store(1));
        spin(&flag);
    });
    assert_eq!(found, None);
}

#[test]
fn a_thread_that_spins_until_the_holder_of_a_lock_is_done_is_no_livelock() {
    let found = livelock(2, || {
        let lock = Arc::new(Mutex::new("lock", 0u32));
        let done = Arc::new(Atomic::new("done", 0u32));
        let (theirs, their_done) = (lock.clone(), done.clone());
        sync::spawn(move || {
            let mut data = theirs.lock();
            *data += 1;
            their_done.store(1);
        });
        spin(&done);
        *lock.lock() += 1;
    });
    assert_eq!(found, None);
}

/// The same, but the holder waits for the spinner: then nothing else can go on.
#[test]
fn a_thread_that_spins_for_a_thread_that_waits_for_it_is_a_livelock() {
    let found = livelock(2, || {
        let (done, note) = (Arc::new(Atomic::new("done", 0u32)), Arc::new(Note::new("note")));
        let (their_done, theirs) = (done.clone(), note.clone());
        sync::spawn(move || {
            theirs.sleep();
            their_done.store(1);
        });
        spin(&done);
        note.wakeup();
    });
    let (failure, _) = found.expect("a livelock");
    assert!(failure.message.contains("thread 0 goes round for ever"), "{failure}");
}

/// The first thread would end it all once it has the lock. That is held again and again, so it need not get it.
#[test]
fn a_thread_that_is_enabled_again_and_again_may_be_passed_over() {
    let found = livelock(2, || {
        let over = Arc::new(Atomic::new("over", 0u32));
        let lock = Arc::new(Mutex::new("lock", ()));
        let (their_over, theirs) = (over.clone(), lock.clone());
        sync::spawn(move || loop {
            checkpoint(());
            let _held = theirs.lock();
            if their_over.load() == 1 {
                return;
            }
        });
        let _held = lock.lock();
        over.store(1);
    });
    let (failure, _) = found.expect("a livelock");
    assert!(failure.message.contains("thread 0.1 goes round"), "{failure}");
}

/// Two threads change the word again and again.
fn blink() {
    let word = Arc::new(Atomic::new("word", 0u32));
    for me in 0..2 {
        let word = word.clone();
        sync::spawn(move || loop {
            checkpoint(me);
            word.cas(me, 1 - me);
        });
    }
}

/// The third thread is enabled all the time, and ends it all: a cycle without it is not fair, and none has it.
#[test]
fn a_thread_that_is_enabled_all_the_time_must_move() {
    let found = livelock(3, || {
        let over = Arc::new(Atomic::new("over", 0u32));
        for me in 0..2 {
            let over = over.clone();
            sync::spawn(move || loop {
                checkpoint(me);
                if over.load() == 1 {
                    return;
                }
            });
        }
        over.store(1);
    });
    assert_eq!(found, None);
}

/// The third thread is enabled all the time, and goes round as well: it takes part in each fair cycle.
#[test]
fn a_thread_that_is_enabled_all_the_time_is_part_of_the_cycle() {
    let found = livelock(3, || {
        blink();
        let mine = Atomic::new("mine", 0u32);
        loop {
            checkpoint(2);
            mine.load();
        }
    });
    let (failure, _) = found.expect("a livelock");
    assert!(failure.message.contains("threads 0, 0.1, 0.2 go round"), "{failure}");
    assert!(failure.message.contains("3 steps lead back"), "{failure}");
}

/// Its outcomes are free: one may come every time.
#[test]
fn a_choice_may_have_the_same_outcome_for_ever() {
    let explored = explored(&Plan { choices: true, ..plan(1) }, || loop {
        checkpoint(());
        if sync::choose(2) == 1 {
            return;
        }
    });
    let End::Failed { failure, schedule } = explored.end else { panic!("no livelock") };
    assert!(failure.message.contains("1 step leads back"), "{failure}");
    assert_eq!(schedule.steps(), Some(2));
}

/// Wakes the thread as often as it sleeps.
struct Alarm {
    note: Arc<Note>,
    progress: bool,
}

impl Observer for Alarm {
    fn quiescent(&self) -> Quiescent {
        if self.progress {
            sync::made_progress();
        }
        self.note.wakeup();
        Quiescent::Moved
    }
}

fn woken_for_ever(progress: bool) {
    let note = Arc::new(Note::new("note"));
    sync::driver::observe(Arc::new(Alarm { note: note.clone(), progress }));
    loop {
        checkpoint(());
        note.sleep();
        note.clear();
    }
}

/// A state that waits for the environment is no livelock, if something comes of it.
#[test]
fn the_environment_is_a_thread() {
    let (failure, _) = livelock(1, || woken_for_ever(false)).expect("a livelock");
    assert!(failure.message.contains("threads 0, world go round"), "{failure}");
    assert_eq!(livelock(1, || woken_for_ever(true)), None);
}
