//! `check` with the search itself, which is in the program where that is built for it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code, stdout and stderr of `check` with these arguments.
fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pidle"));
    let folder = env!("CARGO_TARGET_TMPDIR");
    let output = command.current_dir(folder).arg("check").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[sync::test(restoring)]
fn a_kernel_that_a_variant_does_not_change_is_vacuous_under_it() {
    let (code, text, _) = check(&["kernel/note", "--variant", "53294/unlinked-by-hand"]);
    assert!(code == Some(2) && text.contains("the variant changes nothing here"), "{text}");
    let (code, text, _) = check(&["kernel/note", "--variant", "GO_1_27"]);
    assert!(code == Some(0) && !text.contains("changes nothing"), "{text}");
    let (code, text, _) = check(&["kernel/runqempty", "--variant", "cl-20858/one-look"]);
    assert_eq!(code, Some(1), "{text}");
}

#[sync::test(restoring)]
fn a_file_with_the_name_of_a_known_scenario_is_run_and_that_is_said() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("named.toml");
    let file = |name: &str| {
        let text =
            format!("name = \"{name}\"\nps = 2\nms = 2\ngs = [\"main: go A; park\", \"A: sleep 1; ready main\"]\n");
        fs::write(&path, text).unwrap();
        check(&[path.to_str().unwrap()])
    };
    let (code, text, remarks) = file("sleep-ready-park");
    assert!(code == Some(0) && text.contains("size        2P/2M/2G/1T\n"), "{text}{remarks}");
    assert!(remarks.contains("not the `sleep-ready-park` that comes with pidle"), "{remarks}");
    let (_, _, remarks) = file("of-a-user");
    assert_eq!(remarks, "");
}
