//! Finding work: `schedule`, `find_runnable` and its parts, the last look.
//!
//! Go's `findRunnable` is one function of 300 lines. Here it is cut into parts, which `find_runnable` lists in
//! order with Go's line numbers; each function says which of them it is. Stealing is in `find/steal.rs`, polling in
//! `netpoll.rs`, the parts that have been wrong in some release in `steps.rs`.
//!
//! # The last look
//! The steps 4a, 4b and 4c of the wake protocol (`wake.rs`): an M that spun and found nothing drops its P, stops being
//! counted as a spinner, and only then looks at every source of work again. With 4b after 4c, work that is published
//! between the two is lost: its maker sees a spinner and wakes no M, and the spinner does not look again.

mod found;
mod steal;
mod steal_order;

use crate::event::Event;
use crate::g::GId;
use crate::m::M;
use crate::p::{OwnedP, PId};
use crate::program::Clock;
use crate::sched::{Sched, SchedLocked};
use crate::timers::earlier;
use crate::Time;

use found::Way;

pub use found::Found;
pub(crate) use steal_order::steal_orders;

impl Sched {
    /// The G that `m` runs next.
    ///
    /// # Panics
    /// As Go does: `schedule: spinning with local work`.
    ///
    /// Go: proc.go, schedule 3185-3253 (1.19.8), 4150-4246 (1.27.3). Left out: cgo, the trace reader, user scheduling
    /// switched off.
    // `mstart` holds nothing but `m`.
    #[sync::forgets_callers]
    pub(crate) fn schedule(&self, m: &mut M) -> GId {
        if let Some(g) = self.lockedg(m) {
            self.stoplockedm(m);
            return g;
        }
        loop {
            let g = self.schedule_any(m);
            let Some(of) = self.lockedm(g) else { return g };
            if !(self.steps.locked.startlockedm)(self, m, of) {
                return g;
            }
        }
    }

    /// The next G that `m` finds, whichever M that is to run on.
    ///
    /// Go: proc.go, schedule 3202-3221 (1.19.8), 4168-4215 (1.27.3).
    // As `schedule`.
    #[sync::forgets_callers]
    fn schedule_any(&self, m: &mut M) -> GId {
        let spinning = self.m(m.id).spinning.get();
        // Only its owner changes an empty queue, so reading it here is no operation of the engine.
        let may_go_on = !spinning || self.p(m.p()).peek_runqempty();
        assert!(may_go_on, "schedule: spinning with local work");
        let (g, way) = self.find_runnable(m);
        m.snapshot = None;
        // Wake protocol, 3. Every way of finding a G while spinning comes past here, the fairness path included
        // (golang/go#5586).
        if self.m(m.id).spinning.get() {
            (self.steps.reset_spinning)(self, m, way == Way::Fair);
        }
        // A dedicated worker runs, and whatever there was to run here waits: another M may have to run that
        // (golang/go#27732).
        if way == Way::Worker {
            (self.steps.gc.wake_beside_worker)(self, m);
        }
        g
    }

