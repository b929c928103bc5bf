//! The step table: the places where Go's scheduler has, at some point, been wrong.
//!
//! A table is a whole scheduler: users choose one as a *variant*. A bug is a variant with an entry replaced, and is
//! defined with its regression.

mod gc;
mod locked;
mod netpoll;
mod spin_limit;
mod syscalls;
mod sysmon;
mod timers;
mod wakep;
mod work;

use sync::{Atomic, MutexGuard};

use crate::event::Event;
use crate::find::Found;
use crate::g::{GId, GStatus, Guintptr, G};
use crate::m::{AfterCall, MId, M};
use crate::p::{OwnedP, PId};
use crate::runq::GQueue;
use crate::sched::{Sched, SchedLocked, SpinIncrement};
use crate::Time;

pub use gc::{GcSteps, GC_1_19, GC_1_19_FIXED, GC_1_27, GC_FIXED};
pub use locked::{LockedSteps, LOCKED};
pub use netpoll::{
    start_idle_1_19, start_idle_1_27, takes_break, PollSteps, POLL_1_19, POLL_1_19_FIXED,
    POLL_1_27, POLL_FIXED,
};
pub use spin_limit::{below_spin_limit, below_spin_limit_1_19};
pub use syscalls::{SyscallVerbs, SYSCALLS_1_19, SYSCALLS_1_27};
pub use sysmon::{ReadyHelper, SysmonSteps, SYSMON, SYSMON_1_27};
pub use timers::{
    p_for_due_timer, park_then_add, MovedAll, ParksToSleep, Receive, TimerStates, TimerSteps,
    TimerSteps1_23, TimerVerbs, TIMERS_1_19, TIMERS_1_23, TIMER_STEPS, TIMER_STEPS_1_19,
    TIMER_STEPS_1_27, TIMER_STEPS_FIXED,
};
pub use wakep::{wakep_1_20, wakep_if_idle_p, wakep_with_p};
pub use work::{became_spinning, has_work, must_keep_p, p_for_work, recheck_global};

