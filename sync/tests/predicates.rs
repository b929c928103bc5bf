//! Predicates that are evaluated on change give the same answers as predicates that are always evaluated;
//! and planted faults are detected.
#![cfg(searching)]

use explore::fault::{planting, Fault};
use explore::options::{Options, Statistics};
use soundness::found::{search_of, Found};
use sync::driver::{check_all, check_changed, Observer, Quiescent, Violation};
use sync::{Arc, Atomic, Ghost, Latch, Mutex, Plain};

/// What a search finds in a program, and its statistics.
type SearchResult = (Found, Statistics);

/// Something that a predicate reads.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Word(usize),
    Plain,
    Ghost,
    Lock,
    Waits,
    Rounds,
    /// The value of the first word when the observer last saw a state.
    Memory,
}

/// What a thread does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Store(usize, u32),
    Plain(u32),
    Ghost(u32),
    /// Takes the lock, writes a word, and releases the lock.
    Lock(usize, u32),
    Wait,
    Round,
}

const THINGS: [Thing; 8] = [
    Thing::Word(0),
    Thing::Word(1),
    Thing::Plain,
    Thing::Ghost,
    Thing::Lock,
    Thing::Waits,
    Thing::Rounds,
    Thing::Memory,
];

struct World {
    words: [Atomic<u32>; 2],
    plain: Plain<u32>,
    ghost: Ghost<u32>,
    lock: Mutex<u32>,
    latch: Latch,
    memory: Ghost<u32>,
}

impl World {
    fn new() -> World {
        World {
            words: [0, 1].map(|n| Atomic::new(("word", n, "of"), 0)),
            plain: Plain::new("plain", 0),
            ghost: Ghost::new(0),
            lock: Mutex::new("lock", 0),
            latch: Latch::new("latch"),
            memory: Ghost::new(0),
        }
    }

    fn peek(&self, thing: Thing) -> u32 {
        match thing {
            Thing::Word(n) => self.words[n].peek(),
            Thing::Plain => self.plain.peek(|&value| value),
            Thing::Ghost => self.ghost.peek(|&value| value),
            Thing::Lock => self.lock.peek().map_or(9, |value| *value),
            Thing::Waits => self.latch.is_waiting().into(),
            Thing::Rounds => sync::driver::rounds_without_progress(),
            Thing::Memory => self.memory.peek(|&value| value),
        }
    }

    fn act(&self, act: Act) {
        match act {
            Act::Store(n, value) => self.words[n].store(value),
            Act::Plain(value) => self.plain.set(value),
            Act::Ghost(value) => self.ghost.set(value),
            Act::Lock(n, value) => {
                let mut data = self.lock.lock();
                self.words[n].store(value);
                *data = value;
            }
            Act::Wait => drop(self.latch.wait()),
            Act::Round => sync::round_without_progress(),
        }
    }
}

/// Each predicate: it is not so that the one thing has this value and the other that. It reads the second
/// only if the first has its value.
type Predicates = Vec<[(Thing, u32); 2]>;

struct Evaluates {
    world: Arc<World>,
    predicates: Predicates,
    always: bool,
}

impl Observer for Evaluates {
    fn visited(&self) -> Result<(), Violation> {
        let both = |n: usize| {
            let is = |&(thing, value): &(Thing, u32)| self.world.peek(thing) == value;
            let text = || format!("{n}: {:?}", self.predicates[n]);
            if self.predicates[n].iter().all(is) {
                Err(text())
            } else {
                Ok(())
            }
        };
        let evaluate = if self.always { check_all } else { check_changed };
        evaluate(self.predicates.len(), both)
            .map_err(|(_, message)| Violation { check: "not both", message })?;
        self.passed();
        Ok(())
    }

    fn passed(&self) {
        self.world.memory.remember(self.world.words[0].peek());
    }

    fn quiescent(&self) -> Quiescent {
        if self.world.latch.is_set() {
            return Quiescent::Over(Ok(()));
        }
        self.world.latch.set();
        Quiescent::Moved
    }
}

#[derive(Clone, Debug)]
struct Program {
    threads: Vec<Vec<Act>>,
    predicates: Predicates,
}