    /// Waits until there is a G to run. Also returns the way in which it was found.
    ///
    /// The parts of Go's function, by their landmarks in proc.go. A row with nothing under "here" is left out.
    ///
    /// | | landmark | 1.19.8 | 1.27.3 | here |
    /// |---|---|---|---|---|
    /// | 1 | `top` | 2568 | 3411 | the loop; `round` is one way through it |
    /// | 2 | stop of the world, safe point | 2570-2576 | 3418-3424 | `round`: `gcstopm`, `run_safe_point_fn` |
    /// | 3 | own timers: `checkTimers` | 2582 | 3430 | `look_with_p`: `check_timers` |
    /// | 4 | trace reader | 2584-2592 | 3432-3444 | |
    /// | 5 | GC worker | 2594-2600 | 3446-3453 | `look_with_p`: `find_runnable_gc_worker` (gc/find.rs) |
    /// | 6 | fairness: each 61st time, global queue | 2602-2612 | 3455-3465 | `look_fairly` |
    /// | 7 | finalizers (1.27.3: cleanups), cgo | 2614-2622 | 3467-3481 | |
    /// | 8 | own run queue | 2624-2627 | 3483-3486 | `look_with_p`: `runqget` |
    /// | 9 | global queue | 2629-2637 | 3488-3499 | `look_with_p`: `globrunqget` |
    /// | 10 | poll without waiting | 2639-2656 | 3501-3525 | `poll_without_waiting` |
    /// | 11 | spin limit; become a spinner | 2658-2668 | 3527-3535 | `may_spin` |
    /// | 12 | `stealWork` | 2670-2685 | 3537-3553 | `look_with_p`: `steal_work` |
    /// | 13 | idle GC worker; wasm | 2687-2719 | 3555-3592 | `idle_gc_worker` (gc/find.rs) |
    /// | 14 | snapshots of `allp` and the masks | 2721-2729 | 3594-3606 | `take_snapshot` (allp.rs) |
    /// | 15 | drop the P, under the lock | 2731-2746 | 3608-3635 | `drop_p`, `drop_p_locked` |
    /// | 16 | "Delicate dance": `nmspinning--` | 2748-2779 | 3637-3687 | `last_look`: `stop_spinning` |
    /// | 17 | global queue again (since 1.22) | – | 3689-3708 | `recheck_global` |
    /// | 18 | `checkRunqsNoP` | 2781-2788 | 3710-3715 | `check_runqs_no_p`, `spin_again` |
    /// | 19 | `checkIdleGCNoP` | 2790-2804 | 3717-3732 | `check_idle_gc_no_p` (gc/find.rs) |
    /// | 20 | `checkTimersNoP` | 2806-2812 | 3734-3740 | `recheck_timers`; then, ours, `p_for_due_timer` |
    /// | 21 | poll until the next timer | 2815-2867 | 3746-3804 | `poll`, `poll_in_real_time` |
    /// | 22 | break another M's poll | 2868-2873 | 3805-3810 | `poll` |
    /// | 23 | `stopm`; `goto top` | 2874-2875 | 3811-3812 | the loop |
    ///
    /// Go: proc.go, findRunnable 2561-2876 (1.19.8), 3404-3813 (1.27.3).
    // `schedule` holds nothing but `m`. As a call of its own, an M that waits here would keep the P that it came with.
    #[sync::forgets_callers]
    fn find_runnable(&self, m: &mut M) -> (GId, Way) {
        loop {
            match self.round(m) {
                Found::G(g) => return (g, Way::Usual),
                Found::Fair(g) => return (g, Way::Fair),
                Found::Worker(g) => return (g, Way::Worker),
                Found::Again => sync::round_without_progress(),
                // Part 23.
                Found::Nothing(_) => self.stopm(m),
            }
        }
    }

    /// Parts 2 to 22, once. If they find nothing, `m` has no P any more.
    // As `find_runnable`, and for its reason.
    #[sync::forgets_callers]
    fn round(&self, m: &mut M) -> Found {
        m.snapshot = None;
        // Part 2. Meets `collect`, or `ask_each_p`. An M that reads this too early reads it again when it drops its P.
        if self.is_stopping() {
            self.gcstopm(m);
            return Found::Nothing(0); // Part 23.
        }
        self.run_safe_point_fn(m);
        let poll_until = match self.look_with_p(m) {
            Found::Nothing(when) => when,
            found => return found,
        };
        // Part 13.
        if let Some(g) = self.idle_gc_worker(m) {
            return Found::G(g);
        }
        // Go's `wasSpinning`: 2768 (1.19.8), 3673 (1.27.3).
        let spinning = self.m(m.id).spinning.get();
        // In real time alone, so that under faketime it says nothing new.
        let spun = spinning && self.program.clock != Clock::Fake;
        (self.steps.take_snapshot)(self, m); // Part 14.
        match (self.steps.drop_p)(self, m) {
            Found::Nothing(_) => {}
            found => return found,
        }
        let poll_until = if spinning {
            match (self.steps.last_look)(self, m, poll_until) {
                Found::Nothing(when) => when,
                found => return found,
            }
        } else {
            poll_until
        };
        m.snapshot = None;
        self.poll(m, poll_until, spun)
    }

