//! sysmon: a thread without a P that takes Ps from Ms which keep them too long, and polls when no M does.
//!
//! # A round
//! 1. **Sleep deeply** if there is nothing to look after: all Ps are idle, or the world is to stop. That is decided under the
//!    lock, and said there (`sysmonwait`). The sleep ends when an M wakes sysmon, at the next timer, or after a minute.
//! 2. **Poll**, without waiting, if no M has for 10 ms.
//! 3. **Retake** (`sysmon/retake.rs`): take Ps out of system calls, and have Gs preempted that have kept their P for 10 ms.
//! 4. **Ready helpers** (`sysmon/helper.rs`): a G that begins a garbage collection, and one that sets GOMAXPROCS. In Go the second
//!    comes before step 3, and the first after it.
//!
//! # The wakers
//! An M whose P becomes busy in a way of which no other M takes notice wakes sysmon: one that enters a system call, one that
//! returns from a call and takes an idle P, and one that starts the world. It reads `sysmonwait` *after* its P is busy, or under
//! the lock that took the P off the idle list; sysmon writes `sysmonwait` under the lock under which it finds all Ps idle. So one
//! of the two sees the other. Without a wakeup, sysmon may sleep for a minute while a call keeps a P, or a G does:
//!
//! ```text
//! sysmon                        M0, in a system call that was known to block
//! all Ps are idle: sleeps
//!                               the call returns; takes P0; wakes nothing
//!                               executes A, which waits for B             B has no P until sysmon has slept enough
//! ```
//!
//! # What counts as running
//! Nothing counts sysmon as an M that runs (`nmsys`). So while it holds a P or Gs in its hands, it counts one idle locked M less
//! (`incidlelocked`). Otherwise an M that finds no work meanwhile is the last one that runs, for `checkdead`, which throws:
//!
//! ```text
//! sysmon                        M0, in a system call
//! takes P0 out of the call
//!                               returns; there is no P: its G goes to the global queue
//!                               parks; checkdead: no M runs, and there is a G that can
//! ```
//!
//! # Its time
//! When sysmon moves is in `sysmon/turns.rs`. Go's 20 µs between two rounds are no time here, 10 ms are ten ticks, and a minute is
//! 60,000. Under faketime the clock stands while Ms run: so no G has kept its P for 10 ms, and none is preempted.
//!
//! # GOMAXPROCS
//! It looks at all Ps that there are, were or will be: one that was destroyed is in no call, and no G keeps it busy. A P that is in
//! sysmon's hands has not stopped, so GOMAXPROCS does not change meanwhile. Go keeps `allpLock` for the length of `allp`.
//!
//! Left out: the work of the scavenger, `sysmonlock`.

mod helper;
mod retake;
mod shared;
mod turns;

use crate::event::Event;
use crate::g::{GId, Park};
use crate::m::{MId, M};
use crate::netpoll::Polled;
use crate::sched::{Sched, SchedLocked};
use crate::Time;

pub(crate) use shared::Busy;
pub use shared::{Helper, SysmonShared, Update, WatchedP};

/// 10 ms: for so long a G may keep its P, and a system call an idle one; and so long may no M poll.
///
/// Go: proc.go, forcePreemptNS 5289 (1.19.8), 6679 (1.27.3).
pub const SLICE: Time = 10;

/// A minute: sysmon sleeps no longer. Go: proc.go, sysmon 5182 (1.19.8), 6584 (1.27.3), half of forcegcperiod.
pub const DEEP_SLEEP: Time = 60_000;

impl Sched {
    /// Starts sysmon, if the program has it. It counts as an M from here on.
    ///
    /// Go: proc.go, main 170-172 (1.19.8), 183-187 (1.27.3).
    pub(crate) fn start_sysmon(&self) {
        let Some(ticks) = self.program.sysmon else { return };
        let Some(sched) = self.this.upgrade() else { return };
        self.lock.lock().mcount += 1;
        sync::spawn_named(MId::SYSMON.0, (), move || sched.sysmon(ticks));
    }

    /// What sysmon does. It does not return.
    ///
    /// Go: proc.go, sysmon 5134-5278 (1.19.8), 6537-6666 (1.27.3).
    // Its caller holds nothing that it has learnt.
    #[sync::forgets_callers]
    fn sysmon(&self, mut ticks: u32) {
        let m = M::of_kernel(MId::SYSMON);
        self.begin_sysmon(&m);
        loop {
            let races = self.usleep(&mut ticks);
            self.sleep_deeply(&m, &mut ticks);
            let acted = self.sysmon_round(&m);
            self.count_round(acted, races);
        }
    }

