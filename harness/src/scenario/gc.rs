//! Programs with a garbage collection: what begins and ends it, and the workers that it has.

use runtime_model::program::Action;

use super::{At, Scenario, ScenarioError};

/// The most units of GC work that a program may make.
const MOST_UNITS: usize = 8;

impl Scenario {
    /// Cycles begin and end in turn, and there is work only where there are workers.
    pub(super) fn check_gc(
        &self,
        scripts: &[Vec<Action>],
        names: &[String],
    ) -> Result<(), ScenarioError> {
        let all = || scripts.iter().flatten();
        let has_gc = all().any(Action::begins_gc);
        let units = all().filter(|action| matches!(action, Action::Mark { .. })).count();
        for (g, script) in scripts.iter().enumerate() {
            let wrong = |what: &str, allowed: &str| {
                Err(self.error(At::G(g), &format!("G {}", names[g]), what, allowed))
            };
            if script.iter().any(|action| matches!(action, Action::Mark { .. })) {
                if !has_gc {
                    return wrong(
                        "makes GC work that no worker marks",
                        "add a `gc-start 0` to some G",
                    );
                }
                if units > MOST_UNITS {
                    let allowed = format!("at most {MOST_UNITS} `mark` fit into the model's word");
                    return wrong(&format!("makes GC work, and there are {units} units"), &allowed);
                }
            }
            if has_gc && script.contains(&Action::UpdateGomaxprocs) {
                let what =
                    "waits for sysmon to change GOMAXPROCS in a program with a garbage collection";
                return wrong(what, "leave one of the two out, or write `gomaxprocs N`");
            }
            self.check_cycles(g, script, &names[g], has_gc)?;
        }
        self.check_waits(scripts, names, has_gc)
    }

    /// One G waits for the end of marking, and nothing else readies it.
    fn check_waits(
        &self,
        scripts: &[Vec<Action>],
        names: &[String],
        has_gc: bool,
    ) -> Result<(), ScenarioError> {
        let mut all = (0..scripts.len()).filter(|&g| scripts[g].contains(&Action::GcWait));
        let Some(first) = all.next() else { return Ok(()) };
        let wrong = |g: usize, what: &str, allowed: &str| {
            Err(self.error(At::G(g), &format!("G {}", names[g]), what, allowed))
        };
        if !has_gc {
            let what = "waits for the end of marking, and no G begins that";
            return wrong(first, what, "add a `gc-start 0` to some G");
        }
        if let Some(g) = all.next() {
            let what = format!("waits for the end of marking, as {} does", names[first]);
            return wrong(g, &what, "leave it to one G, which may `ready` others");
        }
        if scripts[first].contains(&Action::Park) {
            let what = "waits for the end of marking, and parks as well";
            return wrong(first, what, "leave out the `park`, or let another G wait and ready it");
        }
        Ok(())
    }

