//! Timers: a heap for each P, and what runs them.
//!
//! A timer stays on the heap of the P that added it until an M runs it: the P's own when it schedules, or a thief in
//! its last pass. All others see only the P's wake time, and the bit of `timerp_mask`, which is set whenever the P may
//! have timers.
//!
//! Go 1.23 rewrote its timers. So a variant names its release's in its table ([`crate::steps::TimerVerbs`]), and the
//! rest of the scheduler calls them through it. Here is what no release changed; `timers/v1_19.rs` has the timers of 1.19.
//!
//! Timers are added and fire, once or periodically. They are not changed or deleted, so Go's status machine is left
//! out.

mod heap;
mod v1_19;

use crate::g::{GId, GStatus};
use crate::m::M;
use crate::p::PId;
use crate::sched::Sched;
use crate::{Time, MAX_WHEN};

pub use heap::{Timer, TimerFunc, Timers};
pub use v1_19::nobarrier_wake_time;

impl Sched {
    /// Puts `g` to sleep for so many ticks. Its M goes on without it.
    ///
    /// Go: time.go, timeSleep 178-196 and resetForSleep 202-206 (1.19.8), 335-370 and 376-379 (1.27.3).
    #[sync::summarized]
    pub(crate) fn time_sleep(&self, m: &M, g: GId, ticks: Time) {
        let when = self.nanotime() + ticks;
        // Before the timer is added. Meets `ready`, on a thief that runs the timer at once: it finds `g` waiting.
        self.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        (self.steps.timers.add)(self, m, Timer { when, period: 0, f: TimerFunc::Wake(g) });
    }

    /// When the next timer of any P fires; [`MAX_WHEN`] if there is none.
    ///
    /// Go: time.go, timeSleepUntil 1030-1055 (1.19.8), 1284-1303 (1.27.3). `allp` does not change, so there is no
    /// `allpLock`.
    #[sync::summarized]
    pub fn time_sleep_until(&self) -> Time {
        let whens = self.allp.iter().map(|p| (self.steps.timers.wake_time)(p));
        whens.filter(|&when| when != 0).min().unwrap_or(MAX_WHEN)
    }

    /// The P whose timer fires next, or the first of them. `timeSleepUntil` returned it as well until commit 13f6be28.
    pub fn next_timer_owner(&self) -> Option<PId> {
        let with_timers = self.allp.iter().filter(|p| p.timer0_when.peek() != 0);
        with_timers.min_by_key(|p| p.timer0_when.peek()).map(|p| p.id)
    }

    /// When the next timer of those Ps fires that may have any, or `poll_until` if that is earlier; 0 means none.
    ///
    /// Part 20 of `find_runnable`. Go: proc.go, checkTimersNoP 3000-3011 (1.19.8), 3939-3950 (1.27.3).
    #[sync::summarized]
    pub fn check_timers_no_p(&self, poll_until: Time) -> Time {
        let mut earliest = poll_until;
        for p in &self.allp {
            // Wake protocol, 4c. Meets step 1 in `addtimer`: if its store comes after this load, its load of
            // `nmspinning` comes after 4b, and no longer counts this M. The P of an M that adds a timer has its bit
            // since `pidleget`.
            if self.timerp_mask.read(p.id) {
                earliest = earlier(earliest, (self.steps.timers.wake_time)(p));
            }
        }
        earliest
    }
}

/// The earlier of two times of which 0 means none.
pub(crate) fn earlier(a: Time, b: Time) -> Time {
    match (a, b) {
        (0, other) => other,
        (other, 0) => other,
        _ => a.min(b),
    }
}
