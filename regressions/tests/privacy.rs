//! The loop of golang/go#53294 does not compile where it was: in `checkdead`, inside the model.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `checkdead` did until commit 13f6be28, in this language: it unlinks the timer's P itself.
const THE_SEEDS_LOOP: &str = "
impl Sched {
    /// Unlinks the P that owns the next timer.
    pub fn unlink_timer_owner(&self, locked: &mut SchedLocked) -> Option<crate::p::OwnedP> {
        let owner = self.next_timer_owner()?;
        let at = locked.pidle.list.iter().position(|p| p.id() == owner)?;
        Some(locked.pidle.list.remove(at))
    }
}
";

/// A P that is made up, instead.
const A_P_MADE_UP: &str = "
/// Owns P0, even if an M owns it already.
pub fn make_up() -> crate::p::OwnedP {
    crate::idle::OwnedP(crate::p::PId(0))
}
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of the model as a workspace of its own, with `planted` at the end of `deadlock.rs`.
fn copy_with(planted: &str) -> PathBuf {
    let copy = root().join("target/privacy/runtime-model");
    let _ = fs::remove_dir_all(&copy);
    copy_dir(&root().join("runtime-model/src"), &copy.join("src"));
    let manifest = |path: &str| fs::read_to_string(root().join(path)).expect("a manifest");
    // The workspace's own manifest, with the other members as packages from outside.
    let workspace = manifest("Cargo.toml").replace("path = \"", "path = \"../../../");
    let workspace = workspace.lines().filter(|line| !line.starts_with("members"));
    let workspace: Vec<&str> = workspace.collect();
    let all = manifest("runtime-model/Cargo.toml") + "\n" + &workspace.join("\n");
    fs::write(copy.join("Cargo.toml"), all).unwrap();
    fs::copy(root().join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    let file = copy.join("src/deadlock.rs");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, text + planted).unwrap();
    copy
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What the compiler says of the copy; none if it is content.
fn errors(planted: &str) -> Option<String> {
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--target-dir"])
        .arg(root().join("target/privacy"))
        .current_dir(copy_with(planted))
        .output()
        .expect("cargo");
    let text = String::from_utf8_lossy(&checked.stderr).into_owned();
    (!checked.status.success()).then_some(text)
}

/// One test, since all use the same copy.
#[test]
fn a_p_is_neither_unlinked_nor_made_up_in_checkdead() {
    assert_eq!(errors(""), None, "the copy as it is");
    let text = errors(THE_SEEDS_LOOP).expect("the list is private");
    assert!(text.contains("error[E0616]: field `list` of struct `IdleList` is private"), "{text}");
    let text = errors(A_P_MADE_UP).expect("only idle.rs makes one");
    assert!(text.contains("error[E0423]") || text.contains("is private"), "{text}");
}
