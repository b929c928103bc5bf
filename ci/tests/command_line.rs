//! Bad input ends in exit code 4, before anything is built, with what would have been right.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn pidle(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pidle"));
    // Nothing here may get as far as a build.
    command.env("CARGO", "no-such-cargo").env("PIDLE_OTHER_WORKER", "1");
    command.args(arguments).output().unwrap()
}

/// The exit code is 4, and stderr has all of `words`.
fn fails(arguments: &[&str], words: &[&str]) {
    let output = pidle(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{arguments:?}: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{arguments:?}: no {word:?} in: {stderr}");
    }
}

fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

#[test]
fn an_unknown_name_is_an_error_with_the_known_ones() {
    fails(
        &["check", "newprc-busy"],
        &["unknown scenario `newprc-busy`; did you mean `newproc-busy`?"],
    );
    fails(
        &["check", "sleep-ready-park", "--variant", "GO_2"],
        &["unknown variant `GO_2`", "cargo pidle list"],
    );
    fails(&["check", "sleep-ready-park", "--engine", "spin"], &["std, loom, shuttle, explore"]);
    fails(&["check", "sleep-ready-park", "--only", "x"], &["unknown check `x`; known:"]);
    fails(&["check", "kernel/x"], &["unknown scenario `kernel/x`", "cargo pidle list"]);
    fails(&["check", "sleep-ready-park", "--mode", "all"], &["symptoms, invariants, races"]);
    fails(
        &["repro", "5329"],
        &["unknown bug `5329`; did you mean `53294`?", "\n  53294 ", "unlinks a P"],
    );
    fails(&["repro", "mask"], &["unknown bug `mask`", "`cargo pidle list` prints all"]);
    fails(
        &["repro", "53294", "--variant", "without-idle-mask"],
        &["unknown variant of 53294 `without-idle-mask`; did you mean `without-idlep-mask`?"],
    );
    for name in ["golang/go#53294", "#53294", "53294"] {
        fails(&["repro", name, "--variant", "x"], &["unknown variant of 53294 `x`"]);
    }
    for (alias, known) in [
        ("N4", "handoff-beside-wakep"),
        ("N1", "missed-system-call"),
        ("N21", "missed-safe-point"),
        ("N5", "pollers-post"),
    ] {
        fails(&["repro", alias, "--variant", "x"], &[&format!("unknown variant of {known} `x`")]);
    }
    fails(&["repro", "45867/as-in-1.20"], &["`repro 45867 --variant as-in-1.20`"]);
    fails(
        &["check", "sleep-ready-park", "--variant", "as-in-1.20"],
        &["unknown variant `as-in-1.20`", "45867/as-in-1.20", "handoff-beside-wakep/as-in-1.20"],
    );
    fails(
        &["check", "sleep-ready-park", "--mode", "symptoms", "--only", "a P has one holder"],
        &["`a P has one holder` is not asked in mode symptoms: use --mode invariants"],
    );
    fails(&["gate", "--engine", "spin"], &["std, loom, shuttle, explore"]);
}

/// The error says what is wrong, where the command has looked, and what could be written instead.
#[test]
fn a_file_that_is_not_there_is_an_error_that_says_where_it_was_looked_for() {
    let here = std::env::current_dir().unwrap().join("no-such.toml").display().to_string();
    let looked = format!("there is no such file (looked for {here})");
    fails(
        &["check", "no-such.toml"],
        &[
            "no-such.toml: ",
            &looked,
            "`cargo pidle list` prints the scenarios that come with pidle",
        ],
    );
    fails(
        &["check", "newproc-busy.toml"],
        &["the scenario that comes with pidle is `newproc-busy`"],
    );
    fails(
        &["replay", "no-such.cex.ndjson"],
        &["no-such.cex.ndjson: there is no such file (looked"],
    );
    fails(&["merge", "no-such.json"], &["no-such.json: there is no such file (looked for /"]);
    let folder = env!("CARGO_TARGET_TMPDIR");
    fails(&["replay", folder], &["this is a folder, not a file"]);
    let binary = file("binary.toml", "");
    fs::write(&binary, [0xff, 0xfe]).unwrap();
    fails(&["check", &binary], &["binary.toml: this is not text in UTF-8"]);
    fails(
        &["list", "--toml", "kernel/note"],
        &["a kernel is written in Rust", "checks/src/kernels"],
    );
    fails(
        &["soundness", "--engine", "loom"],
        &["--engine loom cannot search", "explore or shuttle"],
    );
    fails(&["check", "newproc-busy", "--bound", "-1"], &["a number of preemptions up to"]);
    fails(&["check", "some/folder/x"], &["unknown scenario", "must end in .toml"]);
}