    /// From here on `checkdead` does not count sysmon as an M that runs.
    ///
    /// Go: proc.go, sysmon 5135-5138 (1.19.8), 6538-6541 (1.27.3).
    fn begin_sysmon(&self, m: &M) {
        let mut locked = self.lock.lock();
        locked.nmsys += 1;
        // One M less counts as running, and the others may all have parked before.
        self.checkdead(&mut locked, m);
    }

    /// Sleeps deeply, if there is nothing to look after.
    ///
    /// Go: proc.go, sysmon 5169-5204 (1.19.8), 6574-6612 (1.27.3).
    fn sleep_deeply(&self, m: &M, ticks: &mut u32) {
        // Read without the lock, so this may be over by now, or begin right after: then there is a useless round, or one
        // fewer.
        // GOMAXPROCS is read without the lock in Go, and without an atomic load; where it changes, here with the lock alone.
        let idle = self.resizes
            || (self.program.stops_the_world() && self.gcwaiting.load())
            || self.npidle.load() == self.gomaxprocs() as i32;
        let Some(until) = idle.then(|| self.begin_deep_sleep()).flatten() else { return };
        self.emit(m, Event::SysmonSleeps);
        self.notetsleep(until, ticks);
        // Meets `wake_sysmon`, under the lock: one that comes later wakes nothing, and need not.
        let _locked = self.lock.lock();
        self.sysmon.sysmonwait.store(false);
        self.noteclear();
        self.emit(m, Event::SysmonWakes);
    }

    /// Says that sysmon sleeps, and returns until when; `None` if it has to look after something by now.
    #[sync::summarized]
    fn begin_deep_sleep(&self) -> Option<Time> {
        let locked = self.lock.lock();
        // Under the lock. Meets `pidleget` and `collect` of others: an M that takes a P off the list later finds `sysmonwait`
        // set.
        let idle = (self.program.stops_the_world() && self.gcwaiting.owner_load())
            || self.npidle.owner_load() == self.gomaxprocs() as i32;
        if !idle {
            return None;
        }
        let now = self.nanotime();
        let next = self.time_sleep_until(&locked);
        if next <= now {
            return None;
        }
        self.sysmon.sysmonwait.store(true);
        // For checks, which ask the list itself.
        let all_idle = locked.idle_ps().count() == self.peek_gomaxprocs() as usize;
        self.sysmon.is_owed.set(!all_idle && !self.gcwaiting.peek());
        Some(now + DEEP_SLEEP.min(next - now))
    }

    /// Steps 2 to 4. Returns whether anything was done that changes what others do.
    #[sync::summarized]
    fn sysmon_round(&self, m: &M) -> bool {
        let now = self.nanotime();
        let polled = self.poll_if_late(m, now);
        let mut acted = polled;
        if self.loses_breaks {
            acted |= (self.steps.sysmon.serves_late_timer)(self, m, now);
        }
        let updates =
            self.steps.sysmon.update_gomaxprocs.zip(self.sysmon.update_max_procs.as_ref());
        if let Some((update, helper)) = updates {
            acted |= update(self, m, helper, now);
        }
        if let Some(g) = self.scavenger {
            acted |= (self.steps.sysmon.wakes_scavenger)(self, m, g);
        }
        for p in &self.allp {
            acted |= (self.steps.syscalls.retake_for_sysmon)(self, m, p.id, now);
        }
        if let Some(helper) = &self.sysmon.forcegc {
            acted |= (self.steps.sysmon.force_gc)(self, m, helper, now);
        }
        acted
    }

    /// A timer is late: no M waits for it, as a break was lost. Starts an M, if a P is idle, and returns whether it does. It is a
    /// step.
    ///
    /// Go has this on NetBSD alone, from 1.16 to 1.25.
    ///
    /// Go: proc.go, sysmon 5232-5251 (1.19.8).
    pub fn start_for_late_timer(&self, m: &M, now: Time) -> bool {
        let locked = self.lock.lock();
        let late = self.time_sleep_until(&locked) < now && locked.idle_ps().next().is_some();
        drop(locked);
        if late {
            // Not under the same hold, as in Go. Meets `begin_spin` of an M that finds the timer by itself.
            self.startm(m, None, None);
        }
        late
    }

