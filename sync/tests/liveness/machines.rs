//! Generated programs of small state machines, compared with a plain computation on the machines themselves: it knows the
//! machines' tables and the definition of a livelock, and neither the search nor its fingerprints.

use std::collections::{BTreeMap, BTreeSet};

use explore::fault::{self, Fault};
use fastrand::Rng;
use sync::driver::{End, Plan, ENGINE};
use sync::{checkpoint, Arc, Atomic, Mutex};

use super::{explored, plan};

/// The values of a word, and the local states of a thread.
const VALUES: u32 = 2;
const LOCALS: usize = 3;

/// What a thread does in a local state.
#[derive(Clone, Copy, Debug)]
enum Act {
    Load,
    Store(u32),
    Swap(u32),
    Choose,
    /// Takes the lock, loads the word, and releases the lock.
    Locked,
    Finish,
}

/// What a thread does in a local state, and, for each value that it sees, its next local state and whether that is progress.
#[derive(Clone, Debug)]
struct Row {
    act: Act,
    next: [(usize, bool); VALUES as usize],
}

/// For each thread, its rows.
type Machines = Vec<[Row; LOCALS]>;

fn generate(seed: u64) -> Machines {
    let mut rng = Rng::with_seed(seed);
    let threads = rng.usize(1..=3);
    // Of 10 moves, so many make progress.
    let progress = rng.u8(..9);
    let row = |rng: &mut Rng| Row {
        act: match rng.u8(..12) {
            0..3 => Act::Load,
            3..5 => Act::Store(rng.u32(..VALUES)),
            5..7 => Act::Swap(rng.u32(..VALUES)),
            7 => Act::Choose,
            8..11 => Act::Locked,
            _ => Act::Finish,
        },
        next: std::array::from_fn(|_| (rng.usize(..LOCALS), rng.u8(..10) < progress)),
    };
    let machine = |rng: &mut Rng| std::array::from_fn(|_| row(rng));
    (0..threads).map(|_| machine(&mut rng)).collect()
}

/// Runs one machine on the shared word and lock.
fn run(machine: &[Row; LOCALS], word: &Atomic<u32>, lock: &Mutex<()>) {
    let mut local = 0;
    loop {
        checkpoint(local);
        let Row { act, next } = &machine[local];
        let seen = match *act {
            Act::Load => word.load(),
            Act::Store(value) => {
                word.store(value);
                0
            }
            Act::Swap(value) => word.swap(value),
            Act::Choose => sync::choose(VALUES as usize) as u32,
            Act::Locked => {
                let _held = lock.lock();
                word.load()
            }
            Act::Finish => return,
        };
        let (to, progress) = next[seen as usize];
        local = to;
        if progress {
            sync::made_progress();
        }
    }
}

fn start(machines: &Machines) {
    let shared = Arc::new((Atomic::new("word", 0u32), Mutex::new("lock", ())));
    let mut others = machines.iter().cloned();
    let first = others.next().expect("a machine");
    for machine in others {
        let shared = shared.clone();
        sync::spawn(move || run(&machine, &shared.0, &shared.1));
    }
    run(&first, &shared.0, &shared.1);
}

/// Where a thread is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum At {
    /// The threads before it start it.
    Unborn,
    Born,
    /// The first thread has started the threads up to this one.
    Started(usize),
    Local(usize),
    /// It holds the lock.
    Holding(usize),
    Done,
}

/// The word, and where each thread is.
type World = (u32, Vec<At>);

/// What thread `me` can do in the world: each next world, and whether that is progress.
fn moves(machines: &Machines, (word, at): &World, me: usize) -> Vec<(World, bool)> {
    let to = |word: u32, mine: At| {
        let mut at = at.clone();
        at[me] = mine;
        (word, at)
    };
    let begins = |local: usize| match machines[me][local].act {
        Act::Finish => At::Done,
        _ => At::Local(local),
    };
    // The step ends where the next one is announced.
    let after = |local: usize, word: u32, seen: u32| {
        let (next, progress) = machines[me][local].next[seen as usize];
        (to(word, begins(next)), progress)
    };
    match at[me] {
        At::Unborn | At::Done => Vec::new(),
        At::Born => match me {
            0 if machines.len() > 1 => {
                let (word, mut at) = to(*word, At::Started(1));
                at[1] = At::Born;
                vec![((word, at), false)]
            }
            _ => vec![(to(*word, begins(0)), false)],
        },
        At::Started(last) if last + 1 < machines.len() => {
            let (word, mut at) = to(*word, At::Started(last + 1));
            at[last + 1] = At::Born;
            vec![((word, at), false)]
        }
        At::Started(_) => vec![(to(*word, begins(0)), false)],
        At::Holding(local) => vec![after(local, *word, *word)],
        At::Local(local) => match machines[me][local].act {
            Act::Load => vec![after(local, *word, *word)],
            Act::Store(value) => vec![after(local, value, 0)],
            Act::Swap(value) => vec![after(local, value, *word)],
            Act::Choose => (0..VALUES).map(|seen| after(local, *word, seen)).collect(),
            Act::Locked if at.iter().any(|at| matches!(at, At::Holding(_))) => Vec::new(),
            Act::Locked => vec![(to(*word, At::Holding(local)), false)],
            Act::Finish => unreachable!("it is done"),
        },
    }
}

