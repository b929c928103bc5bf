//! The scheduler's data: `sched`, `allp`, `allm`, `allg`, and the start of the world.
//!
//! Go: runtime2.go, type schedt 767-857 (1.19.8), 932-1055 (1.27.3).

mod for_checks;

use std::collections::VecDeque;

use sync::{Arc, Atomic, Ghost, Mutex, Note, Plain, Weak};

use crate::event::{AnyWitness, Event};
use crate::find::steal_orders;
use crate::g::{GId, GStatus, G};
use crate::gc::Gc;
use crate::idle::IdleList;
use crate::ids::TimerId;
use crate::limiter::GcCpuLimiter;
use crate::m::{MId, MShared, M};
use crate::mask::{MaskSize, PMask};
use crate::netpoll::PollDesc;
use crate::p::{OwnedP, PId, PStatus, P};
use crate::program::{Action, Clock, FdId, Program};
use crate::sizes::Sizes;
use crate::steps::Steps;
use crate::sysmon::SysmonShared;
use crate::timers::NamedTimer;
use crate::world::World;
use crate::{Time, START};

/// The scheduler of one program: Go's `sched`, with the Ps, Ms and Gs.
pub struct Sched {
    /// `sched.lock` and what it protects. Lock order: a descriptor's lock, `sched.lock`, then a P's `timersLock`.
    pub lock: Mutex<SchedLocked>,
    /// The length of the idle P list, to be read without the lock. Written under the lock.
    pub npidle: Atomic<i32>,
    /// The number of Ms that spin, and of increments that a waker will give to an M or undo.
    pub nmspinning: Atomic<i32>,
    /// 1 after a waker found no idle P: an M that never spun must look again before it drops its P.
    /// Set under the lock. Go 1.20 on; unused by the steps of 1.19.
    ///
    /// Its old values matter: an M that may not spin, since another spins, reads it; and that other may have been
    /// handed its increment, and so not have cleared it. So the value read may have been stored by any M, however long
    /// ago.
    pub needspinning: Atomic<u32>,
    /// The length of the global queue, to be read without the lock. Written under the lock.
    pub runqsize: Atomic<i32>,
    /// The time of the last poll; 0 while an M polls. Exchanged for 0 by the M that begins.
    pub lastpoll: Atomic<i64>,
    /// Until when the M that polls would wait; 0 if no M polls, or the one that does has not stored it yet.
    pub poll_until: Atomic<i64>,
    /// 1 once the poller has started. The first timer starts it.
    pub netpoll_inited: Atomic<u32>,
    /// The number of Gs that wait for descriptors. 1.19 does not count those off that a poll returns.
    pub netpoll_waiters: Atomic<i32>,
    /// 1 from a break's beginning until the poller has read its byte.
    pub netpoll_wake_sig: Atomic<u32>,
    /// 1 while an M polls without waiting. Since 1.25.
    pub polling_net: Atomic<u32>,
    /// P on the idle list <=> bit set. Written under the lock.
    pub idlep_mask: PMask,
    /// P may have timers => bit set. Written under the lock.
    pub timerp_mask: PMask,

    /// The world is about to stop, or has stopped. Written under the lock.
    pub gcwaiting: Atomic<bool>,
    /// How many Ps have not stopped yet. Written under the lock.
    pub stopwait: Plain<i32>,
    /// The M that stops the world sleeps on it until all Ps have stopped.
    pub(crate) stopnote: Note,
    /// How many Ps have not passed their safe point yet. Written under the lock.
    pub safe_point_wait: Plain<i32>,
    /// The M that wants each P to pass a safe point sleeps on it.
    pub(crate) safe_point_note: Note,
    /// The GC's workers, and their work.
    pub gc: Gc,
    /// What sysmon and Ms both access.
    pub sysmon: SysmonShared,
    /// The M that has stopped the world. For checks.
    pub stopped_by: Ghost<Option<MId>>,

    /// All Ps that there are, were or will be, in the order of their numbers. [`Sched::ps`] is Go's `allp`.
    pub allp: Vec<P>,
    /// GOMAXPROCS, and what belongs to it.
    pub sizes: Sizes,
    /// The shared part of each M, started or not.
    pub allm: Vec<MShared>,
    /// All Gs.
    pub allg: Vec<G>,
    /// The timers that actions name.
    pub timers: Vec<NamedTimer>,
    /// The descriptors.
    pub descriptors: Vec<PollDesc>,

