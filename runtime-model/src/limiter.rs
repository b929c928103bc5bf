//! The GC CPU limiter: what each P's time is attributed to.
//!
//! Each P has a slot for one event in flight: a kind, and the time from which on it is not accounted yet. Only the P's
//! owner starts and stops events. Any M may *consume* the time so far, which moves the slot's time forward. A stop
//! accounts for the rest. So the time of an event is counted once.
//!
//! # The bucket
//! Updates pour the time of the GC into a bucket, and let as much run out as the program had. If it is full, the GC has taken more
//! than half of the time for so long that assists are left out (`limiting`). Idle time counts as neither. While the GC begins or
//! ends, the limiter belongs to the M that has stopped the world: it holds the lock until the world has started, and updates are
//! dropped meanwhile.
//!
//! Go: mgclimit.go (1.19.8, 1.27.3).

mod bucket;
mod event;
mod for_checks;

use sync::{Atomic, Ghost, Name, Plain};

use event::Stamp;

pub use bucket::{Bucket, CAPACITY_PER_PROC};
pub use event::LimiterEventType;

use crate::Time;

/// A P's slot for the event in flight. Go: mgclimit.go, limiterEvent 395 (1.19.8), 393 (1.27.3).
pub struct LimiterEvent {
    stamp: Atomic<Stamp>,
}

impl LimiterEvent {
    /// An empty slot.
    pub fn new(name: impl Into<Name>) -> Self {
        LimiterEvent { stamp: Atomic::new(name, Stamp::NONE) }
    }

    /// Begins an event; false, and nothing changes, if one is in flight already.
    ///
    /// Only the P's owner calls it, and stays on the P until `stop`.
    ///
    /// Go: mgclimit.go, (*limiterEvent).start 409-415 (1.19.8), 407-413 (1.27.3).
    #[sync::summarized]
    pub fn start(&self, typ: LimiterEventType, now: Time) -> bool {
        if self.stamp.load().typ() != LimiterEventType::None {
            return false;
        }
        self.stamp.store(Stamp::new(typ, now));
        true
    }

    /// Takes the time of the event in flight so far: its type and ticks; (`None`, 0) if there is no event, or
    /// if `now` is stale.
    ///
    /// Any M may call it; the compare-and-swap makes sure that no tick is counted twice.
    ///
    /// Go: mgclimit.go, (*limiterEvent).consume 422-444 (1.19.8), 420-442 (1.27.3).
    pub fn consume(&self, now: Time) -> (LimiterEventType, Time) {
        loop {
            let old = self.stamp.load();
            let typ = old.typ();
            let duration = old.duration(now);
            if typ == LimiterEventType::None || duration == 0 {
                return (LimiterEventType::None, 0);
            }
            if self.stamp.cas(old, Stamp::new(typ, now)) {
                return (typ, duration);
            }
        }
    }

    /// Ends the event of type `typ` and adds the part of its time that was not consumed to `limiter`.
    ///
    /// # Panics
    /// If the event in flight is another, with Go's text.
    ///
    /// Go: mgclimit.go, (*limiterEvent).stop 449-484 (1.19.8), 447-481 (1.27.3).
    #[sync::summarized]
    pub fn stop(&self, typ: LimiterEventType, now: Time, limiter: &GcCpuLimiter) {
        let stamp = loop {
            let old = self.stamp.load();
            let got = old.typ();
            if got != typ {
                panic!("limiterEvent.stop: found wrong event in p's limiter event slot");
            }
            if self.stamp.cas(old, Stamp::NONE) {
                break old;
            }
        };
        let duration = stamp.duration(now);
        if duration != 0 {
            limiter.account(typ, duration);
        }
    }

    /// The type of the event in flight, for checks.
    pub fn peek(&self) -> LimiterEventType {
        self.stamp.peek().typ()
    }

    /// The time from which the event in flight is not accounted yet, for checks; 0 if there is none.
    pub fn peek_since(&self) -> Time {
        self.stamp.peek().since()
    }
}

/// The limiter: pools of time that stopped events leave, what updates have taken out of them, and the bucket.
///
/// Go: mgclimit.go, gcCPULimiterState 32 (1.19.8), 32 (1.27.3).
pub struct GcCpuLimiter {
    /// Held by a compare-and-swap; an update that does not get it is dropped.
    lock: Atomic<u32>,
    /// The GC is to take less time: assists are left out.
    enabled: Atomic<bool>,
    /// What `lock` guards.
    bucket: Plain<Bucket>,
    /// The time of the latest update. Written under `lock`.
    last_update: Atomic<i64>,
    assist_time_pool: Atomic<i64>,
    idle_time_pool: Atomic<i64>,
    /// Ticks of assists that updates have seen. Written under `lock`.
    assist_time: Atomic<i64>,
    /// Idle ticks that updates have seen. Written under `lock`.
    idle_time: Atomic<i64>,
    /// What counts `sched_idle_time`, if the release has that.
    counts: Option<IdleTimeSteps>,
    /// `sched.idleTime`: the ticks for which Ps were on the idle list. Since Go 1.20; nothing that schedules reads it.
    sched_idle_time: Ghost<Time>,
}

