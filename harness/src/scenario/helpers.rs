//! Gs that sysmon alone makes runnable: the scavenger, and those that stop the world for it.

use runtime_model::g::GId;
use runtime_model::program::Action;

use super::{At, Scenario, ScenarioError};

/// An action that waits for sysmon, as errors name it, and what a G that has it does.
type Waits = (fn(&Action) -> bool, &'static str, &'static str);

const WAITING: [Waits; 3] = [
    (|action| *action == Action::Scavenge, "scavenge", "scavenges"),
    (|action| matches!(action, Action::ForcedGc(_)), "forced-gc", "waits for a forced GC"),
    (
        |action| *action == Action::UpdateGomaxprocs,
        "update-gomaxprocs",
        "sets GOMAXPROCS for sysmon",
    ),
];

impl Scenario {
    /// There is a sysmon that readies them, and one G of each kind.
    pub(super) fn check_helpers(&self, scripts: &[Vec<Action>]) -> Result<(), ScenarioError> {
        for (is, action, does) in WAITING {
            let mut all = (0..scripts.len()).filter(|&g| scripts[g].iter().any(is));
            if let Some(g) = all.next().filter(|_| !self.sysmon) {
                let what = format!("false, and a G {does}: sysmon alone wakes it");
                return Err(self.error(At::G(g), "sysmon", what, "add sysmon = true"));
            }
            if let Some(g) = all.next() {
                let what = format!("a second G that {does}");
                return Err(self.error(At::G(g), action, what, "leave it to one G"));
            }
        }
        self.check_suspends(scripts)?;
        self.check_cpus(scripts)
    }

    /// One G suspends, and others; no busy G is nudged.
    fn check_suspends(&self, scripts: &[Vec<Action>]) -> Result<(), ScenarioError> {
        let suspends = |action: &Action| matches!(action, Action::Suspend(_));
        let mut all = (0..scripts.len()).filter(|&g| scripts[g].iter().any(suspends));
        let Some(first) = all.next() else { return Ok(()) };
        if let Some(g) = all.next() {
            let what = "a second G that suspends others";
            return Err(self.error(At::G(g), "suspend", what, "leave it to one G"));
        }
        if scripts[first].contains(&Action::Suspend(GId(first as u32))) {
            let what = "the G suspends itself";
            return Err(self.error(At::G(first), "suspend", what, "name another G"));
        }
        let nudged = |action: &Action| matches!(action, Action::BusyUntil { nudge: Some(_), .. });
        if let Some(g) = scripts.iter().position(|script| script.iter().any(nudged)) {
            let what = "nudged, in a program in which a G is suspended";
            let allowed = "a busy G is preempted there: leave out `nudge`";
            return Err(self.error(At::G(g), "busy-until", what, allowed));
        }
        Ok(())
    }

    /// GOMAXPROCS is set by sysmon's helper, or by the program: in Go, the program's own value stays.
    fn check_cpus(&self, scripts: &[Vec<Action>]) -> Result<(), ScenarioError> {
        let first =
            |is: fn(&Action) -> bool| scripts.iter().position(|script| script.iter().any(is));
        let updates = first(|action| *action == Action::UpdateGomaxprocs);
        let cpus = first(|action| matches!(action, Action::Cpus(_)));
        if let Some(g) = cpus.filter(|_| updates.is_none()) {
            let what = "the number of CPUs changes, and no G sets GOMAXPROCS for sysmon";
            let allowed = "add `update-gomaxprocs` to a G, or write `gomaxprocs N`";
            return Err(self.error(At::G(g), "cpus", what, allowed));
        }
        let sets = first(|action| matches!(action, Action::Gomaxprocs(_)));
        if let Some(g) = sets.filter(|_| updates.is_some()) {
            let what = "GOMAXPROCS is set, and sysmon is to update it";
            let allowed =
                "write `cpus N`, or leave `update-gomaxprocs` out: in Go a value that is set stays";
            return Err(self.error(At::G(g), "gomaxprocs", what, allowed));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(sysmon: bool, lines: &[&str]) -> String {
        let scenario = Scenario { sysmon, ..Scenario::new("helped", "", 2, 2, lines) };
        scenario.program().expect_err("it is wrong").to_string()
    }

    #[test]
    fn each_helper_is_one_g_beside_sysmon() {
        let gc = "gc-start 0; gc-end; forced-gc 0; gc-end";
        let twice = [&*format!("main: go F; {gc}"), &*format!("F: {gc}")];
        for (got, wanted) in [
            (error(false, &["main: go S", "S: scavenge"]), "false, and a G scavenges: sysmon alone"),
            (error(false, &[&format!("main: {gc}")]), "sysmon: false, and a G waits for a forced GC"),
            (
                error(true, &["main: go S; scavenge", "S: scavenge"]),
                "a second G that scavenges; leave it to one G",
            ),
            (error(true, &twice), "G F: stops the world, or asks each P, as main does"),
            (error(true, &["main: cpus 1"]), "no G sets GOMAXPROCS for sysmon; add `update-gomaxprocs`"),
            (
                error(true, &["main: update-gomaxprocs; gomaxprocs 1"]),
                "gomaxprocs: GOMAXPROCS is set, and sysmon is to update it; write `cpus N`",
            ),
            (
                error(true, &["main: cpus 3; update-gomaxprocs"]),
                "GOMAXPROCS = 3, and ms = 2: a P with work would find no M",
            ),
            (
                error(false, &["main: suspend A; go A", "A: suspend main"]),
                "a second G that suspends others; leave it to one G",
            ),
            (error(false, &["main: suspend main"]), "the G suspends itself; name another G"),
            (
                error(false, &["main: go A; suspend A; busy-until a nudge", "A: set a"]),
                "nudged, in a program in which a G is suspended; a busy G is preempted there",
            ),
            (error(true, &["main: cpus 9"]), "`9` is not a number of CPUs; write 1 to 8"),
            (
                error(true, &["main: forced-gc 0"]),
                "waits for a forced garbage collection, and none has ended; write `gc-start 0; gc-end`",
            ),
        ] {
            assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
        }
    }
}
