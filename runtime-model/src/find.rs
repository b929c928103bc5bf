//! Finding work: `schedule`, `find_runnable`, stealing, the last look.
//!
//! # The last look
//! An M that spun and found nothing
//! 1. gives up its P, under `sched.lock`, and looks at the global queue under the same lock;
//! 2. gives up its place in `nmspinning`;
//! 3. looks at every source of work again, without a P: the global queue (in Go since 1.22), the run queues, the
//!    timers.
//!
//! With 2 after 3, work made between the two would be lost: whoever makes it sees a spinner and wakes
//! nobody, and the spinner looks no more.
//!
//! An M that does not spin does not look again. An M that made work and found no idle P for it sets
//! `needspinning`, under the lock, and the first M reads that before it drops its own P (Go 1.20 to 1.27.3).
//!
//! Go: proc.go, findRunnable (1.19).

use crate::event::Event;
use crate::g::GId;
use crate::m::M;
use crate::p::{OwnedP, PId};
use crate::sched::{Sched, SchedLocked};
use crate::timers::earlier;
use crate::Time;

/// What one look for work came to.
#[derive(Hash)]
pub enum Look {
    /// A G to run.
    Found(GId),
    /// A G of the global queue, taken before the P's own Gs were looked at.
    Fair(GId),
    /// Something may be there now: look from the start.
    Again,
    /// No work. Holds the time of the earliest timer seen, due or not, or 0: the M polls if there is one.
    Nothing(Time),
}

impl Sched {
    /// The G that `m` runs next.
    ///
    /// # Panics
    /// As Go does: `schedule: spinning with local work`.
    ///
    /// Go: proc.go, schedule (1.19).
    pub(crate) fn schedule(&self, m: &mut M) -> GId {
        let spinning = &self.m(m.id).spinning;
        // Nobody but its owner changes an empty queue, so a look at it is no operation.
        let empty = || self.p(m.p()).peek_runqempty();
        assert!(!spinning.get() || empty(), "schedule: spinning with local work");
        let (g, fair) = self.find_runnable(m);
        sync::checkpoint((&*m, g, fair));
        if spinning.get() {
            (self.steps.reset_spinning)(self, m, fair);
        }
        g
    }

    /// Waits until there is a G to run. Whether it was taken on the fairness path.
    ///
    /// Go: proc.go, findRunnable (1.19).
    fn find_runnable(&self, m: &mut M) -> (GId, bool) {
        loop {
            sync::checkpoint(&*m);
            match self.round(m) {
                Look::Found(g) => return (g, false),
                Look::Fair(g) => return (g, true),
                Look::Again => sync::goes_round(),
                Look::Nothing(_) => self.stopm(m),
            }
        }
    }

    /// Looks at everything once; if there is nothing, `m` has no P any more.
    fn round(&self, m: &mut M) -> Look {
        let poll_until = match self.look(m) {
            Look::Nothing(when) => when,
            found => return found,
        };
        let spinning = self.m(m.id).spinning.get();
        sync::checkpoint((&*m, spinning, poll_until));
        match (self.steps.drop_p)(self, m) {
            Look::Nothing(_) => {}
            found => return found,
        }
        sync::checkpoint((&*m, spinning, poll_until));
        let poll_until = match spinning {
            true => match (self.steps.last_look)(self, m, poll_until) {
                Look::Nothing(when) => when,
                found => return found,
            },
            false => poll_until,
        };
        sync::checkpoint((&*m, poll_until));
        self.poll(m, poll_until);
        Look::Nothing(poll_until)
    }

