//! Receiving from a timer's channel, and sending on it.
//!
//! # The protocol
//! *Channels of timers* in `runtime-model/README.md`. A timer with a channel is on a heap only while a G waits on the channel.
//! Else a receive that comes runs the timer itself, if it is due.

use std::collections::VecDeque;

use sync::MutexGuard;

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::ids::TimerId;
use crate::m::M;
use crate::sched::Sched;

use super::channel::TimerChan;
use super::heap::uncount_zombie;
use super::state::TimerBits;
use crate::timers::named::NamedTimer;
use crate::timers::next_time;

/// What a receive came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Received {
    /// The G has got a value.
    Value,
    /// None was there, and the G does not wait.
    Nothing,
    /// The G waits: its M goes on without it.
    Waits,
}

impl Sched {
    /// Receives from the timer's channel; if `block` is false, only if a value is there. If `g` waits, it is called again once
    /// it has got a value.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: chan.go, chanrecv 524-686 and empty 492-503 (1.27.3).
    #[sync::summarized]
    pub fn receive(&self, m: &M, g: GId, id: TimerId, block: bool) -> Received {
        let t = self.timer(id);
        let c = t.channel();
        if self.g(g).waited.replace(false) {
            self.unblock_timer_chan(t);
            self.emit(m, Event::Received(id));
            return Received::Value;
        }
        self.maybe_run_chan(m, t);
        if !block {
            // Go: `empty` does it again, without the lock.
            self.maybe_run_chan(m, t);
            if c.qcount.load() == 0 {
                self.emit(m, Event::NothingReceived(id));
                return Received::Nothing;
            }
        }
        let recvq = c.recvq.lock();
        if c.qcount.owner_load() > 0 {
            c.qcount.store(0);
            c.notes_received();
            drop(recvq);
            self.emit(m, Event::Received(id));
            return Received::Value;
        }
        if !block {
            // Meets `drain` of a G that stops or sets the timer.
            self.emit(m, Event::NothingReceived(id));
            return Received::Nothing;
        }
        self.wait_for_value(m, g, t, recvq);
        Received::Waits
    }

    /// `g` waits on the channel, whose lock is held, and is no longer `m`'s then.
    ///
    /// Go: chan.go, chanrecv 633-668 (1.27.3).
    fn wait_for_value(
        &self,
        m: &M,
        g: GId,
        t: &NamedTimer,
        mut recvq: MutexGuard<'_, VecDeque<GId>>,
    ) {
        recvq.push_back(g);
        // Channels of timers, 2. With the channel's lock held: a send that comes earlier finds the G, too.
        self.block_timer_chan(m, t);
        let of = self.g(g);
        of.casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        // Before another M can have the G: it repeats the action, behind the wait.
        of.waited.set(true);
        of.pc.with_mut(|pc| *pc -= 1);
        // Meets `chansend`, which takes the G off the queue with the lock held.
        drop(recvq);
    }

    /// If the timer is due and on no heap: runs it, so that its value is in the channel.
    ///
    /// Go: time.go, (*timer).maybeRunChan 1404-1428 (1.27.3).
    #[sync::summarized]
    fn maybe_run_chan(&self, m: &M, t: &NamedTimer) {
        // On a heap, it is run from there. Meets `unlock` of an M that takes it off.
        if t.astate.load().any(TimerBits::HEAPED) {
            return;
        }
        let mut data = t.mu.lock();
        let now = self.nanotime();
        if data.state.any(TimerBits::HEAPED) || data.when == 0 || data.when > now {
            t.unlock(data);
            return;
        }
        let next = next_time(data.when, data.period, now);
        data.when = next.unwrap_or(0);
        let seq = t.begins_to_send(self.steps.timers_1_23.begins_send);
        t.unlock(data);
        self.send_on_channel(m, t.id, seq);
    }

    /// A G is about to wait on the timer's channel, whose lock is held: the timer has to be on a heap.
    ///
    /// # Panics
    /// If `m` has no P.
    ///
    /// Go: time.go, blockTimerChan 1436-1470 (1.27.3).
    #[sync::summarized]
    fn block_timer_chan(&self, m: &M, t: &NamedTimer) {
        let mut data = t.mu.lock();
        data.blocked += 1;
        let zombie = data.state.any(TimerBits::ZOMBIE);
        if zombie && data.when > 0 {
            // It is still there, as the last G that waited has left a moment ago.
            data.state = data.state.without(TimerBits::ZOMBIE);
            uncount_zombie(self.heap_of(t));
        }
        let add = t.needs_add(&data);
        t.unlock(data);
        if add {
            self.maybe_add(m, m.p().id(), t.id);
        }
    }

    /// A G that has waited on the timer's channel has got a value. The last one lets the timer leave its heap.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: time.go, unblockTimerChan 1478-1494 (1.27.3).
    #[sync::summarized]
    fn unblock_timer_chan(&self, t: &NamedTimer) {
        let mut data = t.mu.lock();
        assert!(data.blocked > 0, "timer data corruption");
        data.blocked -= 1;
        let heaped = data.state.any(TimerBits::HEAPED) && !data.state.any(TimerBits::ZOMBIE);
        if data.blocked == 0 && heaped {
            // Channels of timers, 2. Its time stays: a receive that comes runs it.
            data.state = data.state.with(TimerBits::ZOMBIE);
            self.heap_of(t).deleted_timers.add(1);
        }
        t.unlock(data);
    }

