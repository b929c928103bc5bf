//! What Gs do, and what they wait for: the actions of the scripts, the flags, the program's exit.
//!
//! When main exits, its M waits, as a thread that is about to exit may be delayed for any time; the other Ms go on
//! meanwhile. The execution ends once all of them are parked or busy, that is, in a state in which no M moves.

mod at_once;
mod environment;
mod kernel;
mod moves;
mod timer_actions;

use crate::event::Event;
use crate::g::{GId, GStatus, Park};
use crate::m::{MId, M};
use crate::p::{OwnedP, PId, PStatus};
use crate::program::{Action, FlagId};
use crate::sched::Sched;
use crate::sysmon::Busy;
use crate::timers::{Received, Timer, TimerFunc};
use crate::Time;

pub use environment::World;
pub use kernel::{Kernel, Reported};

impl Sched {
    /// Moves the world, as no M moves: nudges the Gs that are busy. Returns false if there is no move left.
    pub fn world_moves(&self) -> bool {
        let nudges = self.world.nudges.with_mut(std::mem::take);
        let moved = nudges.into_iter().any(|flag| self.world.flags[flag.0].nudge())
            || self.asks_again()
            || self.ends_long_mark()
            || self.syscalls_return()
            || self.wake_world();
        if moved {
            self.sysmon_looks_again();
        }
        moved
    }

    /// What an M does once it has a P. It returns if the M ends.
    ///
    /// Go: proc.go, mstart1 1398-1433 (1.19.8), 1917-1956 (1.27.3).
    // Nothing that its callers hold is used again.
    #[sync::forgets_callers]
    pub(crate) fn mstart(&self, m: &mut M) {
        self.m(m.id).started.set(true);
        loop {
            let g = self.schedule(m);
            self.execute(m, g);
            if m.exits {
                return self.mexit(m);
            }
        }
    }

    /// Runs `g` on `m` until it gives up the M. Go: proc.go, execute 2517-2555 (1.19.8), 3346-3398 (1.27.3).
    #[sync::summarized]
    fn execute(&self, m: &mut M, g: GId) {
        // Go counts `schedtick` of the P here, and crashes without one.
        assert!(m.p.is_some(), "{}: no p", m.id);
        (self.steps.casgstatus)(self.g(g), GStatus::Runnable, GStatus::Running);
        self.m(m.id).curg.set(Some(g));
        self.progress();
        if self.program.has_slices() {
            // Meets the load in `look_at_slice`.
            self.p(m.p()).watched.schedtick.add(1);
        }
        self.emit(m, Event::Execute(g));
        loop {
            if !self.act(m, g) {
                return;
            }
        }
    }

    /// What `g` was preempted in is done. Returns false if it has to stop, for an M that suspends it.
    fn goes_on(&self, m: &M, g: GId) -> bool {
        if self.preempts {
            self.go_on_in_startm(m, g);
        }
        !(self.suspends() && self.stops_if_asked(m, g))
    }

    /// Performs the next action of `g`. Whether `m` goes on with `g`: false once the action has given up `m`, after
    /// which another M may be running `g` already.
    fn act(&self, m: &mut M, g: GId) -> bool {
        if !self.goes_on(m, g) {
            return false;
        }
        let pc = self.g(g).pc.get();
        let Some(&action) = self.program.scripts[g.index()].get(pc) else {
            if g == GId::MAIN {
                self.exit(m, g);
            }
            self.goexit(m, g);
            return false;
        };
        self.g(g).pc.set(pc + 1);
        if !matches!(action, Action::BusyUntil { .. }) {
            self.gets_on();
        }
        match action {
            Action::Sleep(ticks) => {
                self.time_sleep(m, g, ticks);
                return false;
            }
            Action::Park | Action::Scavenge | Action::GcWait => return self.gopark(m, g),
            Action::Gosched => {
                self.gosched(m, g);
                return false;
            }
            Action::Goyield => {
                self.goyield(m, g);
                return false;
            }
            Action::BusyUntil { flag, nudge } => {
                if !self.busy_until(m, flag, nudge) {
                    self.preempted(m, g);
                    return false;
                }
            }
            Action::Add(..) | Action::Modify(..) | Action::Reset(..) | Action::Stop(_) => {
                return self.act_on_timer(m, g, action);
            }
            Action::Receive(id) => return self.receive_from(m, g, id, true) != Received::Waits,
            Action::TryReceive(id) => return self.receive_from(m, g, id, false) != Received::Waits,
            Action::Poll(id, tries) => return self.poll_channel(m, g, id, tries),
            Action::Read(fd) => return self.read(m, g, fd),
            Action::ForcedGc(_) | Action::UpdateGomaxprocs => {
                return self.act_for_sysmon(m, g, action);
            }
            Action::Syscall(how) => return self.syscall(m, g, how),
            Action::MarkWorker => {
                self.gc_bg_mark_worker(m, g);
                return false;
            }
            Action::Goexit => {
                self.goexit(m, g);
                return false;
            }
            _ => self.act_at_once(m, g, action),
        }
        !self.preempted_after(m, g)
    }

    /// Go: sleep.go, AfterFunc 163-173 (1.19.8), 177-179 (1.27.3); tick.go, NewTicker 22-41 (1.19.8), 36-47 (1.27.3).
    fn start_timer(&self, m: &M, ticks: Time, period: Time, f: TimerFunc) {
        (self.steps.timers.add)(self, m, Timer { when: self.nanotime() + ticks, period, f });
    }

