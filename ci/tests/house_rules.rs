//! The workspace keeps its own rules.

#[test]
fn the_workspace_is_tidy() {
    let (files, broken) = pidle::tidy::check(&pidle::engines::builder::root()).unwrap();
    let lines: String = broken.iter().map(|broken| format!("{broken}\n")).collect();
    assert!(files > 20, "only {files} files were looked at");
    assert!(broken.is_empty(), "\n{lines}");
}