/// The decisions that regressions replace.
#[derive(Clone, Copy)]
pub struct Steps {
    /// How timers work, which Go 1.23 changed altogether.
    pub timers: TimerVerbs,
    /// What has been wrong with the timers of 1.19.
    pub timers_1_19: TimerSteps,
    /// What is, or has been, wrong with the timers of 1.23 to 1.27.
    pub timers_1_23: TimerSteps1_23,
    /// The poller.
    pub poll: PollSteps,
    /// How system calls work, which Go 1.26 changed altogether.
    pub syscalls: SyscallVerbs,
    /// sysmon, and what wakes it.
    pub sysmon: SysmonSteps,
    /// The GC's workers.
    pub gc: GcSteps,
    /// Gs that are locked to their thread.
    pub locked: LockedSteps,
    /// No M was idle: one is started for this P, and counts from under the lock on. (golang/go#40368)
    ///
    /// Go: proc.go, startm 2304-2330 (1.19.8), 3088-3120 (1.27.3).
    pub start_new_m: StartNewM,
    /// A new M is allocated, for this P: does the allocation assist the GC, and perhaps ready a G on the P? (golang/go#10573)
    ///
    /// Go: proc.go, allocm 1715-1779, and mgcmark.go, gcAssistAlloc 405-412 (1.19.8), 2287-2362 and 500-507 (1.27.3).
    pub allocm: fn(&Sched, &M, OwnedP) -> OwnedP,
    /// A new M begins: does it spin, as its starter has counted it? (golang/go#10573)
    ///
    /// Go: proc.go, mspinning 2252-2255 (1.19.8), 3028-3031 (1.27.3).
    pub mspinning: fn(&Sched, MId, Option<SpinIncrement>),
    /// How many of the Ms that count as running need not run? (`extra-m`; golang/go#6751)
    ///
    /// Go: proc.go, checkdead 5034-5052 (1.19.8), 6438-6449 (1.27.3).
    pub run0: fn(&SchedLocked) -> i32,
    /// `checkdead` is about to throw, and its caller holds the lock, which the trace of a crash takes: nothing, if Go releases
    /// it first. (golang/go#59758)
    ///
    /// Go: proc.go, checkdead 5055 (1.19.8), 6453 (1.27.3; since 1.21).
    pub trace_at_throw: fn(&Sched, &M),
    /// The clock jumps to this instant: which P serves the timer? (golang/go#53294)
    ///
    /// Go: proc.go, checkdead 5086 (1.19.8), 6486 (1.27.3).
    pub take_p_for_timer: fn(&Sched, &mut SchedLocked, Time) -> Option<OwnedP>,
    /// The clock has jumped: the M that is woken has to be counted as a spinner, so that it may steal.
    /// (golang/go#53294)
    ///
    /// Go: proc.go, checkdead 5101-5102 (1.19.8), 6503-6504 (1.27.3).
    pub spin_for_timer: fn(&Sched, MId),
    /// An M has made work: wake another? (golang/go#45867)
    ///
    /// Go: proc.go, wakep 2422-2431 (1.19.8), 3227-3261 (1.27.3).
    pub wakep: fn(&Sched, &M),
    /// The last look found work: take a P for it. (golang/go#45867)
    ///
    /// Go: proc.go, checkRunqsNoP 2983 (1.19.8), 3921 (1.27.3).
    pub p_for_work: fn(&Sched, &mut SchedLocked) -> Option<OwnedP>,
    /// An M without work holds the lock, to drop its P: must it keep it and search again?
    /// (golang/go#45867)
    ///
    /// Go: proc.go, findRunnable 3625 (1.27.3; since 1.20).
    pub must_keep_p: fn(&Sched, &M) -> bool,
    /// An M has been counted as a spinner. (golang/go#45867)
    ///
    /// Go: proc.go, (*m).becomeSpinning 1089 (1.27.3; since 1.20).
    pub became_spinning: fn(&Sched),
    /// A G was put on the global queue by the M that ran it: wake another? (golang/go#55160)
    ///
    /// Go: proc.go, goschedImpl 4356-4358 (1.27.3; since 1.22).
    pub wake_for_global: fn(&Sched, &M),
    /// The last look: is there a G on the global queue by now, and a P to run it? The P is `m`'s then.
    /// (golang/go#55160)
    ///
    /// Go: proc.go, findRunnable 3689-3708 (1.27.3; since 1.22).
    pub recheck_global: fn(&Sched, &mut M) -> Option<GId>,
    /// The last look found a timer that is due: take a P to run it? (`due-timer`, under faketime; no issue
    /// is known.)
    pub p_for_due_timer: fn(&Sched) -> Option<OwnedP>,
    /// A spinner found a G, on the fairness path or not: it stops spinning and wakes another.
    /// (golang/go#5586)
    ///
    /// Go: proc.go, schedule 3219-3221 (1.19.8), 4213-4215 (1.27.3).
    pub reset_spinning: fn(&Sched, &M, bool),
    /// A G goes to sleep: does it park first, or is its timer added first? (`timer-before-park`)
    ///
    /// Go: time.go, timeSleep 178-196 (1.19.8), 335-370 (1.27.3).
    pub parks_to_sleep: ParksToSleep,
    /// The last pass of stealing: may this P have timers to run? (golang/go#38860)
    ///
    /// Go: proc.go, stealWork 2937 (1.19.8), 3875 (1.27.3).
    pub steal_timers: fn(&Sched, PId) -> bool,
    /// A timer was added while an M polls, which under faketime does not notice a break: wake another M?
    /// (`pollers-window`, under faketime; no issue is known.)
    pub wake_beside_poller: fn(&Sched, &M),
    /// The last look: when does the next timer of any P fire, or the one seen already; 0 if there is none?
    /// (golang/go#38860)
    ///
    /// Go: proc.go, findRunnable 2812 (1.19.8), 3740 (1.27.3).
    pub recheck_timers: fn(&Sched, &M, Time) -> Time,
    /// Nothing was found: give up the P, unless there is work under the lock.
    ///
    /// Go: proc.go, findRunnable 2731-2746 (1.19.8), 3608-3635 (1.27.3).
    pub drop_p: fn(&Sched, &mut M) -> Found,
    /// The P is given up: stop spinning, and take the last look.
    ///
    /// Go: proc.go, findRunnable 2769-2813 (1.19.8), 3674-3741 (1.27.3).
    pub last_look: fn(&Sched, &mut M, Time) -> Found,
    /// The last look found work and took this P for it: the M goes on as a spinner, since there may be more.
    ///
    /// Go: proc.go, findRunnable 2784-2787 (1.19.8), 3712-3714 (1.27.3).
    pub spin_again: fn(&Sched, &mut M, OwnedP) -> Found,
    /// The last look: has this P a G to steal? Go: proc.go, checkRunqsNoP 2981 (1.19.8), 3919 (1.27.3).
    pub has_work: fn(&Sched, &M, PId) -> bool,
    /// The M is about to drop its P: it keeps what it sees of the Ps. (golang/go#23098)
    ///
    /// Go: proc.go, findRunnable 2721-2729 (1.19.8), 3594-3606 (1.27.3).
    pub take_snapshot: fn(&Sched, &mut M),
    /// The M has stopped spinning, and is about to look without a P: does it see the Ps that were added in the meantime? (Go
    /// never does; no issue is known.)
    pub snapshot_again: fn(&Sched, &mut M),
    /// A P goes idle: may thieves leave out its timers? Go: proc.go, pidleput 5716 (1.19.8), 7433-7435 (1.27.3).
    pub update_timer_p_mask: fn(&Sched, &OwnedP),
    /// Takes a G from the global queue for this P, and the P's share of the others; gives the lock back if there is
    /// none.
    ///
    /// Go: proc.go, globrunqget 5603-5630 (1.19.8), globrunqgetbatch 7344-7361 (1.27.3).
    pub take_global: TakeGlobal,
    /// Has this P no G on its run queue? (golang's CL 20858) Go: proc.go, runqempty 5754-5767 (1.19.8), 7498-7511 (1.27.3).
    pub runqempty: fn(&Sched, PId) -> bool,
    /// All Gs of a run queue are taken and linked. (golang's CL 310149) Go: proc.go, runqdrain 5922-5957 (1.19.8), 7674-7707 (1.27.3).
    pub runqdrain: fn(&Sched, &OwnedP) -> GQueue,
    /// A G is published: a `runnext` is compared with the first and becomes the second.
    ///
    /// Go: proc.go, runqput 5793 (1.19.8), 7548 (1.27.3).
    pub publish_next: fn(&Atomic<Guintptr>, Guintptr, Guintptr) -> bool,
    /// One more M would spin: are there few enough? The arithmetic was unsigned up to Go 1.19, which matters
    /// once `npidle` is wrong. (golang/go#53294)
    ///
    /// Go: proc.go, findRunnable 2663-2664 (1.19.8), 3532 (1.27.3).
    pub below_spin_limit: fn(&Sched) -> bool,
    /// Work was made: how many spin? Go: proc.go, wakep 2427 (1.19.8), 3230 (1.27.3).
    pub spinners: fn(&Sched) -> i32,
    /// An M stops spinning: one less is counted. Returns how many are left. Go: proc.go, findRunnable 2771 and resetspinning 3103 (1.19.8), 3676 and 4042 (1.27.3).
    pub uncount_spinner: fn(&Sched) -> i32,
    /// An M gives away its P: start another M with it, or put it on the idle list?
    ///
    /// Go: proc.go, handoffp 2354-2418 (1.19.8), 3146-3212 (1.27.3).
    pub handoffp: fn(&Sched, &M, OwnedP),
    /// The P that is handed off is about to go idle, under the lock: has a waker asked for a P? (Go never looks; no issue
    /// is known.)
    pub asked_at_handoff: fn(&Sched) -> bool,
    /// The P that was handed off is on the idle list, and has a timer: make sure that some M waits for it. (golang/go#35274)
    ///
    /// Go: proc.go, handoffp 2415-2417 (1.19.8), 3210-3212 (1.27.3).
    pub wake_at_handoff: fn(&Sched, &M, Time),
    /// A system call has returned and there was no P: take one, or leave the G on the global queue, and say whether it is locked
    /// to its thread.
    ///
    /// Go: proc.go, exitsyscall0 3943-3948 (1.19.8), exitsyscallNoP 5123-5130 (1.27.3).
    pub p_or_global: fn(&Sched, &M, GId) -> AfterCall,
    /// The status of a G that is made runnable, or is about to run, changes: not while it is suspended.
    ///
    /// Go: proc.go, casgstatus 963-1028 (1.19.8), 1290-1396 (1.27.3).
    pub casgstatus: fn(&G, GStatus, GStatus),
    /// A G is about to wait for all others to stop, or does so no longer: another may suspend it meanwhile.
    ///
    /// Go: proc.go, stopTheWorld 1104-1111 (1.19.8), casGToWaitingForSuspendG 1409-1427 (1.27.3).
    pub can_be_suspended: fn(&Sched, bool),
    /// The P of a G in a system call is to be taken, but another M may have suspended the G: is that an end of it?
    /// (`scanned-call`; no issue is known.)
    ///
    /// Go: proc.go, setBlockOnExitSyscall 6831-6834 (1.27.3; since 1.26).
    pub castogscan_call: fn(&G) -> bool,
    /// The world is about to stop: take the Ps in system calls. Go: proc.go, stopTheWorldWithSema 1197-1207 (1.19.8),
    /// 1681-1689 (1.27.3).
    pub collect_from_syscalls: fn(&Sched, &mut SchedLocked),
    /// A P is about to be destroyed: where do its Gs and its timers go?
    ///
    /// Go: proc.go, (*p).destroy 4711-4790 (1.19.8), 5998-6071 (1.27.3).
    pub destroy: fn(&Sched, &mut SchedLocked, &M, &OwnedP),
    /// The world starts: in which order do the Ps without Gs go on the idle list? They come the last first.
    ///
    /// Go: proc.go, procresize 4914-4927 (1.19.8), 6189-6292 (1.27.3).
    pub order_idle: fn(&mut Vec<OwnedP>),
    /// The world was started: wake one M more. Go: proc.go, startTheWorldWithSema 1309 (1.19.8), 1827 (1.27.3).
    pub wake_at_start: fn(&Sched, &M),
    /// An M with the lock is about to put its P on the idle list: must the P stop, or pass a safe point? (golang/go#45975)
    ///
    /// Go: proc.go, findRunnable 2732-2735 (1.19.8), 3609-3613 (1.27.3).
    pub must_stop: fn(&Sched, &M) -> bool,
    /// A P that is handed off, with the lock held, may have to stop or to pass a safe point. Returns it if it goes on.
    ///
    /// Go: proc.go, handoffp 2379-2394 (1.19.8), 3172-3189 (1.27.3).
    pub stop_at_handoff: fn(&Sched, &mut SchedLocked, OwnedP) -> Option<OwnedP>,
    /// A P is in a system call: is the world to stop by now? (Go has not looked since 1.26; no issue is known.)
    ///
    /// Go: proc.go, reentersyscall 3664-3668 (1.19.8).
    pub stop_in_syscall: fn(&Sched, PId),
    /// A P is in a system call: was it asked to pass a safe point in the meantime? (Go never looks; no issue is known.)
    pub entered_syscall: fn(&Sched, &M, PId),
}

