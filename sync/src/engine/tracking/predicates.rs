//! Predicates over a state, each evaluated again only if something that it reads has changed.
//!
//! 1. Everything that a predicate reads during its evaluation is recorded permanently, outside the
//!    executions ([`record_read`]).
//! 2. In each state, the search reports what has changed since the last call in the execution
//!    ([`State::changes`](::explore::state::State::changes)). A predicate that has never read any of that
//!    is skipped.
//!
//! **Why skipping is sound.** A predicate is a function of what it reads. When it was last evaluated in
//! this execution, all that it read was recorded (1), by this OS thread, which runs all of an execution.
//! None of it has changed since, or the predicate would have been evaluated again then (2). So it would
//! read the same, and give the same answer: that it holds, since the execution has continued. What has
//! changed since the last call is restored with the execution, so the argument is about the one execution
//! that leads to the state, whatever has been searched in between.
//!
//! Which predicates are evaluated depends on what has been searched before, so an evaluation must leave
//! nothing in the execution: what a predicate allocates lies outside.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

use ::explore::allocate_outside;
use ::explore::current::with_state;
use ::explore::state::{Handle, Slot};

use crate::driver::failure;

thread_local! {
    static READERS: RefCell<Readers> = RefCell::default();
    /// The predicate that is being evaluated.
    static EVALUATED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The readers: for each slot, the predicates that have read it, as bits.
#[derive(Default)]
struct Readers {
    /// The number of predicates; 0 before the first call.
    count: usize,
    /// For each slot, [`Readers::words`] words of bits.
    of: Vec<u64>,
    /// The predicates to evaluate in this state, as bits.
    due: Vec<u64>,
}

impl Readers {
    fn words(&self) -> usize {
        self.due.len()
    }

    /// Begins the evaluation of this many predicates.
    fn begin(&mut self, count: usize) {
        if self.count == 0 {
            self.count = count;
            self.due = vec![0; count.div_ceil(64)];
        }
        assert!(
            count == self.count,
            "check_changed: {count} predicates, but {} in the call before",
            self.count
        );
    }

    /// Marks the readers of a changed slot.
    fn changed(&mut self, slot: Slot) {
        let words = self.words();
        if let Some(readers) = self.of.get(slot * words..(slot + 1) * words) {
            self.due.iter_mut().zip(readers).for_each(|(due, readers)| *due |= readers);
        }
    }

    fn all_due(&mut self) {
        (0..self.count).for_each(|predicate| self.due[predicate / 64] |= 1 << (predicate % 64));
    }

    /// Records a read (step 1).
    fn record(&mut self, slot: Slot, predicate: usize) {
        let (words, place) = (self.words(), slot * self.words() + predicate / 64);
        if place >= self.of.len() {
            self.of.resize((slot + 1) * words, 0);
        }
        self.of[place] |= 1 << (predicate % 64);
    }

    /// Takes the next predicate to evaluate.
    fn next(&mut self) -> Option<usize> {
        let word = self.due.iter().position(|&due| due != 0)?;
        let bit = self.due[word].trailing_zeros();
        self.due[word] &= self.due[word] - 1;
        Some(word * 64 + bit as usize)
    }
}

/// Discards all records: a search begins, and no execution is under way.
pub(in crate::engine) fn forget() {
    READERS.take();
}

/// Records that the predicate being evaluated, if any, reads the object.
#[inline]
pub(super) fn record_object(object: Handle) {
    record_read(object.slot());
}

/// Records that the predicate being evaluated, if any, reads the slot.
#[inline]
pub(super) fn record_read(slot: Slot) {
    if let Some(predicate) = EVALUATED.get() {
        READERS.with_borrow_mut(|readers| readers.record(slot, predicate));
    }
}

/// Panics if a predicate is being evaluated: it must not change what a predicate reads.
#[inline]
pub(super) fn assert_no_predicate() {
    assert!(EVALUATED.get().is_none(), "check_changed: a predicate changes the state");
}

/// Ends an evaluation, also while unwinding.
struct Done;

impl Drop for Done {
    fn drop(&mut self) {
        EVALUATED.set(None);
    }
}

/// Evaluates, in order, the predicates whose answers may have changed since the last call in this
/// execution, until one fails. Returns the number of that one, and its message.
///
/// Not inlined, so that the evaluation leaves nothing in the live part of the stack.
#[inline(never)]
pub(crate) fn check_changed(
    count: usize,
    predicate: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    let due = allocate_outside(|| {
        READERS.with_borrow_mut(|readers| {
            readers.begin(count);
            let is_first = with_state(|state| state.changes(|slot| readers.changed(slot)));
            if is_first.unwrap_or(true) {
                readers.all_due();
            }
            readers.due.iter().any(|&due| due != 0)
        })
    });
    if !due {
        return Ok(());
    }
    match allocate_outside(|| catch_unwind(AssertUnwindSafe(|| evaluate_due(predicate)))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err((predicate, text))) => {
            let copied = text.clone();
            allocate_outside(|| drop(text));
            Err((predicate, copied))
        }
        Err(payload) => {
            let copied = failure::text(&*payload);
            allocate_outside(|| drop(payload));
            resume_unwind(Box::new(copied))
        }
    }
}

fn evaluate_due(predicate: impl Fn(usize) -> Result<(), String>) -> Result<(), (usize, String)> {
    let _done = Done;
    let unnoted = with_state(|state| state.unrecorded_predicate()).flatten();
    while let Some(next) = READERS.with_borrow_mut(Readers::next) {
        EVALUATED.set(Some(next).filter(|_| unnoted != Some(next)));
        if let Err(text) = predicate(next) {
            READERS.with_borrow_mut(|readers| readers.due.fill(0));
            return Err((next, text));
        }
    }
    Ok(())
}
