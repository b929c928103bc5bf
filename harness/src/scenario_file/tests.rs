//! Good files and wrong ones.

use super::*;

fn error(text: &str) -> String {
    parse(Path::new("mine.toml"), text).unwrap_err().to_string()
}

/// A file whose Gs are in lines 4 and 5.
fn of_gs(main: &str, a: &str) -> String {
    format!("name = \"mine\"\nps = 2\nms = 2\ngs = [\"{main}\",\n\"{a}\"]\n")
}

#[test]
fn an_error_has_file_line_field_and_what_to_write_instead() {
    let cases: &[(String, &[&str])] = &[
        (
            error(&of_gs("main: go A; nap 3", "A:")),
            &["mine.toml:4: gs[0]: ", "`nap 3`", "write one of go X"],
        ),
        (
            error(&of_gs("main: go A; busy-until a", "A:")),
            &["mine.toml:4: gs[0]: flag a: never set", "add a `set`"],
        ),
        (
            error(&of_gs("main: go A; ready A", "A:")),
            &["mine.toml:5: gs[1]: G A: readied, but it never parks", "give it a `park`"],
        ),
        (
            error("name = \"mine\"\nps = 9\nms = 2\ngs = [\"main:\"]"),
            &["mine.toml:2: ps: 9 is out of range; write 1 to 8"],
        ),
        (
            error("name = \"mine\"\nps = 3\nms = 2\ngs = [\"main:\"]"),
            &["mine.toml:3: ms: ", "2 is less than the 3 Ps", "write at least 3"],
        ),
        (
            error("name = \"a b\"\nps = 1\nms = 1\ngs = [\"main:\"]"),
            &["mine.toml:1: name: `a b` is not a name; write letters"],
        ),
        (
            error("name = \"mine\"\nps = 1\nms = 1\nring = 3\ngs = [\"main:\"]"),
            &["mine.toml:4: ring: 3 is not a power of two"],
        ),
        (
            error("name = \"mine\"\nps = 1\nms = 1\nearly = 2\ngs = [\"main:\"]"),
            &["mine.toml:4: early: 2, but the clock is not real", "add clock = \"real\""],
        ),
        (
            error(&of_gs("main: go A; read d", "A:")),
            &["mine.toml:4: gs[0]: ", "(`read d`): descriptors need a real clock", "add clock"],
        ),
        (
            error("name = \"mine\"\nps = 1\nms = 1\nmust-finish = [\"B\"]\ngs = [\"main:\"]"),
            &["mine.toml:4: must-finish: ", "no G B; the Gs are main"],
        ),
        (
            error("name = \"mine\"\ncpus = 1\n"),
            &[
                "mine.toml: ",
                "line 2",
                "unknown field `cpus`; did you mean `ps`? Expected one of `name`",
            ],
        ),
        (error("name = \"mine\"\nps = \"two\"\n"), &["mine.toml: ", "line 2", "expected i64"]),
        (error("ps = \n"), &["mine.toml: ", "line 1"]),
        (error("name = \"mine\"\nps = 1\nms = 1\n"), &["missing field `gs`"]),
    ];
    all_have(cases);
}

#[test]
fn a_file_has_its_program_at_other_sizes_and_says_which_suites_run_it() {
    let text = of_gs("main: go A; park", "A: ready main")
        + "sizes = [\"3m\", \"4p\"]\n[[run]]\nsuite = \"core\"\nbound = 2\n"
        + "[[run]]\nsuite = \"wide\"\nsize = \"4p\"\nengines = [\"explore\"]\nsometimes = [\"x\"]\n";
    let written = parse(Path::new("mine.toml"), &text).unwrap();
    let sizes = written.at_all_sizes();
    let sizes: Vec<_> = sizes.iter().map(|s| (&*s.name, s.ps, s.ms)).collect();
    assert_eq!(sizes, [("mine", 2, 2), ("mine-3m", 2, 3), ("mine-4p", 4, 4)]);
    let runs: Vec<(String, &GateRun)> = written.runs().collect();
    let (narrow, wide) = (&runs[0], &runs[1]);
    assert_eq!((&*narrow.0, &*narrow.1.suite, narrow.1.bound), ("mine", "core", Some(2)));
    assert_eq!((&*wide.0, &*wide.1.suite), ("mine-4p", "wide"));
    assert_eq!(wide.1.engines, Some(vec![sync::driver::Engine::Explore]));
    assert_eq!(wide.1.sometimes, ["x"]);
}

