//! The workspace keeps its own rules.

/// The same on each engine, so that one is enough.
#[sync::test(restoring)]
fn the_workspace_is_tidy() {
    let (files, broken) = pidle::tidy::check(&pidle::engines::builder::root()).unwrap();
    let lines: String = broken.iter().map(|broken| format!("{broken}\n")).collect();
    assert!(files > 20, "only {files} files were looked at");
    assert!(broken.is_empty(), "\n{lines}");
}

/// clippy forbids each function that breaks the idle lists, except where the code says why it may.
#[test]
fn each_door_past_pidleget_is_disallowed() {
    let read = |path| std::fs::read_to_string(pidle::engines::builder::root().join(path)).unwrap();
    let (doors, lints) = (read("runtime-model/src/idle/by_hand.rs"), read("clippy.toml"));
    let doors = doors.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next());
    let doors: Vec<&str> = doors.collect();
    assert!(!doors.is_empty());
    for door in doors {
        let path = format!("\"runtime_model::idle::by_hand::{door}\"");
        assert!(lints.contains(&path), "{path} is missing from disallowed-methods in clippy.toml");
    }
}
