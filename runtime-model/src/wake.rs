//! Waking and stopping Ms.
//!
//! An M without work *spins*, if few others do: it is counted in `nmspinning`, and looks at all sources of work before
//! it parks. At most one M is woken at a time, and it wakes the next.
//!
//! # The wake protocol
//! Its numbered steps, and the schedule that breaks it without each of them, are in `runtime-model/README.md`, *The
//! wake protocol*. The code cites them by number. They are done here:
//!
//! | step | | where |
//! |---|---|---|
//! | 1 | publish | `ready`, `newproc`, `gosched` (ready.rs), `addtimer` (timers/v1_19.rs) |
//! | 2 | wake | `wakep` and what it calls; `wake_net_poller` (netpoll.rs) |
//! | 3 | pass on | `resetspinning` |
//! | 4a | drop the P | `drop_p`, `drop_p_locked` (find.rs) |
//! | 4b | stop spinning | `stop_spinning`, called from `last_look` (find.rs) |
//! | 4c | last look | `last_look` and what it calls (find.rs) |
//! | 5a | ask | `wakep_with_p` (steps/wakep.rs), `pidleget_spinning` (idle.rs) |
//! | 5b | keep the P | `must_keep_p` (steps.rs), called from `drop_p_locked` |
//! | 5c | clear | `become_spinning` |
//!
//! `wake/preemptible.rs` has a `startm` in which a G may be preempted.
//!
//! Go: proc.go 31-111 (1.19.8), 37-117 (1.27.3), Worker thread parking/unparking.

mod preemptible;

use sync::MutexGuard;

use crate::event::Event;
use crate::m::{MId, M};
use crate::p::OwnedP;
use crate::sched::{Reserved, Sched, SchedLocked, SpinIncrement};

/// `sched.lock`, held.
type Locked<'a> = MutexGuard<'a, SchedLocked>;

impl Sched {
    /// Wakes an M with an idle P, if there is such a P and no M looks for work already.
    ///
    /// It is a step: see [`crate::steps`] for how it changed, and for the line numbers in Go.
    #[sync::summarized]
    pub fn wakep(&self, m: &M) {
        (self.steps.wakep)(self, m);
    }

    /// Makes `nmspinning` 1 if it is 0. The increment has to be given to an M, or undone.
    ///
    /// Go: proc.go, wakep 2427-2429 (1.19.8), 3230-3232 (1.27.3).
    pub fn begin_spin(&self, m: &M) -> Option<SpinIncrement> {
        // Wake protocol, 2. Meets the decrement in `stop_spinning`: a spinner that is counted here has its last look
        // (4c) still before it, and will see the work; or it finds other work first, and passes on (3). What is counted
        // may also be a waker's increment; if that waker finds no idle P, 5a makes up for it. The compare-and-swap fails
        // if another M has begun to spin, or to wake one, since the load.
        let spin = match (self.steps.spinners)(self) {
            0 => self.count_first_spinner(),
            _ => None,
        };
        if spin.is_none() {
            self.emit(m, Event::WakepDeclinedSpinner);
        }
        spin
    }

    /// Makes `nmspinning` 1, unless it is not 0 by now.
    ///
    /// Go: proc.go, wakep 2427 and handoffp 2375 (1.19.8), 3230 and 3167 (1.27.3).
    pub(crate) fn count_first_spinner(&self) -> Option<SpinIncrement> {
        if !self.nmspinning.cas(0, 1) {
            return None;
        }
        self.spins_in_flight.change(|n| *n += 1);
        Some(SpinIncrement(()))
    }

    /// Takes an increment back: there was no P for an M to spin on. `caller` is the function of Go's that does
    /// it: `startm` in 1.19, `wakep` from 1.20 on.
    ///
    /// # Panics
    /// As Go does: `startm: negative nmspinning`, `wakep: negative nmspinning`.
    ///
    /// Go: proc.go, startm 2292-2298 (1.19.8); proc.go, wakep 3245-3247 (1.27.3).
    pub fn undo_spin(&self, m: &M, spin: SpinIncrement, caller: &str) {
        // No last look follows this decrement. Other Ms may have declined in `begin_spin` because of the increment, and
        // no P was idle: 5a asks the M that drops the next one to look.
        let left = self.nmspinning.add(-1);
        self.end_flight(spin);
        assert!(left >= 0, "{caller}: negative nmspinning");
        self.emit(m, Event::IncrementUndone);
    }

    /// The increment becomes an M's `spinning`. The M is the caller's own, or asleep until the caller wakes it.
    ///
    /// Go: proc.go, startm 2342 and mspinning 2252-2255 (1.19.8), 3134 and 3028-3031 (1.27.3).
    pub fn give_spin(&self, m: MId, spin: Option<SpinIncrement>) {
        let spinning = spin.is_some();
        spin.into_iter().for_each(|spin| self.end_flight(spin));
        self.m(m).spinning.set(spinning);
    }

    /// The increment is an M's now, or undone. For checks.
    fn end_flight(&self, SpinIncrement(()): SpinIncrement) {
        self.spins_in_flight.change(|n| *n -= 1);
    }