/// A step that starts an M for a P. It holds `sched.lock` when it begins.
pub type StartNewM =
    for<'a> fn(&Sched, &M, MutexGuard<'a, SchedLocked>, OwnedP, Option<SpinIncrement>);

/// A step that takes Gs from the global queue, with `sched.lock` held. If the queue is empty, it returns the lock.
pub type TakeGlobal = for<'a> fn(
    &Sched,
    MutexGuard<'a, SchedLocked>,
    &M,
    &OwnedP,
) -> Result<GId, MutexGuard<'a, SchedLocked>>;

/// Go 1.19 with all known fixes, and those of our own where Go has none (`wakep`, `p_for_due_timer`,
/// `wake_beside_poller`, `asked_at_handoff`, `entered_syscall`, `recheck_gc`, `enlist_worker`). Every check holds for this one.
pub const GO_1_19_FIXED: Steps = Steps {
    timers: TIMERS_1_19,
    timers_1_19: TIMER_STEPS,
    timers_1_23: TIMER_STEPS_FIXED,
    poll: POLL_1_19_FIXED,
    syscalls: SYSCALLS_1_19,
    sysmon: SYSMON,
    gc: GC_1_19_FIXED,
    locked: LOCKED,
    start_new_m: Sched::start_new_m,
    allocm: |_, _, p| p,
    mspinning: Sched::give_spin,
    run0: SchedLocked::run0,
    // With the lock free, the trace waits for other Ms at most, and then the program ends.
    trace_at_throw: |_, _| {},
    take_p_for_timer: Sched::pidleget,
    spin_for_timer: Sched::mark_spinning,
    wakep: wakep_with_p,
    p_for_work,
    must_keep_p,
    became_spinning,
    wake_for_global: Sched::wakep,
    recheck_global,
    p_for_due_timer,
    wake_beside_poller: Sched::wakep,
    reset_spinning: |sched, m, _| sched.resetspinning(m),
    parks_to_sleep: park_then_add,
    steal_timers: |sched, p| sched.timerp_mask.read(p),
    recheck_timers: Sched::check_timers_no_p,
    update_timer_p_mask: Sched::update_timer_p_mask_under_the_lock,
    take_global: Sched::globrunqget_share,
    drop_p: Sched::drop_p,
    last_look: Sched::last_look,
    spin_again: Sched::spin_again,
    has_work,
    take_snapshot: Sched::take_snapshot,
    snapshot_again: Sched::snapshot_again,
    runqempty: Sched::runqempty_twice,
    runqdrain: Sched::runqdrain_then_link,
    publish_next: |next, old, new| next.cas(old, new),
    below_spin_limit,
    spinners: |sched| sched.nmspinning.load(),
    uncount_spinner: |sched| sched.nmspinning.add(-1),
    handoffp: Sched::handoffp_unless_needed,
    asked_at_handoff: |sched| sched.needspinning.load() == 1,
    wake_at_handoff: Sched::wake_net_poller,
    p_or_global: Sched::p_or_global,
    casgstatus: G::casgstatus,
    can_be_suspended: Sched::can_be_suspended,
    castogscan_call: G::castogscan_call_when_resumed,
    collect_from_syscalls: Sched::collect_ps_in_syscalls,
    destroy: Sched::destroy,
    order_idle: |_| {},
    wake_at_start: Sched::wakep,
    must_stop: Sched::must_stop,
    stop_at_handoff: Sched::stop_at_handoff,
    stop_in_syscall: Sched::stop_in_syscall,
    entered_syscall: Sched::look_again_in_syscall,
};

