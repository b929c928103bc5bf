//! Searches Peterson's lock for two threads exhaustively, and then again with two lines exchanged.
//!
//! `cargo run -p sync --features shuttle --example peterson`
//!
//! Its threads busy-wait, so it has executions without end. Its states are few, and each is visited.

use std::sync::Mutex;

use sync::driver::{End, Explored, Observer, Operation, Plan, Quiescent, Sampler};
use sync::{Arc, Atomic, Plain};

/// The lock, and what it protects.
pub struct Peterson {
    wants: [Atomic<u32>; 2],
    /// The thread that goes first if both want to.
    turn: Atomic<u32>,
    counter: Atomic<u32>,
    /// The number of threads inside. Only the check reads it.
    inside: Plain<u32>,
}

/// The two steps by which a thread asks to enter.
pub type Ask = fn(&Peterson, usize);

/// Announces that it wants to enter, and then lets the other go first.
pub const WANTS_FIRST: Ask = |lock, me| {
    lock.wants[me].store(1);
    lock.turn.store(1 - me as u32);
};

/// Lets the other go first, and then announces that it wants to enter.
pub const YIELDS_FIRST: Ask = |lock, me| {
    lock.turn.store(1 - me as u32);
    lock.wants[me].store(1);
};

impl Peterson {
    fn new() -> Peterson {
        Peterson {
            wants: [0, 1].map(|me| Atomic::new(("thread", me, "wants"), 0)),
            turn: Atomic::new("turn", 0),
            counter: Atomic::new("counter", 0),
            inside: Plain::new("inside", 0),
        }
    }

    fn run(&self, me: usize, ask: Ask) {
        ask(self, me);
        loop {
            // Here the thread depends on nothing that it has seen, so a round without progress ends where
            // it began.
            sync::checkpoint(me);
            if self.wants[1 - me].load() == 0 || self.turn.load() == me as u32 {
                break;
            }
        }
        let inside = self.inside.with_mut(|inside| {
            *inside += 1;
            *inside
        });
        assert!(inside == 1, "lock: {inside} are inside");
        self.counter.add(1);
        self.inside.with_mut(|inside| *inside -= 1);
        self.wants[me].store(0);
    }
}

fn program(ask: Ask) {
    let lock = Arc::new(Peterson::new());
    let theirs = lock.clone();
    sync::spawn(move || theirs.run(1, ask));
    lock.run(0, ask);
}

fn plan() -> Plan {
    Plan { sampler: Sampler::Exhaustive, ..Plan::default() }
}

/// Visits all states, until one fails.
pub fn search(ask: Ask) -> Explored {
    sync::driver::run_all(&plan(), move || program(ask)).expect("a valid plan")
}

/// Records what the threads do.
#[derive(Default)]
struct Story(Mutex<Vec<String>>);

impl Observer for Story {
    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }

    fn operation(&self, op: &Operation) {
        let Operation { thread, name, kind, value, .. } = op;
        let mut lines = self.0.lock().expect("no thread panics while it is held");
        lines.push(format!("  thread {thread}: {kind} {name} {value}"));
    }
}

fn report(name: &str, ask: Ask) {
    let explored = search(ask);
    let statistics = explored.searched.expect("it searches").statistics;
    let (states, executions) = (statistics.states, statistics.executions);
    println!("{name}: {states} states in {executions} executions");
    let End::Failed { failure, schedule } = explored.end else {
        return println!("  all states visited, no failure\n");
    };
    println!("  {}\n  {schedule:?}", failure.message);
    let story = Arc::new(Story::default());
    let observer = story.clone();
    let recorded = sync::driver::record(&plan(), &schedule, move || {
        sync::driver::observe(observer.clone());
        program(ask);
    });
    assert_eq!(recorded.expect("the same plan").failure, Some(failure), "the same, run again");
    story.0.lock().expect("it is over").iter().for_each(|line| println!("{line}"));
}

fn main() {
    report("wants in, then yields", WANTS_FIRST);
    report("yields, then wants in", YIELDS_FIRST);
}
