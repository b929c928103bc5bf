//! A scenario as the model takes it: numbers, and a script for each G.
//!
//! Scenarios are validated where they are built, with errors for their authors. Here a program is assumed to be valid.

use crate::g::GId;
pub use crate::ids::{FdId, FlagId, TimerId};
use crate::mask::PMask;
use crate::timers::TimerFunc;
use crate::Time;

/// One action of a G's script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `go`: starts the G.
    Go(GId),
    /// Sleeps for so many ticks.
    Sleep(Time),
    /// Starts the G after so many ticks, by a timer; after 0 ticks the timer is due at once.
    After(Time, GId),
    /// Starts a ticker: every so many ticks it wakes the G if it is parked, else leaves it one permit for its next
    /// *park*, unless it has one. It never ends.
    Ticker(Time, GId),
    /// Readies the G: wakes it if it is parked, else leaves one permit for its next *park*.
    Ready(GId),
    /// Waits to be readied.
    Park,
    /// Gives up the P and goes to the end of the global queue.
    Gosched,
    /// Gives up the P to the next G on its run queue and goes to the end of that.
    Goyield,
    /// Keeps its P until the flag is set. With a nudge, it starts that G once if no M moves.
    BusyUntil {
        /// The flag.
        flag: FlagId,
        /// The empty G to start.
        nudge: Option<GId>,
    },
    /// Sets the flag.
    Set(FlagId),
    /// A system call.
    Syscall(Syscall),
    /// Suspends the G, and resumes it: in Go, its stack is scanned in between.
    Suspend(GId),
    /// Stops the world, and starts it again.
    StopTheWorld,
    /// Sets GOMAXPROCS: stops the world, and starts it with so many Ps.
    Gomaxprocs(u32),
    /// Runs a function once on each P, at a safe point.
    ForEachP,
    /// Locks the G to its thread, once more if it is already.
    LockOsThread,
    /// Undoes one such lock, if there is one.
    UnlockOsThread,
    /// The G is the background scavenger, and waits until sysmon wakes it.
    Scavenge,
    /// The operating system may lose the next break of a poll.
    LoseBreak,
    /// An M exists from now on that is there for calls from other threads, and runs nothing itself.
    NewCallback,
    /// Ends the G; main without the program.
    Goexit,
    /// A mark assist: an event of the limiter, then an update. In a program with a GC, it marks, too.
    Assist,
    /// A scavenge assist: an event of the limiter.
    ScavengeAssist,
    /// A garbage collection begins, with so many dedicated workers: stops the world.
    GcStart(u32),
    /// Waits until sysmon forces a garbage collection, and begins it, with so many dedicated workers.
    ForcedGc(u32),
    /// Waits until sysmon finds that GOMAXPROCS is not the number of CPUs, and sets it to that number: stops the world.
    UpdateGomaxprocs,
    /// The program may use so many CPUs from now on.
    Cpus(u32),
    /// The garbage collection ends: stops the world.
    GcEnd,
    /// Makes a unit of work for mark workers.
    Mark {
        /// It is set once the unit is marked.
        flag: FlagId,
        /// Marking takes until no M can move.
        long: bool,
    },
    /// What a mark worker does: the only action of its script, again and again.
    MarkWorker,
    /// Adds a new timer: it fires in so many ticks, and then each so many ticks, unless those are 0.
    Add(TimerId, Time, Time),
    /// Gives the timer other times. It becomes active, whatever it was.
    Modify(TimerId, Time, Time),
    /// Gives the timer another time, and leaves its period.
    Reset(TimerId, Time),
    /// Stops the timer, if it has not fired.
    Stop(TimerId),
    /// Receives from the timer's channel.
    Receive(TimerId),
    /// Receives from the timer's channel, if a value is there.
    TryReceive(TimerId),
    /// Receives from the timer's channel without waiting, again and again, each time a tick later: so many times. Without a value
    /// by then, the G does not go on, and keeps its P.
    Poll(TimerId, u32),
    /// The G is to be preempted in the next action: at a point inside of it, if there is one, else at its end.
    Preempt,
    /// Reads from the descriptor: waits until something has been written to it, its deadline is over, or it is closed.
    Read(FdId),
    /// Writes to the descriptor, so that one read finds something.
    Write(FdId),
    /// Reads of the descriptor give up in so many ticks; after 0 ticks, at once.
    Deadline(FdId, Time),
    /// Reads of the descriptor do not give up any more.
    NoDeadline(FdId),
    /// Closes the descriptor: reads of it give up.
    Close(FdId),
    /// Waits until a mark worker, or an assist, finds that marking is done.
    GcWait,
}

