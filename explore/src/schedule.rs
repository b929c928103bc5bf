//! An execution as readable text.
//!
//! `explore 1: 0 0 0.1 0.1:2 world 0` is: the first thread twice, its first child twice, the second time
//! with the third outcome of its choice, the environment, the first thread.

use crate::interface::{Diverged, Next, Node, Pick, Resume, Search};
use crate::operation::ThreadId;

/// The version of the text.
pub const VERSION: u32 = 1;

/// Writes the schedule as text.
pub fn write(picks: &[Pick]) -> String {
    let mut text = format!("explore {VERSION}:");
    for pick in picks {
        text.push_str(&format!(" {}", pick.thread));
        if pick.outcome > 0 {
            text.push_str(&format!(":{}", pick.outcome));
        }
    }
    text
}

/// Parses a schedule.
///
/// # Errors
/// If the text is not a schedule, or is of another version.
pub fn read(text: &str) -> Result<Vec<Pick>, String> {
    let Some((version, steps)) =
        text.strip_prefix("explore ").and_then(|rest| rest.split_once(':'))
    else {
        return Err(format!("not a schedule: it must begin with `explore {VERSION}:`"));
    };
    if version.parse() != Ok(VERSION) {
        return Err(format!(
            "the schedule has version {version}; this program reads version {VERSION}"
        ));
    }
    let pick = |(n, word): (usize, &str)| {
        let (thread, outcome) = word.split_once(':').unwrap_or((word, "0"));
        let pick = ThreadId::parse(thread).zip(outcome.parse().ok());
        let pick = pick.map(|(thread, outcome)| Pick { thread, outcome });
        pick.ok_or_else(|| format!("step {n}: `{word}` is not a step, such as `0.1` or `0.1:2`"))
    };
    steps.split_whitespace().enumerate().map(pick).collect()
}

/// A search of a single execution, which follows a schedule.
pub struct Follow {
    picks: Vec<Pick>,
    step: usize,
    diverged: Option<Diverged>,
}

impl Follow {
    /// Follows the schedule.
    pub fn new(picks: Vec<Pick>) -> Follow {
        Follow { picks, step: 0, diverged: None }
    }

    /// Where the schedule did not fit, if it did not.
    pub fn diverged(self) -> Option<Diverged> {
        self.diverged
    }
}

impl Search for Follow {
    fn at_node(&mut self, node: &Node<'_>) -> Next {
        let step = self.step;
        let next = self.picks.get(step).copied();
        self.step += 1;
        if node.ended.is_some() && next.is_none() {
            return Next::Stop;
        }
        let enabled = node.threads.iter().filter(|pending| pending.enabled);
        let fits = |pick: Pick| {
            let pending = enabled.clone().find(|pending| pending.thread == pick.thread)?;
            (pick.outcome < pending.operation.outcomes() && node.ended.is_none()).then_some(pick)
        };
        if let Some(pick) = next.and_then(fits) {
            return Next::Step { pick, keep_mark: false };
        }
        let expected = next.map_or("the end".into(), |pick| {
            format!("thread {} runs, outcome {}", pick.thread, pick.outcome)
        });
        let can: Vec<String> = enabled
            .map(|pending| format!("{} can run ({})", pending.thread, pending.operation))
            .collect();
        let got = if node.ended.is_some() { "the end".into() } else { can.join(", ") };
        self.diverged = Some(Diverged { step, expected, got });
        Next::Stop
    }

    fn backtrack(&mut self) -> Option<Resume<'_>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_parsed_from_its_text() {
        let text = "explore 1: 0 0 0.1 0.1:2 world 0";
        assert_eq!(write(&read(text).unwrap()), text);
        assert_eq!(read("explore 1:").unwrap(), []);
    }

    #[test]
    fn invalid_schedules_are_rejected() {
        assert!(read("nonsense").unwrap_err().contains("not a schedule"));
        assert!(read("explore 2: 0").unwrap_err().contains("version 2"));
        assert!(read("explore 1: 0 x").unwrap_err().contains("step 1: `x`"));
    }
}
