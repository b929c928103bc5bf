//! A word with Go's total order, and with the weaker ones.
//!
//! # The total order
//!
//! loom takes `SeqCst` for acquire and release (loom#180), so the order is made. Every operation in it is
//! a read-modify-write: it reads the latest value, and comes after whoever wrote that. Go's locks and
//! notes are made of such operations.
//!
//! - A store is an exchange.
//! - A load adds 0. So whoever writes the word next comes after the load too, as in a total order: who
//!   loads x, and then y, has y's next writer know of x.
//! - What a load puts back is one more store that a weak load can read. So where there are weak loads
//!   of the word, a load is a comparison that fails, and makes what it knows known by a fence before it.
//! - Where a thread goes over from the total order to weaker operations, or back, there is a fence, for
//!   Go's are full barriers: without it, a store followed by a weak load would be store buffering.
//!
//! Fences all around each operation would do as well, and are half of an execution's time: a fence looks
//! at every store of every atomic. And they order more than Go does: with them, no race of plain
//! accesses is noticed where both threads have used some atomic, be it another one.
//!
//! # All writes are read-modify-writes
//!
//! A plain store beside a read-modify-write breaks loom's modification order (loom#254, loom#424): a
//! thread could read what was there before its own store. So a weak store is an exchange, with the weak
//! order. It may publish more than it should, namely what the store that it replaces has published.
//!
//! # A load hides the loads before it
//!
//! loom orders a write before an earlier access only if it is the last access of the atomic (loom#166,
//! loom#392). So if A loads, B loads, and B writes, it never lets B write before A loads: it compares
//! B's write with B's load. In the total order nothing is hidden, since nothing is a mere load. A weaker
//! load must be one, to read an old value; so it leaves a *mark*, an operation on an object that only
//! the loads of its thread and the writes that could miss them touch:
//!
//! 1. A weak load touches the mark of its thread, and then loads.
//! 2. A write touches the marks of the threads whose loads are hidden, and then writes.

