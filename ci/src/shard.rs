//! A part of a gate: whole scenarios, dealt out by what they cost, so that any array of jobs can share one.

use std::collections::BTreeMap;
use std::str::FromStr;

use checks::report::Job;
use serde::{Deserialize, Serialize};
use sync::driver::Engine;

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

/// What a scenario costs on an engine, in seconds, as measured once: `cargo pidle merge --costs`.
const COSTS: &str = include_str!("../costs.json");

/// What costs nothing that is known.
const UNKNOWN: f64 = 1.0;

/// Under which name a job's cost is known.
pub fn key(engine: &str, scenario: &str) -> String {
    format!("{engine} {scenario}")
}

/// What each scenario costs, by its [`key`].
pub fn costs() -> BTreeMap<String, f64> {
    serde_json::from_str(COSTS).unwrap_or_default()
}

/// The numbers of the jobs that this part does, in their order. Each job is in exactly one part, those of an
/// engine's scenario together: an expected failure needs the run that shows it fixed.
pub fn deal(jobs: &[(Engine, &Job)], shard: Shard) -> Vec<usize> {
    let costs = costs();
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (n, (engine, job)) in jobs.iter().enumerate() {
        groups.entry(key(engine.name(), &job.scenario)).or_default().push(n);
    }
    let cost = |key: &str| costs.get(key).copied().unwrap_or(UNKNOWN);
    let mut groups: Vec<(String, Vec<usize>)> = groups.into_iter().collect();
    // The dearest first, each to whoever has least: at most a third more than the best there is.
    groups.sort_by(|(a, _), (b, _)| cost(b).total_cmp(&cost(a)).then(a.cmp(b)));
    let mut load = vec![0.0_f64; shard.of];
    let mut mine = Vec::new();
    for (key, numbers) in groups {
        let least = (0..shard.of).min_by(|&a, &b| load[a].total_cmp(&load[b])).unwrap_or(0);
        load[least] += cost(&key);
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
    use crate::story::sample;

    #[test]
    fn each_job_is_in_exactly_one_part_with_its_scenario() {
        let names: Vec<String> = (0..17).map(|n| format!("S{}", n % 7)).collect();
        let job = sample::counterexample().header.job;
        let jobs: Vec<Job> =
            names.iter().map(|name| Job { scenario: name.clone(), ..job.clone() }).collect();
        let jobs: Vec<(Engine, &Job)> = jobs.iter().map(|job| (Engine::Loom, job)).collect();
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

    #[test]
    fn costs_are_known() {
        let costs: BTreeMap<String, f64> = serde_json::from_str(COSTS).expect("a table of costs");
        assert!(costs.contains_key(&key("explore", "S4")));
    }

    #[test]
    fn a_part_is_one_of_so_many() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for text in ["0/2", "3/2", "1", "a/b", "1/0", ""] {
            assert!(text.parse::<Shard>().unwrap_err().contains("such as 1/2"), "{text}");
        }
    }
}
