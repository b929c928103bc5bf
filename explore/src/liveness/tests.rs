//! Random graphs, compared with the definition tried out on every set of states.

use fastrand::Rng;

use super::*;

/// The threads of a graph.
const THREADS: u8 = 3;

/// A graph of at most 6 states, most of which lead to each other.
struct Random {
    enabled: Vec<Threads>,
    steps: Vec<Step>,
}

impl Random {
    fn generate(seed: u64) -> Random {
        let mut rng = Rng::with_seed(seed);
        let states = rng.u32(1..=6);
        let (mut enabled, mut steps) = (Vec::new(), Vec::new());
        // How many of 8 steps make progress, and how many threads of 8 are disabled.
        let (progress, disabled) = (rng.u8(..4), rng.u8(..7));
        for from in 0..states {
            let mut can = 0;
            for thread in 0..THREADS {
                if rng.u8(..8) < disabled {
                    continue;
                }
                can |= 1 << thread;
                for outcome in 0..rng.u32(1..=2) {
                    let (to, progress) = (rng.u32(..states), rng.u8(..8) < progress);
                    steps.push(Step { from, to, outcome, thread, progress });
                }
            }
            enabled.push(can);
        }
        Random { enabled, steps }
    }

    fn livelock(&self) -> Option<Livelock> {
        let graph = Graph::default();
        for (state, &enabled) in (0..).zip(&self.enabled) {
            assert_eq!(graph.add(state, enabled, None), state as u32);
        }
        for &Step { from, to, outcome, thread, progress } in &self.steps {
            let taken = Taken { from, thread, outcome, progress };
            graph.add(to.into(), self.enabled[to as usize], Some(taken));
        }
        let names: Vec<ThreadId> =
            (0..THREADS).map(|n| ThreadId::MAIN.child(n.into()).unwrap()).collect();
        graph.livelock(&names)
    }

    /// The states to which the first one leads.
    fn reachable(&self) -> u32 {
        let mut reached = 1;
        for _ in &self.enabled {
            let steps = self.steps.iter().filter(|step| reached & 1 << step.from != 0);
            reached |= steps.fold(0, |to, step| to | 1 << step.to);
        }
        reached
    }

    /// Whether some set of states that can be reached is a livelock, by the definition.
    fn has_livelock(&self) -> bool {
        let reachable = self.reachable();
        (1..1 << self.enabled.len()).any(|set| set & !reachable == 0 && self.is_livelock(set))
    }

    fn is_livelock(&self, set: u32) -> bool {
        let within =
            |step: &&Step| !step.progress && set & 1 << step.from != 0 && set & 1 << step.to != 0;
        let states = || (0..self.enabled.len()).filter(|state| set & 1 << state != 0);
        let leads = |from: usize| {
            let mut reached = 0;
            for _ in &self.enabled {
                let steps = self.steps.iter().filter(within);
                let known = steps.filter(|s| s.from as usize == from || reached & 1 << s.from != 0);
                reached |= known.fold(0, |to, step| to | 1 << step.to);
            }
            reached
        };
        let connected = states().all(|state| leads(state) == set);
        let is_fair_to = |thread: u8| {
            self.steps.iter().filter(within).any(|step| step.thread == thread)
                || states().any(|state| self.enabled[state] & 1 << thread == 0)
        };
        connected && (0..THREADS).all(is_fair_to)
    }

    /// The steps of the shortest fair cycle, by trying all of them.
    fn shortest(&self) -> Option<usize> {
        let reachable = self.reachable();
        let disabled = |state: u32| !self.enabled[state as usize];
        let starts = (0..self.enabled.len() as u32).filter(|start| reachable & 1 << start != 0);
        let lengths = starts.filter_map(|start| {
            let mut places = vec![(start, disabled(start))];
            (1..40).find(|_| {
                let mut next = Vec::new();
                for &(at, seen) in &places {
                    for step in self.steps.iter().filter(|s| s.from == at && !s.progress) {
                        next.push((step.to, seen | 1 << step.thread | disabled(step.to)));
                    }
                }
                next.sort_unstable();
                next.dedup();
                places = next;
                places.contains(&(start, Threads::MAX))
            })
        });
        lengths.min()
    }

    /// Follows the livelock from the first state.
    fn follow(&self, found: &Livelock) {
        let take = |at: u32, pick: &Pick| {
            let is = |step: &&Step| {
                let thread = ThreadId::MAIN.child(step.thread.into());
                step.from == at && step.outcome == pick.outcome && thread == Some(pick.thread)
            };
            *self.steps.iter().find(is).expect("a step of the graph")
        };
        let start = found.stem.iter().fold(0, |at, pick| take(at, pick).to);
        let (mut at, mut seen) = (start, !self.enabled[start as usize]);
        for pick in &found.cycle {
            let step = take(at, pick);
            assert!(!step.progress, "a step of the cycle makes progress");
            at = step.to;
            seen |= 1 << step.thread | !self.enabled[at as usize];
        }
        assert_eq!((at, seen), (start, Threads::MAX), "it is no fair cycle");
    }
}

#[test]
fn a_livelock_is_found_if_and_only_if_there_is_one() {
    let mut livelocks = 0;
    for seed in 0..4_000 {
        let random = Random::generate(seed);
        let found = random.livelock();
        assert_eq!(found.is_some(), random.has_livelock(), "seed {seed}");
        if let Some(found) = found {
            livelocks += 1;
            random.follow(&found);
            assert_eq!(Some(found.cycle.len()), random.shortest(), "seed {seed}");
        }
    }
    assert!((400..3_600).contains(&livelocks), "{livelocks} of 4,000 graphs have a livelock");
}

/// The path that the walk keeps is as long as the graph.
#[test]
fn a_long_cycle_is_found() {
    let states = 200_000;
    let step =
        |from: u32| Step { from, to: (from + 1) % states, outcome: 0, thread: 0, progress: false };
    let random =
        Random { enabled: vec![1; states as usize], steps: (0..states).map(step).collect() };
    let found = random.livelock().expect("a livelock");
    assert_eq!((found.stem.len(), found.cycle.len()), (0, states as usize));
}

#[test]
fn preemptions_of_stem_and_cycle_are_counted() {
    let step = |from, to, thread| Step { from, to, outcome: 0, thread, progress: false };
    // Thread 0 is preempted in state 1, and cannot go on in state 2.
    let random = Random {
        enabled: vec![0b11, 0b11, 0b10],
        steps: vec![step(0, 1, 0), step(1, 2, 1), step(2, 2, 1)],
    };
    let found = random.livelock().expect("a livelock");
    assert_eq!((found.stem.len(), found.cycle.len(), found.preemptions), (2, 1, 1));
}
