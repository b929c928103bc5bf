//! What the attributes [`summarized`](macro@crate::summarized) and [`forgets_callers`](crate::forgets_callers) put into a
//! function. A program does not name it.

use std::hash::Hash;

use ::explore::fingerprint::Bytes;

use crate::engine::tracking::Caller;
use crate::program::checkpoint_of;
use crate::{current, engine};

/// A call of which a state cache keeps the result.
pub struct Call(Option<Caller>);

impl Call {
    /// The call begins. Under a lock it is none: what was made of the lock's data, only the whole history says.
    pub fn enter() -> Self {
        Call(engine::tracking::enter_call())
    }

    /// The call ends with this result.
    #[track_caller]
    pub fn leave(self, result: impl Hash) {
        engine::tracking::leave_call(self.0, &|bytes| result.hash(bytes));
    }
}

/// The live bindings at one place.
pub struct Locals<T>(pub T);

/// All of them can be hashed.
pub trait Hashed {
    /// Forgets all but them; in `call`, what was seen since it began.
    fn checkpoint(&self, call: Option<&Call>);
}

impl<T: Hash> Hashed for Locals<T> {
    #[track_caller]
    fn checkpoint(&self, call: Option<&Call>) {
        checkpoint_in(call, &|bytes| self.0.hash(bytes));
    }
}

/// Forgets all but what `bindings` writes. Not generic, since most functions of a program have several of these calls.
#[track_caller]
fn checkpoint_in(call: Option<&Call>, bindings: &dyn Fn(&mut Bytes)) {
    // Something that is not a call of its own has its callers' history, which these bindings do not tell.
    let own = call.is_none_or(|call| call.0.is_some());
    if own && (engine::tracking::is_searching() || current::with(|execution| execution.is_some())) {
        checkpoint_of(bindings);
    }
}

/// One of them cannot be hashed. The compiler chooses this only if [`Hashed`] does not apply.
pub trait NotHashed {
    /// Forgets nothing.
    fn checkpoint(&self, call: Option<&Call>);
}

impl<T> NotHashed for &Locals<T> {
    fn checkpoint(&self, _: Option<&Call>) {}
}
