//! Verify that each G is in one place, and that its status says in which: that none is lost, and none is there
//! twice.
//!
//! | status | place |
//! |---|---|
//! | runnable | the global queue, a ring, a `runnext`, or the hands of one M that moves |
//! | running | one M, which has a P, unless it is about to enter or to leave a system call (since Go 1.26) |
//! | system call | one M, which is in one |
//! | waiting | parked, or one timer, or one descriptor, or the pool of mark workers, or idle as a helper of sysmon's, or the hands of one M that moves |
//! | idle, and some G has passed its `go` or `after` | one timer that will start it, or the hands of one M that moves |
//! | idle otherwise, or dead | none |
//!
//! The hands of an M are its local variables, which no check sees: a G that `runqget` took, one that was kicked out
//! of `runnext`, a batch on its way to the global queue, a timer that is about to run. So in a state in which an
//! M moves, a G is in *at most* one place; where no M moves, in exactly one. What a thief has read before its
//! compare-and-swap is not in its hands yet, and a slot outside head and tail is no place.

use std::fmt;

use runtime_model::g::{GId, GStatus, Park};
use runtime_model::ids::{FdId, TimerId};
use runtime_model::m::MId;
use runtime_model::netpoll::Rg;
use runtime_model::p::{PId, P};
use runtime_model::syscall::Stage;
use runtime_model::timers::TimerFunc;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] =
    &[Check { name: "a G is in one place", invariant: "INV-GPLACE", holds: a_g_is_in_one_place }];

/// Where a G can be found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    GlobalQueue,
    Ring(PId),
    Runnext(PId),
    M(MId),
    Parked,
    /// Waiting for a descriptor.
    Descriptor(FdId),
    /// Waiting for sysmon, whose helper it is.
    Helper,
    /// A mark worker with nothing to do.
    Pool,
    /// The mark worker that runs next on the P.
    NextWorker(PId),
    /// Waiting for a value of the timer's channel.
    Channel(TimerId),
    /// A timer that wakes it.
    Sleep(PId),
    /// A timer that starts it.
    Start(PId),
}

fn a_g_is_in_one_place(view: &View) -> Result<(), String> {
    let places = places(view)?;
    for (i, &(g, place)) in places.iter().enumerate() {
        let status = view.status(g);
        let fits = status == place.status() || place.calls(view) && status == GStatus::Syscall;
        ensure!(fits, "{g} is {status:?}, and {place}");
        if let Some((_, other)) = places[..i].iter().find(|(other, _)| *other == g) {
            return Err(format!("{g} is {other}, and {place}"));
        }
    }
    for g in &view.sched.allg {
        let status = view.status(g.id);
        let placed = || places.iter().any(|(other, _)| *other == g.id);
        // It begins and ends to run together with its M: no state lies between.
        ensure!(
            !matches!(status, GStatus::Running | GStatus::Syscall) || placed(),
            "{} is {status:?}, and no M executes it",
            g.id
        );
        let somewhere = match status {
            GStatus::Runnable | GStatus::Running | GStatus::Syscall | GStatus::Waiting => true,
            // The M that wants to suspend it has it in its hands.
            GStatus::Preempted => true,
            GStatus::Idle => view.quiescent && view.sched.is_asked_for(g.id),
            GStatus::Dead => false,
        };
        let lost = view.quiescent && somewhere && !placed();
        ensure!(!lost, "{} is {status:?} and in no place, and no M moves", g.id);
    }
    Ok(())
}