    /// `faketime`, in ticks, from 1 on: it moves when `checkdead` finds that no M runs.
    pub faketime: Plain<Time>,
    /// The GC CPU limiter.
    pub limiter: GcCpuLimiter,
    /// What the program does and waits for.
    pub world: World,

    /// Increments of `nmspinning` for which no M is marked yet. For checks.
    pub spins_in_flight: Ghost<i32>,
    /// Jumps of the clock since the last progress: a G run, a timer run, a step of time. For checks.
    pub jumps: Ghost<u32>,
    /// The clock has jumped although only tickers are left, and no G that they tick for is parked: nothing but ticks
    /// will ever happen. For checks.
    pub only_ticks: Ghost<bool>,

    /// A deadlock is reported: the execution is about to end with that. For checks.
    pub reports_deadlock: Ghost<bool>,

    /// A look at a P's timers has returned this time of the next one, at this time or later. For checks.
    pub late_poll_until: Ghost<Option<(Time, Time)>>,

    /// For each number of Ps, from 0 on, and each P, the orders in which it may go through the others.
    pub(crate) steal_orders: Vec<Vec<Vec<Vec<PId>>>>,
    /// Some G sets GOMAXPROCS.
    pub(crate) resizes: bool,
    /// Some G is to be preempted.
    pub(crate) preempts: bool,
    /// Some G locks itself to its thread.
    pub(crate) locks_threads: bool,
    /// The background scavenger.
    pub scavenger: Option<GId>,
    /// The operating system may lose a break.
    pub(crate) loses_breaks: bool,
    /// What each G has in its hands that was preempted in `startm`.
    pub(crate) in_startm: Vec<Plain<Option<InStartm>>>,
    pub(crate) program: Program,
    pub(crate) steps: Steps,
    pub(crate) witness: AnyWitness,
    pub(crate) this: Weak<Sched>,
}

/// What `sched.lock` protects.
#[derive(Hash, Debug)]
pub struct SchedLocked {
    /// The idle Ps. Filled by `pidleput`, emptied by `pidleget`.
    pub(crate) pidle: IdleList,
    /// The idle Ms, the one to take first at the end.
    pub(crate) midle: Vec<MId>,
    /// The length of `midle`. `checkdead` decides by it.
    pub(crate) nmidle: i32,
    /// The global queue.
    pub(crate) runq: VecDeque<GId>,
    /// Ms that exist or whose id is reserved. Go: `mcount()`.
    pub(crate) mcount: i32,
    /// How many of those count as no M that runs, for `checkdead`: sysmon, once it has begun.
    pub(crate) nmsys: i32,
    /// How many Ms that are locked to a G wait for it. One less while sysmon has a P or Gs in its hands; and for a moment if
    /// such an M is woken before it waits.
    pub(crate) nmidlelocked: i32,
    /// How many Ms there are for calls from other threads. Go: extraMCount (since 1.21, extraMLength).
    pub(crate) extra_ms: i32,
    /// Ids of `allm` not started yet: the next one is the last.
    pub(crate) unborn: Vec<MId>,
    /// Reserved ids for which there is no M left to start, each with the P it would run.
    pub(crate) reserved: Vec<Reserved>,
    /// Ps that have stopped, in the order of their numbers, but for the stopper's.
    pub(crate) stopped: Vec<OwnedP>,
    /// Ps that were destroyed or have not begun: the one with the lowest number at the end.
    pub(crate) dead: Vec<OwnedP>,
}

/// A P whose M is reserved but can never be started: the next M that stops runs it instead.
#[derive(Hash, Debug)]
pub(crate) struct Reserved {
    pub(crate) p: OwnedP,
    pub(crate) spin: Option<SpinIncrement>,
}

/// What a G has in its hands that was preempted in `startm`: a P, the M that is to run it, if one was idle, and perhaps an
/// increment.
#[derive(Hash, Debug)]
pub(crate) struct InStartm {
    pub(crate) p: OwnedP,
    pub(crate) nm: Option<MId>,
    pub(crate) spin: Option<SpinIncrement>,
}

/// An increment of `nmspinning` that is owed: it becomes an M's `spinning`, or is undone.
#[must_use]
#[derive(Hash, Debug)]
pub struct SpinIncrement(pub(crate) ());

