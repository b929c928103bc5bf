//! Gs that are locked to their thread: each takes an M away from all others.

use runtime_model::g::GId;
use runtime_model::program::Action;

use super::script::Named;
use super::whole::starts;
use super::{At, Clock, Scenario, ScenarioError};

impl Scenario {
    /// There is an M for each P besides those that wait for their G, or have ended with it. A G that locks itself is started
    /// once, since its M may end with it.
    pub(super) fn check_locked(
        &self,
        scripts: &[Vec<Action>],
        names: &[String],
        timers: &[Named],
    ) -> Result<(), ScenarioError> {
        let locks = |script: &Vec<Action>| script.contains(&Action::LockOsThread);
        let lockers: Vec<usize> = (0..scripts.len()).filter(|&g| locks(&scripts[g])).collect();
        let Some(&first) = lockers.first() else { return Ok(()) };
        let all = || scripts.iter().flatten();
        let by_timer = |action: &Action| matches!(action, Action::Add(..));
        for &g in &lockers {
            let id = GId(g as u32);
            let mut started = all().filter(|action| starts(action, timers) == Some(id));
            let once = started.clone().count() <= 1 && !started.any(by_timer);
            if !once {
                let place = format!("G {}", names[g]);
                let what = "locks itself to its thread, and may be started more than once";
                let allowed = "start it by one `go` or one `after`: its thread may end with it";
                return Err(self.error(At::G(g), &place, what, allowed));
            }
        }
        let spare = u32::from(self.clock == Clock::Real) + lockers.len() as u32;
        let (_, most) = self.least_and_most_ps(scripts);
        if self.ms < most + spare {
            let what = format!(
                "{}, and {} locks itself to a thread: that one runs no other G, and a P with work would find no M, where Go \
                 starts one",
                self.ms, names[first]
            );
            let allowed = format!("write at least {}", most + spare);
            return Err(self.error(At::Field("ms"), "ms", what, &allowed));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(ps: u32, ms: u32, lines: &[&str]) -> Option<String> {
        let program = Scenario::new("locks", "", ps, ms, lines).program();
        program.err().map(|error| error.to_string())
    }

    #[test]
    fn each_locked_g_needs_an_m_of_its_own() {
        let lines = ["main: go A; lock-os-thread; park", "A: lock-os-thread; ready main"];
        let wanted = "ms: 3, and main locks itself to a thread";
        let found = error(2, 3, &lines).unwrap();
        assert!(found.contains(wanted) && found.contains("write at least 4"), "{found}");
        assert_eq!(error(2, 4, &lines), None);
    }

    #[test]
    fn a_locked_g_is_started_once() {
        let lines = ["main: go A; park; go A; park", "A: lock-os-thread; ready main"];
        let wanted = "G A: locks itself to its thread, and may be started more than once";
        let found = error(1, 3, &lines).unwrap();
        assert!(found.contains(wanted) && found.contains("one `go` or one `after`"), "{found}");
        let by_timer = ["main: add T 1 go A; park", "A: lock-os-thread; ready main"];
        assert!(error(1, 3, &by_timer).unwrap().contains(wanted));
    }
}