/// Each place that a G is in, of those that can be looked at: not what is under a lock that is held.
fn places(view: &View) -> Result<Vec<(GId, Place)>, String> {
    let mut places = Vec::with_capacity(view.sched.allg.len());
    if let Some(locked) = view.locked() {
        places.extend(locked.global_runq().map(|g| (g, Place::GlobalQueue)));
    }
    for p in view.ps() {
        places.extend(p.runnext.peek().ptr().map(|g| (g, Place::Runnext(p.id))));
        ring(p, &mut places)?;
        if let Some(timers) = p.timers.peek() {
            let unnamed = timers.as_slice().iter().filter_map(|timer| timer.f());
            places.extend(unnamed.filter_map(|f| on_timer(p.id, f)));
        }
    }
    for m in view.ms() {
        let Some(g) = view.curg_of(m) else { continue };
        let calls = view.stage(m) != Stage::Out;
        ensure!(calls || view.p_of(m).is_some(), "{m} executes {g}, and has no P");
        places.push((g, Place::M(m)));
    }
    let parked = view.sched.allg.iter().filter(|g| g.park.peek() == Park::Parked);
    places.extend(parked.map(|g| (g.id, Place::Parked)));
    places.extend(view.sched.gc.pool.peek().workers().map(|g| (g, Place::Pool)));
    for p in view.ps() {
        places.extend(p.next_gc_mark_worker.peek(|&g| g).map(|g| (g, Place::NextWorker(p.id))));
    }
    for pd in &view.sched.descriptors {
        if let Rg::G(g) = pd.rg.peek() {
            places.push((g, Place::Descriptor(pd.id)));
        }
    }
    let idle = view.sched.sysmon.helpers().filter(|helper| helper.says_idle() == Some(true));
    places.extend(idle.map(|helper| (helper.g(), Place::Helper)));
    for (t, c) in view.sched.timers.iter().filter_map(|t| Some((t, t.chan.as_ref()?))) {
        if let Some(recvq) = c.recvq.peek() {
            places.extend(recvq.iter().map(|&g| (g, Place::Channel(t.id))));
        }
    }
    Ok(places)
}

/// The Gs between head and tail.
fn ring(p: &P, places: &mut Vec<(GId, Place)>) -> Result<(), String> {
    let (head, tail) = (p.runqhead.peek(), p.runqtail.peek());
    let length = tail.wrapping_sub(head);
    ensure!(length as usize <= p.runq.len(), "{}'s ring is from {head} to {tail}", p.id);
    for i in 0..length {
        let g = p.slot(head.wrapping_add(i)).peek().ptr();
        let Some(g) = g else { return Err(format!("{}'s ring has a slot without a G", p.id)) };
        places.push((g, Place::Ring(p.id)));
    }
    Ok(())
}

/// The G that a timer of `p` has, if it has one.
fn on_timer(p: PId, f: TimerFunc) -> Option<(GId, Place)> {
    match f {
        TimerFunc::Wake(g) => Some((g, Place::Sleep(p))),
        TimerFunc::Start(g) => Some((g, Place::Start(p))),
        // A ticker's G waits for a tick by being parked, if it does.
        TimerFunc::SendTime(_) | TimerFunc::Set(_) => None,
        // A G waits for the descriptor, if one does.
        TimerFunc::Deadline(..) | TimerFunc::Channel(..) => None,
    }
}

impl Place {
    /// Whether it is an M in a system call.
    fn calls(self, view: &View) -> bool {
        matches!(self, Place::M(m) if view.stage(m) != Stage::Out)
    }

    /// The status of a G there, in every state that a check sees.
    fn status(self) -> GStatus {
        match self {
            Place::GlobalQueue | Place::Ring(_) | Place::Runnext(_) => GStatus::Runnable,
            Place::M(_) => GStatus::Running,
            Place::Parked | Place::Sleep(_) | Place::Descriptor(_) | Place::Channel(_) => {
                GStatus::Waiting
            }
            Place::Pool | Place::NextWorker(_) | Place::Helper => GStatus::Waiting,
            Place::Start(_) => GStatus::Idle,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::GlobalQueue => write!(f, "on the global queue"),
            Place::Ring(p) => write!(f, "on {p}'s ring"),
            Place::Runnext(p) => write!(f, "{p}'s runnext"),
            Place::M(m) => write!(f, "executed by {m}"),
            Place::Parked => write!(f, "parked"),
            Place::Descriptor(fd) => write!(f, "waiting for {fd}"),
            Place::Pool => write!(f, "in the pool of mark workers"),
            Place::NextWorker(p) => write!(f, "the next mark worker of {p}"),
            Place::Channel(t) => write!(f, "waiting for {t}'s channel"),
            Place::Helper => write!(f, "waiting for sysmon"),
            Place::Sleep(p) => write!(f, "on a timer of {p} that wakes it"),
            Place::Start(p) => write!(f, "on a timer of {p} that starts it"),
        }
    }
}