#[test]
fn a_wrong_size_or_run_is_an_error_with_its_line() {
    let with = |text: &str| error(&(of_gs("main: go A; park", "A: ready main") + text));
    let cases: &[(String, &[&str])] = &[
        (with("sizes = [\"big\"]"), &["mine.toml:6: sizes: `big` is not a size", "write `3m`"]),
        (with("sizes = [\"1m\"]"), &["mine.toml:6: sizes: `1m`: ms: 1 is less than the 2 Ps"]),
        (
            with("\n[[run]]\nsuite = \"core\"\nsize = \"3m\""),
            &["mine.toml:7: run: size `3m` is not one of the file's `sizes`"],
        ),
        (
            with("[[run]]\nsuites = 1"),
            &["unknown field `suites`; did you mean `suite`? Expected one of `suite`, `size`"],
        ),
        (with("[[run]]\nbound = 1"), &["missing field `suite`"]),
    ];
    all_have(cases);
}

#[test]
fn an_invalid_number_name_or_field_is_an_error() {
    let cases: &[(String, &[&str])] = &[
        (
            error("name = \"mine\"\nps = 1\nms = -1\ngs = [\"main:\"]"),
            &["mine.toml:3: ms: -1 is out of range; write 1 to 16"],
        ),
        (
            error("name = \"mine\"\nps = 1\nms = 1\nring = 99999999999\ngs = [\"main:\"]"),
            &["mine.toml:4: ring: 99999999999 is out of range; write a power of two"],
        ),
        (
            error("name = \"mine\"\nps = 1\nms = 1\n\ngs = []"),
            &["mine.toml:5: gs[0]: entry 1: not main's"],
        ),
        (
            error(&format!("name = \"{}\"\nps = 1\nms = 1\ngs = [\"main:\"]", "a".repeat(65))),
            &["mine.toml:1: name: `aaa", "at most 64"],
        ),
        (
            error("name = \"--out\"\nps = 1\nms = 1\ngs = [\"main:\"]"),
            &["mine.toml:1: name: `--out`", "the first a letter or a digit"],
        ),
        (
            error("ps = 1\n"),
            &["missing field `name`", "a file has name, ps, ms and gs", "`pidle check --help`"],
        ),
    ];
    all_have(cases);
}

/// Each error contains all of its parts.
fn all_have(cases: &[(String, &[&str])]) {
    for (got, wanted) in cases {
        for part in *wanted {
            assert!(got.contains(part), "{got}\n  lacks {part}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = read(Path::new("no/such.toml")).unwrap_err().to_string();
    assert!(error.starts_with("no/such.toml: "), "{error}");
}

#[test]
fn an_action_that_the_variant_does_not_have_is_reported_with_its_line() {
    let text = "name = \"x\"\nabout = \"x\"\nps = 1\nms = 1\ngs = [\n  \"main: sleep 1; add T 3 chan\",\n]\n";
    let written = parse(Path::new("x.toml"), text).expect("valid");
    assert!(written.fits(&runtime_model::steps::GO_1_27).is_ok());
    let error = written.fits(&runtime_model::steps::GO_1_19).expect_err("refused").to_string();
    assert!(
        error.starts_with("x.toml:6: gs[0]: G main, action 2 (`add T 3 chan`): the variant's"),
        "{error}"
    );
    assert!(
        error.ends_with("; write `add T N send X` and `park` in X, or choose a variant of Go 1.27"),
        "{error}"
    );
}
