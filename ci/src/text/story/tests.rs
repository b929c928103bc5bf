//! What a story looks like.

use super::sample::{counterexample, found, records};
use super::*;
use sync::driver::Schedule;

#[test]
fn what_a_thread_does_in_one_function_is_one_row_with_what_it_looked_at_before() {
    let expected = "\
The program, on 2 Ps and at most 2 Ms:
  G0 is main: go A; sleep 10; ready A; park
  G1 is A: park; ready main

M0─────P──M1────P──M0─M1──
(─ is a step of the M before it, ──(35)── are 35; P: this M is preempted)

┌───────┬──────────────────────────────────┬──────────────────────────────────────────┐
│ step  ┆ M0                               ┆ M1                                       │
╞═══════╪══════════════════════════════════╪══════════════════════════════════════════╡
│ 1–4   ┆ P0 G0: wakep                     ┆                                          │
│       ┆ reads npidle = 1, nmspinning = 0 ┆                                          │
│       ┆ nmspinning 0 → 1                 ┆                                          │
│ 5     ┆ P0 G0: pidleget                  ┆                                          │
│       ┆ npidle 1 → 0                     ┆                                          │
│       ┆ pidle [P1] → []                  ┆                                          │
│       ┆ P (preempted)                    ┆                                          │
│ 6     ┆                                  ┆ mstart                                   │
│       ┆                                  ┆ Unpark(P1)                               │
│ 7–9   ┆                                  ┆ P1: runqgrab, check_timers               │
│       ┆                                  ┆ reads P0.runqhead = 0, P0.runqtail = 0,  │
│       ┆                                  ┆ P0.timer0_when = 11                      │
│       ┆                                  ┆ P (preempted)                            │
│ 10    ┆ P0 G0: startm                    ┆                                          │
│       ┆ locks sched.lock                 ┆                                          │
│ 11–12 ┆                                  ┆ find_runnable, stopm                     │
│       ┆                                  ┆ reads sched.runqsize = 0                 │
│       ┆                                  ┆ sleep M1.park                            │
└───────┴──────────────────────────────────┴──────────────────────────────────────────┘
12 steps in 6 rows
";
    let text = render(&counterexample(), false, Some(87));
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.ends_with("\nthrow: must be able to track idle limiter event (in execution 1,234)\n")
    );
}

/// From a row of the table to the function, in the model and in Go.
#[test]
fn the_functions_of_a_table_have_their_places_below_it() {
    let text = render(&counterexample(), false, Some(87));
    let places: Vec<&str> =
        text.lines().skip_while(|line| !line.starts_with("function ")).collect();
    for (function, file, go) in [
        ("pidleget", "runtime-model/src/idle.rs:", "proc.go, pidleget 5734-5750 (1.19.8)"),
        ("wakep", "runtime-model/src/", "proc.go, wakep 2422-2431 (1.19.8)"),
    ] {
        let line = places.iter().find(|line| line.starts_with(&format!("{function} ")));
        let line = line.unwrap_or_else(|| panic!("{function}: {text}"));
        assert!(line.contains(file) && line.contains(go), "{line}");
    }
}

#[test]
fn a_function_that_mirrors_none_of_gos_says_whose_it_is() {
    let mut counterexample = counterexample();
    counterexample.steps = records("0 load a\n1 load b");
    for (n, function) in [(0, "busy_until"), (1, "put_without_the_lock")] {
        counterexample.steps[n].function = function.into();
    }
    let text = render(&counterexample, false, Some(100));
    for (function, whose) in
        [("busy_until", "the model's own"), ("put_without_the_lock", "the variant's own")]
    {
        let line = text.lines().find(|line| line.starts_with(&format!("{function} ")));
        assert!(line.is_some_and(|line| line.ends_with(whose)), "{text}");
    }
}

/// Beside what changes, which is a list, too.
#[test]
fn a_mask_that_is_read_is_a_list_of_ps() {
    let mut counterexample = counterexample();
    counterexample.steps = records("0 load timerpMask 3");
    let text = render(&counterexample, false, Some(100));
    assert!(text.contains("reads timerpMask = [P0 P1]"), "{text}");
    let text = render(&counterexample, true, Some(100));
    assert!(text.contains("load timerpMask [P0 P1]"), "{text}");
}

