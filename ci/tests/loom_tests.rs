//! `pidle loom` from end to end, with small crates of our own, without a network. It builds the search itself, so that one
//! engine is enough.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pidle::engines::builder;

use crate::common::stage::output_of;

/// Two threads: one sets a flag and notifies, the other waits, and looks at the flag under the lock, or not.
const WAITS: &str = r#"
use loom::sync::{Arc, Condvar, Mutex};
fn waits(looks: bool) {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = shared.clone();
    loom::thread::spawn(move || {
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_one();
    });
    let mut ready = shared.0.lock().unwrap();
    while !looks || !*ready {
        ready = shared.1.wait(ready).unwrap();
        if !looks { break; }
    }
}
"#;

/// Files of the crate, by their paths.
const FILES: [(&str, &str); 7] = [
    ("src/lib.rs", "#[test]\nfn plain() {}\n"),
    ("tests/holds.rs", "#![cfg(loom)]\n//WAITS\n#[test]\nfn it_holds() { loom::model(|| waits(true)); }\n#[test]\n#[should_panic(expected = \"deadlock\")]\nfn it_is_expected() { loom::model(|| waits(false)); }\n#[test]\n#[ignore = \"slow\"]\nfn slow() { panic!() }\n"),
    ("tests/lost.rs", "#![cfg(loom)]\n//WAITS\n#[test]\nfn a_wakeup_is_lost() { loom::model(|| waits(true)); loom::model(|| waits(false)); }\n"),
    ("tests/vacuous.rs", "#![cfg(loom)]\n//WAITS\n#[test]\nfn never_explores() {\n    let mut builder = loom::model::Builder::new();\n    builder.expect_explicit_explore = true;\n    builder.check(|| waits(true));\n}\n"),
    ("tests/absent.rs", "#![cfg(all(loom, another))]\n#[test]\nfn a_model() { loom::model(|| {}); }\n"),
    ("tests/outside.rs", "#![cfg(loom)]\n//WAITS\n#[test]\nfn fails_after_its_model() { loom::model(|| waits(true)); panic!(\"after it\"); }\n#[test]\nfn many_threads() {\n    loom::model(|| for _ in 0..300 { loom::thread::spawn(|| {}); });\n}\n#[test]\nfn aborts() { loom::model(|| std::process::abort()); }\n"),
    // It does not name the API, so it is not built unless it is asked for.
    ("tests/other.rs", "compile_error!(\"built\");\n"),
];

/// Makes a crate in the folder for tests: its manifest's dependencies, its files, and the lock file of loom's crate here.
fn krate(name: &str, dependencies: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("loom-{name}"));
    let _ = fs::remove_dir_all(&folder);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let manifest =
        "[workspace]\n[package]\nname = \"NAME\"\nversion = \"1.2.3\"\nedition = \"2021\"\n";
    write("Cargo.toml", &format!("{}{dependencies}", manifest.replace("NAME", name)));
    for (path, text) in files {
        write(path, &text.replace("//WAITS", WAITS));
    }
    let lock = fs::read_to_string(builder::root().join("loom-api/loom/Cargo.lock")).unwrap();
    write("Cargo.lock", &lock);
    folder
}

const LOOM: &str = "[target.'cfg(loom)'.dev-dependencies]\nloom = \"0.7\"\n";

/// The crate with [`FILES`]. Tests share it, and what is built of it.
fn shared() -> &'static Path {
    static SHARED: OnceLock<PathBuf> = OnceLock::new();
    SHARED.get_or_init(|| krate("shared", LOOM, &FILES))
}

/// What the crates in place of loom need has been fetched, and so has the real loom, which the workspace's tests need.
fn fetched() {
    static FETCHED: OnceLock<()> = OnceLock::new();
    FETCHED.get_or_init(|| {
        for manifest in ["loom-api/loom/Cargo.toml", "Cargo.toml"] {
            let fetch =
                ["fetch", "--locked", "--target", "x86_64-unknown-linux-gnu", "--manifest-path"];
            let manifest = builder::root().join(manifest);
            assert!(builder::cargo().args(fetch).arg(manifest).status().unwrap().success());
        }
    });
}

/// Runs `pidle loom` in a folder, without a network. Returns the exit code, what is printed, and what is remarked.
fn run(
    folder: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    fetched();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pidle"));
    // What is built here is the same for each engine, and is built once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loom-tests");
    command
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("RUSTFLAGS");
    command.envs(variables.iter().copied()).current_dir(folder).arg("loom").args(arguments);
    output_of(command.output().unwrap())
}

