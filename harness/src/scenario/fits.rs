//! Whether a variant of the scheduler has what a program uses.

use runtime_model::program::{Action, Program};
use runtime_model::steps::Steps;
use runtime_model::timers::TimerFunc;

use super::script::rounds;
use super::{At, Checked, Scenario, ScenarioError};

impl Scenario {
    /// Verifies that the variant has all that the program uses.
    ///
    /// # Errors
    /// At the first action that it does not have.
    pub(crate) fn fits(&self, checked: &Checked, steps: &Steps) -> Result<(), ScenarioError> {
        for (g, script) in checked.program.scripts.iter().enumerate() {
            let has = |action: &Action| has(steps, &checked.program, action);
            let Some(i) = script.iter().position(|action| !has(action)) else { continue };
            let (n, text) = written(&self.lines[g], i);
            let place = format!("G {}, action {n} (`{text}`)", checked.names[g]);
            let (what, instead) = missing(&script[i]);
            return Err(self.error(At::G(g), &place, what, instead));
        }
        Ok(())
    }
}

/// What the variant lacks for the action, and what to write instead.
fn missing(action: &Action) -> (&'static str, &'static str) {
    if *action == Action::UpdateGomaxprocs {
        let what = "the variant's sysmon does not update GOMAXPROCS";
        return (what, "write `gomaxprocs N`, or choose a variant of Go 1.27");
    }
    let what = "the variant's timers have no channels of their own";
    (what, "write `add T N send X` and `park` in X, or choose a variant of Go 1.27")
}

/// Whether the variant has the action.
fn has(steps: &Steps, program: &Program, action: &Action) -> bool {
    let with_channels = steps.timers.receive.is_some();
    match action {
        Action::Receive(_) | Action::TryReceive(_) | Action::Poll(..) => with_channels,
        Action::Add(id, ..) => {
            with_channels || !matches!(program.timers[id.index()].f, TimerFunc::Channel(..))
        }
        Action::UpdateGomaxprocs => steps.sysmon.update_gomaxprocs.is_some(),
        _ => true,
    }
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
