//! A timer that actions name, and that may be changed while it is on a heap: its fields, in Go 1.19 and since Go 1.23; and
//! the ten states of 1.19.

use std::hash::{Hash, Hasher};

use sync::{Atomic, Awaited, Ghost, Mutex, Plain, Word};

use crate::ids::{MId, PId, TimerId};
use crate::Time;

use super::heap::TimerFunc;
use super::v1_23::channel::TimerChan;
use super::v1_23::state::{TimerBits, TimerData};

/// The states of a timer in Go 1.19: time.go, the constants 119-162 (1.19.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerStatus {
    /// It has not been added, or it has fired: on no heap.
    NoStatus,
    /// On a heap, in its place.
    Waiting,
    /// About to fire, or to be given its next time. The heap's lock is held.
    Running,
    /// Stopped, and still on a heap.
    Deleted,
    /// About to leave the heap, as it was stopped. The heap's lock is held.
    Removing,
    /// Stopped, and on no heap.
    Removed,
    /// About to be changed by a G, which has it to itself. Its heap's lock need not be held.
    Modifying,
    /// On a heap, to fire earlier than its place says.
    ModifiedEarlier,
    /// On a heap, to fire later than its place says, or then.
    ModifiedLater,
    /// About to be put where its new time belongs. The heap's lock is held.
    Moving,
}

impl TimerStatus {
    const ALL: [TimerStatus; 10] = [
        TimerStatus::NoStatus,
        TimerStatus::Waiting,
        TimerStatus::Running,
        TimerStatus::Deleted,
        TimerStatus::Removing,
        TimerStatus::Removed,
        TimerStatus::Modifying,
        TimerStatus::ModifiedEarlier,
        TimerStatus::ModifiedLater,
        TimerStatus::Moving,
    ];

    /// Whether it is not one of those that last for a moment.
    pub fn has_settled(self) -> bool {
        use TimerStatus::{Modifying, Moving, Removing, Running};
        !matches!(self, Running | Removing | Modifying | Moving)
    }
}

impl Word for TimerStatus {
    fn to_bits(self) -> u64 {
        self as u64
    }

    fn from_bits(bits: u64) -> Self {
        TimerStatus::ALL[bits as usize]
    }
}

/// What `modtimer` has found when it has claimed a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claimed {
    /// It was on no heap.
    pub was_removed: bool,
    /// It had not fired or been stopped.
    pub pending: bool,
}

/// A timer that actions name. Go: time.go, type timer 19-43 (1.19.8), 61-123 (1.27.3).
pub struct NamedTimer {
    /// Its index in `Sched::timers`.
    pub id: TimerId,
    /// The P whose heap has it, if one has (1.27: `ts`). Written with that heap's lock held; since 1.23, with the timer's
    /// lock too, so that either is enough to read it.
    pub pp: Plain<Option<PId>>,

    /// In 1.19: changed by compare-and-swap alone. What the next three fields are guarded by: the thread that has moved it
    /// to a state that lasts for a moment has the timer to itself.
    pub status: Awaited<TimerStatus>,
    /// In 1.19: when it fires, as its place on the heap says. Written with that heap's lock held, if it is on a heap.
    pub when: Plain<Time>,
    /// In 1.19: when it is to fire, once it has been modified.
    pub nextwhen: Plain<Time>,
    /// In 1.19: ticks from one time that it fires to the next; 0 if it fires once.
    pub period: Plain<Time>,

    /// Since 1.23: its lock, and what that protects.
    pub mu: Mutex<TimerData>,
    /// Since 1.23: the state as it was when the lock was last released, to be read without it. Written under it.
    pub astate: Atomic<TimerBits>,
    /// Since 1.23: what it has in addition, if it has a channel.
    pub chan: Option<TimerChan>,

    /// What it does when it fires.
    pub f: TimerFunc,
    /// The action that adds it has ended. Before that, no other action may be on it.
    pub added: Plain<bool>,
    /// When it was last set to fire. None if it has fired since, or was stopped. For checks.
    pub set_for: Ghost<Option<Time>>,
    /// Whether it was set, for each M that has changed it and has not got its result yet. For checks.
    pub to_report: Ghost<Vec<(MId, bool)>>,
    /// What was reported of it, or what it did, although it was not so. For checks.
    pub wrong: Ghost<Option<String>>,
}

