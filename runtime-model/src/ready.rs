//! Making Gs runnable: steps 1 and 2 of the wake protocol.
//!
//! Each function here publishes a G (step 1) and then calls [`Sched::wakep`] (step 2). With the two exchanged, the
//! spinner that made the wakeup unnecessary may have taken its last look before the G was there.

use crate::event::Event;
use crate::g::{GId, GStatus, Park};
use crate::m::M;
use crate::sched::Sched;

impl Sched {
    /// Makes the waiting `g` runnable, on the caller's P.
    ///
    /// # Panics
    /// As Go does, if `g` does not wait: `bad g->status in ready`.
    ///
    /// Go: proc.go, ready 843-863 (1.19.8), 1133-1153 (1.27.3).
    #[sync::summarized]
    pub(crate) fn ready(&self, m: &M, g: GId, next: bool) {
        let waits = self.g(g).status.get() == GStatus::Waiting;
        assert!(waits, "bad g->status in ready");
        // Before the G is on a queue: from then on a thief may be the one that changes it (`execute`).
        (self.steps.casgstatus)(self.g(g), GStatus::Waiting, GStatus::Runnable);
        // Wake protocol, 1. Meets the looks at this ring in `runqsteal` and, without a P, in `has_work`.
        self.runqput(m, m.p(), g, next);
        self.wakep(m); // Wake protocol, 2.
    }

    /// Starts `g` on the caller's P. Go: proc.go, newproc 4094-4107 (1.19.8), 5334-5347 (1.27.3).
    ///
    /// A G that has ended begins again: in Go a new one, with the same function.
    #[sync::summarized]
    pub(crate) fn newproc(&self, m: &M, g: GId) {
        self.begin(g);
        // Wake protocol, 1. The G that was in `runnext` goes to the ring's tail, where the next pass of any thief sees
        // it.
        self.runqput(m, m.p(), g, true);
        // Wake protocol, 2. Go leaves it out until main has started (`mainStarted`); a program here begins with main.
        self.wakep(m);
    }

    /// `g` is runnable, at the beginning of its script. The text of the panic says that the program cannot be run, and is
    /// none of Go's: there, two Gs would have one function.
    fn begin(&self, g: GId) {
        let was = self.g(g).renew();
        if was == GStatus::Dead {
            self.g(g).pc.set(0);
            self.g(g).finished.set(false);
            return;
        }
        let remedy =
            "let what starts it wait for its end first, or give the second start a G of its own";
        assert!(was == GStatus::Idle, "search: {g} is started again before it has ended; {remedy}");
    }

    /// Readies `g` if it is parked, or leaves it one permit, as a channel with room for one would.
    ///
    /// # Panics
    /// With Go's `bad g->status in ready`, if `g` has a permit already.
    #[sync::summarized]
    pub(crate) fn ready_or_permit(&self, m: &M, g: GId) {
        assert!(self.ready_unless_permit(m, g), "bad g->status in ready");
    }

    /// Wakes `g` if it is parked, or leaves it one permit; drops the tick if it has one already.
    ///
    /// Go: sleep.go, sendTime 143-148 (1.19.8), 147-157 (1.27.3): a send that does not block, on a channel with room
    /// for one.
    #[sync::summarized]
    pub(crate) fn send_time(&self, m: &M, g: GId) {
        if !self.ready_unless_permit(m, g) {
            self.emit(m, Event::TickDropped(g));
        }
    }

    /// Readies `g` if it is parked, or leaves it a permit. Returns false, having done nothing, if it has one.
    fn ready_unless_permit(&self, m: &M, g: GId) -> bool {
        let park = &self.g(g).park;
        loop {
            // Meets the compare-and-swap in `gopark`. The one that moves `park` away from `Parked` readies the G, alone.
            let readies = park.cas(Park::Parked, Park::Away) || {
                if park.cas(Park::Away, Park::Permit) {
                    return true;
                }
                // It was neither parked nor away, so it has a permit; unless it has parked between the two attempts.
                park.cas(Park::Parked, Park::Away)
            };
            if readies {
                self.ready(m, g, true);
                return true;
            }
            // Three failures do not show a permit. Go does all this under a lock; here the G may have parked after the
            // first attempt, and another waker may have readied it before the third: it is away again, without a permit.
            if park.load() == Park::Permit {
                return false;
            }
            sync::round_without_progress();
        }
    }

    /// Gives up the P's rest of the time slice: `g` goes to the global queue.
    ///
    /// Go: proc.go, goschedImpl 3366-3379 (1.19.8), 4322-4361 (1.27.3). Left out: a G that is preempted for a stop of
    /// the world, which 1.27.3 keeps in `runnext`.
    #[sync::summarized]
    pub(crate) fn gosched(&self, m: &M, g: GId) {
        self.g(g).casgstatus(GStatus::Running, GStatus::Runnable);
        self.dropg(m);
        let mut locked = self.lock.lock();
        // Wake protocol, 1. Meets the two looks at this queue under the lock: in `drop_p` (4a) and `recheck_global`
        // (4c).
        self.globrunqput(&mut locked, g);
        drop(locked);
        // Wake protocol, 2. Up to Go 1.21 nothing: this M looks at the global queue next, but may run another G first.
        (self.steps.wake_for_global)(self, m);
    }

    /// Gives up the P to the next G on its queue: `g` goes to the end of it.
    ///
    /// No M is woken: this M takes the next G from the same queue itself, and the Gs before `g` were published with a
    /// wakeup each.
    ///
    /// Go: proc.go, goyield_m 3457-3466 (1.19.8), 4471-4487 (1.27.3).
    pub(crate) fn goyield(&self, m: &M, g: GId) {
        self.g(g).casgstatus(GStatus::Running, GStatus::Runnable);
        self.dropg(m);
        self.runqput(m, m.p(), g, false);
    }
}
