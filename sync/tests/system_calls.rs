//! System calls that a program makes where its states are restored: told by name, with what to do instead.
#![cfg(all(feature = "explore", target_os = "linux", target_arch = "x86_64"))]

use std::io::Write;
use std::process::{Command, Output};
use std::time::Duration;

use sync::driver::{run_all, End, Outside, Plan};
use sync::{spawn, Arc, Atomic};

fn plan() -> Plan {
    Plan { threads: 3, ..Plan::default() }
}

/// Two threads, the second of which does something before its step.
fn beside(does: impl Fn() + Send + Sync + Clone + 'static) -> impl Fn() + Send + Sync + 'static {
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

fn told(does: impl Fn() + Send + Sync + Clone + 'static) -> String {
    run_all(&plan(), beside(does)).expect_err("it is told").to_string()
}

#[test]
fn a_file_is_not_opened() {
    let told = told(|| drop(std::fs::read("/etc/passwd")));
    assert!(told.contains("(`openat`): read files before the search"), "{told}");
}

#[test]
fn a_file_is_not_changed() {
    let path = std::env::temp_dir().join(format!("pidle-not-changed-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).expect("a file to write to");
    let ours = file.try_clone().map(Arc::new).expect("one more handle");
    let told = told(move || drop((&*ours).write_all(b"inside")));
    assert!(
        told.contains("(`write`): read files before the search, and leave results in"),
        "{told}"
    );
    file.flush().expect("nothing to do");
    assert_eq!(std::fs::read(&path).expect("it is there"), b"");
    std::fs::remove_file(&path).expect("it is there");
}

#[test]
fn nobody_sleeps() {
    let told = told(|| std::thread::sleep(Duration::from_secs(600)));
    assert!(told.contains("nanosleep`): wait by a `Note`"), "{told}");
}

#[test]
fn no_os_thread_is_started() {
    let told = told(|| drop(std::thread::spawn(|| ())));
    assert!(told.contains("(`clone"), "{told}");
    assert!(told.contains("start threads by `spawn` only"), "{told}");
}

#[test]
fn no_program_is_started() {
    let told = told(|| drop(Command::new("true").status()));
    assert!(told.contains("has called the system"), "{told}");
}

/// What is done there is done once for each time that the step is taken, and nobody puts it back.
#[test]
fn outside_anything_is_done() {
    let sizes = Outside::new(Vec::new());
    let inside = sizes.clone();
    let reads = move || {
        inside.with_mut(|sizes| {
            sizes.push(std::fs::read("/proc/self/stat").map(|all| all.len()).ok())
        });
    };
    assert_eq!(run_all(&plan(), beside(reads)).expect("fine").end, End::Complete);
    assert!(sizes.get().iter().all(|size| size.is_some_and(|size| size > 0)));
}

#[test]
fn text_for_stderr_passes() {
    let says = || std::io::stderr().write_all(b"inside\n").expect("written");
    assert_eq!(run_all(&plan(), beside(says)).expect("fine").end, End::Complete);
}

/// After a search, the OS thread may call what it likes; and the next search starts.
#[test]
fn the_next_search_goes_on() {
    let first = told(|| drop(std::fs::read("/etc/passwd")));
    assert!(first.contains("openat"), "{first}");
    assert_eq!(run_all(&plan(), beside(|| ())).expect("fine").end, End::Complete);
}

fn part(name: &str) -> Output {
    let this = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", "--nocapture", name]);
    command.output().expect("a test can be run")
}

fn ends_with(name: &str, expected: &str) {
    let output = part(name);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains(expected), "{told}");
}

#[test]
#[ignore = "run by who_waits_for_another_os_thread_is_told"]
fn part_waits() {
    told(std::thread::park);
}

#[test]
fn who_waits_for_another_os_thread_is_told() {
    ends_with(
        "part_waits",
        "search: the program has called the system (`futex`): wait for threads of",
    );
}

#[test]
#[ignore = "run by who_ends_the_process_is_told"]
fn part_exits() {
    told(|| std::process::exit(0));
}

#[test]
fn who_ends_the_process_is_told() {
    ends_with("part_exits", "(`exit_group`): end by returning or by a panic");
}

#[test]
#[ignore = "run by an_abort_is_an_abort"]
fn part_aborts() {
    told(|| std::process::abort());
}

#[test]
fn an_abort_is_an_abort() {
    use std::os::unix::process::ExitStatusExt;
    let output = part("part_aborts");
    assert_eq!(output.status.signal(), Some(6), "{:?}", output.status);
}
