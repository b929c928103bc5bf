//! A schedule as one line, as dejafu prints it: `M0────M1──P──M0─` has a dash for each step, and a `P` where a thread is
//! preempted.

use super::steps::{Steps, Turn};
use crate::text::output::WIDTH;

/// The line. `head` says what a thread is called. A schedule with more than a few turns takes several lines.
pub(crate) fn render(steps: &Steps, head: impl Fn(usize) -> String) -> String {
    let mut lines = vec![String::new()];
    for Turn { thread, steps, preempted, .. } in &steps.turns {
        let mark = if *preempted { "P──" } else { "" };
        let word = format!("{}{}{mark}", head(*thread), dashes(*steps));
        let full = |line: &String| line.chars().count() + word.chars().count() > WIDTH;
        if lines.last().is_some_and(full) {
            lines.push(String::new());
        }
        let line = lines.len() - 1;
        lines[line] += &word;
    }
    lines.join("\n") + "\n"
}

/// A dash for each step; a number between two dashes if there are many.
fn dashes(steps: u64) -> String {
    const FEW: u64 = 12;
    match steps {
        ..=FEW => "─".repeat(steps as usize),
        many => format!("──({many})──"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{counterexample, records};
    use super::super::steps::steps;
    use super::*;

    fn line(text: &str, preemptions: Option<u32>) -> String {
        let mut counterexample = counterexample();
        counterexample.header.found.preemptions = preemptions;
        counterexample.steps = records(text);
        render(&steps(&counterexample), |thread| format!("M{thread}"))
    }

    #[test]
    fn a_turn_has_a_dash_for_each_step_and_a_p_where_the_thread_could_have_gone_on() {
        let text = "0 load a\n0 load a\n1 load a\n1 event a\n0 load a\n1 load a";
        assert_eq!(line(text, Some(2)), "M0───P──M1──P──M0─M1─\n");
    }

    #[test]
    fn a_thread_that_waits_for_a_lock_or_a_wakeup_is_not_preempted() {
        let lock = "0 lock l\n1 load a\n0 load b\n0 unlock l\n1 lock l";
        assert_eq!(line(lock, None), "M0──P──M1──M0─M1─\n");
        let sleep = "0 sleep n asleep\n1 wakeup n\n0 sleep n woken";
        assert_eq!(line(sleep, None), "M0─M1──M0─\n");
    }

    #[test]
    fn nothing_is_marked_if_the_search_has_counted_others() {
        let text = "0 load a\n1 load a\n0 load a";
        assert_eq!(line(text, Some(0)), "M0──M1──M0─\n");
    }

    #[test]
    fn a_long_turn_has_its_number_and_a_long_schedule_several_lines() {
        let text = "0 load a\n".repeat(12);
        assert_eq!(line(&text, None), "M0──(13)──\n");
        let text = "0 load a\n1 load a\n".repeat(100);
        let lines = line(&text, None);
        assert!(lines.lines().count() > 1);
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
    }
}
