//! The checks, one family a file, and the list of all.

mod bookkeeping;
mod counts;
mod dead;
mod discipline;
mod gc;
mod limiter;
mod locked;
mod netpoll;
mod ownership;
mod places;
mod resize;
mod spinning;
mod stops;
mod symptoms;
mod syscalls;
mod sysmon;
mod timers;
mod timers_1_23;
mod wakeups;

use harness::content::Families;

pub use symptoms::{HANG, LIVELOCK};

/// What a user of Go would see, and nothing else.
pub const SYMPTOMS: Families = &[symptoms::CHECKS];

/// All checks, in the order in which they are evaluated: the first that fails is reported.
pub const INVARIANTS: Families = &[
    ownership::CHECKS,
    bookkeeping::CHECKS,
    counts::CHECKS,
    places::CHECKS,
    spinning::CHECKS,
    syscalls::CHECKS,
    locked::CHECKS,
    sysmon::CHECKS,
    stops::CHECKS,
    resize::CHECKS,
    limiter::CHECKS,
    gc::CHECKS,
    timers::CHECKS,
    timers_1_23::CHECKS,
    netpoll::CHECKS,
    dead::CHECKS,
    wakeups::CHECKS,
    discipline::CHECKS,
    symptoms::CHECKS,
];
