//! Stealing: Gs and timers of the other Ps.

use crate::event::Event;
use crate::m::M;
use crate::p::PId;
use crate::sched::Sched;
use crate::timers::earlier;
use crate::Time;

use super::Found;

impl Sched {
    /// Part 12 of `find_runnable`. Steals a G, or runs the timers, of other Ps. `now` is a recent time.
    ///
    /// Timers and `runnext` are for the last pass: the P itself is likely to serve both at once.
    ///
    /// Go: proc.go, stealWork 2905-2972 (1.19.8), 3843-3910 (1.27.3).
    #[sync::summarized]
    pub fn steal_work(&self, m: &M, now: Time) -> Found {
        let (mut now, mut poll_until, mut ran_timer) = (now, 0, false);
        for pass in 1..=self.program.steal_tries {
            let last = pass == self.program.steal_tries;
            let order = self.steal_order(m);
            for &victim in order {
                // There may be work once the world has started again.
                if self.is_stopping() {
                    return Found::Again;
                }
                // Meets `pidleget`, which sets the bit before the P can get a timer. A bit that is still set for a P
                // without timers costs a look; `pidleput` clears it only if the heap is empty.
                if last && (self.steps.steal_timers)(self, victim) {
                    let (then, when, ran) = self.run_due_timers(m, victim, now);
                    now = then;
                    poll_until = earlier(poll_until, when);
                    if ran {
                        // The timers may have filled the queue that runqsteal takes for empty.
                        if let Some(g) = self.runqget(m.p()) {
                            self.emit(m, Event::FoundAfterTimers(victim));
                            return Found::G(g);
                        }
                        // A thief was faster, or the timers made no G runnable. The caller starts again (Go:
                        // `newWork`).
                        ran_timer = true;
                    }
                }
                // Meets `pidleget`: a P that another M has just taken may still have its bit. Its queue was empty, and
                // that M, as it fills it, passes on (3) or wakes another M for each G (2).
                if !self.idlep_mask.read(victim) {
                    if let Some(g) = self.runqsteal(m, victim, last) {
                        return Found::G(g);
                    }
                }
            }
        }
        // No G. This M still counts as a spinner, so what is published from now on is left to its last look (4c).
        if ran_timer {
            Found::Again
        } else {
            Found::Nothing(poll_until)
        }
    }

    /// One of the orders in which Go may go through the other Ps.
    fn steal_order(&self, m: &M) -> &[PId] {
        let orders = &self.steal_orders[self.gomaxprocs() as usize][m.p().id().index()];
        &orders[sync::choose(orders.len())]
    }
}