impl SchedLocked {
    /// No P is on the idle list, and no M exists but the caller's.
    #[expect(clippy::disallowed_methods, reason = "the start of the world")]
    fn before_the_world(ps: u32, most: u32, ms: u32) -> SchedLocked {
        SchedLocked {
            pidle: IdleList::before_the_world(ps),
            midle: Vec::new(),
            nmidle: 0,
            runq: VecDeque::new(),
            mcount: 1,
            nmsys: 0,
            nmidlelocked: 0,
            extra_ms: 0,
            unborn: (1..ms).rev().map(MId).collect(),
            reserved: Vec::new(),
            stopped: Vec::new(),
            dead: IdleList::dead_before_the_world(ps, most),
        }
    }
}

/// Mark workers wait in their pool.
fn first_status(program: &Program, g: GId) -> GStatus {
    let works = program.mark_workers().any(|worker| worker == g);
    if works {
        GStatus::Waiting
    } else {
        GStatus::Idle
    }
}

/// No G has begun but mark workers.
fn all_gs(program: &Program) -> Vec<G> {
    let ids = (0..program.scripts.len() as u32).map(GId);
    ids.map(|g| G::new(g, first_status(program, g), program.suspends())).collect()
}

impl Sched {
    /// The world before it starts: no P is owned or on a list, no M is started but the caller's.
    ///
    /// # Panics
    /// If the program is invalid: no P, M or G, more Ps than a mask has bits, or a ring size that is not a power of
    /// two.
    pub fn new(program: Program, steps: Steps, witness: AnyWitness) -> Arc<Sched> {
        program.check();
        let Program { ps, ms, ring, mask_bits: bits, .. } = program;
        let (most, resizes) = (program.most_ps(), program.resizes());
        let gs = program.scripts.len() as u32;
        let locked = SchedLocked::before_the_world(ps, most, ms);
        let size = MaskSize { ps, most, bits };
        let status = |id| if id < ps { PStatus::Idle } else { PStatus::Dead };
        let p = |id| P::new(PId(id), status(id), ring, &steps.timers.words);
        // After a descriptor's lock (1) and those of a timer's channel (1 and 2), and before any timersLock. Go: lockrank.go (1.19.8); in 1.27.3 the last two have no
        // order.
        let lock = Mutex::new("sched.lock", locked).ranked(3);
        Arc::new_cyclic(|this| Sched {
            npidle: Atomic::new("npidle", 0).written_under(&lock),
            nmspinning: Atomic::new("nmspinning", 0),
            // An M that begins to spin clears it without the lock (wake protocol, 5c).
            needspinning: Atomic::new("needspinning", 0).written_under_where(&lock, |set| set != 0),
            runqsize: Atomic::new("runqsize", 0).written_under(&lock),
            lastpoll: Atomic::new("lastpoll", START),
            poll_until: Atomic::new("pollUntil", 0),
            gcwaiting: Atomic::new("gcwaiting", false).written_under(&lock),
            stopwait: Plain::new("stopwait", 0),
            stopnote: Note::new("stopnote"),
            safe_point_wait: Plain::new("safePointWait", 0),
            safe_point_note: Note::new("safePointNote"),
            gc: Gc::new(&program),
            sysmon: SysmonShared::new(&lock, &program),
            stopped_by: Ghost::new(None),
            netpoll_inited: Atomic::new("netpollInited", program.opens_descriptors().into()),
            netpoll_waiters: Atomic::new("netpollWaiters", 0),
            netpoll_wake_sig: Atomic::new("netpollWakeSig", 0),
            polling_net: Atomic::new("pollingNet", 0),
            idlep_mask: PMask::new("idlepMask", size, false, &lock),
            timerp_mask: PMask::new("timerpMask", size, true, &lock),
            lock,
            allp: (0..most).map(p).collect(),
            sizes: Sizes::new(ps),
            allm: (0..ms).map(|m| MShared::new(MId(m))).collect(),
            allg: all_gs(&program),
            timers: named_timers(&program),
            descriptors: descriptors(&program),
            faketime: Plain::new("faketime", START),
            limiter: GcCpuLimiter::new(ps, steps.gc.idle_time),
            world: World::new(&program),
            spins_in_flight: Ghost::new(0),
            jumps: Ghost::new(0),
            only_ticks: Ghost::new(false),
            late_poll_until: Ghost::new(None),
            reports_deadlock: Ghost::new(false),
            steal_orders: (0..=most).map(steal_orders).collect(),
            resizes,
            preempts: program.scripts.iter().flatten().any(|action| *action == Action::Preempt),
            locks_threads: program.locks_threads(),
            scavenger: program.scavenger(),
            loses_breaks: program.loses_breaks(),
            in_startm: (0..gs).map(|g| Plain::new(("G", g, "in startm"), None)).collect(),
            program,
            steps,
            witness,
            this: this.clone(),
        })
    }

