//! What the threads of a program do.

use sync::{Arc, Atomic, Ghost, Latch, Mutex, Note, Plain, ThreadName};

use crate::program::{Act, Program};

/// The objects of one execution.
pub(crate) struct Shared {
    program: Program,
    /// All threads but the first are twins: they have names, and their objects are made for them.
    twins: bool,
    words: Vec<Atomic<u32>>,
    locks: Vec<Mutex<u32>>,
    notes: Vec<Note>,
    latch: Latch,
    plain: Plain<u32>,
    unnamed: Plain<u32>,
    /// A hash of what each thread has seen.
    results: Vec<Ghost<Option<u64>>>,
}

impl Shared {
    pub(crate) fn new(program: Program, twins: bool) -> Shared {
        let threads = program.0.len();
        let name = |n: usize| if twins { n as u32 } else { 0 };
        Shared {
            words: (0..2).map(|n| Atomic::new(("word", n, "value"), 0)).collect(),
            locks: (0..2).map(|n| Mutex::new(("lock", n, "data"), 0)).collect(),
            notes: (0..threads).map(|n| Note::new(("note", n as u32, "of"))).collect(),
            latch: Latch::new("latch"),
            plain: Plain::new("plain", 0),
            unnamed: Plain::new("unnamed", 0),
            results: (0..threads).map(|n| sync::make_for(name(n), || Ghost::new(None))).collect(),
            program,
            twins,
        }
    }

    /// Performs the acts of the thread with this number.
    pub(crate) fn run(self: &Arc<Self>, me: usize) {
        let mut seen = 0u64;
        for (pc, &act) in self.program.0[me].iter().enumerate() {
            if let Act::Spin(word, value) | Act::Blink(word, value) = act {
                self.spin(word, value, matches!(act, Act::Blink(..)), (me, pc, seen));
                continue;
            }
            let new = self.act(me, act);
            seen = seen.wrapping_mul(31).wrapping_add(new);
            if let Act::Checkpoint = act {
                seen %= 2;
                sync::checkpoint((self.name(me), pc, seen));
            }
        }
        self.results[me].set(Some(seen));
    }

    /// Waits for the value; the locals are all that the thread remembers in each round.
    fn spin(&self, word: usize, value: u32, blinks: bool, locals: (usize, usize, u64)) {
        let (me, pc, seen) = locals;
        loop {
            sync::checkpoint((self.name(me), pc, seen));
            if self.words[word].load() == value {
                return;
            }
            if blinks {
                self.words[1 - word].store(1);
                self.words[1 - word].store(0);
            }
        }
    }

    fn act(self: &Arc<Self>, me: usize, act: Act) -> u64 {
        match act {
            Act::Load(word) => return self.words[word].load().into(),
            Act::Store(word, value) => self.words[word].store(value),
            Act::Add(word, value) => return self.words[word].add(value).into(),
            Act::Cas(word, old, new) => return self.words[word].cas(old, new).into(),
            Act::Locked(lock, add) => {
                let mut data = self.locks[lock].lock();
                *data += add;
                return u64::from(*data);
            }
            Act::LockedLoad(lock, word) => {
                let mut data = self.locks[lock].lock();
                *data += self.words[word].load();
                return u64::from(*data);
            }
            Act::Nested(a, b) => {
                let first = self.locks[a].lock();
                let second = self.locks[b].lock();
                return u64::from(*first * 8 + *second);
            }
            Act::Choose(n) => return sync::choose(n) as u64,
            Act::Sleep => {
                self.notes[me].sleep();
                return 1;
            }
            Act::Wake(thread) => self.notes[thread].wakeup(),
            Act::SetLatch => self.latch.set(),
            Act::WaitLatch => return self.latch.wait().into(),
            Act::Spawn(thread) => {
                let this = self.clone();
                match self.name(thread) {
                    Ok(name) => sync::spawn_named(name.0, name, move || this.run(thread)),
                    Err(_) => sync::spawn(move || this.run(thread)),
                }
            }
            Act::Plain(value) => return self.plain.replace(value).into(),
            Act::Unnamed(value) => return self.unnamed.replace(value).into(),
            Act::Checkpoint | Act::Spin(..) | Act::Blink(..) => {}
        }
        0
    }

    /// The thread's name, if it has one; otherwise its number.
    fn name(&self, thread: usize) -> Result<ThreadName, usize> {
        if self.twins {
            Ok(ThreadName(thread as u32))
        } else {
            Err(thread)
        }
    }

    /// The outcome at the end. Which twin is which makes no difference.
    pub(crate) fn outcome(&self) -> String {
        let words: Vec<u32> = self.words.iter().map(Atomic::peek).collect();
        let locks: Vec<u32> = self.locks.iter().map(|lock| *lock.peek().expect("free")).collect();
        let mut results: Vec<_> = self.results.iter().map(Ghost::get).collect();
        if self.twins {
            results[1..].sort();
        }
        format!("{words:?} {locks:?} {} {} {results:?}", self.plain.get(), self.unnamed.get())
    }
}