    /// Looks with a P: at its timers, its queue, the global queue, and the other Ps.
    #[sync::summarized]
    pub fn look(&self, m: &M) -> Look {
        let (now, poll_until, _) = self.check_timers(m, m.p().id(), 0);
        sync::checkpoint((m, now, poll_until));
        if let Some(g) = self.look_fairly(m) {
            return Look::Fair(g);
        }
        sync::checkpoint((m, now, poll_until));
        if let Some(g) = self.runqget(m.p()) {
            return Look::Found(g);
        }
        if self.runqsize.load() != 0 {
            let mut locked = self.lock.lock();
            if let Some(g) = self.globrunqget(&mut locked, m, m.p(), 0) {
                return Look::Found(g);
            }
        }
        sync::checkpoint((m, now, poll_until));
        if !self.may_spin(m) {
            return Look::Nothing(poll_until);
        }
        sync::checkpoint((m, now, poll_until));
        match self.steal_work(m, now) {
            Look::Nothing(when) => Look::Nothing(earlier(poll_until, when)),
            found => found,
        }
    }

    /// Now and then the global queue comes first, so that Gs that start each other do not keep a P to
    /// themselves. Go does it every 61st time; here any time may be one, if the program says so.
    fn look_fairly(&self, m: &M) -> Option<GId> {
        if !self.program.fairness || self.runqsize.load() == 0 || sync::choose(2) == 0 {
            return None;
        }
        let mut locked = self.lock.lock();
        self.globrunqget(&mut locked, m, m.p(), 1)
    }

    /// Whether `m` may look at other Ps: at most half of the busy Ps' number spin. It is counted then.
    #[sync::summarized]
    fn may_spin(&self, m: &M) -> bool {
        if self.m(m.id).spinning.get() {
            return true;
        }
        if !(self.steps.below_spin_limit)(self) {
            return false;
        }
        self.become_spinning(m);
        true
    }

    /// Steals a G, or runs the timers, of other Ps. `now` is a recent time.
    ///
    /// Timers and `runnext` are for the last pass: the P itself is likely to serve both at once.
    ///
    /// Go: proc.go, stealWork (1.19).
    #[sync::summarized]
    pub fn steal_work(&self, m: &M, now: Time) -> Look {
        let (mut now, mut poll_until, mut ran_timer) = (now, 0, false);
        for pass in 1..=self.program.steal_tries {
            let last = pass == self.program.steal_tries;
            let order = self.steal_order(m);
            for (i, &victim) in order.iter().enumerate() {
                sync::checkpoint((m, pass, &order[i..], now, poll_until, ran_timer));
                if last && (self.steps.steal_timers)(self, victim) {
                    let (then, when, ran) = self.check_timers(m, victim, now);
                    now = then;
                    poll_until = earlier(poll_until, when);
                    if ran {
                        // The timers may have filled the queue that runqsteal takes for empty.
                        if let Some(g) = self.runqget(m.p()) {
                            self.emit(m, Event::FoundAfterTimers(victim));
                            return Look::Found(g);
                        }
                        ran_timer = true;
                    }
                    sync::checkpoint((m, pass, &order[i..], now, poll_until, ran_timer));
                }
                if !self.idlep_mask.read(victim) {
                    if let Some(g) = self.runqsteal(m, victim, last) {
                        return Look::Found(g);
                    }
                }
            }
        }
        if ran_timer {
            Look::Again
        } else {
            Look::Nothing(poll_until)
        }
    }

    /// One of the orders in which Go may go through the other Ps.
    fn steal_order(&self, m: &M) -> &[PId] {
        let orders = &self.steal_orders[m.p().id().index()];
        &orders[sync::choose(orders.len())]
    }

    /// Gives up the P, unless there is work under the lock. The last look, step 1.
    ///
    /// # Panics
    /// As `releasep` and `pidleput` do.
    pub fn drop_p(&self, m: &mut M) -> Look {
        let mut locked = self.lock.lock();
        if let Some(g) = self.globrunqget(&mut locked, m, m.p(), 0) {
            return Look::Found(g);
        }
        self.drop_p_locked(&mut locked, m)
    }

    /// The same once the global queue has been looked at. Go: proc.go, findRunnable (1.20).
    pub fn drop_p_locked(&self, locked: &mut SchedLocked, m: &mut M) -> Look {
        if (self.steps.must_keep_p)(self, m) {
            self.emit(m, Event::KeptPForWaker);
            self.become_spinning(m);
            return Look::Again;
        }
        let p = self.releasep(m);
        self.pidleput(locked, p, 0);
        Look::Nothing(0)
    }

