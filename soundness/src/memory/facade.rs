//! Objects that are known by their addresses, and the programs of `soundness` on them.
//!
//! What such a program shares is plain memory in the arena. Next to reported objects there is a word that is not reported,
//! which each act [`Act::Plain`] and [`Act::Unnamed`] changes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::program::{Act, Program};
use explore::current::{self, with_state};
use explore::fingerprint::Fingerprints;
use explore::interface::Ended;
use explore::operation::Kind;
use explore::restore::{self, Place};
use explore::state::{Handle, State};
use explore::{allocate_outside, operate};
use parking_lot::Mutex;

/// What the executions of a program show: outcomes, and failures. Never freed, so that code inside may hold it. (A lock of
/// std asks whether a thread of the process panics, as one does in an audit, and leaves the answer on the stack.)
pub type Shown = &'static Mutex<BTreeSet<String>>;

/// What an execution without an outcome shows.
pub(super) const DEADLOCK: &str = "deadlock";

/// Shows a text, which is copied to memory that outlives the execution.
pub fn show(shown: Shown, text: &str) {
    allocate_outside(|| {
        shown.lock().insert(text.to_owned());
    });
}

/// A program for the substrate.
pub(super) struct Facade {
    pub(super) run: Arc<dyn Fn(Shown) + Send + Sync>,
    pub(super) shown: Shown,
}

impl restore::Program for Facade {
    fn run(&self) {
        (self.run)(self.shown);
    }
}

impl restore::Facade for Facade {
    fn captures(&self) -> Place {
        Place::of(&*self.run)
    }

    fn places(&self) -> Vec<Place> {
        Vec::new()
    }

    fn runs_at_end(&self) -> bool {
        false
    }

    fn execution_over(&self, _: Option<Ended>) -> bool {
        true
    }
}

/// The calling thread has reached its end.
pub fn finish() {
    with_state(State::finish);
}

/// Starts a thread.
pub fn spawn(run: impl FnOnce() + 'static) {
    with_state(State::spawn);
    restore::spawn(move || {
        run();
        finish();
    });
}

/// A value that is known by its address.
#[derive(Default)]
pub struct Shared<T>(Cell<T>);

impl<T: Copy + PartialEq> Shared<T> {
    /// A value, of which no thread knows yet.
    pub fn new(value: T) -> Shared<T> {
        Shared(Cell::new(value))
    }

    fn handle(&self) -> Handle {
        Handle::at((&raw const self.0) as usize)
    }

    /// Announces an operation, and waits for its turn. A deadlock is shown.
    pub fn operate(&self, kind: Kind, can: bool, shown: Shown) {
        operate(kind, Some(self.handle()), can, || deadlock(shown));
        with_state(|state| state.read(self.handle()));
    }

    /// The value, as part of a step.
    pub fn get(&self) -> T {
        self.0.get()
    }

    /// Changes the value, as part of a step.
    pub fn set(&self, value: T) {
        if self.0.replace(value) != value {
            with_state(|state| state.write(self.handle(), &Fingerprints::ZERO));
        }
    }

    /// Enables or disables all threads that wait for this.
    fn enable(&self, kind: Kind, can: bool) {
        with_state(|state| state.set_all_enabled(kind, self.handle(), can));
    }
}

fn deadlock(shown: Shown) {
    show(shown, DEADLOCK);
    current::end(Ended::Failed);
}

/// The objects of one execution of a generated program.
struct Objects {
    program: Program,
    words: [Shared<u32>; 2],
    held: [Shared<bool>; 2],
    /// What each lock protects: it lies on the heap of the thread that makes it grow.
    data: [RefCell<Vec<u32>>; 2],
    notes: Vec<Shared<bool>>,
    latch: Shared<bool>,
    /// The program does not report this to the search.
    unreported: Cell<u32>,
    unfinished: Cell<usize>,
    results: Vec<Cell<u64>>,
}

/// The program, as the substrate runs it.
pub fn program(program: &Program) -> impl Fn(Shown) + Send + Sync + 'static {
    let program = program.clone();
    move |shown: Shown| {
        let threads = program.0.len();
        let objects = Objects {
            program: program.clone(),
            words: Default::default(),
            held: Default::default(),
            data: Default::default(),
            notes: (0..threads).map(|_| Shared::new(false)).collect(),
            latch: Shared::new(false),
            unreported: Cell::new(0),
            unfinished: Cell::new(1),
            results: (0..threads).map(|_| Cell::new(0)).collect(),
        };
        Rc::new(objects).run(0, shown);
        finish();
    }
}