    /// Parts 3 to 12: looks with a P at its timers, its queue, the global queue, and the other Ps.
    ///
    /// Go: proc.go, findRunnable 2582-2685 (1.19.8), 3430-3553 (1.27.3).
    #[sync::summarized]
    pub fn look_with_p(&self, m: &M) -> Found {
        let (now, poll_until, _) = self.run_due_timers(m, m.p().id(), 0); // Part 3.
        if let Some(g) = self.find_runnable_gc_worker(m, now) {
            return Found::Worker(g); // Part 5.
        }
        if let Some(g) = self.look_fairly(m) {
            return Found::Fair(g);
        }
        // Part 8. Thieves may have taken Gs since they were put there; only this M adds any.
        if let Some(g) = self.runqget(m.p()) {
            return Found::G(g);
        }
        // Part 9. Read without the lock, so a G that `gosched` puts there meanwhile may be missed; 4a reads it again,
        // under the lock.
        if self.runqsize.load() != 0 {
            if let Ok(g) = (self.steps.take_global)(self, self.lock.lock(), m, m.p()) {
                return Found::G(g);
            }
        }
        // Parts 10 and 11.
        match self.poll_without_waiting(m) {
            Some(g) => return Found::G(g),
            None if !self.may_spin(m) => return Found::Nothing(poll_until),
            None => {}
        }
        // Part 12.
        match self.steal_work(m, now) {
            Found::Nothing(when) => Found::Nothing(earlier(poll_until, when)),
            found => found,
        }
    }

    /// Part 6. Now and then the global queue comes first, so that Gs that start each other do not keep a P to
    /// themselves. Go does it every 61st time; here any time may be one, if the program says so.
    #[sync::summarized]
    fn look_fairly(&self, m: &M) -> Option<GId> {
        if !self.program.fairness || self.runqsize.load() == 0 || sync::choose(2) == 0 {
            return None;
        }
        let mut locked = self.lock.lock();
        self.globrunqget(&mut locked, m, m.p(), 1)
    }

    /// Part 11. Whether `m` may look at other Ps: an M may begin to spin while fewer than half as many Ms spin
    /// as Ps are busy. It is counted then.
    #[sync::summarized]
    fn may_spin(&self, m: &M) -> bool {
        if self.m(m.id).spinning.get() {
            return true;
        }
        // Both numbers may be old when they are compared; too many spinners only cost time. If the limit refuses
        // this M wrongly, other Ms count as spinners: what there is to find is left to them, and what is published while
        // no P is idle, to 5b.
        if !(self.steps.below_spin_limit)(self) {
            return false;
        }
        self.become_spinning(m);
        true
    }

    /// Part 15. Gives up the P, unless there is work under the lock.
    ///
    /// # Panics
    /// As `releasep` and `pidleput` do.
    ///
    /// Go: proc.go, findRunnable 2731-2746 (1.19.8), 3608-3635 (1.27.3).
    pub fn drop_p(&self, m: &mut M) -> Found {
        // Wake protocol, 4a. Meets `globrunqput` in `gosched` and `runqputslow`: a G put there before is seen here, and
        // one put there later finds the P on the idle list, as both hold the lock.
        let locked = self.lock.lock();
        // The stopper has collected the idle Ps when the lock is free again, or does so later; it must not have to wait for
        // this one. Meets `collect` and `ask_each_p`, under the lock.
        if (self.steps.must_stop)(self, m) {
            return Found::Again;
        }
        match (self.steps.take_global)(self, locked, m, m.p()) {
            Ok(g) => Found::G(g),
            Err(mut locked) => self.drop_p_locked(&mut locked, m),
        }
    }

    /// The rest of part 15, once the global queue has been looked at.
    ///
    /// Go: proc.go, findRunnable 2742-2745 (1.19.8), 3625-3634 (1.27.3).
    pub fn drop_p_locked(&self, locked: &mut SchedLocked, m: &mut M) -> Found {
        // Wake protocol, 5b. Meets the store in `wakep_with_p`, under the lock too: a waker that had it before found
        // this P in use and has asked; one that has it later finds this P idle.
        if (self.steps.must_keep_p)(self, m) {
            self.emit(m, Event::KeptPForWaker);
            self.become_spinning(m);
            return Found::Again;
        }
        let p = self.releasep(m);
        self.pidleput(locked, p, 0);
        Found::Nothing(0)
    }