/// Commit 13f6be28, the fix of golang/go#53294, as it was. It still has golang/go#45867, golang/go#55160,
/// and a timer that is due beside an idle P under faketime, in two ways.
pub const GO_13F6BE28: Steps = Steps {
    poll: POLL_1_19,
    gc: GC_1_19,
    wakep: wakep_if_idle_p,
    p_for_work: |sched, locked| sched.pidleget(locked, 0),
    must_keep_p: |_, _| false,
    became_spinning: |_| {},
    wake_for_global: |_, _| {},
    recheck_global: |_, _| None,
    p_for_due_timer: |sched| {
        sched.emit_by(None, Event::LeftOut("a P for the timer that is due"));
        None
    },
    wake_beside_poller: |_, _| {},
    below_spin_limit: below_spin_limit_1_19,
    timers_1_19: TimerSteps { emptied: |_| {}, ..TIMER_STEPS_1_19 },
    trace_at_throw: Sched::schedtrace,
    asked_at_handoff: |_| false,
    entered_syscall: |sched, m, _| {
        sched.emit(m, Event::LeftOut("the second look for a safe point, in the system call"));
    },
    snapshot_again: |sched, m| {
        sched.emit(m, Event::LeftOut("the look for Ps that were added in the meantime"));
    },
    ..GO_1_19_FIXED
};

