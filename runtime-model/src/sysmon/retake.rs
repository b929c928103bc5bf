//! `retake`: which Ps sysmon takes out of system calls, and which Gs it has preempted.
//!
//! sysmon remembers of each P how many Gs have been executed there (`schedtick`), how many calls have ended (`syscalltick`), and
//! since when that is so. A P is taken out of a call at the second look, if the call is still the same, and
//! - there are Gs on its queue, or
//! - no P is idle and no M spins, so that work that is made now would find no M, or
//! - 10 ms are over. Otherwise calls would keep sysmon from its deep sleep.
//!
//! The two forms differ in how the P is taken, as `syscall/v1_19.rs` and `syscall/v1_26.rs` describe it. In between, the M may have
//! returned, and be in another call: that one's P is taken then, after one look.
//!
//! In Go, each execution begins a new slice but that of a G from `runnext`. Here each does: such a G is preempted later.

use crate::event::Event;
use crate::g::Guintptr;
use crate::ids::PId;
use crate::m::M;
use crate::p::{OwnedP, P};
use crate::sched::Sched;
use crate::Time;

use super::shared::SysmonTick;
use super::SLICE;

/// What a look at the P's slice has come to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Slice {
    /// It began less than 10 ms ago, or after the last look.
    Goes,
    /// It is over, and no G can be preempted: its M may be in a system call.
    Over,
    /// It is over, and a G was preempted.
    Preempted,
}

impl Sched {
    /// Takes the P `p` out of its system call, if it has been there for too long, and hands it off. Returns whether it did so, or
    /// had a G preempted.
    ///
    /// Go: proc.go, retake 5291-5358 (1.19.8; up to 1.25). Left out: `allpLock`.
    #[sync::summarized]
    pub fn retake_by_cas(&self, m: &M, p: PId, now: Time) -> bool {
        let pp = &self.allp[p.index()];
        let in_call = pp.in_syscall.load();
        let slice = self.look_at_slice(pp, in_call, now);
        if !in_call {
            return slice == Slice::Preempted;
        }
        // Without the lock: the P may be in another call by now.
        let tick = pp.watched.syscalltick.load();
        if slice == Slice::Goes && self.is_another_call(pp, tick, now) {
            return false;
        }
        if self.need_not_retake(pp, now) {
            return false;
        }
        // Before the exchange. Meets `checkdead` of the M whose P it is: it may return, and find no P and no other M.
        (self.steps.sysmon.incidlelocked)(self, m, -1);
        let taken = (self.steps.syscalls.retake)(self, p);
        self.hand_off_retaken(m, taken)
    }

    /// The same, by the scan bit of the G that is in the call.
    ///
    /// Go: proc.go, retake 6681-6776 (1.27.3; since 1.26). There, `incidlelocked` is called for each P that runs; here, for those
    /// whose G is in a call, or is about to enter or to leave one.
    #[sync::summarized]
    pub fn retake_by_scan_bit(&self, m: &M, p: PId, now: Time) -> bool {
        let pp = &self.allp[p.index()];
        let calls = pp.caller.load() != Guintptr::NIL;
        let slice = self.look_at_slice(pp, calls, now);
        if !calls {
            return slice == Slice::Preempted;
        }
        // Before the scan bit is set: with it, the lock must not be taken.
        (self.steps.sysmon.incidlelocked)(self, m, -1);
        let taken = self.take_from_call(pp, slice, now);
        self.hand_off_retaken(m, taken)
    }

    /// Takes the P, if it is in a call, and has been there for too long.
    ///
    /// Go: proc.go, retake 6742-6773 (1.27.3; since 1.26).
    #[sync::summarized]
    fn take_from_call(&self, p: &P, slice: Slice, now: Time) -> Option<OwnedP> {
        let thread = self.set_block_on_exit_syscall(p.id)?;
        // With the scan bit set, the call is the one that it is.
        let tick = p.watched.syscalltick.load();
        let other = slice == Slice::Goes && self.is_another_call(p, tick, now);
        if other || self.need_not_retake(p, now) {
            self.resume_thread(thread);
            return None;
        }
        Some(self.take_p_of(thread))
    }

    /// Hands off the P, if one was taken, and counts one M less again. Returns whether one was.
    ///
    /// Go: proc.go, retake 5343-5352 (1.19.8), 6765-6780 (1.27.3).
    fn hand_off_retaken(&self, m: &M, taken: Option<OwnedP>) -> bool {
        let was_taken = taken.is_some();
        if let Some(p) = taken {
            self.emit(m, Event::Retaken(p.id()));
            (self.steps.sysmon.hand_off)(self, m, p);
        }
        // The P has another holder by now. Meets `checkdead` of Ms that have parked meanwhile.
        (self.steps.sysmon.incidlelocked)(self, m, 1);
        was_taken
    }

    /// Whether `p` was in another call, or in none, when sysmon looked last. It remembers what it sees.
    ///
    /// Go: proc.go, retake 5324-5329 (1.19.8), 6750-6755 (1.27.3).
    fn is_another_call(&self, p: &P, tick: u32, now: Time) -> bool {
        let seen = p.watched.sysmontick.get();
        if seen.syscalltick == tick {
            return false;
        }
        let seen = SysmonTick { syscalltick: tick, syscallwhen: now, ..seen };
        p.watched.sysmontick.set(seen);
        true
    }

    /// Whether nothing would come of it if `p` were taken out of its call: there is no G on its queue, a P is idle or an M spins,
    /// and the call is not 10 ms old.
    ///
    /// Go: proc.go, retake 5330-5335 (1.19.8), 6757-6763 (1.27.3).
    fn need_not_retake(&self, p: &P, now: Time) -> bool {
        let since = p.watched.sysmontick.get().syscallwhen;
        self.runqempty(p.id)
            && self.nmspinning.load() + self.npidle.load() > 0
            && since + SLICE > now
    }

    /// Has the G on `p` preempted, if it has kept its P for 10 ms. A program under faketime has no operation here.
    ///
    /// Go: proc.go, retake 5308-5321 (1.19.8), 6706-6723 (1.27.3).
    fn look_at_slice(&self, p: &P, in_call: bool, now: Time) -> Slice {
        if !self.program.has_slices() {
            return Slice::Goes;
        }
        let flag = p.watched.busy.load().flag();
        if !in_call && flag.is_none() {
            return Slice::Goes;
        }
        let (seen, tick) = (p.watched.sysmontick.get(), p.watched.schedtick.load());
        if seen.schedtick != tick {
            let seen = SysmonTick { schedtick: tick, schedwhen: now, ..seen };
            p.watched.sysmontick.set(seen);
            return Slice::Goes;
        }
        if seen.schedwhen + SLICE > now {
            return Slice::Goes;
        }
        // Go: preemptone 5388-5412 (1.19.8), 6917-6947 (1.27.3). As there, the request may come to another G than was meant: to
        // one that waits for the same flag.
        match flag {
            Some(flag) if self.world.flags[flag.0].nudge() => Slice::Preempted,
            _ => Slice::Over,
        }
    }
}
