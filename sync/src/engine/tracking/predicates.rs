//! Questions about a state, each asked again only if something that it reads has changed.
//!
//! 1. Whatever a question reads while it is asked is noted, for good, outside of the executions ([`notes`]).
//! 2. At a look, the search says what has changed since the last look of the execution
//!    ([`State::changes`](::explore::state::State::changes)). A question is left out if it has never read any of that.
//!
//! **Why an answer is still right.** A question is a function of what it reads. When it was asked last in this
//! execution, all that it read was noted (1), by this OS thread, as that runs all of an execution. None of it has
//! changed since, or it would have been asked again at that look (2). So it would read the same, and say the same:
//! that it holds, since the execution has gone on. What has changed since the last look is restored with the execution,
//! so the argument is about the one execution that leads to the state, whatever has been searched in between.
//!
//! Which questions are asked depends on what has been searched before, so asking leaves nothing in the execution: what
//! a question allocates is outside.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

use ::explore::allocate_outside;
use ::explore::current::with_state;
use ::explore::state::{Handle, Slot};

use crate::driver::failure;

thread_local! {
    static READERS: RefCell<Readers> = RefCell::default();
    /// The question that is being asked.
    static ASKED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Who has read what: of each slot the questions, as bits.
#[derive(Default)]
struct Readers {
    /// How many questions there are; 0 before that is known.
    count: usize,
    /// For each slot, [`Readers::words`] words.
    of: Vec<u64>,
    /// The questions that are to be asked at this look.
    due: Vec<u64>,
}

impl Readers {
    fn words(&self) -> usize {
        self.due.len()
    }

    /// A look begins, with so many questions.
    fn begin(&mut self, count: usize) {
        if self.count == 0 {
            self.count = count;
            self.due = vec![0; count.div_ceil(64)];
        }
        assert!(count == self.count, "ask: {count} questions, and {} before", self.count);
    }

    /// The slot has changed.
    fn changed(&mut self, slot: Slot) {
        let words = self.words();
        if let Some(readers) = self.of.get(slot * words..(slot + 1) * words) {
            self.due.iter_mut().zip(readers).for_each(|(due, readers)| *due |= readers);
        }
    }

    fn all_due(&mut self) {
        (0..self.count).for_each(|question| self.due[question / 64] |= 1 << (question % 64));
    }

    /// Step 1.
    fn notes(&mut self, slot: Slot, question: usize) {
        let (words, place) = (self.words(), slot * self.words() + question / 64);
        if place >= self.of.len() {
            self.of.resize((slot + 1) * words, 0);
        }
        self.of[place] |= 1 << (question % 64);
    }

    /// The next question that is due, and is no longer.
    fn next(&mut self) -> Option<usize> {
        let word = self.due.iter().position(|&due| due != 0)?;
        let bit = self.due[word].trailing_zeros();
        self.due[word] &= self.due[word] - 1;
        Some(word * 64 + bit as usize)
    }
}

/// Nothing that was noted counts any more: a search begins, and no execution is under way.
pub(in crate::engine) fn forget() {
    READERS.take();
}

/// The question that is being asked, if one is, reads the object.
#[inline]
pub(super) fn reads(object: Handle) {
    notes(object.slot());
}

/// The question that is being asked, if one is, reads this.
#[inline]
pub(super) fn notes(slot: Slot) {
    if let Some(question) = ASKED.get() {
        READERS.with_borrow_mut(|readers| readers.notes(slot, question));
    }
}

/// A question is not to change what it, or another, reads.
#[inline]
pub(super) fn may_change() {
    assert!(ASKED.get().is_none(), "ask: a question changes the state that it is asked of");
}

/// No question is being asked any more, also while unwinding.
struct Done;

impl Drop for Done {
    fn drop(&mut self) {
        ASKED.set(None);
    }
}

/// Asks each of the questions from 0 that may have another answer than when this was called last in this execution, in
/// their order, until one does not hold: which, and what it says.
///
/// Not inlined, so that of what it has asked, nothing is left in what lives on the stack.
#[inline(never)]
pub(crate) fn check_changed(
    count: usize,
    question: impl Fn(usize) -> Result<(), String>,
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
    match allocate_outside(|| catch_unwind(AssertUnwindSafe(|| ask_due(question)))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err((question, text))) => {
            let copied = text.clone();
            allocate_outside(|| drop(text));
            Err((question, copied))
        }
        Err(payload) => {
            let copied = failure::text(&*payload);
            allocate_outside(|| drop(payload));
            resume_unwind(Box::new(copied))
        }
    }
}

fn ask_due(question: impl Fn(usize) -> Result<(), String>) -> Result<(), (usize, String)> {
    let _done = Done;
    let unnoted = with_state(|state| state.unrecorded_predicate()).flatten();
    while let Some(next) = READERS.with_borrow_mut(Readers::next) {
        ASKED.set(Some(next).filter(|_| unnoted != Some(next)));
        if let Err(text) = question(next) {
            READERS.with_borrow_mut(|readers| readers.due.fill(0));
            return Err((next, text));
        }
    }
    Ok(())
}
