//! The numbers of Ps that a scenario has one after the other, and its size in words.

use runtime_model::program::Action;

use super::{At, Clock, Scenario, ScenarioError};

impl Scenario {
    /// The least and the most Ps that there are at a time.
    pub(super) fn least_and_most_ps(&self, scripts: &[Vec<Action>]) -> (u32, u32) {
        let asked = scripts.iter().flatten().filter_map(asks_for);
        asked.fold((self.ps, self.ps), |(least, most), ps| (least.min(ps), most.max(ps)))
    }

    /// Its size in words; descriptors and mark workers are named if there are any, and sysmon if it is there. Numbers of Ps that follow each other are written `2-3P`.
    pub(super) fn size(
        &self,
        scripts: &[Vec<Action>],
        timers: usize,
        descriptors: usize,
        workers: usize,
    ) -> String {
        let fds = if descriptors == 0 { String::new() } else { format!("/{descriptors}fd") };
        let (least, most) = self.least_and_most_ps(scripts);
        let ps = if least == most { least.to_string() } else { format!("{least}-{most}") };
        let sysmon = if self.sysmon { "/sysmon" } else { "" };
        let gc = if workers == 0 { String::new() } else { format!("/{workers}W") };
        let gs = scripts.len() - workers;
        format!("{ps}P/{}M/{gs}G/{timers}T{fds}{gc}{sysmon}", self.ms)
    }

    /// There are enough Ms for all Ps that there are at a time.
    pub(super) fn check_ps(
        &self,
        scripts: &[Vec<Action>],
        names: &[String],
    ) -> Result<(), ScenarioError> {
        let spare = u32::from(self.clock == Clock::Real);
        for (g, script) in scripts.iter().enumerate() {
            let too_many = |ps: &u32| *ps + spare > self.ms;
            let Some(ps) = script.iter().filter_map(asks_for).find(too_many) else { continue };
            let what = format!(
                "GOMAXPROCS = {ps}, and ms = {}: a P with work would find no M, where Go starts one",
                self.ms
            );
            let allowed = format!("write ms = {}, or fewer Ps", ps + spare);
            return Err(self.error(At::G(g), &format!("G {}", names[g]), what, &allowed));
        }
        Ok(())
    }
}

/// The number of Ps that the action sets.
fn asks_for(action: &Action) -> Option<u32> {
    match action {
        Action::Gomaxprocs(ps) | Action::Cpus(ps) => Some(*ps),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(ps: u32, ms: u32, line: &str) -> Result<String, String> {
        let checked = Scenario::new("resized", "", ps, ms, &[line]).program();
        checked.map(|checked| checked.size).map_err(|error| error.to_string())
    }

    #[test]
    fn the_size_has_the_least_and_the_most_ps() {
        let line = "main: gomaxprocs 1; gomaxprocs 3";
        assert_eq!(checked(2, 3, line).as_deref(), Ok("1-3P/3M/1G/0T"));
        assert_eq!(checked(2, 2, "main: gomaxprocs 2").as_deref(), Ok("2P/2M/1G/0T"));
    }

    #[test]
    fn each_p_needs_an_m() {
        let error = checked(2, 2, "main: gomaxprocs 3").unwrap_err();
        let wanted = "G main: GOMAXPROCS = 3, and ms = 2";
        assert!(error.contains(wanted) && error.contains("write ms = 3"), "{error}");
        let real = Scenario {
            clock: Clock::Real,
            ..Scenario::new("resized", "", 1, 2, &["main: gomaxprocs 2"])
        };
        let error = real.program().unwrap_err().to_string();
        assert!(error.contains("write ms = 3"), "{error}");
    }

    #[test]
    fn a_number_of_ps_is_in_range() {
        for line in ["main: gomaxprocs 0", "main: gomaxprocs 9", "main: gomaxprocs x"] {
            let error = checked(2, 8, line).unwrap_err();
            let wanted = "is not a number of Ps; write 1 to 8";
            assert!(error.contains("G main, action 1") && error.contains(wanted), "{error}");
        }
        let error = checked(2, 2, "main: gomaxprocs").unwrap_err();
        assert!(error.contains("the number of Ps is missing; write `gomaxprocs P`"), "{error}");
    }
}
