//! System calls of a program whose states are restored are reported by name, with what to do instead.
#![cfg(all(feature = "explore", target_os = "linux", target_arch = "x86_64"))]

use std::io::Write;
use std::process::{Command, Output};
use std::time::Duration;

use sync::driver::{run_all, End, Outside, Plan};
use sync::{spawn, Arc, Atomic};

fn plan() -> Plan {
    Plan { threads: 3, ..Plan::default() }
}

/// Two threads, the second of which calls `does` before its step.
fn two_threads(
    does: impl Fn() + Send + Sync + Clone + 'static,
) -> impl Fn() + Send + Sync + 'static {
    move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, does) = (word.clone(), does.clone());
        spawn(move || {
            does();
            theirs.store(1);
        });
        word.load();
    }
}

fn error_of(does: impl Fn() + Send + Sync + Clone + 'static) -> String {
    run_all(&plan(), two_threads(does)).expect_err("an error").to_string()
}

#[test]
fn a_file_is_not_opened() {
    let message = error_of(|| drop(std::fs::read("/etc/passwd")));
    assert!(message.contains("(`openat`): read files before the search"), "{message}");
}

#[test]
fn a_file_is_not_changed() {
    let path = std::env::temp_dir().join(format!("pidle-not-changed-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).expect("a file to write to");
    let ours = file.try_clone().map(Arc::new).expect("one more handle");
    let message = error_of(move || drop((&*ours).write_all(b"inside")));
    assert!(
        message.contains("(`write`): read files before the search, and put results into"),
        "{message}"
    );
    file.flush().expect("nothing to do");
    assert_eq!(std::fs::read(&path).expect("it is there"), b"");
    std::fs::remove_file(&path).expect("it is there");
}

#[test]
fn sleeping_is_an_error() {
    let message = error_of(|| std::thread::sleep(Duration::from_secs(600)));
    assert!(message.contains("nanosleep`): wait on a `Note`"), "{message}");
}

#[test]
fn no_os_thread_is_started() {
    let message = error_of(|| drop(std::thread::spawn(|| ())));
    assert!(message.contains("(`clone"), "{message}");
    assert!(message.contains("start threads with `spawn` only"), "{message}");
}

#[test]
fn no_program_is_started() {
    let message = error_of(|| drop(Command::new("true").status()));
    assert!(message.contains("made a system call"), "{message}");
}

/// A call there is executed each time that the step is taken, and is not undone.
#[test]
fn outside_any_call_passes() {
    let sizes = Outside::new(Vec::new());
    let inside = sizes.clone();
    let reads = move || {
        inside.with_mut(|sizes| {
            sizes.push(std::fs::read("/proc/self/stat").map(|all| all.len()).ok())
        });
    };
    assert_eq!(run_all(&plan(), two_threads(reads)).expect("fine").end, End::Complete);
    assert!(sizes.get().iter().all(|size| size.is_some_and(|size| size > 0)));
}

#[test]
fn text_for_stderr_passes() {
    let says = || std::io::stderr().write_all(b"inside\n").expect("written");
    assert_eq!(run_all(&plan(), two_threads(says)).expect("fine").end, End::Complete);
}

/// After a search, the OS thread may make any system call; and the next search starts.
#[test]
fn the_next_search_runs() {
    let first = error_of(|| drop(std::fs::read("/etc/passwd")));
    assert!(first.contains("openat"), "{first}");
    assert_eq!(run_all(&plan(), two_threads(|| ())).expect("fine").end, End::Complete);
}

fn part(name: &str) -> Output {
    crate::part(module_path!(), name)
}

fn ends_with(name: &str, expected: &str) {
    let output = part(name);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains(expected), "{message}");
}

#[test]
#[ignore = "run by waiting_for_another_os_thread_is_reported"]
fn part_waits() {
    error_of(std::thread::park);
}

#[test]
fn waiting_for_another_os_thread_is_reported() {
    ends_with(
        "part_waits",
        "search: the program made a system call (`futex`): wait only for threads of",
    );
}

#[test]
#[ignore = "run by ending_the_process_is_reported"]
fn part_exits() {
    error_of(|| std::process::exit(0));
}

#[test]
fn ending_the_process_is_reported() {
    ends_with("part_exits", "(`exit_group`): end the program by returning or with a panic");
}

#[test]
#[ignore = "run by an_abort_is_an_abort"]
fn part_aborts() {
    error_of(|| std::process::abort());
}

#[test]
fn an_abort_is_an_abort() {
    use std::os::unix::process::ExitStatusExt;
    let output = part("part_aborts");
    assert_eq!(output.status.signal(), Some(6), "{:?}", output.status);
}
