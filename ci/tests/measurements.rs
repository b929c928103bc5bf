//! `soundness` from end to end, with workers that are shell scripts.
#![cfg(unix)]

use pidle::engines::protocol::Answer;
use soundness::compare::Family;
use soundness::tally::{Differ, Tally};

use crate::common::stage::{interrupted, Stage, UNTIL_CLOSED};

/// What a comparison says of so many programs of each family.
fn tally(same: u64) -> Tally {
    let mut tally = Tally::default();
    tally.families.iter_mut().for_each(|row| row.same = same);
    tally
}

#[test]
fn soundness_holds_only_if_all_programs_were_compared_and_agree() {
    let run = |name: &str, answers: &[Answer], then: &str| {
        let stage = Stage::new(name, &[], answers, then);
        stage.run(&["soundness", "--cases", "5"])
    };
    let (code, stdout, _) = run("sound", &[Answer::Compared(tally(5))], "exit 0");
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains("held: 5 of 5 programs of each kind, from seed 1"), "{stdout}");
    let (code, stdout, _) = run("sound-in-part", &[Answer::Compared(tally(4))], "exit 0");
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("incomplete: 4 of 5 programs"), "{stdout}");
    let differ = Differ {
        family: Family::Bounded,
        seed: 9,
        what: "outcomes".into(),
        program: "thread 0: Sleep\n".into(),
        smallest: "states".into(),
    };
    let unsound = Tally { differ: Some(differ), ..tally(3) };
    let (code, stdout, _) = run("unsound", &[Answer::Compared(unsound)], "exit 0");
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("seed 9, bounds 0 to 3: outcomes"), "{stdout}");
    let (code, _, stderr) = run("sound-refused", &[Answer::Refused("no".into())], "exit 4");
    assert_eq!(code, Some(4), "{stderr}");
    let (code, _, stderr) = run("sound-lost", &[Answer::Compared(tally(5))], "kill -ABRT $$");
    assert_eq!(code, Some(4), "what comes before an abort is no verdict: {stderr}");
}

#[test]
fn an_interrupted_comparison_is_incomplete() {
    let stage = Stage::new("sound-interrupted", &[], &[Answer::Compared(tally(2))], UNTIL_CLOSED);
    let (code, stdout, _) = interrupted(&stage, &["soundness", "--cases", "5"]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("incomplete: 2 of 5 programs"), "{stdout}");
}