impl Program {
    fn generate(seed: u64) -> Program {
        let mut rng = fastrand::Rng::with_seed(seed);
        let act = |rng: &mut fastrand::Rng| match rng.u8(..12) {
            0..4 => Act::Store(rng.usize(..2), rng.u32(..3)),
            4 => Act::Plain(rng.u32(..3)),
            5 => Act::Ghost(rng.u32(..3)),
            6 | 7 => Act::Lock(rng.usize(..2), rng.u32(..3)),
            8 => Act::Wait,
            _ => Act::Round,
        };
        let threads =
            (0..rng.usize(2..4)).map(|_| (0..rng.usize(1..5)).map(|_| act(&mut rng)).collect());
        let threads = threads.collect();
        let mut part = || (THINGS[rng.usize(..THINGS.len())], rng.u32(..3));
        // More than one word of bits.
        let predicates =
            (0..70).map(|_| [part(), part()]).filter(|parts| parts.iter().any(|part| part.1 > 0));
        Program { threads, predicates: predicates.collect() }
    }

    fn run(&self, always: bool) {
        let world = Arc::new(World::new());
        let predicates = self.predicates.clone();
        sync::driver::observe(Arc::new(Evaluates { world: world.clone(), predicates, always }));
        let mine =
            |me: usize, world: &World| self.threads[me].iter().for_each(|&act| world.act(act));
        for me in 1..self.threads.len() {
            let (acts, world) = (self.threads[me].clone(), world.clone());
            sync::spawn(move || acts.into_iter().for_each(|act| world.act(act)));
        }
        mine(0, &world);
    }

    /// What a search finds, with each predicate evaluated always or on change; `None` if it is too long.
    fn search(&self, always: bool, jobs: usize, fault: Option<Fault>) -> Option<SearchResult> {
        let options = Options { max_executions: Some(3_000), jobs, ..Options::default() };
        let (program, threads) = (self.clone(), self.threads.len());
        let run = move || program.run(always);
        planting(fault, || search_of(options, None, threads, run)).expect("searched")
    }
}

/// One predicate at a time, so that others do not end an execution before it.
fn alone(seed: u64) -> Vec<Program> {
    let program = Program::generate(seed);
    let one =
        |predicate: &[(Thing, u32); 2]| Program { predicates: vec![*predicate], ..program.clone() };
    program.predicates.iter().step_by(7).map(one).collect()
}

#[test]
fn evaluating_on_change_finds_what_evaluating_always_finds() {
    let (mut compared, mut failed) = (0, 0);
    for seed in 0..150 {
        for program in alone(seed).into_iter().chain([Program::generate(seed)]) {
            let Some(always) = program.search(true, 1, None) else { continue };
            assert_eq!(program.search(false, 1, None), Some(always.clone()), "{program:?}");
            compared += 1;
            failed += u32::from(!always.0.failures.is_empty());
        }
    }
    assert!(compared > 1_000 && failed > 300, "{compared} compared, {failed} of them fail");
}

/// For programs that do not fail: which of several failures is found, and what lies behind it, depends on
/// the order in which workers get there.
#[test]
fn several_workers_find_what_one_finds() {
    let mut compared = 0;
    for program in (0..150).flat_map(alone) {
        let always = program.search(true, 1, None).filter(|(found, _)| found.failures.is_empty());
        let Some((always, _)) = always else { continue };
        // Two workers may run a few executions more, and so meet the limit.
        let Some((two, _)) = program.search(false, 2, None) else { continue };
        assert_eq!(two.differs(&always), None, "{program:?}");
        compared += 1;
    }
    assert!(compared > 300, "{compared} compared");
}

/// Whether evaluating on change, with this fault, changes the result for some program.
fn is_detected(fault: Fault) -> bool {
    (0..40).flat_map(alone).any(|program| {
        let always = program.search(true, 1, None);
        always.is_some() && program.search(false, 1, Some(fault)) != always
    })
}

/// Objects 0 and 1 are the words, 2 the plain field, 3 the ghost, 4 the lock, 5 the latch, 6 what is remembered.
#[test]
fn a_change_that_is_not_recorded_is_detected() {
    for object in 0..7 {
        assert!(is_detected(Fault::ChangeNotRecorded(object)), "object {object}");
    }
    assert!(is_detected(Fault::RoundsNotRecorded));
    assert!(!is_detected(Fault::ChangeNotRecorded(99)), "there is no such object");
}

#[test]
fn reads_that_are_not_recorded_are_detected() {
    assert!(is_detected(Fault::ReadsNotRecorded(0)));
    assert!(!is_detected(Fault::ReadsNotRecorded(1)), "there is one predicate");
}

