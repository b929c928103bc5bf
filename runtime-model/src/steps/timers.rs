//! The verbs of timers: what the rest of the scheduler calls of them, one set for each way in which Go's timers have
//! worked.

use crate::m::M;
use crate::p::{PId, P};
use crate::sched::Sched;
use crate::timers::{nobarrier_wake_time, Timer};
use crate::Time;

/// What a release's timers do.
#[derive(Clone, Copy)]
pub struct TimerVerbs {
    /// Adds a timer to the heap of the M's own P, and makes sure that some M waits for it.
    pub add: fn(&Sched, &M, Timer),
    /// Runs the timers of a P that are due. The time that is passed is a recent one, or 0. Returns the time, when the
    /// next timer of the P fires (0 if there is none, else later than the time), and whether any ran.
    pub check: fn(&Sched, &M, PId, Time) -> (Time, Time, bool),
    /// When the next timer of a P fires, seen without its lock; 0 if there is none.
    pub wake_time: fn(&P) -> Time,
}

/// The timers of Go 1.14 to 1.22, as they were in 1.19.
pub const TIMERS_1_19: TimerVerbs =
    TimerVerbs { add: Sched::addtimer, check: Sched::check_timers, wake_time: nobarrier_wake_time };