/// All worlds, with the moves of each thread.
type All = BTreeMap<World, Vec<Vec<(World, bool)>>>;

fn all(machines: &Machines) -> All {
    let mut at = vec![At::Unborn; machines.len()];
    at[0] = At::Born;
    let mut open = vec![(0, at)];
    let mut all = All::new();
    while let Some(world) = open.pop() {
        if all.contains_key(&world) {
            continue;
        }
        let each: Vec<_> = (0..machines.len()).map(|me| moves(machines, &world, me)).collect();
        open.extend(each.iter().flatten().map(|(next, _)| next.clone()));
        all.insert(world, each);
    }
    all
}

/// The worlds to which the steps that make no progress lead from this one, with at least one step.
fn leads(all: &All, from: &World) -> BTreeSet<World> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.clone()];
    while let Some(world) = open.pop() {
        for (next, progress) in all[&world].iter().flatten() {
            if !progress && reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

/// Whether there is a livelock, by the definition.
fn has_livelock(all: &All, threads: usize) -> bool {
    let leads: BTreeMap<&World, BTreeSet<World>> =
        all.keys().map(|world| (world, leads(all, world))).collect();
    all.keys().any(|world| {
        let back = |other: &&World| leads[world].contains(*other) && leads[*other].contains(world);
        let component: BTreeSet<&World> = all.keys().filter(back).collect();
        let is_fair_to = |me: usize| {
            component.iter().any(|world| {
                let mine = &all[*world][me];
                let inside = |(to, progress): &(World, bool)| !progress && component.contains(to);
                mine.is_empty() || mine.iter().any(inside)
            })
        };
        !component.is_empty() && (0..threads).all(is_fair_to)
    })
}

/// What the search finds in the machines of this seed: whether a livelock, and how many states.
fn found(seed: u64) -> (bool, u64) {
    let machines = generate(seed);
    let plan = Plan { choices: true, ..plan(machines.len()) };
    let explored = explored(&plan, move || start(&machines));
    let livelock = match explored.end {
        End::Failed { failure, .. } if failure.kind() == "livelock" => true,
        End::Complete => false,
        other => panic!("seed {seed}: {other:?}"),
    };
    (livelock, explored.searched.expect("searched").statistics.states)
}

/// What there is, by the definition.
fn expected(seed: u64) -> (bool, u64) {
    let machines = generate(seed);
    let all = all(&machines);
    (has_livelock(&all, machines.len()), all.len() as u64)
}

#[test]
fn machines_have_the_livelocks_that_the_definition_says() {
    let programs = if ENGINE.name() == "explore" { 1_500 } else { 150 };
    let mut livelocks = 0;
    for seed in 0..programs {
        let expected = expected(seed);
        assert_eq!(found(seed), expected, "seed {seed}: {:#?}", generate(seed));
        livelocks += u64::from(expected.0);
    }
    assert!(livelocks > programs / 5 && livelocks < programs * 4 / 5, "{livelocks} livelocks");
}

/// A search that does not see all of it is noticed: at the first seed that differs.
#[test]
fn planted_faults_are_noticed() {
    for fault in [Fault::GraphWithSleepSets, Fault::ProgressNotSeen, Fault::EnabledNotSeen] {
        let differs = |seed| {
            let found = std::panic::catch_unwind(|| fault::planting(Some(fault), || found(seed).0));
            found.ok() != Some(expected(seed).0)
        };
        assert!((0..150).any(differs), "{fault:?}");
    }
}
