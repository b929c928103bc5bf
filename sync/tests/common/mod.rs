//! Small generated programs, and all that a search says of one.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeSet;

use explore::options::{Options, Statistics};
use fastrand::Rng;
use sync::{Arc, Atomic, Ghost, Latch, Mutex, Note, Outside, Plain, Plan, Sampler};

/// What a thread of a generated program does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Load(usize),
    Store(usize, u32),
    Add(usize, u32),
    Cas(usize, u32, u32),
    /// Takes the lock, adds to its data, gives it back.
    Locked(usize, u32),
    /// As above, with a load of a word while it holds the lock.
    LockedLoad(usize, usize),
    /// Takes the second lock while it holds the first.
    Nested(usize, usize),
    Choose(usize),
    /// Sleeps on the thread's own note.
    Sleep,
    Wake(usize),
    SetLatch,
    WaitLatch,
    /// Starts the thread of this number.
    Spawn(usize),
    /// A plain field, racy or not.
    Plain(u32),
    /// What a check might read.
    Ghost(u32),
    /// Waits, busily, until the word has this value.
    Spin(usize, u32),
    /// As above, and meanwhile sets the other word to 1 and to 0.
    Blink(usize, u32),
    /// Forgets all but the last bit of what it has observed.
    Checkpoint,
}

/// A generated program: what each thread does. Thread 0 is the first.
#[derive(Clone, Debug)]
pub struct Program(pub Vec<Vec<Act>>);

impl Program {
    /// A program whose executions end.
    pub fn generate(seed: u64) -> Program {
        Program::of(seed, act)
    }

    /// A program with loops: its states are finite, but its executions are not.
    pub fn generate_with_loops(seed: u64) -> Program {
        Program::of(seed, |rng, me, threads| match rng.u32(..4) {
            0 => Act::Spin(rng.usize(..2), rng.u32(..2)),
            1 => Act::Blink(rng.usize(..2), rng.u32(..2)),
            2 => Act::Store(rng.usize(..2), rng.u32(..2)),
            _ => act(rng, me, threads),
        })
    }

    fn of(seed: u64, act: fn(&mut Rng, usize, usize) -> Act) -> Program {
        let mut rng = Rng::with_seed(seed);
        let threads = rng.usize(2..=3);
        let mut acts: Vec<Vec<Act>> = Vec::new();
        for me in 0..threads {
            let length = if threads == 2 { rng.usize(2..=6) } else { rng.usize(2..=4) };
            acts.push((0..length).map(|_| act(&mut rng, me, threads)).collect());
        }
        // Each thread but the first is started by one with a smaller number, somewhere early.
        for thread in 1..threads {
            let by = rng.usize(..thread);
            let at = rng.usize(..=acts[by].len().min(2));
            acts[by].insert(at, Act::Spawn(thread));
        }
        Program(acts)
    }
}

fn act(rng: &mut Rng, me: usize, threads: usize) -> Act {
    let word = rng.usize(..2);
    match rng.u32(..18) {
        0 | 1 => Act::Load(word),
        2 | 3 => Act::Store(word, rng.u32(..2)),
        4 => Act::Add(word, rng.u32(..2)),
        5 => Act::Cas(word, rng.u32(..2), rng.u32(..2)),
        6 | 7 => Act::Locked(rng.usize(..2), rng.u32(..2)),
        8 => Act::LockedLoad(rng.usize(..2), word),
        9 => Act::Nested(word, 1 - word),
        10 => Act::Choose(2),
        11 => Act::Sleep,
        12 => Act::Wake((me + 1) % threads),
        13 => Act::SetLatch,
        14 => Act::WaitLatch,
        15 => Act::Plain(rng.u32(..2)),
        16 => Act::Ghost(rng.u32(..2)),
        _ => Act::Checkpoint,
    }
}

struct Shared {
    program: Program,
    words: Vec<Atomic<u32>>,
    locks: Vec<Mutex<u32>>,
    notes: Vec<Note>,
    latch: Latch,
    plain: Plain<u32>,
    ghost: Ghost<u32>,
    /// What each thread has made of what it has seen.
    results: Vec<Ghost<Option<u64>>>,
}

impl Shared {
    fn new(program: Program) -> Shared {
        let threads = program.0.len();
        Shared {
            words: (0..2).map(|n| Atomic::new(("word", n, "value"), 0)).collect(),
            locks: (0..2).map(|n| Mutex::new(("lock", n, "data"), 0)).collect(),
            notes: (0..threads).map(|n| Note::new(("note", n as u32, "of"))).collect(),
            latch: Latch::new("latch"),
            plain: Plain::new("plain", 0),
            ghost: Ghost::new(0),
            results: (0..threads).map(|_| Ghost::new(None)).collect(),
            program,
        }
    }

