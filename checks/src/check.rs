//! A check: a name, a family, and a predicate over a state.
//!
//! A predicate holds where its precondition does not: it is asked in every state that is visited, and
//! says itself which of them it speaks of (`sched.lock` free, quiescent, …).

use crate::report::Mode;
use crate::view::View;
use crate::{
    bookkeeping, counts, dead, discipline, limiter, ownership, places, spinning, symptoms, timers,
    wakeups,
};

/// A check.
pub struct Check {
    /// Its name: what holds, in words.
    pub name: &'static str,
    /// The invariants it stands for, or `symptom`.
    pub invariant: &'static str,
    /// Ok, or what is wrong.
    pub holds: fn(&View) -> Result<(), String>,
}

/// Fails with the text if the condition is false.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
pub(crate) use ensure;

const SYMPTOMS: &[&[Check]] = &[symptoms::CHECKS];

const INVARIANTS: &[&[Check]] = &[
    ownership::CHECKS,
    bookkeeping::CHECKS,
    counts::CHECKS,
    places::CHECKS,
    spinning::CHECKS,
    limiter::CHECKS,
    timers::CHECKS,
    dead::CHECKS,
    wakeups::CHECKS,
    discipline::CHECKS,
    symptoms::CHECKS,
];

/// The checks of a mode, in the order in which they are asked: the first that fails is told.
pub fn of(mode: Mode) -> impl Iterator<Item = &'static Check> {
    let families = match mode {
        Mode::Symptoms | Mode::Races => SYMPTOMS,
        Mode::Invariants => INVARIANTS,
    };
    families.iter().copied().flatten()
}