    /// Parks `g` and returns false; or, if a permit is there, returns true: `g` goes on, without giving up its M.
    ///
    /// Go: proc.go, gopark 346-364 and park_m 3341-3364 (1.19.8), 457-475 and 4268-4320 (1.27.3). The
    /// compare-and-swap stands for their unlock function.
    fn gopark(&self, m: &M, g: GId) -> bool {
        let park = &self.g(g).park;
        self.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        if park.cas(Park::Away, Park::Parked) {
            return false;
        }
        park.store(Park::Away);
        self.emit(m, Event::PermitTaken(g));
        self.g(g).casgstatus(GStatus::Waiting, GStatus::Running);
        self.m(m.id).curg.set(Some(g));
        true
    }

    /// Keeps the P until the flag is set. Returns false if the G is to be preempted before.
    fn busy_until(&self, m: &M, flag: FlagId, nudge: Option<GId>) -> bool {
        if nudge.is_some() {
            self.world.nudges.change(|nudges| nudges.push(flag));
        }
        self.keeps_busy(m, Busy::until(flag));
        while !self.world.flags[flag.0].wait() {
            if self.program.preempts() {
                self.keeps_busy(m, Busy::NOT);
                return false;
            }
            nudge.into_iter().for_each(|empty| self.newproc(m, empty));
        }
        self.keeps_busy(m, Busy::NOT);
        self.gets_on();
        true
    }

    /// What keeps the P of `m` busy, for sysmon, and for a G that wants a worker to run. In a program with neither, it is no operation.
    fn keeps_busy(&self, m: &M, busy: Busy) {
        if self.program.watches_busy() {
            // Meets the loads in `look_at_slice` and `preempt_another`.
            self.p(m.p()).watched.busy.store(busy);
        }
    }

    /// An action was done, so what found nothing before may find something now.
    fn gets_on(&self) {
        if self.program.has_slices() {
            self.world.given_way.set(Vec::new());
        }
    }

    /// The busy `g` gives way, and will be busy again when it runs next. Go: proc.go, gopreempt_m 3402-3407 (1.19.8),
    /// 4376-4378 (1.27.3).
    fn preempted(&self, m: &M, g: GId) {
        let pc = &self.g(g).pc;
        pc.set(pc.get() - 1);
        if self.program.has_slices() {
            let at = (g, pc.get());
            self.world.given_way.change(|all| {
                all.push(at);
                all.sort_unstable();
            });
        }
        self.emit(m, Event::Preempted(g));
        if self.suspends() && self.stops_if_asked(m, g) {
            return;
        }
        self.gosched(m, g);
    }

    /// Main has returned, and the program is about to exit.
    ///
    /// Go: proc.go, main 145-277 (1.19.8), 153-346 (1.27.3).
    fn exit(&self, m: &M, g: GId) {
        self.g(g).finished.set(true);
        self.emit(m, Event::Goexit(g));
        // As far as an M is concerned that suspends it: the process ends.
        self.g(g).move_atomicstatus(GStatus::Running, GStatus::Dead);
        self.world.exit.wait();
    }

    /// The script of `g` has ended, or it has called `runtime.Goexit`.
    ///
    /// Go: proc.go, goexit0 3480-3541 (1.19.8), 4506-4516 (1.27.3).
    fn goexit(&self, m: &mut M, g: GId) {
        self.g(g).finished.set(true);
        self.emit(m, Event::Goexit(g));
        self.g(g).casgstatus(GStatus::Running, GStatus::Dead);
        if self.lockedm(g).is_some() {
            self.g(g).lockedm.set(None);
            self.m(m.id).lockedg.set(None);
            m.exits = true;
        }
        self.dropg(m);
    }

    /// `m` no longer runs its G. Go: proc.go, dropg 3262-3267 (1.19.8), 4255-4260 (1.27.3).
    pub(crate) fn dropg(&self, m: &M) {
        self.m(m.id).curg.set(None);
    }

    /// `m` takes `p` and runs on it.
    ///
    /// # Panics
    /// As Go does: `wirep: already in go`, `wirep: invalid p state`.
    ///
    /// Go: proc.go, acquirep 4944-4957 and wirep 4965-4982 (1.19.8), 6310-6320 and 6347-6372 (1.27.3).
    pub fn acquirep(&self, m: &mut M, p: OwnedP) {
        let owned = self.p(&p);
        assert!(m.p.is_none(), "wirep: already in go");
        let idle = owned.m.get().is_none() && owned.status.get() == PStatus::Idle;
        assert!(idle, "wirep: invalid p state");
        owned.m.set(Some(m.id));
        owned.status.set(PStatus::Running);
        self.show_p(m.id, Some(p.id()));
        m.p = Some(p);
    }

    /// `m` gives up its P; it is in the caller's hands then.
    ///
    /// # Panics
    /// As Go does: `releasep: invalid arg`, `releasep: invalid p state`.
    ///
    /// Go: proc.go, releasep 4985-5003 (1.19.8), 6375-6382 (1.27.3).
    pub(crate) fn releasep(&self, m: &mut M) -> OwnedP {
        let Some(p) = m.p.take() else { panic!("releasep: invalid arg") };
        let owned = self.p(&p);
        let running = owned.m.get() == Some(m.id) && owned.status.get() == PStatus::Running;
        assert!(running, "releasep: invalid p state");
        if self.program.has_gc() {
            self.release_next_gc_mark_worker(p.id());
        }
        self.unwire(m.id, &p);
        p
    }

    /// `p` is no longer `m`'s.
    pub(crate) fn unwire(&self, m: MId, p: &OwnedP) {
        self.show_p(m, None);
        self.p(p).m.set(None);
        self.p(p).status.set(PStatus::Idle);
    }

    /// What `m.p` is from here on. For checks: sysmon, which may borrow a P, has no place for it.
    fn show_p(&self, m: MId, p: Option<PId>) {
        if let Some(shared) = self.allm.get(m.index()) {
            shared.p.set(p);
        }
    }
}