fn fails(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], words: &[&str]) {
    let (code, text, remarks) = run(folder, arguments, variables);
    assert_eq!(code, Some(4), "{text}{remarks}");
    for word in words {
        assert!(remarks.contains(word), "no {word:?} in: {remarks}");
    }
}

#[sync::test(restoring)]
fn a_crate_that_holds_is_searched_to_the_end_and_left_as_it_was() {
    let before = fs::read(shared().join("Cargo.lock")).unwrap();
    let (code, text, remarks) = run(shared(), &["--test", "holds"], &[]);
    assert_eq!(code, Some(0), "{text}{remarks}");
    let line = text.lines().find(|line| line.starts_with("holds: it_holds ")).expect("a line");
    assert!(line.contains("exhaustive") && line.ends_with("held"), "{text}");
    let states: u64 = line.split_whitespace().nth(2).expect("states").parse().expect("a number");
    assert!(states > 10, "{text}");
    assert!(
        text.contains("shared 1.2.3: 2 models") && text.contains("1 test marked #[ignore]"),
        "{text}"
    );
    assert!(text.ends_with("Verdict: held\n"), "{text}");
    assert_eq!(fs::read(shared().join("Cargo.lock")).unwrap(), before, "Cargo.lock is put back");
}

#[sync::test(restoring)]
fn a_lost_wakeup_is_found_with_its_interleaving_and_runs_again() {
    let files = ["lost.json", "lost.xml"].map(|name| shared().join(name));
    let arguments = ["--test", "lost", "--json", "lost.json", "--junit", "lost.xml"];
    let (code, text, remarks) = run(shared(), &arguments, &[]);
    assert_eq!(code, Some(1), "{text}{remarks}");
    assert!(text.contains("violated: lost: a_wakeup_is_lost #2: deadlock"), "{text}");
    assert!(text.contains("tests/lost.rs:") && text.contains("… Condvar::wait #"), "{text}");
    assert!(text.contains("0 preemptions") || text.contains("1 preemption"), "{text}");
    let [json, xml] = files.map(|path| fs::read_to_string(path).unwrap());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["verdict"], &json["crate"]), (&"violated".into(), &"shared 1.2.3".into()));
    let verdicts: Vec<_> =
        json["models"].as_array().unwrap().iter().map(|row| &row["verdict"]).collect();
    assert_eq!(verdicts, ["held", "violated"]);
    assert!(xml.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{xml}");
    assert!(
        xml.contains("<failure message=\"violated\">violated: lost: a_wakeup_is_lost #2"),
        "{xml}"
    );
    // The printed command shows the same failure.
    let again = json["models"][1]["again"].as_str().unwrap();
    let output = Command::new("sh").args(["-c", again]).current_dir(shared()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("model 2): violated"), "{text}");
    assert!(text.contains("1 executions") && text.contains("deadlock"), "{text}");
}

#[sync::test(restoring)]
fn what_explores_nothing_is_vacuous() {
    let (code, text, remarks) = run(shared(), &["--test", "vacuous"], &[]);
    assert_eq!(code, Some(2), "{text}{remarks}");
    assert!(text.contains("two threads could move, but there was only one execution"), "{text}");
    for (arguments, words) in [
        (&["--test", "absent"][..], "there is no test"),
        (&["--lib"], "no test ran a model"),
        (&["--test", "holds", "--", "nothing"], "no test has nothing in its name"),
        (&["--test", "holds", "--test", "absent"], "tests/absent: none of its tests ran a model"),
    ] {
        let (code, text, remarks) = run(shared(), arguments, &[]);
        assert_eq!(code, Some(2), "{text}{remarks}");
        assert!(text.contains(words) && text.ends_with("Verdict: vacuous\n"), "{text}");
    }
}

#[sync::test(restoring)]
fn a_failure_outside_of_models_is_no_pass() {
    let outside = |filter| run(shared(), &["--test", "outside", "--", filter], &[]);
    let (code, text, _) = outside("fails_after_its_model");
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("the test fails, and none of its models does") && text.contains("after it"),
        "{text}"
    );
    let (code, text, _) = outside("aborts");
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("the process ended with signal: 6"), "{text}");
    let (code, text, _) = outside("many_threads");
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("error: outside: many_threads: "), "{text}");
}