    /// Schedules some M to run `p`, or an idle P if it is None; starts an M if none is idle. With `spin`,
    /// the M starts out spinning.
    ///
    /// # Panics
    /// As Go does: `startm: negative nmspinning`, `startm: m is spinning`, `startm: m has p`,
    /// `startm: p has runnable gs`.
    ///
    /// Go: proc.go, startm 2269-2348 (1.19.8), 3050-3140 (1.27.3). Since 1.20 a spinning start brings its P.
    #[sync::summarized]
    pub fn startm(&self, m: &M, p: Option<OwnedP>, spin: Option<SpinIncrement>) {
        let mut locked = self.lock.lock();
        let Some(p) = p.or_else(|| self.pidleget(&mut locked, 0)) else {
            // Meets `drop_p`: a P that is put on the idle list from here on gets no M for the caller's work. An M that
            // spun takes its last look after that; one that did not is golang/go#45867.
            drop(locked);
            spin.into_iter().for_each(|spin| self.undo_spin(m, spin, "startm"));
            return;
        };
        match self.mget(&mut locked) {
            Some(nm) => self.wake_m(locked, nm, p, spin),
            None => (self.steps.start_new_m)(self, m, locked, p, spin),
        }
    }

    /// Schedules some M to run `p`, and does not release the lock before that M counts as running.
    ///
    /// Go: proc.go, startm 3085-3136 (1.27.3; since 1.21), with `lockheld`.
    pub(crate) fn startm_locked(&self, m: &M, mut locked: Locked, p: OwnedP) {
        match self.mget(&mut locked) {
            Some(nm) => self.hand_over(nm, p, None),
            None => (self.steps.start_new_m)(self, m, locked, p, None),
        }
    }

    /// Hands `p` to the idle M `nm` and wakes it. Go: proc.go, startm 2331-2344 (1.19.8), 3121-3136 (1.27.3).
    fn wake_m(&self, locked: Locked, nm: MId, p: OwnedP, spin: Option<SpinIncrement>) {
        // `nm` is off `midle`, so no other M wakes it, and it writes nothing itself until its note is set.
        drop(locked);
        self.hand_over(nm, p, spin);
    }

    /// The same once `sched.lock` has been released, or while the caller keeps it.
    ///
    /// Go: proc.go, startm 2332-2344 (1.19.8), 3124-3136 (1.27.3).
    pub(crate) fn hand_over(&self, nm: MId, p: OwnedP, spin: Option<SpinIncrement>) {
        let other = self.m(nm);
        assert!(!other.spinning.get(), "startm: m is spinning");
        assert!(other.nextp.with(Option::is_none), "startm: m has p");
        assert!(spin.is_none() || self.runqempty(p.id()), "startm: p has runnable gs");
        // Both before the wakeup: `nm` reads them as soon as it is awake (`acquire_nextp`, `schedule`).
        self.give_spin(nm, spin);
        other.nextp.set(Some(p));
        // Meets `park.sleep` in `stopm`. `nm` may not sleep yet; then its sleep returns at once.
        other.park.wakeup();
    }

    /// Starts an M to run `p`. No M was idle when the caller asked.
    ///
    /// If the program may have no more Ms, the next M that stops runs `p` instead; it counts as running until
    /// then. With at least as many Ms as Ps such an M exists: an M without a P that is on its way to `stopm`.
    ///
    /// Go: proc.go, startm 2304-2330 (1.19.8), 3088-3120 (1.27.3). Go's program may always have one more M.
    pub fn start_new_m(&self, m: &M, mut locked: Locked, p: OwnedP, spin: Option<SpinIncrement>) {
        // Reserved under the lock: once it is released, checkdead, on any M that parks, must count the new M as
        // running.
        if let Some(id) = Self::m_reserve_id(&mut locked) {
            drop(locked);
            return self.newm(m, id, p, spin);
        }
        // An M can be idle by now if the caller gave the lock back after it asked: it is the one that stopped.
        if let Some(nm) = self.mget(&mut locked) {
            locked.mcount -= 1;
            return self.wake_m(locked, nm, p, spin);
        }
        // Meets `stopm`, which takes it under the same lock before it looks at `midle`.
        self.emit(m, Event::NewmReserved(p.id()));
        locked.reserved.push(Reserved { p, spin });
    }

    /// Counts one more M, and returns its id; None if the program may have no more.
    ///
    /// Go: proc.go, mReserveID 773-783 (1.19.8), 998-1008 (1.27.3).
    fn m_reserve_id(locked: &mut SchedLocked) -> Option<MId> {
        locked.mcount += 1;
        locked.unborn.pop()
    }

    /// Starts the M `id`, which runs `p`.
    ///
    /// Go: proc.go, newm 2096-2143 and mstart1 1398-1433 (1.19.8), 2875-2922 and 1917-1956 (1.27.3).
    fn newm(&self, m: &M, id: MId, p: OwnedP, spin: Option<SpinIncrement>) {
        self.emit(m, Event::Newm(id));
        let p = (self.steps.allocm)(self, m, p);
        // Before the thread exists, as before a wakeup.
        self.m(id).nextp.set(Some(p));
        let Some(sched) = self.this.upgrade() else { return };
        let given = (id, spin.is_some());
        sync::spawn_named(id.0, given, move || {
            let mut m = M::of_kernel(id);
            // The increment is the new M's own from its first step on: in Go, `mspinning`, which `mstart1` calls.
            (sched.steps.mspinning)(&sched, id, spin);
            sched.acquire_nextp(&mut m);
            // It returns if the M ends.
            sched.mstart(&mut m);
        });
    }