/// Go 1.19, the release. It is commit 13f6be28 with golang/go#51654 mended.
pub const GO_1_19: Steps = Steps { timers_1_19: TIMER_STEPS_1_19, ..GO_13F6BE28 };

/// Go 1.27.3, the newest release, with the bugs that it has: `wakep` sets `needspinning` too early ([`wakep_1_20`]); Gs that
/// are taken from the global queue with another wake no M (`take_global`); a P that is handed off goes idle although a waker
/// has asked for one (`asked_at_handoff`); a timer that is due is left beside an idle P, under faketime, in two ways
/// (`p_for_due_timer`, `wake_beside_poller`); the poller leaves its post (`POLL_1_27`); a stop of the world and a safe point miss a
/// system call that is being entered (`stop_in_syscall`, `entered_syscall`); the last look does not look for dedicated mark workers,
/// and a G that makes GC work asks no M that is about to drop its P ([`GC_1_27`]); and [`TIMER_STEPS_1_27`].
///
/// Where it is not `GO_1_19_FIXED`, an entry is named here or in `GO_FIXED`.
pub const GO_1_27: Steps = Steps {
    timers_1_23: TIMER_STEPS_1_27,
    wakep: wakep_1_20,
    poll: POLL_1_27,
    gc: GC_1_27,
    take_global: Sched::globrunqget_batch,
    p_for_due_timer: GO_13F6BE28.p_for_due_timer,
    wake_beside_poller: GO_13F6BE28.wake_beside_poller,
    asked_at_handoff: GO_13F6BE28.asked_at_handoff,
    castogscan_call: G::castogscan_call,
    stop_in_syscall: |sched, _| {
        sched.emit_by(None, Event::LeftOut("the second look for a stop, in the system call"));
    },
    entered_syscall: GO_13F6BE28.entered_syscall,
    snapshot_again: GO_13F6BE28.snapshot_again,
    ..GO_FIXED
};

/// Go 1.27.3 with every known bug mended. Every check holds for this one. No mend is Go's: *ours* are `wakep`
/// ([`wakep_with_p`]), `take_global`, `p_for_due_timer`, `wake_beside_poller`, `asked_at_handoff`, `stop_in_syscall`, `entered_syscall`, `recheck_gc`,
/// `enlist_worker`, and those of [`TIMER_STEPS_FIXED`].
pub const GO_FIXED: Steps = Steps {
    timers: TIMERS_1_23,
    syscalls: SYSCALLS_1_27,
    update_timer_p_mask: Sched::update_timer_p_mask_from_len,
    poll: POLL_FIXED,
    gc: GC_FIXED,
    sysmon: SYSMON_1_27,
    take_global: Sched::globrunqget_batch_and_wake,
    // Since 1.26.
    order_idle: |idle| idle.reverse(),
    ..GO_1_19_FIXED
};