#[sync::test(restoring)]
fn only_targets_that_name_the_api_are_built_and_a_bound_is_kept() {
    // Also with the library's tests, and all in one table; tests/other.rs would not compile.
    let (code, text, remarks) = run(shared(), &["--bound", "0", "--", "it_holds", "plain"], &[]);
    assert_eq!(code, Some(0), "{text}{remarks}");
    assert!(
        text.contains("bound 0") && text.contains("1 other test passed and has no model"),
        "{text}"
    );
    fails(
        shared(),
        &["--test", "other"],
        &[],
        &["built", "choose others with --lib or --test NAME"],
    );
    fails(
        shared(),
        &["--test", "othr"],
        &[],
        &["unknown test target `othr`; did you mean `other`?"],
    );
}

#[sync::test(restoring)]
fn a_crate_for_version_0_5_runs_too() {
    let dependency =
        "[target.'cfg(loom)'.dependencies]\nloom = { version = \"0.5\", optional = true }\n";
    let test = "#![cfg(loom)]\n//WAITS\n#[test]\nfn it_holds() { loom::model(|| waits(true)); }\n";
    let folder = krate("older", dependency, &[("src/lib.rs", ""), ("tests/older.rs", test)]);
    fs::copy(builder::root().join("loom-api/loom05/Cargo.lock"), folder.join("Cargo.lock"))
        .unwrap();
    let (code, text, remarks) = run(&folder, &["--features", "loom"], &[]);
    assert_eq!(code, Some(0), "{text}{remarks}");
    assert!(text.contains("older: it_holds"), "{text}");
    fails(
        &folder,
        &[],
        &[],
        &["built without loom", "under cfg(loom) (--cfg), and with a feature"],
    );
    let other = ["--features", "loom", "--cfg", "my_loom"];
    fails(&folder, &other, &[], &["built without loom", "under cfg(loom) (--cfg)"]);
}

/// What is sent through a flag arrives, if the operations on the flag have an order.
const SENDS: &str = r#"#![cfg(loom)]
use loom::sync::{atomic::{AtomicU32, Ordering::{self, *}}, Arc};
fn sends(store: Ordering, load: Ordering) {
    loom::model(move || {
        let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let theirs = shared.clone();
        let sender = loom::thread::spawn(move || {
            theirs[0].store(7, Relaxed);
            theirs[1].store(1, store);
        });
        if shared[1].load(load) == 1 {
            assert_eq!(shared[0].load(Relaxed), 7, "it has arrived");
        }
        sender.join().unwrap();
    });
}
#[test]
fn ordered() { sends(Release, Acquire); }
#[test]
fn unordered() { sends(Relaxed, Relaxed); }
"#;

