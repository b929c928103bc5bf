//! `checkdead`: no M runs. Either this is a deadlock, or the clock jumps.

use crate::event::Event;
use crate::g::{GStatus, Park};
use crate::m::{MId, M};
use crate::program::Clock;
use crate::sched::{Sched, SchedLocked};
use crate::timers::{Entry, Held, TimerFunc};
use crate::{Time, MAX_WHEN, START};

/// More jumps to one instant than these are not counted; no check tells them apart.
const MOST_JUMPS: u32 = 10;

impl Sched {
    /// Checks whether any M runs; if not, reports a deadlock or lets the clock jump. `m` holds the lock and has just
    /// put itself on the idle list.
    ///
    /// # Panics
    /// As Go does: `checkdead: inconsistent counts`, `checkdead: runnable g`, `checkdead: no p for timer`,
    /// `checkdead: no m for timer`; and with its reports of a deadlock.
    ///
    /// Go: proc.go, checkdead 5017-5118 (1.19.8), 6418-6520 (1.27.3).
    pub(crate) fn checkdead(&self, locked: &mut SchedLocked, m: &M) {
        let run = locked.running();
        if run > (self.steps.run0)(locked) {
            return;
        }
        assert!(run >= 0, "{}", self.thrown(m, "checkdead: inconsistent counts"));
        self.assert_a_g_waits(m);
        match self.program.clock {
            Clock::Fake => match self.time_sleep_until(locked) {
                MAX_WHEN => self.report_deadlock(),
                when => self.jump(locked, m, when),
            },
            Clock::Real { .. } => self.report_deadlock_without_timers(locked),
        }
    }

    /// In real time, some M polls if there is a timer; if that has just stopped, another one is about to.
    ///
    /// Go: proc.go, checkdead 5109-5118 (1.19.8), 6511-6520 (1.27.3).
    fn report_deadlock_without_timers(&self, locked: &SchedLocked) {
        if self.ps(locked).iter().all(|p| p.num_timers.load() == 0) {
            self.report_deadlock();
        }
    }

    /// Go: proc.go, checkdead 5116-5117 (1.19.8), 6518-6519 (1.27.3).
    fn report_deadlock(&self) -> ! {
        self.reports_deadlock.set(true);
        // Go has released the lock by then, and prints: other threads go on for a while. In the state before this operation,
        // checks see what is reported.
        self.npidle.load();
        panic!("all goroutines are asleep - deadlock!");
    }

    /// `checkdead` is about to throw this text. The lock is held: released first, or not (golang/go#59758).
    ///
    /// Go: proc.go, checkdead 5055, 5072, 5090 and 5096 (1.19.8), 6453, 6471, 6490 and 6497 (1.27.3).
    fn thrown<'t>(&self, m: &M, text: &'t str) -> &'t str {
        (self.steps.trace_at_throw)(self, m);
        text
    }

    /// A crash prints the scheduler's state first, if the program is traced, and takes the lock for that. `m` must not hold it.
    /// It is a step.
    ///
    /// Go: panic.go, startpanic_m 1215-1217, and proc.go, schedtrace 5423 (1.19.8), 1549-1551 and 6956 (1.27.3).
    pub fn schedtrace(&self, m: &M) {
        if self.program.schedtrace {
            self.emit(m, Event::Schedtrace);
            drop(self.lock.lock());
        }
    }

    fn assert_a_g_waits(&self, m: &M) {
        let mut waiting = 0;
        for g in self.allg.iter().filter(|g| !self.is_system_goroutine(g.id)) {
            match g.status.get() {
                GStatus::Waiting | GStatus::Preempted => waiting += 1,
                GStatus::Runnable | GStatus::Running | GStatus::Syscall => {
                    panic!("{}", self.thrown(m, "checkdead: runnable g"))
                }
                GStatus::Idle | GStatus::Dead => {}
            }
        }
        assert!(waiting > 0, "no goroutines (main called runtime.Goexit) - deadlock!");
    }

    /// Moves the clock to the next timer and wakes an M, which will find the timer.
    ///
    /// Go: proc.go, checkdead 5080-5107 (1.19.8), 6480-6509 (1.27.3): the part under faketime.
    fn jump(&self, locked: &mut SchedLocked, m: &M, when: Time) {
        self.note_jump(when);
        self.only_ticks.set(self.are_only_ticks_left());
        if self.nanotime() > START {
            self.emit(m, Event::JumpAgain);
        }
        self.faketime.set(when);
        let Some(p) = (self.steps.take_p_for_timer)(self, locked, when) else {
            panic!("{}", self.thrown(m, "checkdead: no p for timer"));
        };
        let Some(nm) = self.mget(locked) else {
            panic!("{}", self.thrown(m, "checkdead: no m for timer"));
        };
        self.emit(m, Event::Jump(when, p.id()));
        if self.p(&p).peek_wake_time() != when {
            self.emit(m, Event::JumpToOther);
        }
        // No M runs, so none looks at the timer but the one that is woken here: it has to be allowed to steal.
        (self.steps.spin_for_timer)(self, nm);
        let woken = self.m(nm);
        // Before the wakeup, as in `wake_m`. `nm` may be this M itself, which sleeps in `stopm` right after.
        woken.nextp.set(Some(p));
        woken.park.wakeup();
    }

    /// Counts the jump. For checks: repeated jumps to one instant are a livelock. Not beyond [`MOST_JUMPS`], so that one comes
    /// back to a state.
    fn note_jump(&self, when: Time) {
        if when > self.nanotime() {
            self.progress();
        }
        self.jumps.change(|jumps| *jumps = MOST_JUMPS.min(*jumps + 1));
    }

    /// Whether each timer is a ticker's and would wake no G. No M runs, so only a G that a timer wakes or starts will
    /// run again; Go sees timers, and lets the clock jump for ever. For checks: the
    /// scheduler does not ask.
    fn are_only_ticks_left(&self) -> bool {
        self.peek_ps()
            .iter()
            .filter_map(|p| p.timers.peek())
            .all(|timers| timers.as_slice().iter().all(|t| self.only_ticks(t)))
    }

    /// Whether the timer ticks for ever, and would wake no G. For checks.
    fn only_ticks(&self, t: &Entry) -> bool {
        let (f, ticks) = match t.timer {
            Held::Unnamed { period, f } => (f, period > 0),
            // One that was stopped is gone after the next jump.
            Held::Named(id) => {
                let t = self.timer(id);
                let active = (self.steps.timers.deadline)(t);
                (t.f, active.is_some_and(|(_, period)| period > 0))
            }
        };
        match f {
            TimerFunc::SendTime(g) => ticks && self.g(g).park.peek() != Park::Parked,
            TimerFunc::Wake(_)
            | TimerFunc::Start(_)
            | TimerFunc::Set(_)
            | TimerFunc::Deadline(..)
            // On a heap, it has a G that waits.
            | TimerFunc::Channel(..) => false,
        }
    }

    /// Counts the woken M as a spinner, and marks it as one. The M sleeps, so the mark is the caller's to write.
    ///
    /// Go: proc.go, checkdead 5101-5102 (1.19.8), 6503-6504 (1.27.3).
    pub fn mark_spinning(&self, m: MId) {
        self.nmspinning.add(1);
        self.m(m).spinning.set(true);
    }
}
