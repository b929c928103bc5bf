//! How loom ends: by a panic, or late.

use std::process::Output;
use std::sync::atomic::{AtomicU64 as Counter, Ordering::Relaxed};
use std::sync::Arc;

use loom::model::Builder;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::Mutex;
use loom::thread;
use sync::driver::litmus::failure;
use sync::driver::{Cause, Plan};
use sync::Atomic;

use super::raw;

/// Runs one of the tests below, which are part of another, in a process of its own.
fn in_a_process(name: &str) -> Output {
    crate::part(module_path!(), name)
}

fn deadlock_with<T: Clone + Send + 'static>(shared: fn() -> T) {
    let _ = raw(move || {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let (theirs, held) = (locks.clone(), shared());
        let held_too = held.clone();
        thread::spawn(move || {
            let _held = held_too;
            let _b = theirs.1.lock();
            let _a = theirs.0.lock();
        });
        let _held = held;
        let _a = locks.0.lock();
        let _b = locks.1.lock();
    });
}

#[test]
#[ignore = "aborts; run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_with_an_arc_of_looms() {
    deadlock_with(|| loom::sync::Arc::new(()));
}

#[test]
#[ignore = "run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_with_an_arc_of_std() {
    deadlock_with(|| Arc::new(()));
}

#[test]
#[ignore = "run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_of_ours() {
    let failure = failure(&Plan::default(), || {
        let locks = Arc::new((sync::Mutex::new("a", ()), sync::Mutex::new("b", ())));
        let theirs = locks.clone();
        sync::spawn(move || {
            let _b = theirs.1.lock();
            let _a = theirs.0.lock();
        });
        let _a = locks.0.lock();
        let _b = locks.1.lock();
    });
    assert_eq!(failure.expect("a deadlock").cause, Cause::Deadlock);
}

/// L6. loom reports a deadlock by a panic, and its `Arc` cannot be dropped while that unwinds.
#[test]
fn a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped() {
    use std::os::unix::process::ExitStatusExt;
    const SIGABRT: i32 = 6;
    let aborted = in_a_process("part_deadlock_with_an_arc_of_looms");
    assert_eq!(aborted.status.signal(), Some(SIGABRT), "it survives now: {aborted:?}");
    for survives in ["part_deadlock_with_an_arc_of_std", "part_deadlock_of_ours"] {
        let survived = in_a_process(survives);
        assert!(survived.status.success(), "{survives}: {survived:?}");
    }
}

/// L7. The limit on executions is checked every 20,000 executions, and then loom returns as if all had been
/// run.
#[test]
fn a_limit_on_executions_is_hardly_looked_at() {
    let executions = Arc::new(Counter::new(0));
    let count = executions.clone();
    let check = move || {
        let mut builder = Builder::new();
        builder.max_permutations = Some(2);
        builder.check(move || {
            count.fetch_add(1, Relaxed);
            let word = Arc::new(AtomicU32::new(0));
            let theirs = word.clone();
            thread::spawn(move || theirs.fetch_add(1, Ordering::SeqCst));
            word.fetch_add(1, Ordering::SeqCst);
            word.load(Ordering::SeqCst);
        });
    };
    std::thread::spawn(check).join().expect("no panic");
    assert!(executions.load(Relaxed) > 2, "loom stops in time now");
}

/// L7: our exploration stops after the execution at whose end the callback asks for it, and reports that it
/// is not finished.
#[test]
fn an_exploration_that_is_stopped_says_so() {
    let stop_at_2 = |so_far: &sync::driver::Progress<'_>| match so_far.executions {
        2 => sync::driver::Control::Stop,
        _ => sync::driver::Control::Go,
    };
    let plan = Plan { progress: Some(Arc::new(stop_at_2)), ..Plan::default() };
    let program = || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        sync::spawn(move || {
            theirs.add(1);
        });
        word.add(1);
        word.load();
    };
    let explored = sync::driver::run_all(&plan, program).expect("the plan is fine");
    assert_eq!((explored.executions, explored.end), (2, sync::driver::End::Stopped));
}