#[test]
fn an_unknown_action_or_field_of_a_scenario_file_is_answered_with_the_nearest() {
    let with = |gs: &str| format!("name = \"x\"\nps = 2\nms = 2\ngs = [\"{gs}\"]\n");
    let action = file("action.toml", &with("main: bussy-until a; set a"));
    fails(
        &["check", &action],
        &["no such action; did you mean `busy-until`?", "write one of go X"],
    );
    let action = file("timer-action.toml", &with("main: modfy T 3"));
    fails(&["check", &action], &["no such action; did you mean `modify`?"]);
    let field = file("field.toml", &with("main:").replace("ms = 2", "mss = 2"));
    fails(&["check", &field], &["unknown field `mss`; did you mean `ms`?", "3 | mss = 2"]);
    let clock = file("clock.toml", &(with("main:") + "clock = \"reel\"\n"));
    fails(
        &["check", &clock],
        &["unknown value `reel`; did you mean `real`? Expected `fake` or `real`"],
    );
    let run = file("run-field.toml", &(with("main:") + "[[run]]\nsuit = \"core\"\n"));
    fails(&["check", &run], &["unknown field `suit`; did you mean `suite`?"]);
}

#[test]
fn bad_usage_is_an_error_and_help_is_not() {
    fails(&[], &["Usage"]);
    fails(&["check"], &["SCENARIO"]);
    fails(&["repro"], &["<BUG>"]);
    fails(&["repro", "53294", "--all"], &["--all", "cannot be used with"]);
    fails(&["repro", "--all", "--full"], &["--all", "cannot be used with"]);
    fails(&["gate", "--jobs", "0"], &["--jobs"]);
    fails(&["check", "sleep-ready-park", "--jobs", "129"], &["--jobs", "129 is not in 1..=128"]);
    fails(&["soundness", "--cases", "0"], &["--cases"]);
    fails(&["soundness", "--seed", "x"], &["--seed"]);
    fails(&["bench"], &["peers"]);
    fails(
        &["bench", "peers", "--scenario", "S9"],
        &["sleep-ready-park, newproc-busy, sleep-ready-busy, two-timers-relay"],
    );
    fails(&["bench", "peers", "--ms", "5"], &["--ms"]);
    fails(&["bench", "peers", "--max-seconds", "0"], &["--max-seconds"]);
    fails(&["check", "newproc-busy", "--traces", "--jobs", "2"], &["--traces", "--jobs"]);
    fails(&["check", "newproc-busy", "--probes", "9"], &["--no-cache"]);
    fails(&["check", "newproc-busy", "--max-seconds", "soon"], &["--max-seconds", "90s, 10m"]);
    fails(&["check", "newproc-busy", "--max-memory", "much"], &["--max-memory", "512MiB, 2GiB"]);
    for part in ["0/2", "3/2", "x", "1/"] {
        fails(&["gate", "--shard", part], &["such as 1/2"]);
    }
    for asked in [&["--help"][..], &["--version"], &["check", "--help"]] {
        assert_eq!(pidle(asked).status.code(), Some(0), "{asked:?}");
    }
}

#[test]
fn a_file_that_is_not_a_part_of_a_gate_is_an_error() {
    let cut_off = file("cut-off.json", "{\"part\":{\"shard\":");
    fails(&["merge", &cut_off], &["cut-off.json", "not what `gate --json` writes", "line 1"]);
    fails(&["merge", "no-such-part.json"], &["no-such-part.json"]);
    fails(&["merge"], &["PARTS"]);
}

#[test]
fn an_option_without_effect_on_the_engine_is_refused() {
    for engine in ["std", "loom", "shuttle"] {
        let words =
            ["--mode races has no effect with --engine", engine, "use explore, or --search"];
        fails(&["check", "sleep-ready-park", "--mode", "races", "--engine", engine], &words);
    }
    const LIVENESS: [&str; 3] = ["check", "sleep-ready-park", "--liveness"];
    for engine in ["std", "loom", "shuttle"] {
        let words = ["an option for searches has no effect", engine];
        fails(&[&LIVENESS[..], &["--engine", engine]].concat(), &words);
    }
    fails(&[&LIVENESS[..], &["--bound", "2"]].concat(), &["--liveness", "--bound N", "unfair"]);
    fails(&[&LIVENESS[..], &["--no-cache"]].concat(), &["--liveness", "--no-cache"]);
    fails(
        &["check", "sleep-ready-park", "--engine", "shuttle", "--bound", "2"],
        &["--bound", "loom"],
    );
    fails(
        &["check", "sleep-ready-park", "--engine", "loom", "--audit", "2"],
        &["--audit", "explore"],
    );
    fails(
        &["check", "sleep-ready-park", "--executions", "2"],
        &["--executions", "shuttle without --search, or std"],
    );
    fails(&["check", "sleep-ready-park", "--engine", "std", "--seed", "2"], &["--seed", "shuttle"]);
    fails(
        &["check", "kernel/note", "--only", "a P has one holder"],
        &["--only has no effect on a kernel"],
    );
    fails(&["check", "kernel/note", "--variant", "x"], &["unknown variant `x`; known:"]);
}

#[test]
fn nothing_is_written_over_a_file() {
    let there = file("there", "kept");
    for arguments in [
        &["check", "sleep-ready-park", "--out", &there][..],
        &["repro", "53294", "--out", &there],
        &["gate", "--json", &there],
    ] {
        fails(arguments, &["exists already; name another one"]);
    }
    assert_eq!(fs::read_to_string(&there).unwrap(), "kept");
    fails(
        &["check", "sleep-ready-park", "--out", "no/such/folder/x"],
        &["no/such/folder/x: the folder no/such/folder does not exist; create it first"],
    );
}