    /// Sends the time on the channel of timer `id`, if that was neither stopped nor set since its `seq` was this.
    ///
    /// # Panics
    /// As Go does: `mismatched isSending updates`.
    ///
    /// Go: time.go, (*timer).unlockAndRun 1165-1205 (1.27.3).
    #[sync::summarized]
    pub(crate) fn send_on_channel(&self, m: &M, id: TimerId, seq: u32) {
        let c = self.timer(id).channel();
        // Channels of timers, 4. Meets `stop_timer` and `modify` of other Gs: what comes first decides.
        let held = c.send_lock.lock();
        let current = c.seq.get() == seq;
        (self.steps.timers_1_23.sends)(c, current);
        if current {
            self.chansend(m, c);
        } else {
            self.emit(m, Event::SendCancelled(id));
        }
        drop(held);
    }

    /// Sends a value, without waiting.
    ///
    /// Go: chan.go, chansend 176-258, as sleep.go, sendTime 147-157 (1.27.3) calls it.
    #[sync::summarized]
    fn chansend(&self, m: &M, c: &TimerChan) {
        // Without the lock. A ticker's last value is still there.
        if c.qcount.load() > 0 {
            return;
        }
        let mut recvq = c.recvq.lock();
        if let Some(g) = recvq.pop_front() {
            c.notes_sent(false);
            drop(recvq);
            self.ready(m, g, true);
            return;
        }
        c.notes_sent(true);
        c.qcount.store(1);
    }

    /// Takes the value out of the channel, for a G that has stopped or set the timer. Returns whether there was one.
    ///
    /// Go: chan.go, timerchandrain 358-380 (1.27.3).
    pub fn drain(&self, m: &M, c: &TimerChan) -> bool {
        if c.qcount.load() == 0 {
            return false;
        }
        let recvq = c.recvq.lock();
        // Meets `receive` of another G, which may have been faster.
        let any = c.qcount.owner_load() > 0;
        if any {
            c.qcount.store(0);
            c.notes_drained(m.id);
        }
        drop(recvq);
        any
    }
}

impl NamedTimer {
    /// Its channel.
    ///
    /// # Panics
    /// As Go does, if it has none: `timer data corruption`.
    ///
    /// Go: time.go, (*timer).hchan 275-283 (1.27.3).
    pub fn channel(&self) -> &TimerChan {
        self.chan.as_ref().unwrap_or_else(|| panic!("timer data corruption"))
    }

    /// The timer, whose lock is held, is due, and an M is to send its value. Returns the `seq` to send it with.
    ///
    /// Go: time.go, (*timer).unlockAndRun 1114-1116, 1143-1148 (1.27.3).
    pub(super) fn begins_to_send(&self, steps: fn(&TimerChan)) -> u32 {
        let c = self.channel();
        steps(c);
        c.seq.get()
    }

    /// The timer, which has a channel, is stopped or set, with both locks held. Returns whether that cancels a send: an M was
    /// about to send a value, and will not.
    ///
    /// Go: time.go, (*timer).stop 491-503, modify 622-633 (1.27.3).
    pub(super) fn cancels_send(&self, steps: fn(&TimerChan), ticked: bool) -> bool {
        let c = self.channel();
        // Channels of timers, 4. Meets the read in `send_on_channel`.
        c.seq.set(c.seq.get() + 1);
        if ticked {
            return false;
        }
        let cancels = c.is_sending.load() > 0;
        steps(c);
        cancels
    }
}

/// An M that is about to send a value counts itself, unless the timer is a ticker: of that nothing is reported.
///
/// # Panics
/// As Go does: `too many concurrent timer firings`.
///
/// Go: time.go, (*timer).unlockAndRun 1143-1148 (1.27.3).
pub fn count_send(c: &TimerChan) {
    if !c.ticks.get() {
        // Channels of timers, 3. Meets the load in `cancels_send`.
        assert!(c.is_sending.add(1) >= 0, "too many concurrent timer firings");
    }
}

/// An M that was about to send holds `sendLock`: it need not say so any longer. `current`, whether its send was not cancelled:
/// one that was is not counted any more.
///
/// Ours, not Go's: see [`sends_in_any_case`].
pub fn sends_if_current(c: &TimerChan, current: bool) {
    if current {
        sends_in_any_case(c, current);
    }
}

/// The same, and a send that was cancelled counts until its M holds `sendLock`. If the timer was set meanwhile, and its new
/// value was sent and received, then stop reports that it has stopped the timer.
///
/// # Panics
/// As Go does: `mismatched isSending updates`.
///
/// Go: time.go, (*timer).unlockAndRun 1186-1193 (1.27.3).
pub fn sends_in_any_case(c: &TimerChan, _: bool) {
    if !c.ticks.get() {
        assert!(c.is_sending.add(-1) >= 0, "mismatched isSending updates");
    }
}

/// The sends that were under way are cancelled: they do not count any more. Ours, not Go's: see [`sends_in_any_case`].
pub fn uncount_sends(c: &TimerChan) {
    c.is_sending.store(0);
}