impl Objects {
    fn run(self: Rc<Self>, me: usize, shown: Shown) {
        let mut seen = Vec::new();
        for at in 0..self.program.0[me].len() {
            let act = self.program.0[me][at];
            seen.push(self.act(me, act, shown));
        }
        let sum = seen.into_iter().fold(0u64, |sum, new| sum.wrapping_mul(31).wrapping_add(new));
        self.results[me].set(sum + 1);
        self.unfinished.set(self.unfinished.get() - 1);
        if self.unfinished.get() == 0 {
            let words = [self.words[0].get(), self.words[1].get()];
            show(
                shown,
                &format!("{words:?} {:?} {} {:?}", self.data, self.unreported.get(), self.results),
            );
        }
    }

    fn act(self: &Rc<Self>, me: usize, act: Act, shown: Shown) -> u64 {
        match act {
            Act::Load(word) => return self.load(word, shown),
            Act::Store(word, value) => self.store(word, value, shown),
            Act::Add(word, value) => {
                return self.update(word, |old| old.wrapping_add(value), shown).into();
            }
            Act::Cas(word, from, to) => {
                let change = |old| if old == from { to } else { old };
                return (self.update(word, change, shown) == from).into();
            }
            Act::Locked(lock, add) => {
                self.lock(lock, shown);
                self.data[lock].borrow_mut().push(add);
                self.unlock(lock);
            }
            Act::LockedLoad(lock, word) => {
                self.lock(lock, shown);
                let value = self.load(word, shown) as u32;
                self.data[lock].borrow_mut().push(value);
                self.unlock(lock);
            }
            Act::Nested(a, b) => {
                self.lock(a, shown);
                self.lock(b, shown);
                let [a, b] = [a, b].map(|lock| {
                    self.unlock(lock);
                    self.data[lock].borrow().len() as u64
                });
                return a * 8 + b;
            }
            Act::Choose(n) => return operate(Kind::Choose(n as u32), None, true, || {}).into(),
            Act::Sleep => {
                self.notes[me].operate(Kind::Wait, self.notes[me].get(), shown);
                self.notes[me].set(false);
            }
            Act::Wake(thread) => self.wake(&self.notes[thread], shown),
            Act::SetLatch => self.wake(&self.latch, shown),
            Act::WaitLatch => self.latch.operate(Kind::Wait, self.latch.get(), shown),
            Act::Spawn(thread) => {
                self.unfinished.set(self.unfinished.get() + 1);
                let this = self.clone();
                spawn(move || this.run(thread, shown));
                operate(Kind::Spawn, None, true, || {});
            }
            Act::Plain(value) | Act::Unnamed(value) => {
                let old = self.unreported.get();
                // It always changes: otherwise it would only have been read, which is not seen.
                self.unreported.set(old.wrapping_mul(3).wrapping_add(2 * value + 1));
                return old.into();
            }
            Act::Spin(word, value) => while self.load(word, shown) != value.into() {},
            Act::Blink(word, value) => {
                while self.load(word, shown) != value.into() {
                    [1, 0].into_iter().for_each(|value| self.store(1 - word, value, shown));
                }
            }
            Act::Checkpoint => {}
        }
        0
    }

    fn load(&self, word: usize, shown: Shown) -> u64 {
        self.words[word].operate(Kind::Read, true, shown);
        self.words[word].get().into()
    }

    fn update(&self, word: usize, change: impl Fn(u32) -> u32, shown: Shown) -> u32 {
        self.words[word].operate(Kind::Update, true, shown);
        let old = self.words[word].get();
        self.words[word].set(change(old));
        old
    }

    fn store(&self, word: usize, value: u32, shown: Shown) {
        self.words[word].operate(Kind::Write, true, shown);
        self.words[word].set(value);
    }

    fn lock(&self, lock: usize, shown: Shown) {
        let held = &self.held[lock];
        held.operate(Kind::Lock, !held.get(), shown);
        held.set(true);
        held.enable(Kind::Lock, false);
    }

    fn unlock(&self, lock: usize) {
        self.held[lock].set(false);
        self.held[lock].enable(Kind::Lock, true);
    }

    fn wake(&self, flag: &Shared<bool>, shown: Shown) {
        flag.operate(Kind::Wake, true, shown);
        flag.set(true);
        flag.enable(Kind::Wait, true);
    }
}
