//! Words for modes, verdicts and jobs, as all commands print them.

use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Job, Mode, Report};
use harness::verdict::Verdict;

/// A mode's name.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Symptoms => "symptoms",
        Mode::Invariants => "invariants",
        Mode::Races => "races",
    }
}

/// A report's verdict. Where a failure was expected, *held* means that it was found, and other words say that.
pub fn verdict(report: &Report) -> String {
    match report.job.expect {
        Expect::Fails { .. } if report.verdict == Verdict::Held => "fails as expected".into(),
        Expect::Ends { ref how, .. } if report.verdict == Verdict::Held && !how.is_empty() => {
            "fails like the real runtime".into()
        }
        _ => report.verdict.to_string(),
    }
}

/// The scenario with its variant, or the kernel.
pub fn subject(job: &Job) -> String {
    if job.row == NO_VARIANT {
        job.scenario.clone()
    } else {
        format!("{} with {}", job.scenario, job.row)
    }
}
