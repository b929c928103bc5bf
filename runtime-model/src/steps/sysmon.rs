//! The places where sysmon, and what wakes it, may be wrong.

use crate::g::GId;
use crate::m::M;
use crate::netpoll::Polled;
use crate::p::OwnedP;
use crate::sched::{Sched, SchedLocked};
use crate::sysmon::Helper;
use crate::Time;

/// The steps of sysmon that regressions replace.
#[derive(Clone, Copy)]
pub struct SysmonSteps {
    /// A G has entered a system call: wake sysmon?
    ///
    /// Go: proc.go, reentersyscall 3646-3649 (1.19.8), 4749-4753 (1.27.3).
    pub wake_at_entry: fn(&Sched),
    /// A call has returned and its M has taken an idle P, with the lock held: wake sysmon?
    ///
    /// Go: proc.go, exitsyscallfast_pidle 3922-3925, exitsyscall0 3958-3961 (1.19.8), 5086-5089, 5131-5134 (1.27.3).
    pub wake_at_return: fn(&Sched, &mut SchedLocked),
    /// The world is started, with the lock held: wake sysmon?
    ///
    /// Go: proc.go, startTheWorldWithSema 1275-1278 (1.19.8), 1791-1794 (1.27.3).
    pub wake_at_start: fn(&Sched, &mut SchedLocked),
    /// sysmon is about to have a P or Gs in its hands, or has them no longer: count one more M that runs, or one less.
    ///
    /// Go: proc.go, sysmon 5227-5229, retake 5342-5352 (1.19.8), 6632-6634, 6735-6779 (1.27.3).
    pub incidlelocked: fn(&Sched, &M, i32),
    /// sysmon has taken this P out of a system call. Go: proc.go, retake 5350 (1.19.8), 6775 (1.27.3).
    pub hand_off: fn(&Sched, &M, OwnedP),
    /// Looks whether a timer is late at this time, and starts an M for it: where the operating system may lose a break.
    /// (golang/go#42515)
    ///
    /// Go: proc.go, sysmon 5232-5251 (1.19.8). None since 1.26, as no NetBSD needs it that Go runs on.
    pub serves_late_timer: fn(&Sched, &M, Time) -> bool,
    /// Wakes the background scavenger. Go: proc.go, sysmon 5252-5255 (1.19.8), 6642-6645 (1.27.3).
    pub wakes_scavenger: fn(&Sched, &M, GId) -> bool,
    /// No M has polled for 10 ms: sysmon polls. (golang/go#61454)
    ///
    /// Go: proc.go, sysmon 5218 (1.19.8), 6622 (1.27.3).
    pub polls: fn(&Sched, &M) -> Polled,
    /// At this time, is a garbage collection to be forced? Then the helper is made runnable.
    ///
    /// Go: proc.go, sysmon 5262-5271 (1.19.8), 6652-6661 (1.27.3).
    pub force_gc: ReadyHelper,
    /// At this time, is GOMAXPROCS to be set to another number of CPUs? Then the helper is made runnable. None up to Go 1.24.
    ///
    /// Go: proc.go, sysmon 6638-6641, sysmonUpdateGOMAXPROCS 7173-7207 (1.27.3; since 1.25).
    pub update_gomaxprocs: Option<ReadyHelper>,
}

/// A step in which sysmon may ready a helper at this time. It returns whether it does.
pub type ReadyHelper = fn(&Sched, &M, &Helper, Time) -> bool;

/// sysmon as it is up to Go 1.24.
pub const SYSMON: SysmonSteps = SysmonSteps {
    wake_at_entry: Sched::entersyscall_sysmon,
    wake_at_return: Sched::wake_sysmon,
    wake_at_start: Sched::wake_sysmon,
    incidlelocked: Sched::incidlelocked,
    hand_off: Sched::handoffp,
    serves_late_timer: Sched::start_for_late_timer,
    wakes_scavenger: Sched::wake_scavenger,
    polls: |sched, m| sched.netpoll(m, None),
    force_gc: Sched::force_gc,
    update_gomaxprocs: None,
};

/// sysmon as it is since Go 1.25.
pub const SYSMON_1_27: SysmonSteps =
    SysmonSteps { update_gomaxprocs: Some(Sched::update_gomaxprocs), ..SYSMON };
