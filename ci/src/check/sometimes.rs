//! What the gate requires some execution of a scenario to show: `check` counts it, and requires it with `--sometimes`.

use checks::{scenarios, suite};
use harness::included;
use harness::report::Job;
use harness::scenario_file::Written;
use sync::driver::Engine;

use crate::error::Error;

/// The job, with what the gate requires of such runs: of this scenario, on this engine, in this mode. The scenario is that
/// of `file`, or one that comes with pidle. `required`: the verdict depends on it.
///
/// # Errors
/// If it is to be required, and there is nothing to require.
pub(super) fn with(
    job: Job,
    file: Option<&Written>,
    engine: Engine,
    required: bool,
) -> Result<Job, Error> {
    let included = || Some(included::with_file(scenarios::FILES, &job.scenario)?.0.written());
    let runs = match file {
        Some(file) => suite::jobs_of(file, engine),
        None => included().map_or(Vec::new(), |file| suite::jobs_of(&file, engine)),
    };
    let like_this = |run: &&Job| {
        let kinds = |job: &Job| (job.mode, job.finds_livelocks());
        run.scenario == job.scenario && kinds(run) == kinds(&job)
    };
    let names = runs.iter().filter(like_this).flat_map(|run| run.sometimes.clone());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    if names.is_empty() && required {
        return Err(Error::Usage(format!(
            "--sometimes has no effect: no `[[run]]` of {} on {engine} in this mode has `sometimes`; leave it out",
            job.scenario
        )));
    }
    Ok(if required { Job { sometimes: names, ..job } } else { Job { counted: names, ..job } })
}