/// The lock file is the workspace's, so the real loom is the one that its tests have.
#[sync::test(restoring)]
fn the_real_loom_runs_beside_and_finds_what_needs_weak_memory() {
    let folder = krate("beside", LOOM, &[("src/lib.rs", ""), ("tests/sends.rs", SENDS)]);
    fs::copy(builder::root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let (code, text, remarks) = run(&folder, &["--beside-loom", "--json", "beside.json"], &[]);
    assert_eq!(code, Some(1), "{text}{remarks}");
    assert!(
        text.contains("tests/sends unordered fails under the real loom and not here"),
        "{text}"
    );
    let json = fs::read_to_string(folder.join("beside.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = json["models"].as_array().unwrap().iter();
    let rows: Vec<_> = rows
        .map(|row| {
            assert!(row["loom"]["executions"].as_u64().unwrap() > 1, "{text}");
            [&row["test"], &row["verdict"], &row["extent"], &row["loom"]["verdict"]]
        })
        .collect();
    assert_eq!(
        rows,
        [
            ["ordered", "held", "exhaustive", "held"],
            ["unordered", "held", "exhaustive", "violated"]
        ]
    );
}

/// Its own allocator counts, and has none of the allocations of a model.
const ALLOCATES: &str = r#"#![cfg(loom)]
//WAITS
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
struct Counting(AtomicUsize);
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(1, SeqCst);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) { System.dealloc(block, layout); }
}
#[global_allocator]
static ALLOCATOR: loom::alloc::Allocator<Counting> = loom::alloc::Allocator(Counting(AtomicUsize::new(0)));
#[test]
fn it_holds() {
    let count = || ALLOCATOR.0.0.load(SeqCst);
    let before = count();
    loom::model(move || {
        let before = count();
        std::hint::black_box(vec![7u8; 1000]);
        assert_eq!(count(), before, "in the model");
        waits(true);
    });
    assert!(count() > before, "outside of it");
}
"#;

#[sync::test(restoring)]
fn a_program_has_its_own_allocator_inside_of_the_search_s() {
    let folder = krate("inside", LOOM, &[("src/lib.rs", ""), ("tests/loom.rs", ALLOCATES)]);
    let (code, text, remarks) = run(&folder, &["--own-allocator"], &[]);
    assert_eq!(code, Some(0), "{text}{remarks}");
    let line = text.lines().find(|line| line.starts_with("loom: it_holds ")).expect("a line");
    assert!(line.contains("exhaustive") && line.ends_with("held"), "{text}");
    let alone = ALLOCATES.replace("loom::alloc::Allocator<Counting>", "Counting");
    let alone = alone.replace(
        "loom::alloc::Allocator(Counting(AtomicUsize::new(0)))",
        "Counting(AtomicUsize::new(0))",
    );
    let alone = alone.replace("ALLOCATOR.0.0", "ALLOCATOR.0");
    let folder = krate("alone", LOOM, &[("src/lib.rs", ""), ("tests/loom.rs", &alone)]);
    let (code, text, remarks) = run(&folder, &["--own-allocator"], &[]);
    assert_eq!(code, Some(4), "{text}{remarks}");
    assert!(text.contains("which the search needs to be inside `Allocator`"), "{text}");
}

#[sync::test(restoring)]
fn crates_that_cannot_run_are_errors_that_say_what_to_do() {
    let lib = [("src/lib.rs", "")];
    let folder = krate("without", "", &lib);
    fails(&folder, &[], &[], &["without 1.2.3 does not depend on loom", "cfg(loom)"]);
    let other = krate("loom", "", &lib);
    let text = fs::read_to_string(other.join("Cargo.toml")).unwrap().replace("1.2.3", "0.6.0");
    fs::write(other.join("Cargo.toml"), text).unwrap();
    let dependency = format!("[dependencies]\nloom = {{ path = {other:?} }}\n");
    let folder = krate("unsupported", &dependency, &lib);
    fails(&folder, &[], &[], &["depends on loom 0.6.0", "0.7 and 0.5 only"]);
    let allocator = "#[global_allocator]\nstatic A: std::alloc::System = std::alloc::System;\n#[test]\nfn t() { loom::model(|| {}) }\n";
    let folder = krate("allocator", LOOM, &[("src/lib.rs", ""), ("tests/loom.rs", allocator)]);
    let advice =
        ["put #[cfg(not(loom))] before the program's #[global_allocator]", "--own-allocator"];
    fails(&folder, &[], &[], &advice);
    fails(
        shared(),
        &[],
        &[("RUSTFLAGS", "-C target-cpu=native")],
        &["target-cpu=native: remove it"],
    );
    fails(
        shared(),
        &["--crate", "no-such@1.0.0"],
        &[],
        &["could not fetch it", "If there is no network"],
    );
    fails(shared(), &["--crate", "tokio"], &[], &["a whole version, such as tokio@1.54.1"]);
    fails(shared(), &["--manifest-path", "no/Cargo.toml"], &[], &["no/Cargo.toml"]);
    fails(Path::new("/"), &[], &[], &["run the command in a crate's folder"]);
}

/// Else these tests, and a user's first run, would need what the workspace has not fetched.
#[sync::test(restoring)]
fn the_crates_in_place_of_loom_need_nothing_else_than_the_workspace_has() {
    let root = builder::root();
    let packages = |path: &str| -> Vec<String> {
        let text = fs::read_to_string(root.join(path)).unwrap();
        let entries = text.split("[[package]]").skip(1).map(String::from);
        let fetched = entries.filter(|entry| entry.contains("source = "));
        fetched.map(|entry| entry.lines().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
    };
    let all = packages("Cargo.lock");
    for lock in ["loom-api/loom/Cargo.lock", "loom-api/loom05/Cargo.lock"] {
        let needed = packages(lock);
        assert!(needed.len() > 10, "{lock}: {needed:?}");
        let other: Vec<_> = needed.iter().filter(|package| !all.contains(package)).collect();
        assert!(other.is_empty(), "{lock}: not in Cargo.lock: {other:?}");
    }
}
