//! What a suite is, and the runs that it has.

use harness::kernel::{Kernel, KERNEL, NO_VARIANT};
use harness::report::{Job, Limits, Mode};
use harness::scenario_file::{GateRun, Written};
use sync::driver::Engine;

/// The newest release with every known bug mended: for programs that no variant of Go 1.19 has.
pub(super) const NEWEST_FIXED: &str = "GO_FIXED";

/// The name of the variant on which everything must hold that it has.
pub const FIXED: &str = "GO_1_19_FIXED";

/// A suite: scenarios that are run the same way. Their files name it, with what each of them must show ([`GateRun`]).
pub struct Suite {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// The engines that run it in the gate.
    pub engines: &'static [Engine],
    /// Bound on preemptions of the engines other than explore; none for no bound.
    pub bound: Option<usize>,
    /// The variant on which it must hold.
    pub variant: &'static str,
}

/// Every state of it is searched.
pub(super) const SEARCHED_ONLY: &[Engine] = &[Engine::Explore];

/// The limits of a run that has no limits of its own.
pub fn limits(engine: Engine) -> Limits {
    Limits {
        // Where nothing is left out but what shows nothing new, none is needed.
        bound: (engine != Engine::Explore).then_some(2),
        executions: match engine {
            Engine::Shuttle => 1_000,
            _ => 200,
        },
        seeds: vec![1, 2, 3],
        search: None,
        max_seconds: None,
        // One state in so many that are gone back to is compared with the same steps from scratch.
        audit: if engine == Engine::Explore { 5_000 } else { 0 },
        ask_always: false,
    }
}

/// The kernel's run on that engine, without a bound.
pub(super) fn kernel_job(kernel: &Kernel, engine: Engine) -> Job {
    let limits = Limits { bound: None, ..limits(engine) };
    let name = format!("{KERNEL}{}", kernel.name);
    Job::new("kernels", &name, NO_VARIANT, Mode::Symptoms, limits)
}

impl Suite {
    /// Its scenarios among the files, in its order, each with what its file says about the run.
    pub fn runs(&self, files: &[Written]) -> Vec<(String, GateRun)> {
        let all = files.iter().flat_map(Written::runs);
        let mine = all.filter(|(_, run)| run.suite == self.name);
        let mut runs: Vec<_> = mine.map(|(name, run)| (name, run.clone())).collect();
        runs.sort_by_key(|(_, run)| run.order.unwrap_or(u32::MAX));
        runs
    }

    /// The suite's runs on that engine, none if it is not one of the suite's. On loom each scenario is run twice: with
    /// invariants; and in symptom mode, in which more orders are tried around plain accesses
    /// ([`sync::driver::Plan::races`]).
    pub fn jobs(&self, engine: Engine, files: &[Written]) -> Vec<Job> {
        let modes: &[Mode] = match engine {
            Engine::Loom => &[Mode::Invariants, Mode::Symptoms],
            _ => &[Mode::Invariants],
        };
        let runs = self.runs(files);
        modes.iter().flat_map(|&mode| self.jobs_in(mode, engine, &runs)).collect()
    }

    fn jobs_in(&self, mode: Mode, engine: Engine, runs: &[(String, GateRun)]) -> Vec<Job> {
        let on = |of: &[Engine]| of.contains(&engine);
        let runs = runs.iter().filter(|_| on(self.engines));
        let runs = runs.filter(|(_, run)| run.engines.as_deref().is_none_or(on));
        let job = |(scenario, run): &(String, GateRun)| {
            let bound = if engine == Engine::Explore { run.bound } else { self.bound };
            let limits = Limits { bound, ..limits(engine) };
            let job = Job::new(self.name, scenario, self.variant, mode, limits);
            Job { sometimes: run.sometimes.clone(), ..job }
        };
        runs.map(job).collect()
    }
}
