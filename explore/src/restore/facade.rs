//! What the substrate needs from the crate that offers objects to the program.

use crate::interface::Ended;
use crate::raw::{Place, Program};

/// What the substrate needs from the crate that offers objects to the program.
pub trait Facade: Program {
    /// The memory of the program's closure.
    fn captures(&self) -> Place;

    /// The thread-locals whose values belong to an execution. In a search in which a state is its memory, they are not
    /// hashed: each thread must set what it reads there after each switch.
    fn places(&self) -> Vec<Place>;

    /// Whether the program may neither read the clock nor keep an execution's memory in a static variable. Both are noticed
    /// on Linux only.
    fn is_strict(&self) -> bool {
        false
    }

    /// Called when an execution has ended without a failure. Returns whether code for the end is
    /// registered: then all threads unwind to their ends first; otherwise they are abandoned.
    fn runs_at_end(&self) -> bool;

    /// An execution is over; `ended` is `None` if the search cut it off. Returns whether the search
    /// continues.
    fn execution_over(&self, ended: Option<Ended>) -> bool;
}
