//! A part of a gate: whole scenarios, dealt out by what they cost, so that any array of jobs can share one.

use std::collections::BTreeMap;
use std::str::FromStr;

use harness::report::Job;
use serde::{Deserialize, Serialize};
use sync::driver::Engine;

use crate::text::words::mode;

/// One part of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
}

/// The whole.
impl Default for Shard {
    fn default() -> Self {
        Shard { index: 1, of: 1 }
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((index, of)) if 0 < index && index <= of => Ok(Shard { index, of }),
            _ => Err("I/N, the I-th of N parts, such as 1/2".into()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// What runs cost, in seconds, as measured once: `cargo pidle merge --costs`. Only those that take [`SHORT`] or longer.
const COSTS: &str = include_str!("../../costs.json");

/// Seconds from which on a run's cost is kept.
pub const SHORT: f64 = 0.5;

/// What a run costs that is not kept.
const LITTLE: f64 = 0.05;

/// What runs cost, by their [`key`].
pub struct Costs(BTreeMap<String, f64>);

impl Costs {
    /// Those that are checked in.
    pub fn known() -> Self {
        Costs(serde_json::from_str(COSTS).unwrap_or_default())
    }

    /// Seconds of that job's run.
    pub fn of(&self, engine: Engine, job: &Job) -> f64 {
        self.0.get(&key(engine.name(), job)).copied().unwrap_or(LITTLE)
    }
}

/// Under which name a run's cost is kept. Of several with one name, the longest counts.
pub fn key(engine: &str, job: &Job) -> String {
    format!("{engine} {} {} {}", job.scenario, job.row, mode(job.mode))
}

/// The numbers of the jobs that this part does, in their order. Each job is in exactly one part, those of an
/// engine's scenario together: an expected failure needs the run that shows it fixed.
pub fn deal(jobs: &[(Engine, Job)], shard: Shard) -> Vec<usize> {
    let costs = Costs::known();
    let mut groups: BTreeMap<String, (f64, Vec<usize>)> = BTreeMap::new();
    for (n, (engine, job)) in jobs.iter().enumerate() {
        let (cost, numbers) = groups.entry(format!("{engine} {}", job.scenario)).or_default();
        *cost += costs.of(*engine, job);
        numbers.push(n);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // The dearest first, each to the part that has least so far: at most a third more than the best there is.
    groups.sort_by(|(a, (cost_a, _)), (b, (cost_b, _))| cost_b.total_cmp(cost_a).then(a.cmp(b)));
    let mut load = vec![0.0_f64; shard.of];
    let mut mine = Vec::new();
    for (_, (cost, numbers)) in groups {
        let least = (0..shard.of).min_by(|&a, &b| load[a].total_cmp(&load[b])).unwrap_or(0);
        load[least] += cost;
        if least + 1 == shard.index {
            mine.extend(numbers);
        }
    }
    mine.sort_unstable();
    mine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup;
    use crate::text::story::sample;
    use harness::report::Mode;

    #[test]
    fn each_job_is_in_exactly_one_part_with_its_scenario() {
        let names: Vec<String> = (0..17).map(|n| format!("S{}", n % 7)).collect();
        let job = sample::counterexample().header.job;
        let named = |name: &String| Job { scenario: name.clone(), ..job.clone() };
        let jobs: Vec<_> = names.iter().map(|name| (Engine::Loom, named(name))).collect();
        for of in 1..=9 {
            let parts: Vec<Vec<usize>> =
                (1..=of).map(|index| deal(&jobs, Shard { index, of })).collect();
            let mut all: Vec<usize> = parts.iter().flatten().copied().collect();
            all.sort_unstable();
            assert_eq!(all, (0..17).collect::<Vec<_>>());
            let with = |n: usize| parts.iter().position(|part| part.contains(&n));
            assert!((7..17).all(|n| with(n) == with(n % 7)), "{parts:?}");
        }
    }

    /// The same on each engine, so that one is enough.
    #[sync::test(restoring)]
    fn each_cost_is_of_a_run_that_can_be() {
        let costs: BTreeMap<String, f64> = serde_json::from_str(COSTS).expect("a table of costs");
        for (key, cost) in &costs {
            let words: Vec<&str> = key.split(' ').collect();
            let [engine, scenario, row, _mode] = words[..] else { panic!("{key}") };
            assert!(engine.parse::<Engine>().is_ok(), "{key}");
            lookup::known(scenario, row).unwrap();
            assert!(*cost >= SHORT, "{key}: {cost} s are not worth a line");
        }
    }

    #[test]
    fn a_run_that_is_not_kept_is_short_and_one_that_is_has_its_own_cost() {
        let costs = Costs::known();
        let job = sample::counterexample().header.job;
        let job = Job {
            scenario: "two-timers-relay-3m".into(),
            row: "GO_1_19_FIXED".into(),
            mode: Mode::Invariants,
            ..job
        };
        assert!(costs.of(Engine::Explore, &job) > 10.0);
        // Another row of the same program ends sooner.
        let other = Job { row: "GO_13F6BE28".into(), ..job };
        assert!(costs.of(Engine::Explore, &other) < SHORT);
    }

    #[test]
    fn a_part_is_one_of_so_many() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for text in ["0/2", "3/2", "1", "a/b", "1/0", ""] {
            assert!(text.parse::<Shard>().unwrap_err().contains("such as 1/2"), "{text}");
        }
    }
}
