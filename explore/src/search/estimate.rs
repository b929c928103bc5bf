//! How many executions a search without a cache has: an unbiased estimate, and its spread.
//!
//! # A probe
//! 1. It goes down the tree of executions level by level, with a few *sites*: nodes, each of which stands for
//!    a number of nodes of its level, its *weight*. The root stands for itself.
//! 2. From each site all steps are taken, those that [`Dfs`] would take. An execution that ends counts the
//!    weight of its site; any other child is a site of the next level.
//! 3. Of sites with the same state, and the same threads asleep, one stands for all: which, is drawn.
//! 4. If there are too many, the lightest are drawn lots for, and who is left stands for who is not.
//!
//! Neither draw changes the expected sum of weight times executions below, whatever the sites are: so the
//! estimate is unbiased also where a fingerprint is wrong. The closer those that are drawn from are to each
//! other, the smaller the spread; where nothing but equal states is drawn from, the number is exact.
//!
//! A single random path, weighed by the product of its choices (D. E. Knuth 1975), is a probe with room for
//! one site. Of the Go model's smallest programs that says next to nothing: paths are hundreds of steps
//! long, nearly all of the executions have large products, and no path that is drawn has. (Steps 3 and 4:
//! P. C. Chen, *Heuristic Sampling*, SIAM Journal on Computing 21, 1992; P. Fearnhead and P. Clifford,
//! *On-line inference for hidden Markov models via particle filters*, 2003.)
//!
//! Who sleeps after a step depends on the steps that the node's other threads have taken before; as all are
//! taken, that is known. With a cache, what is left to do at a node depends on all of the search before it,
//! which nothing that begins at the root can know: so there is no estimate then.

use std::collections::HashMap;

use fastrand::Rng;

use crate::cache::Visit;
use crate::fingerprint::of;
use crate::interface::{Next, Node, Pick, Resume, Search};
use crate::operation::ThreadId;
use crate::options::{Estimated, Probing};
use crate::state::Fault;

use super::{Arc, Dfs, Frame, Options, Shared};

/// Random probes of the tree of executions.
pub struct Estimate {
    /// Knows the steps of each node, and has the site that is being explored. It never goes on by itself.
    dfs: Dfs,
    probing: Probing,
    rng: Rng,
    /// The root, with all of its steps, once it is known.
    root: Option<Frame>,
    /// A probe is under way.
    begun: bool,
    /// Sites of the level that are still to be explored, the next one last.
    level: Vec<Site>,
    next_level: Vec<Site>,
    /// Where in the next level a site is.
    known: HashMap<u128, usize>,
    /// The site that is being gone to.
    going: Option<Site>,
    /// Of the site that is being explored.
    weight: f64,
    /// The states on the way to where it is.
    states: Vec<u128>,
    /// What the probe under way has come to: executions, and those of them that are not cut by sleep sets.
    executions: f64,
    complete: f64,
    so_far: Moments,
    so_far_complete: Moments,
}

/// A node that stands for others.
struct Site {
    path: Vec<Pick>,
    frame: Frame,
    /// For how many.
    weight: f64,
}

/// Mean and spread of what the probes have come to.
#[derive(Clone, Copy, Default)]
struct Moments {
    probes: u64,
    mean: f64,
    /// The sum of the squares of the distances from the mean.
    squares: f64,
}

impl Moments {
    /// One more. (B. P. Welford: sums of squares would lose all digits.)
    fn add(&mut self, value: f64) {
        self.probes += 1;
        let distance = value - self.mean;
        self.mean += distance / self.probes as f64;
        self.squares += distance * (value - self.mean);
    }

    /// The standard error of the mean; none of fewer than two.
    fn error(&self) -> Option<f64> {
        let probes = self.probes as f64;
        (self.probes > 1).then(|| (self.squares / (probes - 1.0) / probes).sqrt())
    }
}

impl Estimate {
    /// Of what a search with these options would explore, had it no cache and one worker.
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

    /// What it has come to. `None` if there were fewer than two probes; if a limit was met, since those that
    /// end early are not like the others; or if the number is too large for a float.
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

    /// A child of the site that is being explored, or the root. False if a limit is met.
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
        if self.dfs.options().fault == Some(Fault::ChildLeftOut) && todo.len() > 1 {
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

    /// A site of the next level: a probe's step 3.
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
        match instead {
            true => *site = Site { path, frame, weight },
            false => site.weight = weight,
        }
    }

    /// Goes on to the next level.
    fn descend(&mut self) {
        self.known.clear();
        let mut sites = std::mem::take(&mut self.next_level);
        if sites.len() > self.probing.width {
            sites = self.thin(sites);
        }
        // So that the way from each site to the next is short; and never the order of a table.
        sites.sort_by(|a, b| {
            let of =
                |site: &Site| site.path.iter().map(|p| (p.thread, p.outcome)).collect::<Vec<_>>();
            of(b).cmp(&of(a))
        });
        self.level = sites;
    }

    /// As many sites as there is room for: step 4. Those stay as they are that stand for more than an equal
    /// part of what is left to draw from; of the others, each is drawn with a chance in proportion to its
    /// weight, and stands for that part then.
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
        // Not by what is left of the sum, which may have lost its digits.
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

    /// The next site to explore; `None` if the last probe has ended.
    fn next_site(&mut self) -> Option<Site> {
        if self.level.is_empty() {
            self.descend();
        }
        if let Some(site) = self.level.pop() {
            return Some(site);
        }
        let Some(root) = &self.root else {
            // Nothing is ever chosen: all probes are this one.
            for _ in 0..self.probing.probes {
                self.so_far.add(self.executions);
                self.so_far_complete.add(self.complete);
            }
            return None;
        };
        // The root is met once; each probe begins with it.
        if std::mem::replace(&mut self.begun, true) {
            self.so_far.add(std::mem::take(&mut self.executions));
            self.so_far_complete.add(std::mem::take(&mut self.complete));
        }
        let frame = Frame { todo: root.todo.clone(), ..root.copy() };
        let more = self.so_far.probes < self.probing.probes;
        more.then_some(Site { path: Vec::new(), frame, weight: 1.0 })
    }

    /// The site is where it is: its steps are taken from here.
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
        // Nothing has run yet that could be cut off.
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
}