    fn run(self: &Arc<Self>, me: usize) {
        let mut seen = 0u64;
        for (pc, &act) in self.program.0[me].iter().enumerate() {
            if let Act::Spin(word, value) | Act::Blink(word, value) = act {
                loop {
                    sync::checkpoint((me, pc, seen));
                    if self.words[word].load() == value {
                        break;
                    }
                    if let Act::Blink(..) = act {
                        self.words[1 - word].store(1);
                        self.words[1 - word].store(0);
                    }
                }
                continue;
            }
            let new = self.act(me, act);
            seen = seen.wrapping_mul(31).wrapping_add(new);
            if let Act::Checkpoint = act {
                seen %= 2;
                sync::checkpoint((me, pc, seen));
            }
        }
        self.results[me].set(Some(seen));
    }

    fn act(self: &Arc<Self>, me: usize, act: Act) -> u64 {
        match act {
            Act::Load(word) => self.words[word].load().into(),
            Act::Store(word, value) => {
                self.words[word].store(value);
                0
            }
            Act::Add(word, value) => self.words[word].add(value).into(),
            Act::Cas(word, old, new) => self.words[word].cas(old, new).into(),
            Act::Locked(lock, add) => {
                let mut data = self.locks[lock].lock();
                *data += add;
                u64::from(*data)
            }
            Act::LockedLoad(lock, word) => {
                let mut data = self.locks[lock].lock();
                *data += self.words[word].load();
                u64::from(*data)
            }
            Act::Nested(a, b) => {
                let first = self.locks[a].lock();
                let second = self.locks[b].lock();
                u64::from(*first * 8 + *second)
            }
            Act::Choose(n) => sync::choose(n) as u64,
            Act::Sleep => {
                self.notes[me].sleep();
                1
            }
            Act::Wake(thread) => {
                self.notes[thread].wakeup();
                0
            }
            Act::SetLatch => {
                self.latch.set();
                0
            }
            Act::WaitLatch => self.latch.wait().into(),
            Act::Spawn(thread) => {
                let this = self.clone();
                sync::spawn(move || this.run(thread));
                0
            }
            Act::Plain(value) => self.plain.replace(value).into(),
            Act::Ghost(value) => self.ghost.replace(value).into(),
            Act::Checkpoint | Act::Spin(..) | Act::Blink(..) => 0,
        }
    }

    fn outcome(&self) -> String {
        let words: Vec<u32> = self.words.iter().map(Atomic::peek).collect();
        let locks: Vec<u32> = self.locks.iter().map(|lock| *lock.peek().expect("free")).collect();
        let results: Vec<_> = self.results.iter().map(Ghost::get).collect();
        format!("{words:?} {locks:?} {} {} {results:?}", self.plain.get(), self.ghost.get())
    }
}

/// All that a search says of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub outcomes: BTreeSet<String>,
    pub failures: BTreeSet<String>,
    pub states: BTreeSet<u128>,
}

/// Searches the program; `None` if that takes too long.
pub fn search(
    program: &Program,
    options: Options,
    bound: Option<usize>,
) -> Option<(Found, Statistics)> {
    search_with(program, plan(options, bound, 3))
}

/// Searches the program by that plan; `None` if that takes too long.
pub fn search_with(program: &Program, plan: Plan) -> Option<(Found, Statistics)> {
    let outcomes = Outside::new(BTreeSet::new());
    let (program, sink) = (program.clone(), outcomes.clone());
    search_by(plan, move || {
        let shared = Arc::new(Shared::new(program.clone()));
        let (looked_at, sink) = (shared.clone(), sink.clone());
        sync::at_end(move || {
            let outcome = looked_at.outcome();
            sink.with_mut(|outcomes| outcomes.insert(outcome.clone()));
        });
        shared.run(0);
    })
    .map(|(mut found, statistics)| {
        found.outcomes = outcomes.with_mut(std::mem::take);
        (found, statistics)
    })
}

/// Searches any program; `None` if that takes too long.
pub fn search_of(
    options: Options,
    bound: Option<usize>,
    threads: usize,
    program: impl Fn() + Send + Sync + 'static,
) -> Option<(Found, Statistics)> {
    search_by(plan(options, bound, threads), program)
}

/// A search that goes on after failures and lists the states.
pub fn plan(options: Options, bound: Option<usize>, threads: usize) -> Plan {
    Plan {
        sampler: Sampler::Exhaustive,
        bound,
        threads,
        choices: true,
        search: Options { keep_going: true, ..options },
        list_states: true,
        ..Plan::default()
    }
}

fn search_by(
    plan: Plan,
    program: impl Fn() + Send + Sync + 'static,
) -> Option<(Found, Statistics)> {
    let explored = sync::explore(&plan, program).unwrap_or_else(|error| panic!("search: {error}"));
    let searched = explored.searched.expect("searched");
    searched.incomplete.is_none().then(|| {
        let found = Found {
            outcomes: BTreeSet::new(),
            failures: searched.failures.into_keys().collect(),
            states: searched.states,
        };
        (found, searched.statistics)
    })
}
