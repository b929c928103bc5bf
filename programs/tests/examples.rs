//! The examples find their mistakes, and hold without them. Their stories name the places in the source.

#[path = "../examples/executor.rs"]
#[allow(dead_code, unreachable_pub)]
mod executor;
#[path = "../examples/peterson.rs"]
#[allow(dead_code, unreachable_pub)]
mod peterson;
#[path = "../examples/thread_pool.rs"]
#[allow(dead_code, unreachable_pub)]
mod thread_pool;

use programs::{Program, Verdict};

/// The first program holds, and the second fails by this check, in so few preemptions.
#[track_caller]
fn holds_and_fails([right, wrong]: [Program; 2], check: &str, preemptions: u32, file: &str) {
    let report = right.run();
    assert_eq!(report.verdict, Verdict::Held, "{report}");
    let report = wrong.run();
    assert_eq!(report.verdict, Verdict::Violated, "{report}");
    let found = report.found.as_ref().expect("a failure");
    assert_eq!(found.check, check, "{report}");
    assert!(found.story.iter().any(|step| step.at.contains(file)), "{report}");
    assert!(found.preemptions.is_none_or(|known| known == preemptions), "{report}");
    assert!(report.to_string().contains("thread 1"), "{report}");
}

#[programs::test(exploring)]
fn petersons_lock_excludes_unless_two_lines_are_exchanged() {
    holds_and_fails(peterson::PROGRAMS, "race", 2, "peterson.rs:");
}

#[programs::test(exploring)]
fn a_pool_whose_workers_do_not_look_again_leaves_a_job() {
    holds_and_fails(thread_pool::PROGRAMS, "each job is done", 3, "thread_pool.rs:");
}

#[programs::test(exploring)]
fn a_task_that_looks_before_it_registers_sleeps_for_ever() {
    holds_and_fails(executor::PROGRAMS, "all threads finish", 1, "executor.rs:");
}