    /// Parts 16 to 20. Stops spinning and looks at everything again, without a P. `poll_until` is when the
    /// next timer seen fires, or 0.
    ///
    /// The last spinner's last look would be enough, but it is not known which M that is, since `wakep` counts itself for a
    /// moment; so every spinner takes one (the reason that Go's comment gives since 1.20).
    ///
    /// Go: proc.go, findRunnable 2769-2813 (1.19.8), 3674-3741 (1.27.3).
    #[sync::summarized]
    pub fn last_look(&self, m: &mut M, poll_until: Time) -> Found {
        // Wake protocol, 4b, part 16. Meets `begin_spin`: a maker of work that still reads this M's count has published
        // before, so each look below sees the work; one that reads the count later wakes an M itself.
        self.stop_spinning(m);
        (self.steps.snapshot_again)(self, m);
        // Wake protocol, 4c, part 17. Meets `globrunqput` in `gosched`, after 4a has released the lock.
        if let Some(g) = (self.steps.recheck_global)(self, m) {
            self.emit(m, Event::LastLookFoundWork);
            self.emit(m, Event::LastLookFoundGlobal);
            return Found::G(g);
        }
        // Part 18. Meets `runqput` in `ready` and `newproc`.
        if let Some(p) = self.check_runqs_no_p(m) {
            self.emit(m, Event::LastLookFoundWork);
            return (self.steps.spin_again)(self, m, p);
        }
        // Part 19. Meets `submit_mark_work`.
        match (self.steps.gc.recheck_gc)(self, m) {
            Found::Nothing(_) => {}
            found => return found,
        }
        // Part 20. Meets `doaddtimer` in `addtimer`. A timer of the future is left to the poll (part 21) or, under
        // faketime, to the jump of the clock.
        let poll_until = (self.steps.recheck_timers)(self, m, poll_until);
        // Ours. The maker of a due timer may have declined to wake an M because of this one's count; under faketime, Go
        // stops this M all the same.
        let fake = self.program.clock == Clock::Fake;
        if fake && poll_until != 0 && poll_until <= self.nanotime() {
            self.emit(m, Event::LastLookFoundTimer);
            if let Some(p) = (self.steps.p_for_due_timer)(self) {
                return (self.steps.spin_again)(self, m, p);
            }
        }
        Found::Nothing(poll_until)
    }

    /// Goes back to looking with a P, as a spinner: there may be more than one G, so that another M is
    /// to be woken once the first is found.
    ///
    /// Go: proc.go, findRunnable 2784-2787 (1.19.8), 3712-3714 (1.27.3).
    #[sync::summarized]
    pub fn spin_again(&self, m: &mut M, p: OwnedP) -> Found {
        self.acquirep(m, p);
        // It does not run the work at once: a thief may take it first, or there may be more. As a spinner it passes on
        // (3) or takes another last look (4c), so neither is lost.
        self.become_spinning(m);
        Found::Again
    }

    /// Whether `p` runs and has a G to steal. It is a step.
    pub fn has_work(&self, m: &M, p: PId) -> bool {
        (self.steps.has_work)(self, m, p)
    }

    /// Part 18. An idle P, if some P that runs has a G to steal.
    ///
    /// Go: proc.go, checkRunqsNoP 2979-2995 (1.19.8), 3917-3934 (1.27.3).
    #[sync::summarized]
    pub fn check_runqs_no_p(&self, m: &M) -> Option<OwnedP> {
        if !self.some_p_has_work(m) {
            return None;
        }
        let mut locked = self.lock.lock();
        // No P may be idle by now. Then every P is at work, or about to be dropped: 5a.
        (self.steps.p_for_work)(self, &mut locked)
    }

    /// Whether a P that runs has a G to steal. Go: proc.go, checkRunqsNoP 2980-2981 (1.19.8), 3918-3919 (1.27.3).
    #[sync::summarized]
    fn some_p_has_work(&self, m: &M) -> bool {
        let ps = self.ps_of_snapshot(m);
        for p in ps {
            // A P that has been looked at may get a G right after. Its maker reads `nmspinning` then, which this M has
            // left.
            if self.has_work(m, p.id) {
                return true;
            }
        }
        false
    }
}
