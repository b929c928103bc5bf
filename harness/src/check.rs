//! A check: a name, the invariants it stands for, and a predicate over a state.
//!
//! A predicate is asked in every state that is visited, and holds in those that it says nothing about. It decides
//! itself which states it speaks of (`sched.lock` free, quiescent, …).

use crate::view::View;

/// A check.
pub struct Check {
    /// Its name: what holds, in words.
    pub name: &'static str,
    /// The invariants it stands for, or `symptom`.
    pub invariant: &'static str,
    /// Ok, or what is wrong.
    pub holds: fn(&View) -> Result<(), String>,
}

/// Returns an error with the text from a predicate if the condition is false.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
