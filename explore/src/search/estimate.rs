//! An unbiased estimate of the number of executions of a search without a cache, and its standard error.
//!
//! # A probe
//! 1. It goes down the tree of executions level by level with a few *sites*. A site is a node that
//!    represents a number of nodes of its level, its *weight*. The root has the weight 1.
//! 2. It takes all steps from each site, the same that [`Dfs`] would take. An execution that ends adds the
//!    weight of its site to the count; any other child becomes a site of the next level.
//! 3. Of several sites with the same state and the same sleeping threads, one drawn at random represents
//!    all.
//! 4. If there are too many sites, some of the lightest are drawn at random, and represent the ones that
//!    are dropped.
//!
//! Neither draw changes the expected sum of weight times executions below, whatever the sites are. So the
//! estimate is unbiased even where a fingerprint is wrong. The more similar the sites of a draw are, the
//! smaller the standard error; where only equal states are drawn from, the number is exact.
//!
//! A single random path, weighted by the product of its choices (D. E. Knuth 1975), is a probe with room
//! for one site. It says next to nothing about even the smallest programs of the Go model: their paths have
//! hundreds of steps, nearly all executions lie on paths with large products, and a drawn path never has
//! one. (Steps 3 and 4: P. C. Chen, *Heuristic Sampling*, SIAM Journal on Computing 21, 1992; P. Fearnhead
//! and P. Clifford, *On-line inference for hidden Markov models via particle filters*, 2003.)
//!
//! Which threads sleep after a step depends on the steps of other threads that were taken before it from
//! the same node. A probe takes all of them, so it knows. With a cache, the work that is left at a node
//! depends on all of the search before, which a probe from the root cannot know; so there is no estimate
//! then.

use std::collections::HashMap;

use fastrand::Rng;

use crate::cache::Visit;
use crate::fault::Fault;
use crate::fingerprint::of;
use crate::interface::{Next, Node, Pick, Resume, Search};
use crate::operation::ThreadId;
use crate::options::{Estimated, Probing};

use super::{Arc, Dfs, Frame, Options, Shared};

/// Random probes of the tree of executions.
pub struct Estimate {
    /// A search that knows the steps of each node, and holds the site that is being explored. It never
    /// continues by itself.
    dfs: Dfs,
    probing: Probing,
    rng: Rng,
    /// The root with all of its steps, once known.
    root: Option<Frame>,
    /// Whether a probe is under way.
    begun: bool,
    /// The unexplored sites of the current level, the next one last.
    level: Vec<Site>,
    next_level: Vec<Site>,
    /// The index of each site in the next level, by its key.
    known: HashMap<u128, usize>,
    /// The site to which the path is being run.
    going: Option<Site>,
    /// The weight of the site that is being explored.
    weight: f64,
    /// The states on the current path.
    states: Vec<u128>,
    /// The counts of the probe under way: all executions, and those that sleep sets do not cut off.
    executions: f64,
    complete: f64,
    so_far: Moments,
    so_far_complete: Moments,
}

/// A node that represents others.
struct Site {
    path: Vec<Pick>,
    frame: Frame,
    /// How many nodes it represents.
    weight: f64,
}

/// Mean and variance of the probes' results.
#[derive(Clone, Copy, Default)]
struct Moments {
    probes: u64,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
}

impl Moments {
    /// Adds a result, by B. P. Welford's method: sums of squares would lose all digits.
    fn add(&mut self, value: f64) {
        self.probes += 1;
        let distance = value - self.mean;
        self.mean += distance / self.probes as f64;
        self.squares += distance * (value - self.mean);
    }

    /// The standard error of the mean; `None` with fewer than two probes.
    fn error(&self) -> Option<f64> {
        let probes = self.probes as f64;
        (self.probes > 1).then(|| (self.squares / (probes - 1.0) / probes).sqrt())
    }
}

