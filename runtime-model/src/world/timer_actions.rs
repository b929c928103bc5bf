//! What Gs do to timers, and where they can be preempted meanwhile.
//!
//! # Preemption
//! An action `preempt` says that the G is to be preempted in the action after it. If that has a preemption point inside,
//! the G stops there, and keeps its place as data, so that any M can go on with it; else it is preempted at the end of
//! the action. In Go, `sysmon` or the GC asks for it, and the G notices when it calls its next function, unless its M
//! must keep it (`acquirem`).

use crate::event::Event;
use crate::g::{GId, Place};
use crate::ids::{PId, TimerId};
use crate::m::M;
use crate::program::Action;
use crate::sched::Sched;
use crate::timers::Received;
use crate::Time;

impl Sched {
    /// Whether `g` is to be preempted in the action that it performs now, which is before `pc`.
    pub(super) fn is_to_be_preempted(&self, g: GId) -> bool {
        let pc = self.g(g).pc.get();
        pc >= 2 && self.program.scripts[g.index()][pc - 2] == Action::Preempt
    }

    /// `g` has performed an action. Whether it is preempted now, and `m` goes on without it.
    ///
    /// Go: proc.go, gopreempt_m 3402-3407 (1.19.8), 4376-4378 (1.27.3).
    pub(super) fn preempted_after(&self, m: &M, g: GId) -> bool {
        let preempted = self.preempts && self.is_to_be_preempted(g);
        if preempted {
            self.gosched(m, g);
        }
        preempted
    }

    /// `g` is preempted within an action, at that place: it performs the rest of the action when it runs again.
    fn preempted_inside(&self, m: &M, g: GId, place: Place) {
        let g_ = self.g(g);
        g_.place.set(Some(place));
        g_.pc.set(g_.pc.get() - 1);
        self.emit(m, Event::PreemptedInside(g));
        self.gosched(m, g);
    }

    /// Performs an action on a timer. Whether `m` goes on with `g`.
    pub(super) fn act_on_timer(&self, m: &M, g: GId, action: Action) -> bool {
        let preempts = self.preempts && self.is_to_be_preempted(g);
        if let Some(place) = preempts.then(|| self.g(g).place.replace(None)).flatten() {
            // It was preempted already.
            self.go_on_at(m, action, place);
            return true;
        }
        if let Action::Modify(id, ..) | Action::Reset(id, _) | Action::Stop(id) = action {
            self.assert_added(id);
        }
        match action {
            Action::Add(id, ticks, period) => {
                let p = m.p().id(); // Timers, 1.
                if preempts && (self.steps.timers.preempts_in)(self, action) {
                    self.preempted_inside(m, g, Place::Add(p));
                    return false;
                }
                self.add_timer(m, p, id, ticks, period);
            }
            Action::Modify(id, ticks, _) | Action::Reset(id, ticks)
                if preempts && (self.steps.timers.preempts_in)(self, action) =>
            {
                let when = self.nanotime() + ticks;
                let claimed = self.claim_timer(m, id, when);
                self.preempted_inside(m, g, Place::Claim(claimed, when));
                return false;
            }
            Action::Modify(id, ticks, period) => {
                let when = self.nanotime() + ticks;
                let was_active = (self.steps.timers.modify)(self, m, id, when, period);
                self.timer(id).notes_report(m.id, was_active);
            }
            Action::Reset(id, ticks) => {
                let was_active = (self.steps.timers.reset)(self, m, id, self.nanotime() + ticks);
                self.timer(id).notes_report(m.id, was_active);
            }
            Action::Stop(id) => {
                let was_active = (self.steps.timers.stop)(self, m, id);
                self.timer(id).notes_report(m.id, was_active);
            }
            other => panic!("{other:?}: not an action on a timer"),
        }
        !self.preempted_after(m, g)
    }

    /// Polls the timer's channel, for the next time of so many. Whether `m` goes on with `g`.
    ///
    /// # Panics
    /// As [`Sched::receive_from`].
    pub(super) fn poll_channel(&self, m: &M, g: GId, id: TimerId, tries: u32) -> bool {
        let of = self.g(g);
        let before = match of.place.replace(None) {
            Some(Place::Polled(tries)) => tries,
            _ => 0,
        };
        if self.receive_from(m, g, id, false) != Received::Nothing {
            return true;
        }
        if before + 1 == tries {
            // It would poll for ever.
            self.world.exit.wait();
            return true;
        }
        // Before another M can have the G.
        of.place.set(Some(Place::Polled(before + 1)));
        of.pc.set(of.pc.get() - 1);
        self.time_sleep(m, g, 1);
        false
    }

    /// Receives from the timer's channel.
    ///
    /// # Panics
    /// If the variant's timers have no channels: a scenario is refused before.
    pub(super) fn receive_from(&self, m: &M, g: GId, id: TimerId, block: bool) -> Received {
        self.assert_added(id);
        let receive = self.steps.timers.receive;
        let receive = receive.unwrap_or_else(|| panic!("{id}: timers have no channels"));
        receive(self, m, g, id, block)
    }

    /// Adds the timer, as its actions say, to the timers of `p`.
    fn add_timer(&self, m: &M, p: PId, id: TimerId, ticks: Time, period: Time) {
        (self.steps.timers.add_named)(self, m, p, id, self.nanotime() + ticks, period);
        self.timer(id).notes_report(m.id, false);
        self.timer(id).added.set(true);
    }

    /// A program gets to know a timer when that has been added. The text of the panic says that the program cannot be
    /// run, and is not one of Go's.
    fn assert_added(&self, id: TimerId) {
        let name = self.program.timers[id.index()].name;
        let remedy = "start the Gs that use it after its `add`";
        assert!(
            self.timer(id).added.get(),
            "search: timer {name} is used before the action that adds it has ended; {remedy}"
        );
    }

    /// The rest of an action in which the G was preempted.
    fn go_on_at(&self, m: &M, action: Action, place: Place) {
        match (action, place) {
            (Action::Add(id, ticks, period), Place::Add(p)) => {
                self.add_timer(m, p, id, ticks, period);
            }
            // What is reported of it was noted for the M that claimed it; nothing asks for that.
            (Action::Modify(id, _, period), Place::Claim(claimed, when)) => {
                self.finish_modtimer(m, id, when, Some(period), claimed);
            }
            (Action::Reset(id, _), Place::Claim(claimed, when)) => {
                self.finish_modtimer(m, id, when, None, claimed);
            }
            _ => panic!("{action:?}: not at {place:?}"),
        }
    }
}