/// What counts the time for which Ps were on the idle list, besides the limiter: steps.
#[derive(Clone, Copy)]
pub struct IdleTimeSteps {
    /// A P has left the idle list: this time was not consumed. Go: mgclimit.go, (*limiterEvent).stop 471-473 (1.27.3).
    pub ended: fn(&GcCpuLimiter, Time),
    /// An update has consumed time of a P that is idle. Go: mgclimit.go, updateLocked 212-214 (1.27.3).
    pub consumed: fn(&GcCpuLimiter, Time),
}

/// As since Go 1.21.
pub const IDLE_TIME: IdleTimeSteps = IdleTimeSteps {
    ended: GcCpuLimiter::add_to_sched_idle_time,
    consumed: GcCpuLimiter::add_to_sched_idle_time,
};

impl GcCpuLimiter {
    /// An empty bucket, for so many Ps.
    pub fn new(procs: u32, counts: Option<IdleTimeSteps>) -> Self {
        GcCpuLimiter {
            lock: Atomic::new("limiter.lock", 0),
            enabled: Atomic::new("limiter.enabled", false),
            bucket: Plain::new("limiter.bucket", Bucket::of(procs)),
            last_update: Atomic::new("limiter.lastUpdate", 0),
            assist_time_pool: Atomic::new("limiter.assistTimePool", 0),
            idle_time_pool: Atomic::new("limiter.idleTimePool", 0),
            assist_time: Atomic::new("limiter.assistTime", 0),
            idle_time: Atomic::new("limiter.idleTime", 0),
            counts,
            sched_idle_time: Ghost::new(0),
        }
    }

    /// Adds the ticks of an event that ended.
    pub(crate) fn account(&self, typ: LimiterEventType, duration: Time) {
        use LimiterEventType::*;
        if let (Idle, Some(counts)) = (typ, self.counts) {
            (counts.ended)(self, duration);
        }
        match typ {
            IdleMarkWork | Idle => self.idle_time_pool.add(duration),
            MarkAssist | ScavengeAssist => self.assist_time_pool.add(duration),
            None => panic!("limiterEvent.stop: invalid limiter event type found"),
        };
    }

    /// A P was idle for so long. It is a step.
    pub fn add_to_sched_idle_time(&self, duration: Time) {
        self.sched_idle_time.change(|ticks| *ticks += duration);
    }

    /// Whether assists are to be left out. Go: mgclimit.go, limiting 91-93 (1.19.8), 90-92 (1.27.3).
    pub fn limiting(&self) -> bool {
        self.enabled.load()
    }