impl NamedTimer {
    pub(crate) fn new(id: TimerId, f: TimerFunc) -> Self {
        let name = |field| ("T", id.0, field);
        // After a heap's lock, which is 4: a holder of that locks the timers on the heap.
        let mu = Mutex::new(name("mu"), TimerData::new()).ranked(5).forbids_wakeups();
        NamedTimer {
            id,
            astate: Atomic::new(name("astate"), TimerBits::NONE).written_under(&mu),
            mu,
            chan: matches!(f, TimerFunc::Channel(..)).then(|| TimerChan::new(id)),
            status: Awaited::new(name("status"), TimerStatus::NoStatus, TimerStatus::has_settled),
            pp: Plain::new(name("pp"), None),
            when: Plain::new(name("when"), 0),
            nextwhen: Plain::new(name("nextwhen"), 0),
            period: Plain::new(name("period"), 0),
            f,
            added: Plain::new(name("added"), false),
            set_for: Ghost::new(None),
            to_report: Ghost::new(Vec::new()),
            wrong: Ghost::new(None),
        }
    }

    /// The P whose heap has it.
    ///
    /// # Panics
    /// As Go does, if none has: the pointer is nil.
    pub fn p(&self) -> PId {
        let nil = "invalid memory address or nil pointer dereference";
        self.pp.get().unwrap_or_else(|| panic!("{nil}"))
    }

    /// `m` sets it to fire at `when`, and is to get the result whether it was set before. For checks.
    pub(super) fn notes_set(&self, m: MId, when: Time) {
        self.notes_change(m, Some(when));
    }

    /// `m` stops it, and is to get the result whether it was set. For checks.
    pub(super) fn notes_stop(&self, m: MId) {
        self.notes_change(m, None);
    }

    fn notes_change(&self, m: MId, when: Option<Time>) {
        if let Some(c) = &self.chan {
            return c.notes_change(m, when.is_some());
        }
        self.set_for.change(|set_for| {
            self.to_report.change(|all| all.push((m, set_for.is_some())));
            *set_for = when;
        });
    }

    /// `m` got the result whether it was set. For checks.
    pub fn notes_report(&self, m: MId, reported: bool) {
        if let Some(c) = &self.chan {
            return c.notes_report(m, reported);
        }
        self.to_report.change(|all| {
            let at = all.iter().position(|&(of, _)| of == m);
            let was_set = at.map(|at| all.remove(at).1);
            let wrong = was_set != Some(reported);
            self.notes_wrong(wrong, || {
                format!("it was active: {was_set:?}; reported is {reported}")
            });
        });
    }

    /// It fires at `now`, and is set to fire at `next` then. For checks.
    pub(super) fn notes_fired(&self, now: Time, next: Option<Time>) {
        if self.chan.is_some() {
            // Its value may still be cancelled.
            return;
        }
        self.set_for.change(|set_for| {
            let due = set_for.is_some_and(|when| when <= now);
            self.notes_wrong(!due, || format!("it fires at {now}, and was set for {set_for:?}"));
            *set_for = next;
        });
    }

    fn notes_wrong(&self, is_wrong: bool, what: impl FnOnce() -> String) {
        if is_wrong {
            self.wrong.set(Some(what()));
        }
    }

    /// Moves the status from `old` to `new`; the caller has put it to `old`.
    ///
    /// # Panics
    /// As Go does, if it is not: `timer data corruption`.
    ///
    /// Go: time.go, badTimer 1140-1142 (1.19.8), 1395-1397 (1.27.3).
    #[track_caller]
    pub fn change(&self, old: TimerStatus, new: TimerStatus) {
        assert!(self.status.cas(old, new), "timer data corruption");
    }
}

impl Hash for NamedTimer {
    /// A reference to a timer is known by its id: the fields are shared objects, which a search sees by themselves.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}