impl Action {
    /// Whether the action may be preempted. The others give up the M themselves, or keep it for good.
    pub fn is_preemptible(self) -> bool {
        match self {
            Action::Go(_) | Action::After(..) | Action::Ticker(..) | Action::Ready(_) => true,
            Action::Set(_)
            | Action::Assist
            | Action::Stop(_)
            | Action::LockOsThread
            | Action::UnlockOsThread
            | Action::LoseBreak
            | Action::NewCallback
            | Action::ScavengeAssist
            | Action::Mark { .. }
            | Action::Cpus(_) => true,
            Action::Add(..) | Action::Modify(..) | Action::Reset(..) => true,
            Action::Sleep(_) | Action::Park | Action::Gosched | Action::Goyield => false,
            Action::BusyUntil { .. } | Action::Preempt | Action::Syscall(_) => false,
            Action::Read(_) | Action::Suspend(_) | Action::StopTheWorld | Action::ForEachP => false,
            Action::Gomaxprocs(_)
            | Action::Scavenge
            | Action::Goexit
            | Action::GcStart(_)
            | Action::ForcedGc(_)
            | Action::UpdateGomaxprocs
            | Action::GcEnd
            | Action::GcWait
            | Action::MarkWorker => false,
            Action::Receive(_) | Action::TryReceive(_) | Action::Poll(..) => false,
            Action::Write(_) | Action::Deadline(..) | Action::NoDeadline(_) => true,
            Action::Close(_) => true,
        }
    }

    /// Whether it begins a garbage collection.
    pub fn begins_gc(&self) -> bool {
        matches!(self, Action::GcStart(_) | Action::ForcedGc(_))
    }

    /// Whether it sets GOMAXPROCS.
    pub fn resizes(&self) -> bool {
        matches!(self, Action::Gomaxprocs(_) | Action::UpdateGomaxprocs)
    }

    /// Whether it stops the world, or asks each P to pass a safe point.
    pub fn stops_or_asks(&self) -> bool {
        let alone = matches!(self, Action::StopTheWorld | Action::ForEachP | Action::GcEnd);
        alone || self.begins_gc() || self.resizes()
    }
}

/// What moves the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The scheduler, once no M runs: Go's faketime.
    Fake,
    /// The world.
    Real {
        /// So many of the world's moves may come while Ms run; the others come when no M can move.
        early: u32,
    },
}

/// A descriptor, open from the start. It is read, not written, as far as the poller is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Descriptor {
    /// Its name.
    pub name: &'static str,
    /// No action writes to it: the world does, once a read has found nothing.
    pub outside: bool,
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syscall {
    /// It returns by itself, at any time.
    Short,
    /// It returns when the world moves.
    Long,
    /// It is known to block, so the P is handed off before; it returns when the world moves.
    Blocking,
    /// It returns once the flag is set, as a read of a pipe does to which another G writes.
    Until(FlagId),
}

/// What the model runs.
#[derive(Clone, Debug)]
pub struct Program {
    /// GOMAXPROCS at the start.
    pub ps: u32,
    /// The number of Ms that may exist, M0 included.
    pub ms: u32,
    /// Slots of each P's ring: a power of two, at least 2. Go's is 256.
    pub ring: u32,
    /// Passes over the other Ps in one attempt to steal, at least 2. Go's number is 4.
    pub steal_tries: u32,
    /// Any search for work may begin with the global queue. It is a choice, so there is more to explore.
    pub fairness: bool,
    /// Each G's script; the first is main's.
    pub scripts: Vec<Vec<Action>>,
    /// The names of the flags.
    pub flags: Vec<&'static str>,
    /// The timers that actions name.
    pub timers: Vec<ProgramTimer>,
    /// What moves the clock.
    pub clock: Clock,
    /// The descriptors. They need a clock that is real.
    pub descriptors: Vec<Descriptor>,
    /// sysmon exists, and so many of its rounds may come while Ms run; the others come when no M can move.
    pub sysmon: Option<u32>,
    /// Bits of a word of the masks, 1 to 32. Go's number is 32.
    pub mask_bits: u32,
    /// A crash prints the scheduler's state first: Go's `GODEBUG=schedtrace`, and nothing else of that.
    pub schedtrace: bool,
}

/// A timer that actions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProgramTimer {
    /// Its name.
    pub name: &'static str,
    /// What it does when it fires.
    pub f: TimerFunc,
}

impl Program {
    /// # Panics
    /// If the program is invalid: see [`Sched::new`](crate::Sched::new).
    pub(crate) fn check(&self) {
        let Program { ps, ms, ring, mask_bits: bits, .. } = *self;
        let most = self.most_ps();
        let ps_are_valid = 0 < ps && most <= PMask::MAX;
        assert!(
            ps_are_valid,
            "program: ps = {ps}, at most {most}: must be from 1 to {}",
            PMask::MAX
        );
        let bits_are_valid = (1..=32).contains(&bits);
        assert!(bits_are_valid, "program: mask_bits = {bits}: must be from 1 to 32");
        assert!(0 < ms, "program: ms = 0: must be at least 1");
        let ring_is_valid = ring.is_power_of_two() && ring >= 2;
        assert!(ring_is_valid, "program: ring = {ring}: must be a power of two, at least 2");
        assert!(!self.scripts.is_empty(), "program: no script for main");
    }

