//! A word with Go's total order, and with the weaker orders.
//!
//! # The total order
//!
//! loom treats `SeqCst` as acquire and release (loom#180), so the total order is built by hand: every
//! operation in it is a read-modify-write, which reads the latest value, between two fences, which order it
//! with the weaker operations before and after. Loads are read-modify-writes too, because of what loads
//! hide (below).
//!
//! A fence scans every store of every atomic. So the first of the two is left out where it would find
//! nothing: where the thread's last action was the second fence of its previous operation.
//!
//! # All writes are read-modify-writes
//!
//! A plain store next to a read-modify-write breaks loom's modification order (loom#254, loom#424): a
//! thread could read what was there before its own store. So a weak store is an exchange with the weak
//! order. It may publish more than it should, namely what the store that it replaces has published.
//!
//! # A load hides the loads before it
//!
//! loom tries a write before an earlier access only if that is the last access of the atomic (loom#166,
//! loom#392). So if A loads, B loads, and B writes, it never lets B write before A loads: it compares B's
//! write with B's load. In the total order nothing is hidden, since no operation is a mere load. A weaker
//! load must be one, to read an old value. So it leaves a *mark*, an operation on an object that only the
//! loads of its thread and the writes that could miss them touch:
//!
//! 1. A weak load touches the mark of its thread, and then loads.
//! 2. A write touches the marks of the threads whose loads are hidden, and then writes.

//! # A plain access is no operation
//!
//! loom checks whether an access of a cell is ordered with the accesses before it, but does not reorder
//! anything because of it. What follows an atomic operation is done before loom switches threads at the
//! next one, and the first fence of that operation precedes loom's switch. So in *flag = 1; status = 1;
//! load other* next to *if flag, read status*, the other thread comes after the fence of the load, and
//! finds the write of `status` ordered before its read. With [`Plan::races`], each access of a cell first
//! touches a *mark* of the cell's own, which is an operation, and loom tries the orders of those.

use std::cell::Cell as StdCell;
use std::sync::atomic::{AtomicU64 as Shadow, Ordering as StdOrdering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use loom::sync::atomic::{self, AtomicU64, Ordering};
use loom::sync::Condvar;
use loom::MAX_THREADS;

use crate::current::{set_thread, thread_id};
use crate::driver::Plan;
use crate::engine::tracking::Object;
use crate::engine::{Order, Update};

thread_local! {
    /// For each thread, as bits: its last action was a fence.
    static FENCED: StdCell<u64> = const { StdCell::new(0) };
    /// Whether cells have marks.
    static MARKS: StdCell<bool> = const { StdCell::new(false) };
}

/// Begins a new execution, in which no thread has done anything.
pub(super) fn begin_execution(plan: &Plan) {
    FENCED.set(0);
    MARKS.set(plan.races);
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
            Order::Total => self.update(Update::Add(0), Order::Total),
            Order::Weak => self.weak_load(Ordering::Acquire),
            Order::Relaxed => self.weak_load(Ordering::Relaxed),
        }
    }

    fn weak_load(&self, order: Ordering) -> u64 {
        let me = thread_id();
        let readers = self.readers.get_or_init(Readers::new);
        readers.marks[me].notify_one();
        let value = unfenced(me, || self.raw.load(order));
        readers.reads().add(me);
        value
    }

    pub(crate) fn store(&self, bits: u64, order: Order) {
        self.update(Update::Swap(bits), order);
    }

    /// Returns the previous value.
    pub(crate) fn update(&self, update: Update, order: Order) -> u64 {
        use Ordering::{AcqRel, Acquire, Relaxed, Release};
        let old = self.write(|me| match order {
            Order::Total => fenced(me, || self.raw_update(update, AcqRel, Acquire)),
            Order::Weak => unfenced(me, || self.raw_update(update, Release, Relaxed)),
            Order::Relaxed => unfenced(me, || self.raw_update(update, Relaxed, Relaxed)),
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

    /// Performs a write, in loom's sense, even if it leaves the value unchanged.
    fn write<R>(&self, write: impl FnOnce(usize) -> R) -> R {
        let me = thread_id();
        let Some(readers) = self.readers.get() else { return write(me) };
        // Other threads may load while this one touches a mark, so it checks again until it finds none.
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

    /// The object by which a search tracks the word: none here.
    pub(crate) fn object(&self) -> Option<&Object> {
        None
    }

    pub(crate) fn peek(&self) -> u64 {
        self.shadow.load(StdOrdering::Relaxed)
    }
}

/// The threads that have loaded a word weakly.
struct Readers {
    /// For each thread. Notifying a condition variable without waiters is an operation, and nothing else.
    marks: [Condvar; MAX_THREADS],
    reads: Mutex<Reads>,
}

/// The weak loads since the last write.
#[derive(Default)]
struct Reads {
    count: u32,
    /// For each thread, the number of its last load, or 0.
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

    /// Another thread whose load is not the last one and is not in `touched` yet.
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

/// Detects accesses that are not ordered. The value lies elsewhere.
pub(crate) struct Cell(loom::cell::UnsafeCell<()>);

impl Cell {
    pub(crate) fn new() -> Self {
        Cell(loom::cell::UnsafeCell::new(()))
    }

    pub(crate) fn read(&self) {
        unfenced(thread_id(), || self.0.with(|_| ()));
    }

    pub(crate) fn write(&self) {
        unfenced(thread_id(), || self.0.with_mut(|_| ()));
    }
}

/// What an access of a cell touches first, with [`Plan::races`]: see the header.
pub(crate) struct Mark(Option<Condvar>);

impl Mark {
    pub(crate) fn new() -> Self {
        Mark(MARKS.get().then(Condvar::new))
    }

    /// Touches the mark. Other threads may run meanwhile.
    pub(crate) fn touch(&self) {
        if let Some(mark) = &self.0 {
            let me = thread_id();
            unfenced(me, || mark.notify_one());
            set_thread(me);
        }
    }
}

/// Orders all operations of the thread before it with those after it.
pub(crate) fn fence() {
    let mine = 1 << thread_id();
    if FENCED.get() & mine == 0 {
        atomic::fence(Ordering::SeqCst);
        FENCED.set(FENCED.get() | mine);
    }
}

/// Performs an operation of the total order.
fn fenced<R>(me: usize, operation: impl FnOnce() -> R) -> R {
    let mine = 1 << me;
    if FENCED.get() & mine == 0 {
        atomic::fence(Ordering::SeqCst);
    }
    let result = operation();
    atomic::fence(Ordering::SeqCst);
    FENCED.set(FENCED.get() | mine);
    result
}

/// Performs anything else that loom sees.
pub(super) fn unfenced<R>(me: usize, action: impl FnOnce() -> R) -> R {
    FENCED.set(FENCED.get() & !(1 << me));
    action()
}