#[test]
fn a_file_that_is_not_a_counterexample_is_an_error_with_its_line_and_stays_as_it_is() {
    for (name, content, words) in [
        ("empty", "", ":1: the file is empty"),
        ("foreign", "{\"a\":1}\n", ":1: not the header of a counterexample"),
        ("binary", "\u{0}\u{1}", ":1: not the header of a counterexample"),
    ] {
        let path = file(name, content);
        fails(&["replay", &path], &[&path, words]);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    fails(&["replay", "no-such-file"], &["no-such-file: "]);
}

#[test]
fn an_engine_that_cannot_be_built_is_an_error() {
    fails(
        &["check", "sleep-ready-park"],
        &["could not build the explore engine", "cargo could not be started"],
    );
}

#[test]
fn an_invalid_scenario_file_is_an_error_with_line_field_and_what_is_allowed() {
    let scenario = |name: &str, ms: u32, main: &str, a: &str| {
        let text = format!("name = \"x\"\nps = 2\nms = {ms}\ngs = [\"{main}\",\n\"{a}\"]\n");
        file(name, &text)
    };
    let event = scenario("event.toml", 2, "main: go A; nap 3", "A:");
    fails(&["check", &event], &["event.toml:4: gs[0]: ", "no such action", "write one of go X"]);
    let flag = scenario("flag.toml", 2, "main: go A; busy-until a", "A:");
    fails(&["check", &flag], &["flag.toml:4: gs[0]: flag a: never set; add a `set`"]);
    let ready = scenario("ready.toml", 2, "main: go A; ready A", "A:");
    fails(&["check", &ready], &["ready.toml:5: gs[1]: G A: readied, but it never parks"]);
    let wide = scenario("wide.toml", 6, "main: go A", "A:");
    fails(
        &["check", &wide, "--engine", "loom"],
        &["wide.toml:3: ms: 6 Ms", "use at most 5, or --engine shuttle"],
    );
    let good = scenario("good.toml", 2, "main: go A", "A:");
    fails(&["check", &good, "--row", "GO_2"], &["unknown variant `GO_2`"]);
    fails(&["check", "no-such.toml"], &["no-such.toml: "]);
    let text = file("scenario.txt", "name = \"x\"\n");
    fails(&["check", &text], &["scenario.txt`; the name of a scenario file must end in .toml"]);
    fails(&["list", "--toml", "S0"], &["unknown scenario `S0`"]);
}

#[test]
fn a_run_of_a_scenario_file_names_what_exists() {
    let run = |name: &str, run: &str| {
        let text = "name = \"x\"\nps = 2\nms = 2\ngs = [\"main: go A\", \"A:\"]\n[[run]]\n";
        file(name, &format!("{text}{run}\n"))
    };
    let suite = run("suite.toml", "suite = \"mixd\"");
    fails(
        &["check", &suite],
        &["suite.toml:5: run[0]: unknown suite `mixd`; did you mean `mixed`?", "races"],
    );
    let engine = run("engine.toml", "suite = \"mixed\"\nengines = [\"loom\"]");
    fails(&["check", &engine], &["unknown engine of the suite mixed `loom`", "known: explore"]);
    let shown = run("shown.toml", "suite = \"mixed\"\nsometimes = [\"pigs fly\"]");
    fails(&["check", &shown], &["shown.toml:5: run[0]: unknown `sometimes` `pigs fly`; known: "]);
}

#[test]
fn the_name_of_a_suite_or_of_what_it_shows_is_answered_with_its_scenarios() {
    fails(&["check", "core"], &["`core` is a suite", "sleep-ready-park, "]);
    let shown = &["`a timer is stolen` is what some programs must show", "two-timers-relay"];
    fails(&["check", "a timer is stolen"], shown);
}

#[test]
fn a_scenario_is_printed_as_a_file_would_have_it() {
    let output = pidle(&["list", "--toml", "newproc-busy"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("name = \"newproc-busy\"") && text.contains("\"A: set a\""), "{text}");
    let help = String::from_utf8(pidle(&["check", "--help"]).stdout).unwrap();
    assert!(help.contains("name = \"ready-and-wait\""), "{help}");
}

#[test]
fn the_list_has_all_names() {
    let output = pidle(&["list"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for word in [
        "engines:",
        "shuttle",
        "scenarios",
        "kernel/note",
        "sleep-ready-park",
        "GO_1_19_FIXED",
        "sleep-ready-park-3m (S1-3m)",
        "variants of the scheduler (an older form of +fix-45867 is +45867):",
        "  GO_13F6BE28+fix-45867 ",
        "GO_13F6BE28 with the mend of golang/go#45867",
        "GO_1_19/without-spinning",
        "  races ",
        "53294",
        "variants",
        "checks:",
    ] {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
}

#[test]
fn a_worker_refuses_an_invalid_request() {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_pidle-engine"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    worker.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = worker.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("{\"refused\":\"not a request: "), "{text}");
    assert_eq!(output.status.code(), Some(4));
}