    /// What opens a descriptor starts the poller.
    pub(crate) fn opens_descriptors(&self) -> bool {
        !self.descriptors.is_empty()
    }

    /// Whether some system call returns only when the world moves.
    pub fn waits_in_syscalls(&self) -> bool {
        let waits =
            |action: &Action| matches!(action, Action::Syscall(Syscall::Long | Syscall::Blocking));
        self.scripts.iter().flatten().any(waits)
    }

    /// Whether some system call waits for the flag.
    pub(crate) fn waits_in_call_for(&self, flag: FlagId) -> bool {
        self.has(|action| *action == Action::Syscall(Syscall::Until(flag)))
    }

    /// Whether some G stops the world.
    pub fn stops_the_world(&self) -> bool {
        self.has(|action| *action == Action::StopTheWorld) || self.resizes() || self.has_gc()
    }

    /// Whether some G begins a garbage collection.
    pub fn has_gc(&self) -> bool {
        self.has(Action::begins_gc)
    }

    /// The Gs that are mark workers: the last ones.
    pub fn mark_workers(&self) -> impl DoubleEndedIterator<Item = GId> + '_ {
        let gs = (0..).map(GId).zip(&self.scripts).collect::<Vec<_>>();
        gs.into_iter()
            .filter(|(_, script)| script.first() == Some(&Action::MarkWorker))
            .map(|(g, _)| g)
    }

    /// Whether other Ms have to know which G keeps a P busy: sysmon does, and a G that wants a dedicated worker to run.
    pub fn watches_busy(&self) -> bool {
        let dedicated =
            |action: &Action| matches!(action, Action::GcStart(1..) | Action::ForcedGc(1..));
        self.has_slices() || self.has(dedicated)
    }

    /// Whether some G sets GOMAXPROCS.
    pub fn resizes(&self) -> bool {
        self.has(Action::resizes)
    }

    /// The most Ps that there are at a time.
    pub fn most_ps(&self) -> u32 {
        let asked = self.scripts.iter().flatten().filter_map(|action| match action {
            Action::Gomaxprocs(ps) | Action::Cpus(ps) => Some(*ps),
            _ => None,
        });
        asked.fold(self.ps, u32::max)
    }

    /// Whether some G wants each P to pass a safe point.
    pub fn has_safe_points(&self) -> bool {
        self.has(|action| matches!(action, Action::ForEachP))
    }

    /// Whether a G that is busy may have to give way.
    pub fn preempts(&self) -> bool {
        self.stops_the_world() || self.has_safe_points() || self.has_slices() || self.suspends()
    }

    /// Whether some G suspends another.
    pub fn suspends(&self) -> bool {
        self.has(|action| matches!(action, Action::Suspend(_)))
    }

    /// Whether some G locks itself to its thread.
    pub fn locks_threads(&self) -> bool {
        self.has(|action| *action == Action::LockOsThread)
    }

    /// The background scavenger, if the program has it: a system G, which `checkdead` takes no notice of.
    pub fn scavenger(&self) -> Option<GId> {
        self.first_with(|action| *action == Action::Scavenge)
    }

    /// The G that waits for the end of marking, if the program has it.
    pub fn waits_for_marking(&self) -> Option<GId> {
        self.first_with(|action| *action == Action::GcWait)
    }

    /// The G that begins a garbage collection when sysmon forces one, if the program has it.
    pub fn forced_gc_helper(&self) -> Option<GId> {
        self.first_with(|action| matches!(action, Action::ForcedGc(_)))
    }

    /// The G that sets GOMAXPROCS when sysmon finds another number of CPUs, if the program has it.
    pub fn update_gomaxprocs_helper(&self) -> Option<GId> {
        self.first_with(|action| *action == Action::UpdateGomaxprocs)
    }

    /// The G that stops the world, or asks each P, if one does.
    pub(crate) fn stopper(&self) -> Option<GId> {
        self.first_with(Action::stops_or_asks)
    }

    fn first_with(&self, is: impl Fn(&Action) -> bool) -> Option<GId> {
        let at = self.scripts.iter().position(|script| script.iter().any(&is));
        at.map(|g| GId(g as u32))
    }

    /// Whether the operating system may lose a break.
    pub fn loses_breaks(&self) -> bool {
        self.has(|action| *action == Action::LoseBreak)
    }

    /// Whether sysmon exists.
    pub fn has_sysmon(&self) -> bool {
        self.sysmon.is_some()
    }

    /// Whether sysmon preempts Gs that have kept their P for too long. Under faketime none has: the clock stands while one
    /// runs.
    pub fn has_slices(&self) -> bool {
        self.has_sysmon() && self.clock != Clock::Fake
    }

    fn has(&self, is: impl Fn(&Action) -> bool) -> bool {
        self.scripts.iter().flatten().any(is)
    }
}
