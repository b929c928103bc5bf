//! Whether a variant of the scheduler has what a program uses.

use runtime_model::program::Action;
use runtime_model::steps::Steps;

use super::script::rounds;
use super::{At, Checked, Scenario, ScenarioError};

impl Scenario {
    /// Verifies that the variant has all that the program uses.
    ///
    /// # Errors
    /// At the first action that it does not have.
    pub(crate) fn fits(&self, checked: &Checked, steps: &Steps) -> Result<(), ScenarioError> {
        for (g, script) in checked.program.scripts.iter().enumerate() {
            let Some(i) = script.iter().position(|action| !has(steps, action)) else { continue };
            let (n, text) = written(&self.lines[g], i);
            let place = format!("G {}, action {n} (`{text}`)", checked.names[g]);
            let what = "the variant cannot stop or change timers";
            let instead = "write `after` and `ticker`, or choose a variant of Go 1.19";
            return Err(self.error(At::G(g), &place, what, instead));
        }
        Ok(())
    }
}

/// Whether the variant has the action.
fn has(steps: &Steps, action: &Action) -> bool {
    action.timer().is_none() || steps.timers.named
}

/// The number of an action in its line, from 1, and its text. The rounds of a `repeat` are one action there.
fn written(line: &str, action: usize) -> (usize, &str) {
    let (_, actions) = line.split_once(':').unwrap_or_default();
    let texts = actions.split(';').map(str::trim).filter(|text| !text.is_empty());
    let mut before = 0;
    for (n, text) in (1..).zip(texts) {
        before +=
            rounds(text).map_or(1, |(rounds, body)| rounds as usize * body.split(',').count());
        if action < before {
            return (n, text);
        }
    }
    (0, "")
}
