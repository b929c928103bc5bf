//! What the model reports of itself, and the one way in which it does: decisions that a state does not show.
//!
//! The operations that the model performs are not reported here: the engine announces each of them.

use sync::Arc;

use crate::ids::{FdId, GId, MId, PId, TimerId};
use crate::Time;

/// Something that an M did, or decided not to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// It executes the G.
    Execute(GId),
    /// The script of the G has ended.
    Goexit(GId),
    /// `wakep` left it at that, since an M looks for work already.
    WakepDeclinedSpinner,
    /// `wakep` found no idle P.
    WakepDeclinedNoIdleP,
    /// A waker found no P, and has undone its increment.
    IncrementUndone,
    /// No M was idle: one is started.
    Newm(MId),
    /// No M was idle and none may be started: the next M that stops takes this P.
    NewmReserved(PId),
    /// A G was taken from another P's ring.
    Stolen(PId),
    /// A G was taken from another P's `runnext`.
    RunnextStolen(PId),
    /// More than one G was taken from another P's ring: the others are on the thief's own now.
    StolenWithOthers(PId),
    /// More than one G was taken from the global queue: the others are on the P's own ring now.
    GlobalWithOthers(PId),
    /// A full ring went to the global queue, half of it.
    RingOverflow,
    /// A timer's function runs on an M whose P is not the timer's.
    TimerRunByThief(PId),
    /// A timer's function runs on an M whose P is the timer's.
    TimerRunByOwner(PId),
    /// A timer of this P is periodic: it runs, and stays on the heap for its next time.
    TimerPostponed(PId),
    /// A tick found the one before it still there for the G, and was dropped.
    TickDropped(GId),
    /// It stopped the timer before that fired.
    TimerStopped(TimerId),
    /// It wanted to stop the timer, which was not active.
    StopTooLate(TimerId),
    /// It gives the timer another time; whether the timer was active.
    TimerClaimed(TimerId, bool),
    /// The G receives the value of the timer's channel.
    Received(TimerId),
    /// A receive that does not wait finds no value in the timer's channel.
    NothingReceived(TimerId),
    /// The timer was stopped or set, and the value that the M was to send is not sent.
    SendCancelled(TimerId),
    /// The P's own M takes the timers off its heap that were stopped.
    DeletedTimersCleared(PId),
    /// The G was preempted within a function of the runtime.
    PreemptedInside(GId),
    /// Three timers or more of the P were due at once.
    ManyTimersRun(PId),
    /// A thief ran timers of the P, and found a G on its own queue then.
    FoundAfterTimers(PId),
    /// A G was readied before it parked, and did not park.
    PermitTaken(GId),
    /// An update of the limiter counted time for which a P had been idle, and was still.
    IdleTimeConsumed,
    /// The last look found a G on the global queue and a P to run it on.
    LastLookFoundGlobal,
    /// The last look found GC work, a P, and an idle worker.
    LastLookFoundGcWork,
    /// Workers may mark from now on.
    GcStarts,
    /// Workers may mark no longer.
    GcEnds,
    /// A worker runs on the P, as nothing else does.
    IdleWorker(PId),
    /// A worker runs on the P, before all Gs.
    DedicatedWorker(PId),
    /// The P gets a dedicated worker as the world starts.
    WorkerAtStart(PId),
    /// It found that marking is done, and readies the G that waits for that.
    MarkEndFound(GId),
    /// A unit of GC work was marked.
    Marked,
    /// The last look found work and a P to run it on.
    LastLookFoundWork,
    /// The last look saw that the next timer is due.
    LastLookFoundTimer,
    /// An M that did not spin kept its P, since a waker had found none.
    KeptPForWaker,
    /// The clock jumps, and this P is woken for the timer.
    Jump(Time, PId),
    /// The clock had jumped before, in this execution.
    JumpAgain,
    /// The P that the jump wakes is not the timer's.
    JumpToOther,
    /// It polls: the post of the poller is its own for the moment.
    Polls,
    /// It sends a break to the M that polls, or has just polled.
    NetpollBreak,
    /// A poll that waited, or might have waited, found a G, and the M executes it.
    PolledG,
    /// A poll found more Gs than the one that the M executes: so many.
    PolledWithOthers(usize),
    /// A read of the descriptor gave up, as its deadline was over.
    ReadTimedOut(FdId),
    /// A read of the descriptor gave up, as it was closed.
    ReadClosed(FdId),
    /// A timer of the descriptor's deadline fired after that had been changed, and did nothing.
    DeadlineStale(FdId),
    /// The G enters a system call.
    EnterSyscall(GId),
    /// It returns from a system call to its old P, which another M has used and left for a system call of its own.
    OldPOfOtherSyscall(PId),
    /// It returned from a system call and found no P: the G is on the global queue.
    SyscallLeftG(GId),
    /// Its G has given it up, and is locked to it: it waits until that can run.
    WaitsForLockedG(GId),
    /// It has found a G that is locked to this M, and gives that its P.
    StartsLockedM(MId),
    /// It ends, with the G that was locked to it.
    MExits,
    /// `handoffp` put the P on the idle list.
    HandedOffIdle(PId),
    /// The world moves: so many events that are awaited come to pass at once, or so many system calls return.
    WorldMoves(usize),
    /// It has suspended the G, which was waiting.
    SuspendedWaiting(GId),
    /// It has suspended the G, which was on a queue, or on its way to or from one.
    SuspendedRunnable(GId),
    /// It has suspended the G, which was in a system call.
    SuspendedInSyscall(GId),
    /// It has asked the G, which is running, to stop.
    AskedToStop(GId),
    /// The G has stopped, to be suspended.
    StoppedToBeSuspended(GId),
    /// It has stopped the world.
    WorldStopped,
    /// GOMAXPROCS changes from the one value to the other.
    Gomaxprocs(u32, u32),
    /// This P was destroyed.
    Destroyed(PId),
    /// This P is about to be destroyed, and has Gs on its run queue.
    DestroyedWithGs(PId),
    /// This P is about to be destroyed, and has timers.
    DestroyedWithTimers(PId),
    /// It has stopped this P, for the world to stop.
    GcStopped(PId),
    /// It took this P out of a system call, for it to pass a safe point.
    TakenAtSafePoint(PId),
    /// Each P has passed its safe point.
    AllPassedSafePoint,
    /// It sleeps deeply: there is nothing to look after.
    SysmonSleeps,
    /// It does so no longer.
    SysmonWakes,
    /// It took this P out of a system call that has kept it for too long.
    Retaken(PId),
    /// It polled as no M had for 10 ms, and found so many Gs.
    SysmonPolled(usize),
    /// It has a garbage collection begun, as none has ended for two minutes.
    SysmonForcesGc,
    /// It has GOMAXPROCS set to this number.
    SysmonUpdatesGomaxprocs(u32),
    /// It wakes the background scavenger.
    ScavengerWoken,
    /// The G was busy, and was preempted.
    Preempted(GId),
    /// It parks.
    Park,
    /// It goes on, with a P.
    Unpark(PId),
    /// The P is on the idle list now.
    Pidleput(PId),
    /// The P is off the idle list.
    Pidleget(PId),
    /// It unlinks the P from the idle list by hand, and does nothing else that `pidleget` does. In the model, only bugs do so.
    UnlinkedByHand(PId),
    /// It takes the P and leaves it on the idle list. In the model, only breaks do so.
    TakenAndLeft(PId),
    /// It writes the global queue as it has read it a moment before, without the lock. In the model, only bugs do so.
    GlobalQueueOverwritten,
    /// It crashes, and is about to print the scheduler's state, for which it takes `sched.lock`.
    Schedtrace,
    /// It leaves out what the model does here, or should do. Only variants with a bug do so.
    LeftOut(&'static str),
}

/// What receives the model's events.
pub trait Witness: Send + Sync {
    /// `m` did `event`; no M, where the function that did it does not know which M calls it. It is called between two
    /// operations, and must perform none.
    fn event(&self, m: Option<MId>, event: Event);
}

/// Drops all events.
pub struct NoWitness;

impl Witness for NoWitness {
    fn event(&self, _: Option<MId>, _: Event) {}
}

/// What [`Sched::new`](crate::Sched::new) wants.
pub type AnyWitness = Arc<dyn Witness>;