use std::cell::Cell as StdCell;
use std::sync::atomic::{AtomicU64 as Shadow, Ordering as StdOrdering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::LocalKey;

use loom::sync::atomic::{fence, AtomicU64, Ordering};
use loom::sync::Condvar;
use loom::MAX_THREADS;

use crate::current::thread_id;
use crate::engine::{Order, Update};

thread_local! {
    /// By thread: since its last fence, it has done operations of the total order.
    static STRONG: StdCell<u64> = const { StdCell::new(0) };
    /// By thread: since its last fence, it has done weak operations.
    static WEAK: StdCell<u64> = const { StdCell::new(0) };
}

/// A new execution begins: nobody has done anything.
pub(super) fn begin_execution() {
    STRONG.set(0);
    WEAK.set(0);
}

/// A word of 64 bits.
pub(crate) struct Word {
    raw: AtomicU64,
    /// The latest value, in the order of the execution.
    shadow: Shadow,
    /// `None` before the first weak load.
    readers: OnceLock<Readers>,
}

impl Word {
    pub(crate) fn new(bits: u64) -> Self {
        Word { raw: AtomicU64::new(bits), shadow: Shadow::new(bits), readers: OnceLock::new() }
    }

    pub(crate) fn load(&self, order: Order) -> u64 {
        match order {
            Order::Total => self.strong_load(),
            Order::Weak => self.weak_load(Ordering::Acquire),
            Order::Relaxed => self.weak_load(Ordering::Relaxed),
        }
    }

    fn strong_load(&self) -> u64 {
        if self.readers.get().is_none() {
            return self.update(Update::Add(0), Order::Total);
        }
        full_fence(thread_id());
        // If the word comes to hold this meanwhile, it is put back.
        let other = !self.peek();
        self.update(Update::Cas { old: other, new: other }, Order::Total)
    }

    fn weak_load(&self, order: Ordering) -> u64 {
        let me = thread_id();
        let readers = self.readers.get_or_init(Readers::new);
        readers.marks[me].notify_one();
        let value = weak(me, || self.raw.load(order));
        readers.reads().add(me);
        value
    }

    pub(crate) fn store(&self, bits: u64, order: Order) {
        self.update(Update::Swap(bits), order);
    }

    /// Returns the value before.
    pub(crate) fn update(&self, update: Update, order: Order) -> u64 {
        use Ordering::{AcqRel, Acquire, Relaxed, Release};
        let old = self.write(|me| match order {
            Order::Total => strong(me, || self.raw_update(update, AcqRel, Acquire)),
            Order::Weak => weak(me, || self.raw_update(update, Release, Relaxed)),
            Order::Relaxed => weak(me, || self.raw_update(update, Relaxed, Relaxed)),
        });
        if let Some(new) = update.apply(old) {
            self.shadow.store(new, StdOrdering::Relaxed);
        }
        old
    }

    fn raw_update(&self, update: Update, success: Ordering, failure: Ordering) -> u64 {
        match update {
            Update::Swap(new) => self.raw.swap(new, success),
            Update::Add(delta) => self.raw.fetch_add(delta, success),
            Update::Or(bits) => self.raw.fetch_or(bits, success),
            Update::And(bits) => self.raw.fetch_and(bits, success),
            Update::Cas { old, new } => {
                self.raw.compare_exchange(old, new, success, failure).unwrap_or_else(|found| found)
            }
        }
    }

    /// Performs what is a write to loom, even if it leaves the value as it is.
    fn write<R>(&self, write: impl FnOnce(usize) -> R) -> R {
        let me = thread_id();
        let Some(readers) = self.readers.get() else { return write(me) };
        // Other threads may load while this one touches a mark, so it looks again until it finds none.
        let mut touched = [0; MAX_THREADS];
        loop {
            let hidden = readers.reads().hidden_from(me, &mut touched);
            let Some(reader) = hidden else { break };
            readers.marks[reader].notify_one();
        }
        let result = write(me);
        readers.reads().clear();
        result
    }

    pub(crate) fn peek(&self) -> u64 {
        self.shadow.load(StdOrdering::Relaxed)
    }
}

/// The threads that have loaded a word weakly.
struct Readers {
    /// By thread. To notify a condition variable that nobody waits for is an operation, and no more.
    marks: [Condvar; MAX_THREADS],
    reads: Mutex<Reads>,
}

/// The weak loads since the last write.
#[derive(Default)]
struct Reads {
    count: u32,
    /// By thread: the number of its last load, or 0.
    by: [u32; MAX_THREADS],
}

impl Readers {
    fn new() -> Self {
        let marks = std::array::from_fn(|_| Condvar::new());
        Readers { marks, reads: Mutex::default() }
    }

    fn reads(&self) -> MutexGuard<'_, Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reads {
    fn add(&mut self, thread: usize) {
        self.count += 1;
        self.by[thread] = self.count;
    }

    fn clear(&mut self) {
        *self = Reads::default();
    }

    /// Another thread whose load is not the last, and which `touched` does not have yet.
    fn hidden_from(&self, me: usize, touched: &mut [u32; MAX_THREADS]) -> Option<usize> {
        let is_hidden = |thread: usize| {
            let load = self.by[thread];
            thread != me && load != 0 && load != self.count && load != touched[thread]
        };
        let hidden = (0..MAX_THREADS).find(|&thread| is_hidden(thread))?;
        touched[hidden] = self.by[hidden];
        Some(hidden)
    }
}

/// Finds accesses that are not ordered. It has no value; that lies beside it.
pub(crate) struct Cell(loom::cell::UnsafeCell<()>);

impl Cell {
    pub(crate) fn new() -> Self {
        Cell(loom::cell::UnsafeCell::new(()))
    }

    pub(crate) fn read(&self) {
        self.0.with(|_| ());
    }

    pub(crate) fn write(&self) {
        self.0.with_mut(|_| ());
    }
}

/// An operation of the total order.
pub(super) fn strong<R>(me: usize, operation: impl FnOnce() -> R) -> R {
    if is_set(&WEAK, me) {
        full_fence(me);
    }
    STRONG.set(STRONG.get() | 1 << me);
    operation()
}

fn weak<R>(me: usize, operation: impl FnOnce() -> R) -> R {
    if is_set(&STRONG, me) {
        full_fence(me);
    }
    WEAK.set(WEAK.get() | 1 << me);
    operation()
}

/// After it, it does not matter what the thread did before.
fn full_fence(me: usize) {
    fence(Ordering::SeqCst);
    STRONG.set(STRONG.get() & !(1 << me));
    WEAK.set(WEAK.get() & !(1 << me));
}

fn is_set(threads: &'static LocalKey<StdCell<u64>>, thread: usize) -> bool {
    threads.get() & 1 << thread != 0
}
