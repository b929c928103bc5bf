//! A failing execution prints nothing; the caller reports the failure.

use sync::driver::litmus::failure;
use sync::driver::{run_all, Engine, Plan, PlanError, ENGINE};
use sync::{spawn, Arc, Atomic, Mutex, Note, RwLock};

fn plan() -> Plan {
    Plan { executions: if ENGINE.explores() { 500 } else { 20 }, ..Plan::default() }
}

#[test]
#[ignore = "run by a_failure_prints_nothing"]
fn part_failures() {
    assert!(failure(&plan(), || panic!("schedule: holding locks")).is_some());
    let thrown = failure(&plan(), || {
        let word = Arc::new(Atomic::new("word", 0u32));
        spawn(move || assert_eq!(word.load(), 1, "in another thread"));
    });
    assert!(thrown.is_some());
    assert!(failure(&plan(), || Note::new("park").sleep()).is_some());
    assert!(failure(&plan(), || std::panic::panic_any(7)).is_some());
    let locked = failure(&plan(), || {
        let lock = Mutex::new("lock", ());
        let _once = lock.lock();
        let _twice = lock.lock();
    });
    assert!(locked.is_some());
    let spins = || {
        let word = Atomic::new("word", 0u32);
        while word.load() == 0 {}
    };
    assert_eq!(run_all(&plan(), spins), Err(PlanError::TooLong(plan().max_steps)));
}

#[test]
#[ignore = "run by a_failure_prints_nothing"]
fn part_panic_outside() {
    part_failures();
    panic!("outside of an exploration");
}

fn stderr_of(test: &str) -> String {
    let output = crate::part(module_path!(), test);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed") || stdout.contains("1 failed"), "{stdout}");
    let chatter = stdout.lines().filter(|line| !line.is_empty()).map(str::to_owned);
    let chatter: Vec<_> =
        chatter.filter(|line| !line.starts_with("running") && !line.starts_with("test ")).collect();
    let chatter: Vec<_> = chatter
        .iter()
        .filter(|line| !line.contains("failures:") && !line.contains("::part_"))
        .collect();
    assert!(chatter.is_empty(), "{chatter:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_failure_prints_nothing() {
    assert_eq!(stderr_of("part_failures"), "");
}

#[test]
fn a_panic_outside_an_exploration_is_printed_as_usual() {
    let stderr = stderr_of("part_panic_outside");
    assert!(
        stderr.contains("outside of an exploration") && stderr.contains("silence.rs"),
        "{stderr}"
    );
    assert!(!stderr.contains("schedule"), "{stderr}");
}

/// Takes locks in its destructor.
struct Takes(Arc<(Mutex<u32>, RwLock<u32>)>);

impl Drop for Takes {
    fn drop(&mut self) {
        *self.0 .0.lock() += 1;
        *self.0 .1.write() += 1;
    }
}

/// A thread fails while another holds the locks that a destructor of the first takes.
#[test]
#[ignore = "run by a_failure_is_told_though_a_destructor_finds_a_lock_held"]
fn part_destructor() {
    let failed = failure(&plan(), || {
        let locks = Arc::new((Mutex::new("lock", 0), RwLock::new("rwlock", 0)));
        let taken = Arc::new(Note::new("taken"));
        let (theirs, tells) = (locks.clone(), taken.clone());
        spawn(move || {
            let _guards = (theirs.0.lock(), theirs.1.read());
            tells.wakeup();
            Note::new("park").sleep();
        });
        let _takes = Takes(locks);
        taken.sleep();
        panic!("what was found");
    });
    assert_eq!(failed.expect("it panics").message, "what was found");
}

#[test]
fn a_failure_is_told_though_a_destructor_finds_a_lock_held() {
    let output = crate::part(module_path!(), "part_destructor");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if ENGINE == Engine::Std {
        // There, the destructor waits for the thread that holds it.
        assert!(output.status.success() && stderr.is_empty(), "{stderr}");
        return;
    }
    let said = "lock: lock is held, and a destructor takes it while its thread unwinds, after this failure: what was found";
    assert!(!output.status.success() && stderr.starts_with(said), "{stderr}");
}