impl Estimate {
    /// Estimates what a search with these options would explore without a cache and with one worker.
    pub fn new(options: Options, probing: Probing) -> Estimate {
        let options = Options {
            cache: false,
            keep_going: true,
            paranoid: false,
            traces: false,
            pairs: false,
            jobs: 1,
            ..options
        };
        Estimate {
            dfs: Dfs::new(Arc::new(Shared::new(options))),
            rng: Rng::with_seed(probing.seed),
            probing,
            root: None,
            begun: false,
            level: Vec::new(),
            next_level: Vec::new(),
            known: HashMap::new(),
            going: None,
            weight: 1.0,
            states: Vec::new(),
            executions: 0.0,
            complete: 0.0,
            so_far: Moments::default(),
            so_far_complete: Moments::default(),
        }
    }

    /// The result. `None` if there were fewer than two probes, if a limit was met (probes that end early
    /// are not representative), or if the number is too large for a float.
    pub fn estimated(&self) -> Option<Estimated> {
        let Moments { probes, mean: executions, .. } = self.so_far;
        if probes < self.probing.probes {
            return None;
        }
        let (seed, error) = (self.probing.seed, self.so_far.error()?);
        let Moments { mean: complete, .. } = self.so_far_complete;
        let complete_error = self.so_far_complete.error()?;
        let estimated = Estimated { probes, seed, executions, error, complete, complete_error };
        error.is_finite().then_some(estimated)
    }

    /// Handles a child of the current site, or the root. Returns false if a limit is met.
    fn child(&mut self, node: &Node<'_>) -> bool {
        self.dfs.record_step(node);
        let depth = self.dfs.path.len();
        let mut frame = self.dfs.arrive(node);
        if node.ended.is_some() {
            self.executions += self.weight;
            self.complete += self.weight;
            return true;
        }
        if self.dfs.shared.limit(0, depth, self.dfs.since.transitions % 64 == 0).is_some() {
            return false;
        }
        let Some(mut todo) = self.dfs.todo(node, Visit::New, &mut frame) else { return false };
        if self.dfs.fault() == Some(Fault::ChildLeftOut) && todo.len() > 1 {
            todo.pop();
        }
        let Some(first) = todo.last() else {
            self.executions += self.weight;
            return true;
        };
        frame.thread = first.thread;
        frame.todo = todo;
        if depth == 0 {
            self.root = Some(frame);
        } else {
            self.keep(frame);
        }
        true
    }

    /// Adds a site to the next level (step 3).
    fn keep(&mut self, frame: Frame) {
        let name = |thread| frame.renaming.of(thread);
        let mut asleep: Vec<ThreadId> = frame.sleep.iter().map(|sleeper| name(sleeper.0)).collect();
        asleep.sort_unstable();
        let key = of((frame.fingerprint, asleep, frame.current.map(name), frame.budget));
        let (path, weight) = (self.dfs.path.clone(), self.weight);
        let Some(&known) = self.known.get(&key) else {
            self.known.insert(key, self.next_level.len());
            self.next_level.push(Site { path, frame, weight });
            return;
        };
        let site = &mut self.next_level[known];
        let weight = site.weight + weight;
        let instead = self.rng.f64() * weight < self.weight;
        if instead {
            *site = Site { path, frame, weight }
        } else {
            site.weight = weight
        }
    }

    /// Continues with the next level.
    fn descend(&mut self) {
        self.known.clear();
        let mut sites = std::mem::take(&mut self.next_level);
        if sites.len() > self.probing.width {
            sites = self.thin(sites);
        }
        // In this order the path from each site to the next is short. The order must not come from a hash
        // table.
        sites.sort_by(|a, b| {
            let of =
                |site: &Site| site.path.iter().map(|p| (p.thread, p.outcome)).collect::<Vec<_>>();
            of(b).cmp(&of(a))
        });
        self.level = sites;
    }