    /// In one script, cycles begin and end in turn, and GOMAXPROCS changes between them.
    fn check_cycles(
        &self,
        g: usize,
        script: &[Action],
        name: &str,
        has_gc: bool,
    ) -> Result<(), ScenarioError> {
        let wrong = |what: &str, allowed: &str| {
            Err(self.error(At::G(g), &format!("G {name}"), what, allowed))
        };
        let (mut marking, mut ended, mut ps) = (false, false, self.ps);
        for action in script {
            match action {
                Action::Gomaxprocs(_) if marking => {
                    let what = "changes GOMAXPROCS in a cycle";
                    return wrong(what, "write `gc-end` before it: Go lets the cycle end first");
                }
                Action::Gomaxprocs(n) if has_gc && *n > self.ps => {
                    let what = format!("GOMAXPROCS = {n}, and there are {} mark workers", self.ps);
                    return wrong(&what, "begin with as many Ps: each has a mark worker");
                }
                Action::Gomaxprocs(n) => ps = *n,
                Action::GcStart(dedicated) | Action::ForcedGc(dedicated) if *dedicated > ps => {
                    let what = format!("{dedicated} dedicated workers, and {ps} Ps");
                    return wrong(&what, "write at most as many workers as Ps");
                }
                Action::GcStart(_) | Action::ForcedGc(_) if marking => {
                    return wrong("begins a cycle in a cycle", "add a `gc-end` before it");
                }
                Action::GcEnd if !marking => {
                    return wrong("ends a cycle that has not begun", "add a `gc-start` before it");
                }
                Action::ForcedGc(_) if !ended => {
                    let what = "waits for a forced garbage collection, and none has ended";
                    return wrong(what, "write `gc-start 0; gc-end` before it: Go forces one two minutes after another");
                }
                Action::GcStart(_) | Action::ForcedGc(_) => marking = true,
                Action::GcEnd => (marking, ended) = (false, true),
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a mark worker for each P, if some G begins a cycle. Returns how many.
    pub(super) fn add_workers(
        &self,
        scripts: &mut Vec<Vec<Action>>,
        names: &mut Vec<String>,
    ) -> usize {
        if !scripts.iter().flatten().any(Action::begins_gc) {
            return 0;
        }
        names.extend((1..=self.ps).map(|i| format!("worker{i}")));
        scripts.extend((0..self.ps).map(|_| vec![Action::MarkWorker]));
        self.ps as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(lines: &[&str]) -> Result<String, String> {
        let checked = Scenario::new("marked", "", 2, 2, lines).program();
        checked.map(|checked| checked.size).map_err(|error| error.to_string())
    }

    #[test]
    fn each_p_has_a_worker() {
        let line = "main: gc-start 1; mark a; mark b long; busy-until a; gc-end; gc-start 0";
        assert_eq!(checked(&[line]).as_deref(), Ok("2P/2M/1G/0T/2W"));
    }

    #[test]
    fn what_a_cycle_cannot_be_is_an_error_that_says_what_to_write() {
        let nine = format!("main: gc-start 0; {}", "mark a; ".repeat(9));
        for (line, wanted) in [
            ("main: mark a", "G main: makes GC work that no worker marks; add a `gc-start 0`"),
            ("main: gc-start 3", "G main: 3 dedicated workers, and 2 Ps; write at most"),
            ("main: gc-start 0; gc-start 0", "begins a cycle in a cycle; add a `gc-end` before it"),
            ("main: gc-end; gc-start 0", "has not begun; add a `gc-start` before it"),
            (
                "main: gc-start 0; gomaxprocs 1",
                "changes GOMAXPROCS in a cycle; write `gc-end` before",
            ),
            ("main: gc-start 0; gc-end; gomaxprocs 1; gc-start 2", "2 dedicated workers, and 1 Ps"),
            ("main: gc-start", "the number of dedicated workers is missing; write `gc-start W`"),
            ("main: gc-wait", "for the end of marking, and no G begins that; add a `gc-start 0`"),
            (
                "main: gc-start 0; gc-wait; park; gc-end",
                "waits for the end of marking, and parks as well; leave out the `park`",
            ),
            ("main: gc-start x", "`x` is not a number of dedicated workers; write 0 to 8"),
            ("main: gc-start 0; mark", "the name of a flag is missing; write `mark F [long]`"),
            (&nine, "there are 9 units; at most 8 `mark` fit"),
        ] {
            let error = checked(&[line]).unwrap_err();
            assert!(error.contains(wanted), "{line}: {error}");
        }
    }

    #[test]
    fn one_g_waits_for_the_end_of_marking() {
        let lines = &["main: go A; gc-start 0; gc-wait; gc-end", "A: gc-wait"];
        let error = checked(lines).unwrap_err();
        assert!(error.contains("G A: waits for the end of marking, as main does"), "{error}");
    }

    #[test]
    fn one_g_begins_and_ends_the_cycles() {
        let error = checked(&["main: go A; gc-start 0", "A: stop-the-world"]).unwrap_err();
        assert!(error.contains("G A: stops the world, or asks each P, as main does"), "{error}");
    }
}
