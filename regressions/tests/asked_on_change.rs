//! A check that is asked only if something that it read has changed says what one says that is asked at each step:
//! the same verdicts, failing executions, endings, states and counts. `pidle gate --ask-always` compares all short runs; here are
//! a few of them.

use harness::report::{Job, Limits, Report};
use regressions::{runs, CONTENT};
use sync::driver::{Control, Progress, ENGINE};

/// Runs of more executions are left to the gate.
const MOST: u64 = 100;

/// So are all but one of so many.
const ONE_OF: usize = 8;

/// What comes of the job, but for the time; `None` if it is a long one.
fn report_of(job: &Job, ask_always: bool) -> Option<Report> {
    let limits = Limits { ask_always, audit: 0, ..job.limits.clone() };
    let short = |so_far: &Progress<'_>| {
        if so_far.executions > MOST {
            Control::Stop
        } else {
            Control::Go
        }
    };
    let outcome =
        CONTENT.prepare(&Job { limits, ..job.clone() }).expect("a job").run(short).expect("a run");
    let report = Report { seconds: 0.0, job: job.clone(), ..outcome.report };
    (report.executions <= MOST).then_some(report)
}

#[sync::test(restoring)]
fn checks_say_the_same_asked_always_and_on_change() {
    let (mut compared, mut failed) = (0, 0);
    for job in runs::gate(ENGINE).into_iter().step_by(ONE_OF) {
        let Some(on_change) = report_of(&job, false) else { continue };
        compared += 1;
        failed += u32::from(on_change.found.is_some());
        assert_eq!(report_of(&job, true), Some(on_change), "{job:?}");
    }
    assert!(compared > 40 && failed > 20, "{compared} compared, {failed} of them fail");
}
