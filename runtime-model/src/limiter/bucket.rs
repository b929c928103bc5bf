//! The limiter's bucket: how much more time the GC has taken than the program.

use crate::Time;

/// So many ticks of the GC's time fit into the bucket for each P. Go: mgclimit.go, capacityPerProc 315 (1.19.8), 313 (1.27.3): a
/// second, where a tick here is a millisecond.
pub const CAPACITY_PER_PROC: u64 = 1_000;

/// The part of a P's time that the GC takes in the background. Go: mgcpacer.go, gcBackgroundUtilization: a quarter.
const BACKGROUND: Time = 4;

/// What the limiter's lock guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// How full it is, at most `capacity`.
    pub fill: u64,
    /// How much fits in.
    pub capacity: u64,
    /// What did not fit in, altogether.
    pub overflow: u64,
    /// Workers may mark, as far as the limiter knows.
    pub gc_enabled: bool,
    /// The GC begins or ends.
    pub transitioning: bool,
    /// GOMAXPROCS, as far as the limiter knows.
    pub procs: u32,
}

impl Bucket {
    /// An empty one.
    pub(super) fn of(procs: u32) -> Self {
        let capacity = u64::from(procs) * CAPACITY_PER_PROC;
        Bucket { fill: 0, capacity, overflow: 0, gc_enabled: false, transitioning: false, procs }
    }

    /// Of so many ticks on each P, with these times of assists and idle Ps: the program's and the GC's.
    ///
    /// Go: mgclimit.go, updateLocked 229-259 (1.19.8), 227-257 (1.27.3).
    pub(super) fn shares(&self, window: Time, assist: Time, idle: Time) -> (Time, Time) {
        let total = window * Time::from(self.procs);
        let gc = assist + if self.gc_enabled { total / BACKGROUND } else { 0 };
        // After the share of the background: that is one of all time.
        (total - idle - gc, gc)
    }

    /// Adds what the GC took, and takes out what the program had. Returns whether the limiter is enabled from now on, if that
    /// changes.
    ///
    /// Go: mgclimit.go, accumulate 266-299 (1.19.8), 264-297 (1.27.3).
    pub(super) fn accumulate(&mut self, mutator: Time, gc: Time) -> Option<bool> {
        let headroom = self.capacity - self.fill;
        let enabled = headroom == 0;
        let change = gc - mutator;
        if change > 0 && headroom <= change.unsigned_abs() {
            self.overflow += change.unsigned_abs() - headroom;
            self.fill = self.capacity;
            return (!enabled).then_some(true);
        }
        self.fill = self.fill.saturating_add_signed(change);
        (change != 0 && enabled).then_some(false)
    }

    /// The bucket is for so many Ps from now on. Returns whether the limiter is enabled, if that has to be stored. It is a step.
    ///
    /// Nothing is stored where what is in the bucket just fits in. Then the limiter is off, and stays off until the bucket has
    /// had room again.
    ///
    /// Go: mgclimit.go, resetCapacity 331-340 (1.19.8), 329-338 (1.27.3).
    pub fn resize_as_in_go(&mut self, procs: u32) -> Option<bool> {
        let fits_exactly = self.fill == u64::from(procs) * CAPACITY_PER_PROC;
        self.resize(procs).filter(|_| !fits_exactly)
    }

    /// The same. A bucket that is just full enables the limiter, as one does that has become full. Ours, not Go's. It is a step.
    pub fn resize(&mut self, procs: u32) -> Option<bool> {
        self.procs = procs;
        self.capacity = u64::from(procs) * CAPACITY_PER_PROC;
        self.fill = self.fill.min(self.capacity);
        Some(self.fill == self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_never_holds_less_than_nothing_or_more_than_fits_in() {
        let mut bucket = Bucket::of(1);
        assert_eq!((bucket.accumulate(50, 0), bucket.fill), (None, 0));
        assert_eq!((bucket.accumulate(0, 400), bucket.fill), (None, 400));
        assert_eq!((bucket.accumulate(100, 0), bucket.fill), (None, 300));
        assert_eq!((bucket.accumulate(0, 900), bucket.fill), (Some(true), 1_000));
        assert_eq!(bucket.overflow, 200);
        assert_eq!((bucket.accumulate(0, 1), bucket.fill), (None, 1_000));
        assert_eq!((bucket.accumulate(1, 0), bucket.fill), (Some(false), 999));
    }

    #[test]
    fn a_bucket_that_is_just_full_enables_the_limiter_but_not_in_go() {
        for (fill, ours, in_go) in [
            (999, Some(false), Some(false)),
            (1_000, Some(true), None),
            (1_001, Some(true), Some(true)),
        ] {
            let two = Bucket { fill, ..Bucket::of(2) };
            let (mut bucket, mut gos) = (two, two);
            assert_eq!((bucket.resize(1), gos.resize_as_in_go(1)), (ours, in_go), "{fill}");
            assert_eq!((bucket, bucket.fill), (gos, fill.min(1_000)));
        }
    }

    #[test]
    fn the_background_takes_a_quarter_of_all_time_and_idle_time_is_neithers() {
        let marking = Bucket { gc_enabled: true, ..Bucket::of(2) };
        assert_eq!(marking.shares(40, 6, 10), (44, 26));
        assert_eq!(Bucket::of(2).shares(40, 6, 10), (64, 6));
    }
}
