//! What must sometimes happen: without it a run may have checked nothing of what it is for.

use runtime_model::event::{Event, Witness};
use runtime_model::m::MId;
use sync::driver::Outside;

/// Something that some execution must show.
pub struct Sometimes {
    /// What, in words.
    pub name: &'static str,
    happens: fn(&Event) -> bool,
}

/// All that a suite can ask for.
pub const ALL: &[Sometimes] = &[
    Sometimes { name: "the clock jumps", happens: |e| matches!(e, Event::Jump(..)) },
    Sometimes {
        name: "a P that owns no timer gets the jump",
        happens: |e| matches!(e, Event::JumpToOther),
    },
    Sometimes {
        name: "a timer is run by its owner",
        happens: |e| matches!(e, Event::TimerRunByOwner(_)),
    },
    Sometimes { name: "the clock jumps twice", happens: |e| matches!(e, Event::JumpAgain) },
    Sometimes {
        name: "a periodic timer stays on its heap",
        happens: |e| matches!(e, Event::TimerPostponed(_)),
    },
    Sometimes { name: "a tick is dropped", happens: |e| matches!(e, Event::TickDropped(_)) },
    Sometimes { name: "a timer is stolen", happens: |e| matches!(e, Event::TimerRunByThief(_)) },
    Sometimes { name: "a G is stolen from a ring", happens: |e| matches!(e, Event::Stolen(_)) },
    Sometimes { name: "runnext is stolen", happens: |e| matches!(e, Event::RunnextStolen(_)) },
    Sometimes {
        name: "several Gs are stolen at once",
        happens: |e| matches!(e, Event::StolenWithOthers(_)),
    },
    Sometimes {
        name: "several Gs are taken from the global queue at once",
        happens: |e| matches!(e, Event::GlobalWithOthers(_)),
    },
    Sometimes {
        name: "three timers are due at once",
        happens: |e| matches!(e, Event::ManyTimersRun(_)),
    },
    Sometimes {
        name: "a thief finds a G that a timer started",
        happens: |e| matches!(e, Event::FoundAfterTimers(_)),
    },
    Sometimes { name: "a permit is taken", happens: |e| matches!(e, Event::PermitTaken(_)) },
    Sometimes {
        name: "the time of an idle P is consumed",
        happens: |e| matches!(e, Event::IdleTimeConsumed),
    },
    Sometimes {
        name: "the last look finds a G on the global queue",
        happens: |e| matches!(e, Event::LastLookFoundGlobal),
    },
    Sometimes { name: "the ring overflows", happens: |e| matches!(e, Event::RingOverflow) },
    Sometimes {
        name: "the last look finds work",
        happens: |e| matches!(e, Event::LastLookFoundWork),
    },
    Sometimes {
        name: "the last look finds a timer",
        happens: |e| matches!(e, Event::LastLookFoundTimer),
    },
    Sometimes {
        name: "wakep leaves it to a spinner",
        happens: |e| matches!(e, Event::WakepDeclinedSpinner),
    },
    Sometimes {
        name: "wakep finds no idle P",
        happens: |e| matches!(e, Event::WakepDeclinedNoIdleP),
    },
    Sometimes {
        name: "an increment is undone for want of a P",
        happens: |e| matches!(e, Event::StartmUndone),
    },
    Sometimes {
        name: "an M keeps its P for a waker",
        happens: |e| matches!(e, Event::KeptPForWaker),
    },
    Sometimes { name: "an M polls", happens: |e| matches!(e, Event::Polls) },
    Sometimes {
        name: "a break is sent to an M that polls",
        happens: |e| matches!(e, Event::NetpollBreak),
    },
    Sometimes { name: "an M is started", happens: |e| matches!(e, Event::Newm(_)) },
    Sometimes { name: "an M parks", happens: |e| matches!(e, Event::Park) },
];

/// The entry of that name.
pub fn find(name: &str) -> Option<&'static Sometimes> {
    ALL.iter().find(|entry| entry.name == name)
}

/// Counts what happens, over all executions of a run.
#[derive(Clone)]
pub struct Tally(Outside<Vec<u64>>);

impl Default for Tally {
    fn default() -> Self {
        Tally(Outside::new(vec![0; ALL.len()]))
    }
}

impl Tally {
    /// How often each of the named things happened.
    pub fn of(&self, names: &[String]) -> Vec<(String, u64)> {
        let counts = self.0.get();
        let all = ALL.iter().zip(counts).filter(|(entry, _)| names.iter().any(|n| n == entry.name));
        all.map(|(entry, count)| (entry.name.to_string(), count)).collect()
    }
}

impl Witness for Tally {
    fn event(&self, _: MId, event: Event) {
        self.0.with_mut(|counts| {
            for (entry, count) in ALL.iter().zip(counts) {
                *count += u64::from((entry.happens)(&event));
            }
        });
    }
}
