//! What checks look at of that which `sched.lock` protects.

use crate::g::G;
use crate::ids::{FlagId, GId, MId, PId};
use crate::p::OwnedP;
use crate::program::Action;

use super::{Sched, SchedLocked};

impl SchedLocked {
    /// The idle Ps, first to be taken last. For checks.
    pub fn idle_ps(&self) -> impl Iterator<Item = PId> + '_ {
        self.pidle.ids()
    }

    /// The idle Ms, first to be taken last. For checks.
    pub fn idle_ms(&self) -> &[MId] {
        &self.midle
    }

    /// The number of idle Ms, as `checkdead` counts them. For checks.
    pub fn nmidle(&self) -> i32 {
        self.nmidle
    }

    /// The global queue. For checks.
    pub fn global_runq(&self) -> impl Iterator<Item = GId> + '_ {
        self.runq.iter().copied()
    }

    /// The Ps that wait for the next M that stops. For checks.
    pub fn reserved_ps(&self) -> impl Iterator<Item = PId> + '_ {
        self.reserved.iter().map(|r| r.p.id())
    }

    /// The Ps that have stopped. For checks.
    pub fn stopped_ps(&self) -> impl Iterator<Item = PId> + '_ {
        self.stopped.iter().map(OwnedP::id)
    }

    /// The Ps that were destroyed, or have not begun. For checks.
    pub fn dead_ps(&self) -> impl Iterator<Item = PId> + '_ {
        self.dead.iter().map(OwnedP::id)
    }

    /// How many of the Ms that are reserved would spin. For checks.
    pub fn reserved_spinners(&self) -> usize {
        self.reserved.iter().filter(|r| r.spin.is_some()).count()
    }

    /// How many Ms may still be started. For checks.
    pub fn unborn_ms(&self) -> usize {
        self.unborn.len()
    }

    /// Ms that exist or whose id is reserved. For checks.
    pub fn mcount(&self) -> i32 {
        self.mcount
    }

    /// How many Ms that are locked to a G wait for it, as `checkdead` counts them. For checks.
    pub fn nmidlelocked(&self) -> i32 {
        self.nmidlelocked
    }

    /// How many Ms count as no M that runs. For checks.
    pub fn nmsys(&self) -> i32 {
        self.nmsys
    }

    /// How many Ms there are for calls from other threads. For checks.
    pub fn extra_ms(&self) -> i32 {
        self.extra_ms
    }

    /// How many of the Ms that count as running need not run: one, if there is any for calls from other threads. It is a step.
    ///
    /// Go has this where a program has such Ms and no cgo: on Windows.
    ///
    /// Go: proc.go, checkdead 5034-5052 (1.19.8), 6438-6449 (1.27.3).
    pub fn run0(&self) -> i32 {
        i32::from(self.extra_ms > 0)
    }

    /// The number of Ms that run, as `checkdead` counts them. Go: proc.go, checkdead 5038 (1.19.8), 6434 (1.27.3).
    pub fn running(&self) -> i32 {
        self.mcount - self.nmidle - self.nmidlelocked - self.nmsys
    }
}

impl Sched {
    /// Whether a script has come past the action that starts `g`: at once by `go`, later by the timer of `after`.
    /// The world starts main. For checks.
    pub fn is_asked_for(&self, g: GId) -> bool {
        let starts = |action: &Action| match action {
            Action::Go(other) => *other == g,
            Action::After(_, other) => *other == g,
            _ => false,
        };
        let past = |other: &G| {
            let pc = other.pc.peek(|&pc| pc);
            self.program.scripts[other.id.index()].iter().take(pc).any(starts)
        };
        g == GId::MAIN || self.allg.iter().any(past)
    }

    /// What `g` has still to do, from the action on that it is in; all of it if it has not been started. For checks.
    pub fn rest_of_script(&self, g: GId) -> &[Action] {
        let at = self.g(g).pc.peek(|pc| pc.saturating_sub(1));
        self.program.scripts[g.index()].get(at..).unwrap_or_default()
    }

    /// The name of the flag. For checks.
    pub fn flag_name(&self, flag: FlagId) -> &'static str {
        self.program.flags[flag.0]
    }

    /// Whether a script has come past an assist. For checks.
    pub fn has_assisted(&self) -> bool {
        let past = |g: &G| {
            let pc = g.pc.peek(|&pc| pc);
            self.program.scripts[g.id.index()]
                .iter()
                .take(pc)
                .any(|action| *action == Action::Assist)
        };
        self.allg.iter().any(past)
    }
}
