//! An execution as readable text.
//!
//! `explore 1: 0 0 0.1 0.1:2 world 0` is: the first thread twice, its first child twice, the second time
//! with the third outcome of its choice, the environment, the first thread.
//!
//! `explore 1: 0 0 | 0.1 0` comes back to a state: what is behind the bar goes on for ever.

use crate::interface::{Diverged, Next, Node, Pick, Resume, Search};
use crate::operation::ThreadId;

/// The version of the text.
pub const VERSION: u32 = 1;

/// How often a cycle is followed when it is recorded, or run again.
pub const ROUNDS: usize = 2;

/// What is between the steps that lead to a cycle and the cycle.
const BAR: &str = "|";

/// Writes the schedule as text.
pub fn write(picks: &[Pick]) -> String {
    format!("explore {VERSION}:{}", words(picks))
}

/// Writes a schedule that comes back to a state, as text.
pub fn write_cycle(stem: &[Pick], cycle: &[Pick]) -> String {
    format!("{} {BAR}{}", write(stem), words(cycle))
}

fn words(picks: &[Pick]) -> String {
    let mut text = String::new();
    for pick in picks {
        text.push_str(&format!(" {}", pick.thread));
        if pick.outcome > 0 {
            text.push_str(&format!(":{}", pick.outcome));
        }
    }
    text
}

/// Parses a schedule that comes back to a state, or that does not: then the cycle has no steps.
///
/// # Errors
/// As [`read`].
pub fn read_cycle(text: &str) -> Result<(Vec<Pick>, Vec<Pick>), String> {
    let Some((stem, _)) = text.split_once(BAR) else { return Ok((read(text)?, Vec::new())) };
    let (stem, mut both) = (read(stem)?, read(&text.replacen(BAR, " ", 1))?);
    let cycle = both.split_off(stem.len());
    if cycle.is_empty() {
        return Err("a cycle without steps".into());
    }
    Ok((stem, cycle))
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
    /// Where the cycle begins, and its number of steps: 0 if there is none.
    cycle: (usize, usize),
    /// The state in which the cycle begins.
    begins: Option<u128>,
    step: usize,
    diverged: Option<Diverged>,
}

impl Follow {
    /// Follows the schedule.
    pub fn new(picks: Vec<Pick>) -> Follow {
        Follow { picks, cycle: (0, 0), begins: None, step: 0, diverged: None }
    }

    /// Follows the stem and then the cycle, so many times. Each round must lead to the state in which it began.
    pub fn cycle(stem: &[Pick], cycle: &[Pick], rounds: usize) -> Follow {
        let picks = stem.iter().copied().chain(cycle.repeat(rounds)).collect();
        Follow { cycle: (stem.len(), cycle.len()), ..Follow::new(picks) }
    }

    /// Whether a round has led to another state than that in which it began.
    fn is_elsewhere(&mut self, node: &Node) -> bool {
        let (stem, length) = self.cycle;
        let begins = length > 0 && self.step >= stem && (self.step - stem) % length == 0;
        begins && *self.begins.get_or_insert(node.own) != node.own
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
        if self.is_elsewhere(node) {
            let expected = "the state in which the cycle began".into();
            self.diverged = Some(Diverged { step, expected, got: "another state".into() });
            return Next::Stop;
        }
        self.step += 1;
        if next.is_none() && (node.ended.is_some() || self.cycle.1 > 0) {
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
    fn a_cycle_is_parsed_from_its_text() {
        let text = "explore 1: 0 0.1:2 | 0.1 world";
        let (stem, cycle) = read_cycle(text).unwrap();
        assert_eq!((stem.len(), cycle.len()), (2, 2));
        assert_eq!(write_cycle(&stem, &cycle), text);
        assert_eq!(read_cycle("explore 1: | 0").unwrap().0, []);
        assert_eq!(read_cycle("explore 1: 0").unwrap().1, []);
        assert_eq!(read_cycle("explore 1: 0 |"), Err("a cycle without steps".into()));
        assert!(read(text).unwrap_err().contains("step 2: `|`"));
    }

    #[test]
    fn invalid_schedules_are_rejected() {
        assert!(read("nonsense").unwrap_err().contains("not a schedule"));
        assert!(read("explore 2: 0").unwrap_err().contains("version 2"));
        assert!(read("explore 1: 0 x").unwrap_err().contains("step 1: `x`"));
    }
}