    /// Wakes the background scavenger, if it waits, and returns whether it does. It is a step.
    ///
    /// The G goes on a queue without `incidlelocked`: for a moment the P that is to run it is in no list, and its M must count as
    /// running (`start_new_m`).
    ///
    /// Go: mgcscavenge.go, (*scavengerState).wake 400-420 (1.19.8), 436-456 (1.27.3). Here it is always requested.
    #[sync::summarized]
    pub fn wake_scavenger(&self, m: &M, g: GId) -> bool {
        // Meets the exchange in `gopark`.
        let waits = self.g(g).park.cas(Park::Parked, Park::Away);
        if waits {
            self.emit(m, Event::ScavengerWoken);
            self.injectglist(m, vec![g]);
        }
        waits
    }

    /// Polls, if no M has polled for 10 ms and none polls now. Returns whether that found a G.
    ///
    /// Go: proc.go, sysmon 5214-5231 (1.19.8), 6618-6637 (1.27.3).
    #[sync::summarized]
    pub fn poll_if_late(&self, m: &M, now: Time) -> bool {
        // A program without descriptors, as each is under faketime, has no operation here.
        if self.descriptors.is_empty() {
            return false;
        }
        let last = self.lastpoll.load();
        if last == 0 || last + SLICE >= now {
            return false;
        }
        // An M that has begun to poll meanwhile keeps its 0.
        self.lastpoll.cas(last, now);
        let Polled { gs, delta } = (self.steps.sysmon.polls)(self, m);
        let found = !gs.is_empty();
        if found {
            self.emit(m, Event::SysmonPolled(gs.len()));
            // The Gs are in no queue that another M could look at, and this thread is no M that counts.
            (self.steps.sysmon.incidlelocked)(self, m, -1);
            self.injectglist(m, gs);
            (self.steps.sysmon.incidlelocked)(self, m, 1);
            (self.steps.poll.adjust_waiters)(self, delta);
        }
        found
    }

    /// A G has entered a system call: sysmon must look after its P. It is a step.
    ///
    /// Go: proc.go, reentersyscall 3646-3649 and entersyscall_sysmon 3682-3689 (1.19.8), 4749-4753 and entersyscallWakeSysmon
    /// 4785-4792 (1.27.3).
    #[sync::summarized]
    pub fn entersyscall_sysmon(&self) {
        // Meets the store in `begin_deep_sleep`: this M's P is not idle, so sysmon sleeps since before it was taken, or
        // because the world is to stop, and whatever starts the world wakes it.
        if self.sysmon.sysmonwait.load() {
            self.wake_sysmon(&mut self.lock.lock());
        }
    }

    /// Wakes sysmon from its deep sleep, if it is in one. It is a step.
    ///
    /// Go: proc.go, exitsyscallfast_pidle 3922-3925, exitsyscall0 3958-3961, startTheWorldWithSema 1275-1278 (1.19.8),
    /// 5086-5089, 5131-5134, 1791-1794 (1.27.3).
    pub fn wake_sysmon(&self, _: &mut SchedLocked) {
        // Written under the lock.
        if self.sysmon.sysmonwait.owner_load() {
            self.sysmon.sysmonwait.store(false);
            self.wake_nap();
        }
    }

    /// A call has returned, and the caller, which holds the lock, has taken an idle P.
    pub(crate) fn returned_with_idle_p(&self, locked: &mut SchedLocked) {
        if self.program.has_sysmon() {
            self.sysmon.is_owed.set(true);
            (self.steps.sysmon.wake_at_return)(self, locked);
        }
    }

    /// A system call is entered; `with_p`: a P is left to it, and was not stopped before.
    pub(crate) fn entered_call(&self, with_p: bool) {
        if self.program.has_sysmon() {
            if with_p {
                self.sysmon.is_owed.set(true);
            }
            (self.steps.sysmon.wake_at_entry)(self);
        }
    }

    /// The world is no longer to stop. The caller holds the lock.
    pub(crate) fn world_started(&self, locked: &mut SchedLocked) {
        if self.program.has_sysmon() {
            self.sysmon.is_owed.set(true);
            (self.steps.sysmon.wake_at_start)(self, locked);
        }
    }

    /// So many more Ms that are locked to a G wait for it: with -1, one more M counts as running. It is a step.
    ///
    /// Go: proc.go, incidlelocked 5005-5012 (1.19.8), 6406-6413 (1.27.3).
    #[sync::summarized]
    pub fn incidlelocked(&self, m: &M, v: i32) {
        let mut locked = self.lock.lock();
        locked.nmidlelocked += v;
        if v == 1 {
            // The others may have parked meanwhile, and each has found that one more runs.
            self.checkdead(&mut locked, m);
        }
    }
}
