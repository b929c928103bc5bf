//! Peterson's lock for two threads, and the same with two lines exchanged.
//!
//! `cargo run -p programs --features explore --example peterson`; with `loom` or `shuttle` it runs on those engines.
//!
//! Its threads busy-wait, so it has executions without end. Its states are few, and each is visited.

use std::process::ExitCode;

use programs::{spawn, spin, Arc, AtEnd, Atomic, Plain, Program};

/// The lock, and what it protects.
struct Peterson {
    wants: [Atomic<bool>; 2],
    /// The thread that goes first if both want to.
    turn: Atomic<usize>,
    /// A plain field: two threads inside at once are a data race.
    counter: Plain<u32>,
}

/// The two steps by which a thread asks to enter.
type Ask = fn(&Peterson, usize);

/// Announces that it wants to enter, and then lets the other go first.
const WANTS_FIRST: Ask = |lock, me| {
    lock.wants[me].store(true);
    lock.turn.store(1 - me);
};

/// Lets the other go first, and then announces that it wants to enter.
const YIELDS_FIRST: Ask = |lock, me| {
    lock.turn.store(1 - me);
    lock.wants[me].store(true);
};

impl Peterson {
    fn run(&self, me: usize, ask: Ask) {
        ask(self, me);
        // The other thread is inside, or is before it in the queue.
        while self.wants[1 - me].load() && self.turn.load() != me {
            // Here the thread depends on nothing that it has seen, so a round without progress ends where it began.
            spin(me);
        }
        self.counter.with_mut(|counter| *counter += 1);
        self.wants[me].store(false);
    }
}

fn program(ask: Ask) -> AtEnd {
    let lock = Arc::new(Peterson {
        wants: [0, 1].map(|me| Atomic::new(("thread", me, "wants"), false)),
        turn: Atomic::new("turn", 0),
        counter: Plain::new("counter", 0),
    });
    for me in [0, 1] {
        let lock = lock.clone();
        spawn(move || lock.run(me, ask));
    }
    AtEnd::finished().holds("both have been inside", move || {
        lock.counter.peek(|counter| match counter {
            2 => Ok(()),
            counter => Err(format!("the counter is {counter}")),
        })
    })
}

/// The lock, and the one with the mistake.
pub const PROGRAMS: [Program; 2] = [
    Program::new("wants, then yields", || program(WANTS_FIRST)),
    Program::new("yields, then wants", || program(YIELDS_FIRST)),
];

fn main() -> ExitCode {
    programs::main(&PROGRAMS)
}