#[test]
fn a_whole_story_has_a_row_for_each_operation() {
    let text = render(&counterexample(), true, Some(100));
    for step in 3..=12 {
        assert!(text.contains(&format!("│ {step:<4} ┆")), "step {step}:\n{text}");
    }
    assert!(text.contains("load_acq P0.runqtail 0"), "{text}");
    assert!(text.contains("cas nmspinning 0 → 1"), "{text}");
}

/// The read may be what the whole story turns on.
#[test]
fn what_a_step_reads_is_shown_beside_what_changes_with_it() {
    let mut counterexample = counterexample();
    let last = counterexample.steps.len() - 2;
    counterexample.steps[last].changed = vec!["G1 runnable → running".into()];
    let text = render(&counterexample, false, Some(87));
    assert!(
        text.contains("sched.runqsize = 0") && text.contains("G1 runnable → running"),
        "{text}"
    );
}

#[test]
fn the_environments_steps_are_named_below_the_table() {
    let mut counterexample = counterexample();
    let picks = "explore 1: 0 0 0 0 0 #1 #1 #1 #1 0 #1 #1 world".into();
    counterexample.header.schedule = Schedule::Search { picks, preemptions: None };
    let text = render(&counterexample, false, Some(87));
    assert!(text.contains("\n13 steps in 6 rows; at step 13 no thread can move\n"), "{text}");
}

/// The file has two rounds of the cycle, and the table one.
#[test]
fn a_livelock_has_one_round_with_a_mark_where_it_begins() {
    let mut counterexample = counterexample();
    let picks = "explore 1: 0 0 #1 #1 | 0 #1".into();
    counterexample.header.schedule = Schedule::Search { picks, preemptions: None };
    counterexample.header.cycle = Some(3);
    let round = "0 load a\n1 load b\n";
    counterexample.steps = records(&format!("0 load x\n1 load y\n{round}{round}"));
    for full in [false, true] {
        let text = render(&counterexample, full, Some(87));
        assert!(text.contains("\n6 steps in 4 rows\n"), "{text}");
        let (stem, cycle) = text.split_once("from here on, for ever:").expect("a mark");
        assert!(stem.contains("y") && !stem.contains("load a"), "{text}");
        assert!(cycle.contains("│ 5 ") && cycle.contains("│ 6 "), "{text}");
    }
}

#[test]
fn a_story_fits_the_width_with_many_threads_and_long_words() {
    let mut counterexample = counterexample();
    for (step, thread) in counterexample.steps.iter_mut().zip((0..6).cycle()) {
        step.thread = thread;
        step.changed.push("P0.a_long_name_without_any_space → another_long_name".into());
    }
    for full in [false, true] {
        let text = render(&counterexample, full, Some(100));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}

#[test]
fn a_story_without_steps_still_says_how_it_ends() {
    let mut counterexample = counterexample();
    counterexample.steps.clear();
    assert!(render(&counterexample, false, Some(100)).contains("0 steps in 0 rows"));
}

#[test]
fn an_ending_names_what_failed() {
    let ending =
        |check: &str| ending(&Found { check: check.into(), message: "b".into(), ..found() });
    assert_eq!(ending("throw"), "throw: b (in execution 1,234)\n");
    assert_eq!(ending("deadlock"), "a cycle of locks: b (in execution 1,234)\n");
    assert_eq!(ending("race"), "a data race: b (in execution 1,234)\n");
    assert_eq!(ending("livelock"), "a livelock: b\n");
    assert_eq!(ending("a"), "the check `a` fails: b (in execution 1,234)\n");
}

#[test]
fn an_ending_says_how_small_it_is_and_whether_that_is_proven() {
    let small = |fewest| {
        ending(&Found { preemptions: Some(1), steps: Some(2_000), fewest, ..found() })
            .replace('\n', " ")
    };
    for (fewest, words) in [
        (Fewest::Unknown, "it is not known whether fewer are enough"),
        (Fewest::Preemptions, "no execution fails like this with fewer preemptions; it is not known whether fewer steps"),
        (Fewest::Steps, "no execution fails like this with fewer preemptions, or with as many in fewer steps"),
    ] {
        let text = small(fewest);
        let numbers = "1 preemption, 2,000 steps: ";
        assert!(text.contains(&format!("{numbers}{words}")), "{text}");
    }
}