    /// Starts the world on the calling thread, which becomes M0, and runs main on P0. It does not return
    /// before the execution ends.
    ///
    /// Go: proc.go, schedinit 658-751, procresize 4801-4936 and mstart 1345-1392 (1.19.8), 844-967, 6081-6302 and
    /// 1864-1911 (1.27.3): P0 is M0's, the others are put on the idle
    /// list, the last first.
    pub fn start(&self) {
        let mut m = M::of_kernel(MId(0));
        self.start_world();
        self.start_sysmon();
        let p0 = self.put_other_ps_idle();
        self.acquirep(&mut m, p0);
        self.g(GId::MAIN).casgstatus(GStatus::Idle, GStatus::Runnable);
        self.runqput(&m, m.p(), GId::MAIN, true);
        self.mstart(&mut m);
    }

    /// The P that `owned` owns.
    pub fn p(&self, owned: &OwnedP) -> &P {
        &self.allp[owned.id().index()]
    }

    /// The shared part of `m`.
    pub fn m(&self, m: MId) -> &MShared {
        &self.allm[m.index()]
    }

    /// The G.
    pub fn g(&self, g: GId) -> &G {
        &self.allg[g.index()]
    }

    /// Whether `g` is the runtime's own, so that the program may be deadlocked whatever it does.
    ///
    /// Go: traceback.go, isSystemGoroutine 1133-1153 (1.19.8), 1490-1520 (1.27.3).
    pub fn is_system_goroutine(&self, g: GId) -> bool {
        self.scavenger == Some(g) || self.is_mark_worker(g) || self.is_helper(g)
    }

    /// The variant that schedules.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The time, in ticks. Go: time_fake.go, nanotime 35-37 (1.19.8), 36-38 (1.27.3).
    pub fn nanotime(&self) -> Time {
        match self.program.clock {
            Clock::Fake => self.faketime.get(),
            // It moves when no M can, so no M can notice when.
            Clock::Real { early: 0 } => self.world.clock.owner_load(),
            Clock::Real { .. } => self.world.clock.load(),
        }
    }

    /// The time, for checks and for the world.
    pub fn peek_now(&self) -> Time {
        match self.program.clock {
            Clock::Fake => self.faketime.peek(|&now| now),
            Clock::Real { .. } => self.world.clock.peek(),
        }
    }

    /// Whether sysmon exists.
    pub fn has_sysmon(&self) -> bool {
        self.program.has_sysmon()
    }

    /// What moves the clock.
    pub fn clock(&self) -> Clock {
        self.program.clock
    }

    /// Reports to the witness what `m` did. Nothing else in the model reports anything.
    pub fn emit(&self, m: &M, event: Event) {
        self.emit_by(Some(m.id), event);
    }

    /// The same, where it is not known which M calls.
    pub(crate) fn emit_by(&self, m: Option<MId>, event: Event) {
        self.witness.event(m, event);
    }

    /// Notes progress, for checks: an M begins to execute a G, a timer's function is called, a call returns or another event of
    /// the world comes to pass, or the clock jumps to a later instant. Rounds and jumps without any are counted from here
    /// again; and Ms that go round for ever are a livelock if none of this is part of it.
    pub(crate) fn progress(&self) {
        sync::made_progress();
        self.jumps.set(0);
        self.sysmon.vain.set(0);
    }
}

/// The timers that actions name.
fn named_timers(program: &Program) -> Vec<NamedTimer> {
    (0..).zip(&program.timers).map(|(t, of)| NamedTimer::new(TimerId(t), of.f)).collect()
}

fn descriptors(program: &Program) -> Vec<PollDesc> {
    (0..).zip(&program.descriptors).map(|(fd, _)| PollDesc::new(FdId(fd))).collect()
}
