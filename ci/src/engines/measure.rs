//! One run, from the worker's side: what it came to, and what it cost.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ProcessTime;
use harness::report::Job;
use regressions::CONTENT;
use serde::{Deserialize, Serialize};
use sync::driver::{Control, End, Sampler};

/// What a run came to, and what it cost.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Executions.
    pub executions: Option<u64>,
    /// Distinct states, if it knows of any.
    pub states: Option<u64>,
    /// CPU seconds of the process.
    pub cpu: Option<f64>,
    /// By how many bytes the peak of memory grew, where the system says.
    pub memory: Option<u64>,
    /// It came to its end: all executions, or all within the bound, or all of the sample.
    pub finished: bool,
    /// It was a sample, whose end says nothing of what is left.
    pub sampled: bool,
    /// The failure that it ended with.
    pub failed: Option<String>,
    /// What stopped it before its end.
    #[serde(default)]
    pub stopped: Option<String>,
}

/// Explores the job's program in that way, until it has had the job's seconds of CPU time, as whatever else
/// the machine does is no difference between peers; or the flag is set.
///
/// # Errors
/// If it cannot be run.
pub fn measure(job: &Job, sampler: Sampler, stop: Arc<AtomicBool>) -> Result<Measured, String> {
    let limit = job.limits.max_seconds.map(Duration::from_secs);
    let (before, start) = (peak(), ProcessTime::now());
    let prepared = CONTENT.prepare(job).map_err(|error| error.to_string())?;
    let explored = prepared.measure(sampler, move |_| {
        let late = limit.is_some_and(|limit| start.elapsed() > limit);
        match (stop.load(Ordering::Relaxed), late) {
            (true, _) => Control::Stop,
            (false, true) => Control::Late,
            (false, false) => Control::Go,
        }
    });
    let explored = explored.map_err(|error| error.to_string())?;
    let searched = explored.searched.as_ref().map(|searched| searched.statistics);
    let (failed, stopped) = match &explored.end {
        End::Failed { failure, .. } => (Some(failure.message.clone()), None),
        End::Complete => (None, None),
        End::Stopped => (None, job.limits.max_seconds.map(after)),
    };
    Ok(Measured {
        executions: Some(searched.map_or(explored.executions, |s| s.executions)),
        states: searched.map(|statistics| statistics.states),
        cpu: Some(start.elapsed().as_secs_f64()),
        memory: peak().zip(before).map(|(after, before)| after.saturating_sub(before)),
        finished: explored.end == End::Complete,
        sampled: sync::driver::ENGINE == sync::driver::Engine::Shuttle
            && sampler == Sampler::Random,
        failed,
        stopped,
    })
}

/// What has stopped a run that had so many seconds of CPU time.
pub fn after(seconds: u64) -> String {
    format!("{seconds} s of CPU time")
}

/// The most memory that this process has had, in bytes, where Linux tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