    /// Reduces the sites to as many as there is room for (step 4). A site that is heavier than an equal
    /// part of the weight left to draw from stays as it is. Each of the others is drawn with a probability
    /// in proportion to its weight, and then represents one such part.
    fn thin(&mut self, mut sites: Vec<Site>) -> Vec<Site> {
        sites.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut room = self.probing.width;
        let mut sum: f64 = sites.iter().map(|site| site.weight).sum();
        let stay = sites.iter().take_while(|site| {
            let heavy = room > 1 && site.weight * room as f64 >= sum;
            if heavy {
                room -= 1;
                sum -= site.weight;
            }
            heavy
        });
        let stay = stay.count();
        let lots = sites.split_off(stay);
        // Summed again: what is left of `sum` may have lost its digits.
        let part = lots.iter().map(|site| site.weight).sum::<f64>() / room as f64;
        let mut due = self.rng.f64() * part;
        for site in lots {
            due -= site.weight;
            if due < 0.0 {
                sites.push(Site { weight: part, ..site });
                due += part;
            }
        }
        sites
    }

    /// The next site to explore; `None` after the last probe.
    fn next_site(&mut self) -> Option<Site> {
        if self.level.is_empty() {
            self.descend();
        }
        if let Some(site) = self.level.pop() {
            return Some(site);
        }
        let Some(root) = &self.root else {
            // The program never has a choice: all probes give this result.
            for _ in 0..self.probing.probes {
                self.so_far.add(self.executions);
                self.so_far_complete.add(self.complete);
            }
            return None;
        };
        // The search meets the root once, but each probe begins there.
        if std::mem::replace(&mut self.begun, true) {
            self.so_far.add(std::mem::take(&mut self.executions));
            self.so_far_complete.add(std::mem::take(&mut self.complete));
        }
        let frame = Frame { todo: root.todo.clone(), ..root.copy() };
        let more = self.so_far.probes < self.probing.probes;
        more.then_some(Site { path: Vec::new(), frame, weight: 1.0 })
    }

    /// Explores the site, which is the current node. Returns its first step.
    fn explore(&mut self, site: Site) -> Option<Pick> {
        self.weight = site.weight;
        self.dfs.path = site.path;
        self.dfs.frames = vec![site.frame];
        let pick = self.dfs.go_on()?;
        self.dfs.path.push(pick);
        Some(pick)
    }
}

impl Search for Estimate {
    fn at_node(&mut self, node: &Node<'_>) -> Next {
        self.states.truncate(self.dfs.path.len());
        self.states.push(node.fingerprint);
        if let Some(site) = self.going.take() {
            let depth = self.dfs.path.len();
            let pick = match site.path.get(depth) {
                Some(&pick) => {
                    self.dfs.path.push(pick);
                    self.going = Some(site);
                    pick
                }
                None => match self.explore(site) {
                    Some(pick) => pick,
                    None => return Next::Stop,
                },
            };
            return Next::Step { pick, keep_mark: true };
        }
        let at_root = self.dfs.path.is_empty();
        if !self.child(node) {
            return Next::Stop;
        }
        // At the root no execution is under way that could be cut off.
        let first = if at_root && self.root.is_some() { self.next_site() } else { None };
        match first.and_then(|site| self.explore(site)) {
            Some(pick) => Next::Step { pick, keep_mark: true },
            None => Next::Backtrack,
        }
    }

    fn backtrack(&mut self) -> Option<Resume<'_>> {
        let under_way = self.dfs.frames.last().is_some_and(|frame| frame.left() > 0);
        if under_way {
            self.dfs.path.pop();
            let next = self.dfs.go_on()?;
            self.dfs.path.push(next);
        } else {
            let site = self.next_site()?;
            let last = self.dfs.path.len().saturating_sub(1);
            let both = self.dfs.path[..last].iter().zip(&site.path);
            let same = both.take_while(|(here, there)| here == there).count();
            match site.path.get(same) {
                None => {
                    self.explore(site)?;
                }
                Some(&next) => {
                    self.dfs.path.truncate(same);
                    self.dfs.path.push(next);
                    self.going = Some(site);
                }
            }
        }
        let depth = self.dfs.path.len() - 1;
        let (path, next) = (&self.dfs.path[..depth], self.dfs.path[depth]);
        let fingerprint = self.states[depth];
        Some(Resume { depth, path, next, last: false, from_another_worker: false, fingerprint })
    }

    fn fault(&self) -> Option<Fault> {
        self.dfs.fault()
    }
}
