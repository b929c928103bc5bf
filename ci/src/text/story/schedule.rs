//! A schedule as one line, as dejafu prints it: `M0────M1──P──M0─` has a dash for each step, and a `P` where a thread is
//! preempted.

use harness::cex::Step;

use crate::text::output::WIDTH;

/// What one thread does before another goes on.
struct Turn {
    thread: usize,
    steps: usize,
    /// Whether the thread could have gone on.
    preempted: bool,
}

/// The line, and what its signs mean. `head` is what the threads are called. A schedule with more than a few turns takes
/// several lines. If the search counted other preemptions than are found here, none is marked.
pub(crate) fn render(steps: &[Step], head: &str, preemptions: Option<u32>) -> String {
    let turns = turns(steps);
    let found = turns.iter().filter(|turn| turn.preempted).count();
    let marked = preemptions.is_none_or(|known| known as usize == found);
    let mut lines = vec![String::new()];
    for turn in &turns {
        let mark = if turn.preempted && marked { "P──" } else { "" };
        let word = format!("{head}{}{}{mark}", turn.thread, dashes(turn.steps));
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
fn dashes(steps: usize) -> String {
    const FEW: usize = 12;
    match steps {
        ..=FEW => "─".repeat(steps),
        many => format!("──({many})──"),
    }
}

fn turns(steps: &[Step]) -> Vec<Turn> {
    let operations: Vec<&Step> = steps.iter().filter(|step| step.action != "event").collect();
    let mut turns = Vec::new();
    let mut end = 0;
    for turn in operations.chunk_by(|a, b| a.thread == b.thread) {
        end += turn.len();
        let preempted = could_go_on(&operations, end);
        turns.push(Turn { thread: turn[0].thread, steps: turn.len(), preempted });
    }
    turns
}

/// The thread of the step before `end` could have made its next step there. It could not if it was asleep, if its next
/// step takes a lock that another thread held, or if it has no next step.
fn could_go_on(steps: &[&Step], end: usize) -> bool {
    let Step { thread, value, .. } = steps[end - 1];
    if value == "asleep" {
        return false;
    }
    let Some(next) = steps[end..].iter().find(|step| step.thread == *thread) else { return false };
    match next.action.as_str() {
        "lock" => {
            let of_lock = |step: &&&Step| step.object == next.object;
            let last = steps[..end].iter().rfind(|step| of_lock(step) && is_lock(step));
            last.is_none_or(|last| last.action != "lock")
        }
        _ => true,
    }
}

fn is_lock(step: &Step) -> bool {
    matches!(step.action.as_str(), "lock" | "unlock")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps such as `0 lock sched.lock`, one a line.
    fn steps(text: &str) -> Vec<Step> {
        let step = |(line, number): (&str, u64)| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Step {
                step: number,
                thread: words[0].parse().unwrap(),
                p: None,
                g: None,
                action: words[1].into(),
                function: "f".into(),
                object: words.get(2).copied().unwrap_or_default().into(),
                value: words.get(3).copied().unwrap_or_default().into(),
                changed: Vec::new(),
            }
        };
        text.lines().zip(1..).map(step).collect()
    }

    #[test]
    fn a_turn_has_a_dash_for_each_step_and_a_p_where_the_thread_could_have_gone_on() {
        let text = "0 load a\n0 load a\n1 load a\n1 event a\n0 load a\n1 load a";
        assert_eq!(render(&steps(text), "M", Some(2)), "M0──P──M1─P──M0─M1─\n");
    }

    #[test]
    fn a_thread_that_waits_for_a_lock_or_a_wakeup_is_not_preempted() {
        let lock = "0 lock l\n1 load a\n0 unlock l\n1 lock l";
        assert_eq!(render(&steps(lock), "M", None), "M0─P──M1─M0─M1─\n");
        let sleep = "0 sleep n asleep\n1 wakeup n\n0 sleep n woken";
        assert_eq!(render(&steps(sleep), "M", None), "M0─M1─M0─\n");
    }

    #[test]
    fn nothing_is_marked_if_the_search_has_counted_others() {
        let text = "0 load a\n1 load a\n0 load a";
        assert_eq!(render(&steps(text), "M", Some(0)), "M0─M1─M0─\n");
    }

    #[test]
    fn a_long_turn_has_its_number_and_a_long_schedule_several_lines() {
        let text = "0 load a\n".repeat(13);
        assert_eq!(render(&steps(&text), "M", None), "M0──(13)──\n");
        let text = "0 load a\n1 load a\n".repeat(100);
        let lines = render(&steps(&text), "M", None);
        assert!(lines.lines().count() > 1);
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
    }
}
