//! The descriptors of a scenario: what is read, written and closed.

use runtime_model::program::{Action, Descriptor, FdId};

use super::{At, Scenario, ScenarioError};

type Scripts<'a> = &'a [Vec<Action>];

/// The descriptor that the action reads.
fn reads(action: &Action) -> Option<FdId> {
    match action {
        Action::Read(fd) => Some(*fd),
        _ => None,
    }
}

/// The descriptor that the action closes.
fn closes(action: &Action) -> Option<FdId> {
    match action {
        Action::Close(fd) => Some(*fd),
        _ => None,
    }
}

impl Scenario {
    /// The descriptors of these names, as the model has them.
    pub(super) fn described(scripts: Scripts, names: &[&str]) -> Vec<Descriptor> {
        let written = |fd| scripts.iter().flatten().any(|action| *action == Action::Write(fd));
        let described = |(fd, name): (u32, &&str)| Descriptor {
            name: name.to_string().leak(),
            outside: !written(FdId(fd)),
        };
        (0..).zip(names).map(described).collect()
    }

    /// Each descriptor is read by one G, and closed at most once.
    pub(super) fn check_descriptors(
        &self,
        scripts: Scripts,
        names: &[String],
    ) -> Result<(), ScenarioError> {
        let mut readers: Vec<(FdId, usize)> = Vec::new();
        let mut closed: Vec<FdId> = Vec::new();
        for (g, script) in scripts.iter().enumerate() {
            for (i, action) in script.iter().enumerate() {
                let wrong = |what: String, allowed| {
                    let place = format!("G {}, action {}", names[g], i + 1);
                    Err(self.error(At::G(g), &place, what, allowed))
                };
                if let Some(fd) = reads(action) {
                    let other = readers.iter().find(|(other, by)| *other == fd && *by != g);
                    if let Some((_, by)) = other {
                        let what = format!("reads a descriptor that {} reads too", names[*by]);
                        return wrong(what, "one G waits for a descriptor: give each its own");
                    }
                    readers.push((fd, g));
                }
                if let Some(fd) = closes(action) {
                    if closed.contains(&fd) {
                        let what = "closes a descriptor a second time".into();
                        return wrong(what, "a descriptor is closed once: leave one out");
                    }
                    closed.push(fd);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Clock;
    use super::*;

    fn real(lines: &[&str]) -> Scenario {
        Scenario { clock: Clock::Real, ..Scenario::new("fds", "", 2, 3, lines) }
    }

    #[test]
    fn what_no_g_writes_to_the_world_does() {
        let lines = ["main: go A; read a; write b", "A: read b; deadline a 3; close a"];
        let checked = real(&lines).program().unwrap();
        let of = |name, outside| Descriptor { name, outside };
        assert_eq!(checked.program.descriptors, [of("a", true), of("b", false)]);
        assert_eq!(checked.size, "2P/3M/2G/1T/2fd");
        let a = FdId(0);
        assert_eq!(checked.program.scripts[1][1..], [Action::Deadline(a, 3), Action::Close(a)]);
    }

    #[test]
    fn a_descriptor_is_read_by_one_g_closed_once_and_needs_a_real_clock() {
        let error = |scenario: Scenario| scenario.program().unwrap_err().to_string();
        let twice = error(real(&["main: go A; read a", "A: read a"]));
        assert!(twice.contains("G A, action 1: reads a descriptor that main reads too"), "{twice}");
        let twice = error(real(&["main: close a; close a"]));
        assert!(twice.contains("G main, action 2: closes a descriptor a second time"), "{twice}");
        let fake = error(Scenario { clock: Clock::Fake, ..real(&["main: read a"]) });
        let wanted = "G main, action 1 (`read a`): descriptors need a real clock";
        assert!(fake.contains(wanted) && fake.contains("add clock = \"real\""), "{fake}");
    }
}
