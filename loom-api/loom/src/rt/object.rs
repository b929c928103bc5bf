//! Objects, which are known by their addresses.

use explore::current::with_state;
use explore::fingerprint::Fingerprints;
use explore::operation::Kind;
use explore::state::{Handle, State};

/// A shared object, by the address of something that only it contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Object(usize);

impl Object {
    /// The object that contains this.
    pub(crate) fn of<T: ?Sized>(part: &T) -> Object {
        Object((&raw const *part).cast::<()>() as usize)
    }

    /// The object whose data ends where this begins: the counts of an `Arc`, in front of its value.
    pub(crate) fn before(address: *const ()) -> Object {
        Object(address as usize - 1)
    }

    pub(crate) fn address(self) -> usize {
        self.0
    }

    pub(super) fn handle(self) -> Handle {
        Handle::at(self.0)
    }

    fn report<R>(self, report: impl FnOnce(&mut State, Handle) -> R) -> Option<R> {
        with_state(|state| report(state, self.handle()))
    }

    /// Reports that the step has read the object.
    pub(crate) fn read(self) {
        self.report(State::read);
    }

    /// Reports that the step has changed the object.
    pub(crate) fn write(self) {
        self.report(|state, handle| state.write(handle, &Fingerprints::ZERO));
    }

    /// Lets all threads proceed that have announced such an operation of the object, or none of them.
    pub(crate) fn enable(self, kind: Kind, can: bool) {
        self.report(|state, handle| state.set_all_enabled(kind, handle, can));
    }

    /// The number of a thread that has announced an access of the object that races with this one.
    pub(crate) fn races(self, kind: Kind) -> Option<usize> {
        self.report(|state, handle| state.races(kind, handle)).flatten()
    }
}
