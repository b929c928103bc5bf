//! Whether a variant of the scheduler has what a program uses.

use runtime_model::program::{Action, Syscall};
use runtime_model::steps::Steps;

use super::{At, Checked, Scenario, ScenarioError};

impl Scenario {
    /// Verifies that the variant has all that the program uses.
    ///
    /// # Errors
    /// At the first action that it does not have.
    pub(crate) fn fits(&self, checked: &Checked, steps: &Steps) -> Result<(), ScenarioError> {
        for (g, script) in checked.program.scripts.iter().enumerate() {
            let Some(i) = script.iter().position(|action| !has(steps, action)) else { continue };
            let place =
                format!("G {}, action {} (`{}`)", checked.names[g], i + 1, text(&self.lines[g], i));
            let what = "the variant has no system calls but those that are known to block";
            let instead = "write `syscall blocking`, or choose a variant of Go 1.19";
            return Err(self.error(At::G(g), &place, what, instead));
        }
        Ok(())
    }
}

/// Whether the variant has the action.
fn has(steps: &Steps, action: &Action) -> bool {
    match action {
        Action::Syscall(Syscall::Short | Syscall::Long) => steps.syscalls.enter.is_some(),
        _ => true,
    }
}

/// The text of an action, from the line that it is in.
fn text(line: &str, action: usize) -> &str {
    let (_, actions) = line.split_once(':').unwrap_or_default();
    actions
        .split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .nth(action)
        .unwrap_or_default()
}
