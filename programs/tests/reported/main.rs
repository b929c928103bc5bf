//! Public reports of bugs in other people's schedulers, each as a small program: with the bug it fails, and mended it holds.
//!
//! A program is written from the report, with the steps that it speaks of, and nothing else of the project.

mod compio_948;
mod dotnet_121887;
mod eio_324;
mod ends_the_process;
mod event_listener_138;
mod freertos_612;
mod go_timer_channels;
mod raven_403;
mod tokio_8212;
mod traps;
mod zephyr_111656;
mod zio_342;

use programs::report::Found;
use programs::{AtEnd, Program, Report, Verdict};

/// The program holds in all its interleavings.
#[track_caller]
fn holds(name: &'static str, program: fn() -> AtEnd) -> Report {
    let report = Program::new(name, program).run();
    assert_eq!((report.verdict, &*report.extent), (Verdict::Held, "exhaustive"), "{report}");
    report
}

/// The program fails by this check.
#[track_caller]
fn fails(name: &'static str, program: fn() -> AtEnd, check: &str) -> Found {
    let report = Program::new(name, program).run();
    assert_eq!(report.verdict, Verdict::Violated, "{report}");
    let found = report.found.expect("a violated report has a failure");
    assert_eq!(found.check, check, "{found:?}");
    assert!(!found.story.is_empty(), "{found:?}");
    found
}
