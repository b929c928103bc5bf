//! What checks look at of the limiter.

use crate::Time;

use super::{Bucket, GcCpuLimiter};

impl GcCpuLimiter {
    /// Idle ticks accounted so far, pools included. For checks.
    pub fn peek_idle(&self) -> Time {
        self.idle_time.peek() + self.idle_time_pool.peek()
    }

    /// Assist ticks accounted so far, pools included. For checks.
    pub fn peek_assist(&self) -> Time {
        self.assist_time.peek() + self.assist_time_pool.peek()
    }

    /// Ticks of events that have ended and that no update has taken yet. For checks.
    pub fn peek_pooled(&self) -> Time {
        self.assist_time_pool.peek() + self.idle_time_pool.peek()
    }

    /// The time of the latest update; 0 if there was none. For checks.
    pub fn peek_last_update(&self) -> Time {
        self.last_update.peek()
    }

    /// The ticks for which Ps were on the idle list, as `sched.idleTime` has them; none if it does not exist. For checks.
    pub fn peek_sched_idle_time(&self) -> Option<Time> {
        self.counts.map(|_| self.sched_idle_time.peek(|&ticks| ticks))
    }

    /// The bucket. For checks.
    pub fn peek_bucket(&self) -> Bucket {
        self.bucket.peek(|&bucket| bucket)
    }

    /// Whether assists are left out. For checks.
    pub fn peek_limiting(&self) -> bool {
        self.enabled.peek()
    }

    /// No update is under way. For checks.
    pub fn peek_unlocked(&self) -> bool {
        self.lock.peek() == 0
    }
}