    /// Accounts for the time in the pools and for the time so far of the events in flight in `slots`.
    ///
    /// Does nothing while another update is under way (the next one sees the time), or if `now` is earlier than
    /// the latest update.
    ///
    /// Returns the idle ticks of the events in flight, which Go does not.
    ///
    /// # Panics
    /// As Go does: `update during transition`, `double unlock`.
    ///
    /// Go: mgclimit.go, (*gcCPULimiterState).update 165-177 (1.19.8), 164-176 (1.27.3).
    #[sync::summarized]
    pub fn update<'a>(&self, slots: impl Iterator<Item = &'a LimiterEvent>, now: Time) -> Time {
        if !self.lock.cas(0, 1) {
            return 0;
        }
        assert!(!self.bucket.with(|bucket| bucket.transitioning), "update during transition");
        let consumed = self.update_locked(slots, now);
        self.unlock();
        consumed
    }

    /// Whether there was no update for longer than `period`.
    ///
    /// Go: mgclimit.go, needUpdate 145-147 (1.19.8), 144-146 (1.27.3).
    pub(crate) fn need_update(&self, now: Time, period: Time) -> bool {
        now - self.last_update.load() > period
    }

    /// GOMAXPROCS has changed, while the world is stopped: accounts for the time up to now, and makes the bucket as large as so many
    /// Ps need.
    ///
    /// # Panics
    /// As Go does: `failed to acquire lock to reset capacity`.
    ///
    /// Go: mgclimit.go, (*gcCPULimiterState).resetCapacity 321-340 (1.19.8), 319-338 (1.27.3).
    pub fn reset_capacity<'a>(
        &self,
        slots: impl Iterator<Item = &'a LimiterEvent>,
        now: Time,
        procs: u32,
        resize: fn(&mut Bucket, u32) -> Option<bool>,
    ) {
        assert!(self.lock.cas(0, 1), "failed to acquire lock to reset capacity");
        self.update_locked(slots, now);
        if let Some(enabled) = self.bucket.with_mut(|bucket| resize(bucket, procs)) {
            self.enable(enabled);
        }
        self.unlock();
    }

    /// The GC begins or ends, while the world is stopped. The limiter is the caller's until `finish_gc_transition`.
    ///
    /// # Panics
    /// As Go does: `failed to acquire lock to start a GC transition`, `transitioning GC to the same state as before?`.
    ///
    /// Go: mgclimit.go, startGCTransition 101-118 (1.19.8), 100-117 (1.27.3).
    pub fn start_gc_transition<'a>(
        &self,
        enable: bool,
        slots: impl Iterator<Item = &'a LimiterEvent>,
        now: Time,
    ) {
        assert!(self.lock.cas(0, 1), "failed to acquire lock to start a GC transition");
        let same = self.bucket.with(|bucket| bucket.gc_enabled == enable);
        assert!(!same, "transitioning GC to the same state as before?");
        self.update_locked(slots, now);
        self.bucket.with_mut(|bucket| {
            bucket.gc_enabled = enable;
            bucket.transitioning = true;
        });
    }

    /// The world has started. The time for which it was stopped counts as the GC's, on all Ps.
    ///
    /// # Panics
    /// As Go does: `finishGCTransition called without starting one?`, `double unlock`.
    ///
    /// Go: mgclimit.go, finishGCTransition 123-137 (1.19.8), 122-136 (1.27.3).
    pub fn finish_gc_transition(&self, now: Time) {
        let Bucket { transitioning, procs, .. } = self.bucket.get();
        assert!(transitioning, "finishGCTransition called without starting one?");
        let last_update = self.last_update.owner_load();
        if now >= last_update {
            self.accumulate(0, (now - last_update) * Time::from(procs));
        }
        self.last_update.store(now);
        self.bucket.with_mut(|bucket| bucket.transitioning = false);
        self.unlock();
    }

    /// # Panics
    /// As Go does: `double unlock`.
    ///
    /// Go: mgclimit.go, unlock 307-312 (1.19.8), 305-310 (1.27.3).
    fn unlock(&self) {
        assert!(self.lock.swap(0) == 1, "double unlock");
    }

    /// The part of an update under the limiter's lock.
    ///
    /// Go: mgclimit.go, (*gcCPULimiterState).updateLocked 180-260 (1.19.8), 179-258 (1.27.3).
    fn update_locked<'a>(&self, slots: impl Iterator<Item = &'a LimiterEvent>, now: Time) -> Time {
        // A stale `now` changes nothing: what there was up to then is counted already.
        if now < self.last_update.owner_load() {
            return 0;
        }
        let window = now - self.last_update.owner_load();
        self.last_update.store(now);
        let (assist, idle, in_flight) = self.drain_and_consume(slots, now);
        let (mutator, gc) = self.bucket.with(|bucket| bucket.shares(window, assist, idle));
        self.accumulate(mutator, gc);
        in_flight
    }

    /// The times of an update: of assists, of idle Ps, and of those the part that was in flight.
    ///
    /// Go: mgclimit.go, (*gcCPULimiterState).updateLocked 180-260 (1.19.8), 179-258 (1.27.3).
    fn drain_and_consume<'a>(
        &self,
        slots: impl Iterator<Item = &'a LimiterEvent>,
        now: Time,
    ) -> (Time, Time, Time) {
        use LimiterEventType::*;
        let mut assist = drain(&self.assist_time_pool);
        let (pool, mut idle) = (drain(&self.idle_time_pool), 0);
        for slot in slots {
            let (typ, duration) = slot.consume(now);
            if let (Idle, Some(counts)) = (typ, self.counts) {
                (counts.consumed)(self, duration);
            }
            match typ {
                IdleMarkWork | Idle => idle += duration,
                MarkAssist | ScavengeAssist => assist += duration,
                None => {}
            }
        }
        self.assist_time.store(self.assist_time.owner_load() + assist);
        self.idle_time.store(self.idle_time.owner_load() + pool + idle);
        (assist, pool + idle, idle)
    }

    /// The bucket gets the time of the GC, and loses the program's. Under the lock.
    ///
    /// Go: mgclimit.go, accumulate 266-299 (1.19.8), 264-297 (1.27.3).
    fn accumulate(&self, mutator: Time, gc: Time) {
        if let Some(enabled) = self.bucket.with_mut(|bucket| bucket.accumulate(mutator, gc)) {
            self.enable(enabled);
        }
    }

    /// Assists are left out from now on, or are not. Under the lock.
    pub fn enable(&self, enabled: bool) {
        self.enabled.store(enabled);
    }
}

/// Empties a pool and returns what it held.
fn drain(pool: &Atomic<i64>) -> Time {
    let ticks = pool.load();
    if ticks != 0 {
        pool.add(-ticks);
    }
    ticks
}
