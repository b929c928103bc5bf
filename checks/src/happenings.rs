//! What a suite can require some execution to show.

use harness::happening::Happening;
use runtime_model::event::Event;

/// All that a suite can ask for.
pub const ALL: &[Happening] = &[
    Happening { name: "the clock jumps", is: |e| matches!(e, Event::Jump(..)) },
    Happening {
        name: "a P that owns no timer gets the jump",
        is: |e| matches!(e, Event::JumpToOther),
    },
    Happening {
        name: "a timer is run by its owner",
        is: |e| matches!(e, Event::TimerRunByOwner(_)),
    },
    Happening { name: "the clock jumps twice", is: |e| matches!(e, Event::JumpAgain) },
    Happening {
        name: "a periodic timer stays on its heap",
        is: |e| matches!(e, Event::TimerPostponed(_)),
    },
    Happening {
        name: "a G learns that marking is done",
        is: |e| matches!(e, Event::MarkEndFound(_)),
    },
    Happening { name: "an idle mark worker runs", is: |e| matches!(e, Event::IdleWorker(_)) },
    Happening {
        name: "a dedicated mark worker runs",
        is: |e| matches!(e, Event::DedicatedWorker(_)),
    },
    Happening {
        name: "the last look finds GC work",
        is: |e| matches!(e, Event::LastLookFoundGcWork),
    },
    Happening { name: "GC work is marked", is: |e| matches!(e, Event::Marked) },
    Happening { name: "a tick is dropped", is: |e| matches!(e, Event::TickDropped(_)) },
    Happening {
        name: "a timer is stopped before it fires",
        is: |e| matches!(e, Event::TimerStopped(_)),
    },
    Happening { name: "a timer is stopped too late", is: |e| matches!(e, Event::StopTooLate(_)) },
    Happening {
        name: "an active timer is changed",
        is: |e| matches!(e, Event::TimerClaimed(_, true)),
    },
    Happening {
        name: "a timer that has fired or was stopped is set again",
        is: |e| matches!(e, Event::TimerClaimed(_, false)),
    },
    Happening {
        name: "stopped timers are cleared off a heap",
        is: |e| matches!(e, Event::DeletedTimersCleared(_)),
    },
    Happening {
        name: "a value of a timer's channel is received",
        is: |e| matches!(e, Event::Received(_)),
    },
    Happening {
        name: "a timer's channel has no value to receive",
        is: |e| matches!(e, Event::NothingReceived(_)),
    },
    Happening {
        name: "a send on a timer's channel is cancelled",
        is: |e| matches!(e, Event::SendCancelled(_)),
    },
    Happening { name: "a timer is stolen", is: |e| matches!(e, Event::TimerRunByThief(_)) },
    Happening { name: "a G is stolen from a ring", is: |e| matches!(e, Event::Stolen(_)) },
    Happening { name: "runnext is stolen", is: |e| matches!(e, Event::RunnextStolen(_)) },
    Happening {
        name: "several Gs are stolen at once",
        is: |e| matches!(e, Event::StolenWithOthers(_)),
    },
    Happening {
        name: "several Gs are taken from the global queue at once",
        is: |e| matches!(e, Event::GlobalWithOthers(_)),
    },
    Happening {
        name: "three timers are due at once",
        is: |e| matches!(e, Event::ManyTimersRun(_)),
    },
    Happening {
        name: "a thief finds a G that a timer started",
        is: |e| matches!(e, Event::FoundAfterTimers(_)),
    },
    Happening { name: "a permit is taken", is: |e| matches!(e, Event::PermitTaken(_)) },
    Happening {
        name: "the time of an idle P is consumed",
        is: |e| matches!(e, Event::IdleTimeConsumed),
    },
    Happening {
        name: "the last look finds a G on the global queue",
        is: |e| matches!(e, Event::LastLookFoundGlobal),
    },
    Happening { name: "the ring overflows", is: |e| matches!(e, Event::RingOverflow) },
    Happening { name: "the last look finds work", is: |e| matches!(e, Event::LastLookFoundWork) },
    Happening {
        name: "the last look finds a timer",
        is: |e| matches!(e, Event::LastLookFoundTimer),
    },
    Happening {
        name: "wakep leaves it to a spinner",
        is: |e| matches!(e, Event::WakepDeclinedSpinner),
    },
    Happening { name: "wakep finds no idle P", is: |e| matches!(e, Event::WakepDeclinedNoIdleP) },
    Happening {
        name: "an increment is undone for want of a P",
        is: |e| matches!(e, Event::IncrementUndone),
    },
    Happening { name: "an M keeps its P for a waker", is: |e| matches!(e, Event::KeptPForWaker) },
    Happening { name: "an M polls", is: |e| matches!(e, Event::Polls) },
    Happening {
        name: "a break is sent to an M that polls",
        is: |e| matches!(e, Event::NetpollBreak),
    },
    Happening { name: "a poll in real time finds a G", is: |e| matches!(e, Event::PolledG) },
    Happening { name: "a poll finds several Gs", is: |e| matches!(e, Event::PolledWithOthers(_)) },
    Happening {
        name: "a read gives up, as its deadline is over",
        is: |e| matches!(e, Event::ReadTimedOut(_)),
    },
    Happening {
        name: "a read gives up, as its descriptor is closed",
        is: |e| matches!(e, Event::ReadClosed(_)),
    },
    Happening {
        name: "a timer of an old deadline fires",
        is: |e| matches!(e, Event::DeadlineStale(_)),
    },
    Happening { name: "an awaited event comes to pass", is: |e| matches!(e, Event::WorldMoves(1)) },
    Happening {
        name: "two awaited events come to pass at once",
        is: |e| matches!(e, Event::WorldMoves(2..)),
    },
    Happening { name: "a G enters a system call", is: |e| matches!(e, Event::EnterSyscall(_)) },
    Happening {
        name: "a system call leaves its G on the global queue",
        is: |e| matches!(e, Event::SyscallLeftG(_)),
    },
    Happening {
        name: "a P that is handed off goes idle",
        is: |e| matches!(e, Event::HandedOffIdle(_)),
    },
    Happening {
        name: "several system calls return at once",
        is: |e| matches!(e, Event::WorldMoves(2..)),
    },
    Happening {
        name: "a system call returns to a P that was in another",
        is: |e| matches!(e, Event::OldPOfOtherSyscall(_)),
    },
    Happening {
        name: "an M waits for the G that it is locked to",
        is: |e| matches!(e, Event::WaitsForLockedG(_)),
    },
    Happening {
        name: "an M gives its P to the M of a locked G",
        is: |e| matches!(e, Event::StartsLockedM(_)),
    },
    Happening { name: "an M ends with its G", is: |e| matches!(e, Event::MExits) },
    Happening { name: "the world is stopped", is: |e| matches!(e, Event::WorldStopped) },
    Happening { name: "an M stops for the world", is: |e| matches!(e, Event::GcStopped(_)) },
    Happening { name: "sysmon sleeps deeply", is: |e| matches!(e, Event::SysmonSleeps) },
    Happening { name: "sysmon is woken", is: |e| matches!(e, Event::SysmonWakes) },
    Happening {
        name: "sysmon takes a P out of a system call",
        is: |e| matches!(e, Event::Retaken(_)),
    },
    Happening { name: "sysmon polls and finds a G", is: |e| matches!(e, Event::SysmonPolled(_)) },
    Happening {
        name: "a G that waits is suspended",
        is: |e| matches!(e, Event::SuspendedWaiting(_)),
    },
    Happening {
        name: "a G that can run is suspended",
        is: |e| matches!(e, Event::SuspendedRunnable(_)),
    },
    Happening {
        name: "a G in a system call is suspended",
        is: |e| matches!(e, Event::SuspendedInSyscall(_)),
    },
    Happening {
        name: "a G that runs is asked to stop",
        is: |e| matches!(e, Event::AskedToStop(_)),
    },
    Happening {
        name: "a G stops to be suspended",
        is: |e| matches!(e, Event::StoppedToBeSuspended(_)),
    },
    Happening { name: "sysmon forces a GC", is: |e| matches!(e, Event::SysmonForcesGc) },
    Happening {
        name: "sysmon has GOMAXPROCS set",
        is: |e| matches!(e, Event::SysmonUpdatesGomaxprocs(_)),
    },
    Happening { name: "sysmon wakes the scavenger", is: |e| matches!(e, Event::ScavengerWoken) },
    Happening { name: "GOMAXPROCS grows", is: |e| matches!(e, Event::Gomaxprocs(a, b) if a < b) },
    Happening { name: "GOMAXPROCS shrinks", is: |e| matches!(e, Event::Gomaxprocs(a, b) if a > b) },
    Happening { name: "a P with Gs is destroyed", is: |e| matches!(e, Event::DestroyedWithGs(_)) },
    Happening {
        name: "a P with timers is destroyed",
        is: |e| matches!(e, Event::DestroyedWithTimers(_)),
    },
    Happening { name: "a busy G is preempted", is: |e| matches!(e, Event::Preempted(_)) },
    Happening {
        name: "a P is taken from a system call for its safe point",
        is: |e| matches!(e, Event::TakenAtSafePoint(_)),
    },
    Happening {
        name: "each P has passed its safe point",
        is: |e| matches!(e, Event::AllPassedSafePoint),
    },
    Happening { name: "an M is started", is: |e| matches!(e, Event::Newm(_)) },
    Happening { name: "an M parks", is: |e| matches!(e, Event::Park) },
];

/// The entry of that name.
pub fn find(name: &str) -> Option<&'static Happening> {
    ALL.iter().find(|entry| entry.name == name)
}
