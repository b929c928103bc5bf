//! A failing execution prints nothing; the caller reports the failure.

use sync::driver::litmus::failure;
use sync::driver::{run_all, Plan, PlanError, ENGINE};
use sync::{spawn, Arc, Atomic, Mutex, Note};

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
