//! What rustc counts in a marked program, compared with what the program is known to do.

use std::path::Path;
use std::process::Command;
use std::{env, fs, process};

use coverage::excuses::{Excuses, Judged};
use coverage::marked::{mark, module, Marked, MODULE};
use coverage::regions::{places, Counted, Place, Source, MODEL};
use harness::verdict::Verdict;

/// `leaves` is entered once and left in the middle, as by a search: entered minus *then* is 1, and `else` was not
/// reached.
const PROGRAM: &str = r#"mod counted;

fn main() {
    for a in [true, false] {
        both(a);
    }
    one(true);
    found(Some(1));
    either(true, false);
    kind(2);
    leaves(true);
}

fn both(a: bool) {
    if a {
        print!("then in both");
    } else {
        print!("else in both");
    }
}

fn one(a: bool) {
    if a {
        print!("then in one");
    }
}

fn found(a: Option<u32>) -> Option<u32> {
    let a = a?;
    Some(a + 1)
}

fn either(a: bool, b: bool) {
    if a || unasked(b) {
        print!("either");
    }
}

fn unasked(b: bool) -> bool {
    b
}

fn kind(n: u32) {
    match n {
        1 => print!("kind one"),
        2 => print!("kind two"),
        _ => print!("other kind"),
    }
}

fn stop() {
    if std::env::args().count() == 1 {
        std::process::exit(0);
    }
    print!("goes on");
}

fn leaves(a: bool) {
    stop();
    if a {
        print!("then in leaves");
    } else {
        print!("else in leaves");
    }
}
"#;

/// Parts that the program does not reach: function and text.
const UNREACHED: [(&str, &str); 10] = [
    ("one", "}"),
    ("found", "?"),
    ("either", "unasked"),
    ("either", "}"),
    ("unasked", "fn unasked(b: bool) -> bool"),
    ("kind", "print!"),
    ("kind", "print!"),
    ("stop", "print!"),
    ("leaves", "{"),
    ("leaves", "{"),
];

#[test]
fn exactly_what_was_not_reached_is_listed() {
    let judged = judge("", &measured("listed"));
    let found: Vec<(&str, &str)> =
        judged.missing.iter().map(|place| (&*place.function, &*place.text)).collect();
    assert_eq!(found, UNREACHED);
}

#[test]
fn a_reason_is_needed_for_each_and_for_no_other() {
    let entry = |(function, text): &(&str, &str)| {
        format!("[[unreached]]\nfile = 'main.rs'\nfunction = '{function}'\nregion = '{text}'\nreason = 'a test'\n")
    };
    let places = measured("reasons");
    let all: String = UNREACHED.iter().map(entry).collect();
    assert_eq!(judge(&all, &places).verdict(), Verdict::Held);
    let without_first: String = UNREACHED[1..].iter().map(entry).collect();
    assert_eq!(judge(&without_first, &places).verdict(), Verdict::Vacuous);
    let stale = judge(&(all + &entry(&("both", "{"))), &places);
    assert_eq!(stale.verdict(), Verdict::Error);
    assert_eq!(stale.wrong[0].1, "a run reaches it: remove the entry");
}

fn judge(excuses: &str, places: &[Place]) -> Judged {
    Excuses::parse(excuses).unwrap().judge(places)
}

/// The program's parts, after a run of it in a folder of that name.
fn measured(name: &str) -> Vec<Place> {
    let folder = env::temp_dir().join(format!("pidle-measured-{name}-{}", process::id()));
    let (sources, counted) = measure(&folder);
    fs::remove_dir_all(&folder).unwrap();
    places(&counted, &sources)
}

/// Compiles the program with its marks, and runs it.
fn measure(folder: &Path) -> (Vec<Source>, Counted) {
    let model = folder.join(MODEL);
    fs::create_dir_all(&model).unwrap();
    let marked: Marked = mark("main.rs", PROGRAM, 1).unwrap();
    fs::write(model.join("main.rs"), &marked.text).unwrap();
    fs::write(model.join(MODULE), module(marked.marks.len())).unwrap();
    let (program, profile) = (folder.join("program"), folder.join("counts.profraw"));
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args([
        "--edition=2021",
        "-A",
        "warnings",
        "-C",
        "instrument-coverage",
        "-C",
        "opt-level=3",
        "-o",
    ]);
    run(rustc
        .arg(&program)
        .arg(model.join("main.rs"))
        .env("LLVM_PROFILE_FILE", folder.join("rustc.profraw")));
    run(Command::new(&program).env("LLVM_PROFILE_FILE", &profile));
    let counted = Counted::read(&program, &[profile], &[marked]).unwrap();
    (vec![Source::new("main.rs", PROGRAM)], counted)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
