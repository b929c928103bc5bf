//! The checkpoints that `#[sync::summarized]` and `#[sync::forgets_callers]` put in lose no outcome, and do forget; a
//! use of the second one where its callers do hold something loses outcomes, and is noticed.
#![cfg(searching)]

use std::collections::BTreeSet;

use explore::options::Options;
use soundness::found::search_of;
use sync::driver::{Outside, Plan, Sampler};
use sync::{Arc, Atomic, Ghost};

struct Shared {
    word: Atomic<u32>,
    other: Atomic<u32>,
    said: Ghost<u32>,
}

impl Shared {
    /// What is read first is used last.
    #[sync::summarized]
    fn reads_early(&self) -> u32 {
        let early = self.word.load();
        self.other.add(1);
        self.other.store(5);
        early
    }

    /// What is read is never used.
    #[sync::summarized]
    fn reads_for_nothing(&self) -> u32 {
        let _ = self.word.load();
        self.other.add(1);
        self.other.store(5);
        self.other.add(1)
    }

    /// The outer `seen` is used again once the inner one is gone.
    #[sync::summarized]
    fn shadows(&self) -> u32 {
        let seen = self.word.load();
        if self.other.load() != 7 {
            let seen = self.other.add(1);
            self.other.store(5);
            self.other.store(seen);
        }
        self.other.add(1);
        seen
    }

    /// Each turn looks at what the turn before has left, and at its number.
    #[sync::summarized]
    fn walks_a_range(&self) -> u32 {
        let mut sum = 0;
        for turn in 1..=3 {
            let seen = self.word.load();
            self.other.add(1);
            sum += seen * turn;
        }
        sum
    }

    /// The iterator knows what was read, and no binding does.
    #[sync::summarized]
    fn walks_what_was_read(&self) -> u32 {
        let mut sum = 0;
        for seen in self.read_twice() {
            self.other.add(1);
            self.other.store(5);
            sum = sum * 10 + seen;
        }
        sum
    }

    fn read_twice(&self) -> Vec<u32> {
        vec![self.word.load(), self.word.load()]
    }

    /// A closure knows what was read: it cannot be hashed.
    #[sync::summarized]
    fn keeps_a_closure(&self) -> u32 {
        let seen = self.word.load();
        let tell = move || seen;
        self.other.add(1);
        self.other.store(5);
        tell()
    }

    /// Every arm, `while let` and early return.
    #[sync::summarized]
    fn branches(&self) -> u32 {
        let seen = self.word.load();
        let mut left = Some(2);
        while let Some(n) = left {
            match self.other.add(1) {
                0 => return seen,
                many if many > 6 => {
                    self.other.store(1);
                    left = None;
                }
                _ => left = if n == 0 { None } else { Some(n - 1) },
            }
        }
        self.other.store(5);
        seen + 10
    }

    /// The caller learns by the argument alone.
    #[sync::summarized]
    fn by_reference(&self) -> u32 {
        let mut seen = 0;
        self.writes(&mut seen);
        self.other.add(1);
        self.other.store(5);
        seen
    }

    #[sync::summarized]
    fn writes(&self, into: &mut u32) {
        *into = self.word.load();
        self.other.add(1);
    }

    /// The function that forgets its callers is the last that this one calls, and is passed all that it holds.
    #[sync::summarized]
    fn forgets_in_tail(&self) -> u32 {
        let seen = self.word.load();
        self.last(seen)
    }

    #[sync::forgets_callers]
    fn last(&self, seen: u32) -> u32 {
        self.other.add(1);
        self.other.store(5);
        seen
    }

    /// Wrong on purpose: `seen` is the caller's, and the function that forgets it is not the last.
    #[sync::summarized]
    fn forgets_what_its_caller_holds(&self) -> u32 {
        let seen = self.word.load();
        self.forgets();
        seen
    }

    #[sync::forgets_callers]
    fn forgets(&self) {
        self.other.add(1);
        self.other.store(5);
    }
}

type How = fn(&Shared) -> u32;

const SOUND: &[(&str, How)] = &[
    ("reads_early", Shared::reads_early),
    ("reads_for_nothing", Shared::reads_for_nothing),
    ("shadows", Shared::shadows),
    ("walks_a_range", Shared::walks_a_range),
    ("walks_what_was_read", Shared::walks_what_was_read),
    ("keeps_a_closure", Shared::keeps_a_closure),
    ("branches", Shared::branches),
    ("by_reference", Shared::by_reference),
    ("forgets_in_tail", Shared::forgets_in_tail),
];

/// One thread does it while another writes; `hear` gets the result.
fn program(how: How, hear: impl FnOnce(u32) + Send + 'static) {
    let shared = Arc::new(Shared {
        word: Atomic::new("word", 0),
        other: Atomic::new("other", 0),
        said: Ghost::new(99),
    });
    let (theirs, look) = (shared.clone(), shared.clone());
    sync::driver::at_end(move || hear(look.said.get()));
    sync::spawn(move || {
        theirs.word.store(1);
        theirs.word.store(2);
        theirs.other.store(7);
    });
    let said = how(&shared);
    shared.word.store(9);
    shared.said.set(said);
}

/// All results, and the number of states.
fn results(how: How, options: Options) -> (BTreeSet<u32>, usize) {
    let all = Outside::new(BTreeSet::new());
    let sink = all.clone();
    let found = search_of(options, None, 2, move || {
        let sink = sink.clone();
        program(how, move |said| {
            sink.with_mut(|all| all.insert(said));
        });
    });
    let states = found.expect("searched").expect("it ends").0.states.len();
    (all.get(), states)
}

fn uncached() -> Options {
    Options { cache: false, sleep: false, ..Options::default() }
}

#[test]
fn inserted_checkpoints_lose_no_result() {
    for (name, how) in SOUND {
        let (all, _) = results(*how, uncached());
        assert!(all.len() > 1, "{name}: {all:?}");
        for sleep in [true, false] {
            let (cached, _) = results(*how, Options { sleep, ..Options::default() });
            assert_eq!(cached, all, "{name}");
        }
        let plan = paranoid();
        let how = *how;
        sync::driver::run_all(&plan, move || program(how, |_| {})).expect(name);
    }
}

#[test]
fn inserted_checkpoints_forget_what_is_dead() {
    for (name, how) in SOUND {
        let (_, with) = results(*how, Options::default());
        let (_, without) = results(*how, Options { checkpoints: false, ..Options::default() });
        // Where something cannot be hashed, or an iterator is held, nothing may be forgotten.
        let keeps = ["keeps_a_closure"].contains(name);
        assert!(with < without || keeps && with == without, "{name}: {with} of {without}");
    }
}

fn paranoid() -> Plan {
    let search = Options { paranoid: true, ..Options::default() };
    Plan { threads: 2, sampler: Sampler::Exhaustive, search, ..Plan::default() }
}

#[test]
fn callers_that_hold_something_must_not_be_forgotten() {
    let how = Shared::forgets_what_its_caller_holds;
    let cached = Options { sleep: false, ..Options::default() };
    let ((all, _), (cached, _)) = (results(how, uncached()), results(how, cached));
    assert!(
        cached.len() < all.len(),
        "the cache takes two histories for one: {cached:?} of {all:?}"
    );
    let error = sync::driver::run_all(&paranoid(), move || program(how, |_| {}));
    let error = error.expect_err("it is unsound").to_string();
    assert!(error.contains("a checkpoint leaves out a value that matters"), "{error}");
}
