//! A P is destroyed: its timers move to another heap.
//!
//! # What is published
//! A timer that was stopped, or whose channel no G waits on, leaves its heap for none. Others read in its `astate` whether it is
//! on a heap. In Go, up to 1.27.3, that is not written here:
//!
//! ```text
//! A, on P1                        main, on P0
//! receives from T; T leaves the heap later: heaped|zombie
//!                                 GOMAXPROCS = 1
//!                                 T is on no heap; its astate is heaped|zombie
//! T is due: looks whether T has a value, without waiting
//! astate says that it is on a heap, from where it will be run
//!                                                                        no M runs it
//! ```
//!
//! A G that polls the channel never gets the value. A receive that waits puts the timer on a heap, so it gets it; Stop and Reset
//! publish the state. In the mended variants it is published here ([`publish_taken`]).

use sync::MutexGuard;

use crate::ids::TimerId;
use crate::p::P;
use crate::sched::Sched;

use super::state::TimerBits;
use crate::timers::heap::{Entry, Held, Timers};
use crate::timers::named::NamedTimer;

impl Sched {
    /// A timer of a P that is about to be destroyed moves to the heap of `to`, unless it was stopped.
    ///
    /// Go takes no lock, so that the heap's lock and `sched.lock` need no order; no M that runs could hold one. Here the locks
    /// are what a heap and a timer are reached by.
    ///
    /// Go: time.go, (*timers).take 811-820 (1.27.3).
    pub fn take_timer(&self, to: &P, timers: &mut Timers, entry: Entry) {
        match entry.timer {
            Held::Unnamed { .. } => self.add_heap(to, timers, entry),
            Held::Named(id) => self.take_named(to, timers, id),
        }
    }

    /// One that actions name. Go: time.go, (*timers).take 812-819 (1.27.3).
    fn take_named(&self, to: &P, timers: &mut Timers, id: TimerId) {
        let t = self.timer(id);
        let mut data = t.mu.lock();
        t.pp.set(None);
        if data.state.any(TimerBits::ZOMBIE) {
            data.leaves_heap();
        } else {
            data.state = data.state.without(TimerBits::MODIFIED);
            self.add_heap(to, timers, Entry::named(id, data.when));
        }
        (self.steps.timers_1_23.publish_taken)(t, data.state);
    }
}

/// All timers have moved from the heap of `from` to that of `to`, whose lock is given back.
///
/// Go: time.go, (*timers).take 821-827 (1.27.3).
pub fn publish_heaps<'p>(sched: &Sched, from: &P, to: &'p P, timers: MutexGuard<'p, Timers>) {
    if !sched.timers.is_empty() {
        from.timer_modified_earliest.store(0);
    }
    sched.unlock_timers(to, timers);
}

/// Publishes the new state of `t`, whose lock is held: it was taken off a heap. Ours, not Go's.
pub fn publish_taken(t: &NamedTimer, state: TimerBits) {
    // Timers since 1.23, 3. Meets the load in `maybe_run_chan`: a timer that is on no heap is run by the receive.
    t.astate.store(state);
}
