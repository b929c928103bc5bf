//! What a story looks like.

use super::sample::{counterexample, found};
use super::*;

#[test]
fn what_a_thread_does_in_one_function_is_one_row_with_what_it_looked_at_before() {
    let expected = "\
M0────P──M1───P──M0─M1──
(─ is a step of the M before it, ──(35)── are 35; P: this M is preempted)

┌───────┬──────────────────────────────────┬──────────────────────────────────────────┐
│ step  ┆ M0                               ┆ M1                                       │
╞═══════╪══════════════════════════════════╪══════════════════════════════════════════╡
│ 1–3   ┆ P0 G0: wakep                     ┆                                          │
│       ┆ reads npidle = 1, nmspinning = 0 ┆                                          │
│       ┆ nmspinning 0 → 1                 ┆                                          │
│ 4     ┆ P0 G0: pidleget                  ┆                                          │
│       ┆ npidle 1 → 0                     ┆                                          │
│       ┆ pidle [P1] → []                  ┆                                          │
│ 5     ┆                                  ┆ mstart                                   │
│       ┆                                  ┆ Unpark(P1)                               │
│ 6–8   ┆                                  ┆ P1: runqgrab, check_timers               │
│       ┆                                  ┆ reads P0.runqhead = 0, P0.runqtail = 0,  │
│       ┆                                  ┆ P0.timer0_when = 11                      │
│ 9     ┆ P0 G0: startm                    ┆                                          │
│       ┆ locks sched.lock                 ┆                                          │
│ 10–11 ┆                                  ┆ find_runnable, stopm                     │
│       ┆                                  ┆ reads sched.runqsize = 0                 │
│       ┆                                  ┆ sleep M1.park                            │
└───────┴──────────────────────────────────┴──────────────────────────────────────────┘
11 steps in 6 rows

throw: must be able to track idle limiter event (in execution 1,234)
";
    assert_eq!(render(&counterexample(), false, Some(87)), expected);
}

#[test]
fn a_whole_story_has_a_row_for_each_operation() {
    let text = render(&counterexample(), true, Some(100));
    for step in 1..=11 {
        assert!(text.contains(&format!("│ {step:<4} ┆")), "step {step}:\n{text}");
    }
    assert!(text.contains("load_acq P0.runqtail 0"), "{text}");
    assert!(text.contains("cas nmspinning 0 → 1"), "{text}");
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