    /// Stops spinning and looks at everything again, without a P. `poll_until` is when the
    /// next timer seen fires, or 0.
    pub fn last_look(&self, m: &mut M, poll_until: Time) -> Look {
        self.stop_spinning(m); // The last look, step 2.
        sync::checkpoint((&*m, poll_until));
        if let Some(g) = (self.steps.recheck_global)(self, m) {
            self.emit(m, Event::LastLookFoundWork);
            self.emit(m, Event::LastLookFoundGlobal);
            return Look::Found(g);
        }
        sync::checkpoint((&*m, poll_until));
        if let Some(p) = self.check_runqs_no_p() {
            self.emit(m, Event::LastLookFoundWork);
            return (self.steps.spin_again)(self, m, p);
        }
        let poll_until = (self.steps.recheck_timers)(self, poll_until);
        sync::checkpoint((&*m, poll_until));
        if poll_until != 0 && poll_until <= self.nanotime() {
            self.emit(m, Event::LastLookFoundTimer);
            if let Some(p) = (self.steps.p_for_due_timer)(self) {
                return (self.steps.spin_again)(self, m, p);
            }
        }
        Look::Nothing(poll_until)
    }

    /// Goes back to looking with a P, as a spinner: there may be more than one G, so that another M is
    /// to be woken once the first is found.
    ///
    /// Go: proc.go, findRunnable (1.19), after checkRunqsNoP.
    pub fn spin_again(&self, m: &mut M, p: OwnedP) -> Look {
        self.acquirep(m, p);
        sync::checkpoint(&*m);
        self.become_spinning(m);
        Look::Again
    }

    /// Whether `p` runs and has a G to steal. It is a step.
    pub fn has_work(&self, p: PId) -> bool {
        (self.steps.has_work)(self, p)
    }

    /// An idle P, if some P that runs has a G to steal. The last look, step 3.
    ///
    /// Go: proc.go, checkRunqsNoP (1.19).
    #[sync::summarized]
    pub fn check_runqs_no_p(&self) -> Option<OwnedP> {
        let any = self.allp.iter().any(|p| {
            sync::checkpoint(p.id);
            self.has_work(p.id)
        });
        if !any {
            return None;
        }
        sync::checkpoint(any);
        let mut locked = self.lock.lock();
        (self.steps.p_for_work)(self, &mut locked)
    }
}

/// For each P, the distinct orders in which Go may go through the others: a random start, and a stride
/// that has no factor in common with their number.
///
/// Go: proc.go, randomOrder (1.19).
pub(crate) fn steal_orders(ps: u32) -> Vec<Vec<Vec<PId>>> {
    (0..ps).map(|me| orders_of_others(ps, me)).collect()
}

fn orders_of_others(ps: u32, me: u32) -> Vec<Vec<PId>> {
    let mut orders = Vec::new();
    let shared = |stride, factor| stride % factor == 0 && ps % factor == 0;
    for stride in (1..=ps).filter(|&stride| !(2..=stride).any(|factor| shared(stride, factor))) {
        for start in 0..ps {
            let all = (0..ps).map(|i| (start + i * stride) % ps);
            let others: Vec<PId> = all.filter(|&p| p != me).map(PId).collect();
            if !orders.contains(&others) {
                orders.push(others);
            }
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_two_ps_there_is_nothing_to_choose() {
        assert_eq!(steal_orders(2), [[[PId(1)]], [[PId(0)]]]);
    }

    #[test]
    fn with_three_ps_both_orders_of_the_others_occur() {
        for (me, orders) in steal_orders(3).iter().enumerate() {
            assert_eq!(orders.len(), 2);
            assert!(orders.iter().all(|order| !order.contains(&PId(me as u32))));
        }
    }

    #[test]
    fn with_four_ps_all_six_orders_of_the_others_occur_that_a_stride_allows() {
        // Forward and backward, from each of three places.
        assert!(steal_orders(4).iter().all(|orders| orders.len() == 6));
    }
}