    /// Stops `m` until there is work, and returns with a P.
    ///
    /// If an M was reserved that cannot be started, `m` takes its place instead of parking.
    ///
    /// # Panics
    /// As Go does: `stopm holding p`, `stopm spinning`.
    ///
    /// Go: proc.go, stopm 2231-2250 and mPark 1455-1459 (1.19.8), 3007-3026 and 1978-1987 (1.27.3).
    // `find_runnable` holds nothing but `m`. As a call of its own, a parked M would keep the time of the timer that it
    // saw.
    #[sync::forgets_callers]
    pub(crate) fn stopm(&self, m: &mut M) {
        assert!(m.p.is_none(), "stopm holding p");
        assert!(!self.m(m.id).spinning.get(), "stopm spinning");
        let mut locked = self.lock.lock();
        // Go has no such list. Meets `start_new_m`: whichever has the lock first, the P gets this M, by `reserved` here
        // or by `midle` there.
        if let Some(Reserved { p, spin }) = locked.reserved.pop() {
            locked.mcount -= 1;
            drop(locked);
            self.give_spin(m.id, spin);
            self.acquirep(m, p);
            return;
        }
        // No source of work is read here any more: that was 4c, or the M did not spin and 5b let it go.
        self.mput(&mut locked, m);
        drop(locked);
        self.emit(m, Event::Park);
        // Meets `park.wakeup` in `wake_m` and in `jump`. A note remembers a wakeup that comes before the sleep.
        self.m(m.id).park.sleep();
        // Not too late: this M is off `midle`, so no other M can be about to wake it again.
        self.m(m.id).park.clear();
        self.acquire_nextp(m);
    }

    /// Runs on the P that the waker left in `nextp`. Go: proc.go, stopm 2248-2249 (1.19.8), 3024-3025 (1.27.3).
    pub(crate) fn acquire_nextp(&self, m: &mut M) {
        let p = self.m(m.id).nextp.replace(None);
        let Some(p) = p else { panic!("acquirep: nil p") };
        self.emit(m, Event::Unpark(p.id()));
        self.acquirep(m, p);
    }

    /// `m` found work and stops spinning; then it looks whether another should start.
    ///
    /// # Panics
    /// As Go does: `resetspinning: not a spinning m`, `findrunnable: negative nmspinning`.
    ///
    /// Go: proc.go, resetspinning 3097-3111 (1.19.8), 4036-4050 (1.27.3).
    #[sync::summarized]
    pub fn resetspinning(&self, m: &M) {
        assert!(self.m(m.id).spinning.get(), "resetspinning: not a spinning m");
        // Wake protocol, 3. First the decrement: else `begin_spin` would find this M's own count and decline. Meets
        // `begin_spin` of an M that declined because of that count: its work is what the wakeup below is for.
        self.stop_spinning(m);
        self.wakep(m);
    }

    /// `m` is counted as a spinner. Its own mark follows the count: no other M reads it while `m` runs.
    ///
    /// Go: proc.go, findRunnable 2666-2667, 2785-2786 (1.19.8); proc.go, (*m).becomeSpinning 1086-1090 (1.27.3).
    pub fn become_spinning(&self, m: &M) {
        // From here on makers of work leave it to this M, which looks for work now, or has found some and will pass on
        // (3).
        self.nmspinning.add(1);
        self.m(m.id).spinning.set(true);
        // Wake protocol, 5c. Meets the store of 1 in `wakep_with_p` and `pidleget_spinning`: work that it was set for
        // was published before, so what this M does now covers it.
        (self.steps.became_spinning)(self);
    }

    /// `m` is no longer counted as a spinner. The caller looks for work after that (4c), or has found some (3).
    ///
    /// # Panics
    /// As Go does: `findrunnable: negative nmspinning`.
    ///
    /// Go: proc.go, findRunnable 2770-2773 and resetspinning 3102-3106 (1.19.8), 3675-3678 and 4041-4045 (1.27.3).
    pub fn stop_spinning(&self, m: &M) {
        // Wake protocol, 4b or the first half of 3. Meets the load in `begin_spin`: a maker of work that still reads
        // this M's count has published before. So the last look (4c), or the M that is woken next (3), sees the work.
        self.uncount(m, "findrunnable");
    }

    /// `m` is no longer counted as a spinner. `caller` is the function of Go's that does it.
    ///
    /// # Panics
    /// As Go does: `findrunnable: negative nmspinning`, `gcstopm: negative nmspinning`.
    pub(crate) fn uncount(&self, m: &M, caller: &str) {
        let left = (self.steps.uncount_spinner)(self);
        self.m(m.id).spinning.set(false);
        assert!(left >= 0, "{caller}: negative nmspinning");
    }
}