/// A predicate may skip what it read before, and read what it never read.
#[test]
fn what_a_predicate_reads_may_depend_on_what_it_reads() {
    let [first, second] = [Thing::Word(0), Thing::Word(1)];
    let threads =
        vec![vec![Act::Store(0, 1), Act::Store(0, 2)], vec![Act::Store(1, 1), Act::Store(1, 2)]];
    let program = Program { threads, predicates: vec![[(first, 2), (second, 2)]] };
    let always = program.search(true, 1, None);
    assert_eq!(program.search(false, 1, None), always);
    assert_eq!(always.expect("short").0.failures.len(), 1);
}

/// Counts the evaluations of a predicate over a word that one thread writes and the other does not.
#[test]
fn a_predicate_that_reads_nothing_new_is_left_out() {
    let evaluations = |always: bool| {
        let count = sync::driver::Outside::new(0u64);
        let sink = count.clone();
        let options = Options::default();
        search_of(options, None, 2, move || {
            let words = Arc::new([0, 1].map(|n| Atomic::new(("word", n, "of"), 0u32)));
            sync::driver::observe(Arc::new(Counts {
                words: words.clone(),
                count: sink.clone(),
                always,
            }));
            let theirs = words.clone();
            sync::spawn(move || (0..5).for_each(|n| theirs[1].store(n + 1)));
            words[0].store(1);
        })
        .expect("searched");
        count.get()
    };
    let (always, on_change) = (evaluations(true), evaluations(false));
    assert!(on_change > 0 && on_change * 2 < always, "{on_change} of {always}");
}

/// Counts its evaluations of a predicate over the first word.
struct Counts {
    words: Arc<[Atomic<u32>; 2]>,
    count: sync::driver::Outside<u64>,
    always: bool,
}

impl Observer for Counts {
    fn visited(&self) -> Result<(), Violation> {
        let evaluate = if self.always { check_all } else { check_changed };
        let predicate = |_| {
            self.count.with_mut(|count| *count += 1);
            if self.words[0].peek() > 1 {
                Err("more than one".into())
            } else {
                Ok(())
            }
        };
        evaluate(1, predicate).map_err(|(_, message)| Violation { check: "one", message })
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }
}

/// A panic in a predicate fails the execution, like one in the program, and the search continues.
#[test]
fn a_predicate_that_panics_fails() {
    for threads in [1, 2] {
        let found = search_of(Options::default(), None, threads, move || {
            let word = Arc::new(Atomic::new("word", 0u32));
            sync::driver::observe(Arc::new(Panics(word.clone())));
            for n in 1..threads as u32 {
                let word = word.clone();
                sync::spawn(move || word.store(n + 1));
            }
            word.store(1);
        });
        let (found, _) = found.expect("searched").expect("short");
        let failures: Vec<_> = found.failures.into_iter().collect();
        assert_eq!(failures, ["predicate: the word is 1"], "{threads} threads");
    }
}

struct Panics(Arc<Atomic<u32>>);

impl Observer for Panics {
    fn visited(&self) -> Result<(), Violation> {
        let predicate = |_| {
            let word = self.0.peek();
            assert!(word != 1, "predicate: the word is {word}");
            Ok(())
        };
        check_changed(1, predicate).map_err(|(_, message)| Violation { check: "panics", message })
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }
}

/// Otherwise its answer would depend on what was evaluated before.
#[test]
fn a_predicate_that_changes_something_is_an_error() {
    struct Changes(Arc<Ghost<u32>>);
    impl Observer for Changes {
        fn visited(&self) -> Result<(), Violation> {
            let predicate = |_| {
                self.0.with_mut(|value| *value += 1);
                Ok(())
            };
            check_changed(1, predicate)
                .map_err(|(_, message)| Violation { check: "changes", message })
        }
        fn quiescent(&self) -> Quiescent {
            Quiescent::Over(Ok(()))
        }
    }
    let found = search_of(Options::default(), None, 1, || {
        let ghost = Arc::new(Ghost::new(0));
        sync::driver::observe(Arc::new(Changes(ghost.clone())));
        Atomic::new("word", 0u32).store(1);
    });
    let (found, _) = found.expect("searched").expect("short");
    let said = "check_changed: a predicate changes the state";
    assert_eq!(found.failures.into_iter().collect::<Vec<_>>(), [said]);
}
