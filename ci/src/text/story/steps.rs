//! The steps of a counterexample as a search counts them: the same numbers in the table, in the schedule's line, and in
//! the summary.
//!
//! A step is what another thread can notice: an operation, or the start of a thread. Not counted: the model's events, the
//! release of a lock, which belongs to the operation before it, and going to sleep, which is a step only once the thread
//! has been woken.

use std::collections::VecDeque;

use harness::cex::{Counterexample, Step};
use sync::driver::Schedule;

/// A counterexample's steps.
pub(super) struct Steps {
    /// For each record, the first and the last step that it shows; none if it shows no step of its own.
    pub(super) numbers: Vec<Option<(u64, u64)>>,
    /// What each thread does before another goes on.
    pub(super) turns: Vec<Turn>,
    /// The steps of the environment, which no record shows: no M can move, and the world does.
    pub(super) environment: Vec<u64>,
    /// All steps.
    pub(super) total: u64,
}

/// What one thread does before another goes on.
pub(super) struct Turn {
    pub(super) thread: usize,
    pub(super) steps: u64,
    /// The record after the turn's last one.
    pub(super) end: usize,
    /// Whether the thread could have gone on.
    pub(super) preempted: bool,
    /// The thread makes no step after that, so the records do not say whether it could have.
    last: bool,
}

/// The steps of the counterexample.
pub(super) fn steps(counterexample: &Counterexample) -> Steps {
    let Counterexample { header, steps } = counterexample;
    let order = match &header.schedule {
        Schedule::Search { picks, .. } => order(picks),
        _ => None,
    };
    let counted = order.and_then(|order| in_order(steps, order));
    let counted = counted.unwrap_or_else(|| as_recorded(steps));
    // A search counts preemptions itself. A thread that makes no more steps may have been preempted too: the failure comes first.
    // If it is other numbers that are found here, none is marked.
    let Some(known) = header.found.preemptions else { return counted };
    let count = |is: fn(&Turn) -> bool| counted.turns.iter().filter(|turn| is(turn)).count();
    let certain = count(|turn| turn.preempted) == known as usize;
    let likely = count(|turn| turn.preempted || turn.last) == known as usize;
    let marked =
        |turn: &Turn| (certain || likely) && turn.preempted || !certain && likely && turn.last;
    let turns =
        counted.turns.into_iter().map(|turn| Turn { preempted: marked(&turn), ..turn }).collect();
    Steps { turns, ..counted }
}

/// The thread of each step of a search's schedule, by its number; none for a step of the environment. `explore 1: 0 #1 0.2
/// world` is of threads 0, 1 and 2, and the environment.
fn order(picks: &str) -> Option<Vec<Option<usize>>> {
    let (_, words) = picks.split_once(':')?;
    let thread = |word: &str| {
        let name = word.split(':').next().unwrap_or(word);
        match name {
            "world" => Some(None),
            _ => name.rsplit(['.', '#']).next()?.parse().ok().map(Some),
        }
    };
    words.split_whitespace().map(thread).collect()
}

/// Counts along the schedule. `None` if it is not the schedule of these records.
fn in_order(records: &[Step], order: Vec<Option<usize>>) -> Option<Steps> {
    let mut open: Vec<VecDeque<Move>> = Vec::new();
    open.resize_with(threads(records), VecDeque::new);
    for step in moves(records) {
        open[step.thread].push_back(step);
    }
    let mut steps = Steps::none(records);
    for thread in order {
        let Some(thread) = thread else {
            steps.total += 1;
            steps.environment.push(steps.total);
            continue;
        };
        let step = open.get_mut(thread).and_then(VecDeque::pop_front);
        steps.add(records, thread, step);
    }
    open.iter().all(VecDeque::is_empty).then_some(steps)
}

/// Counts the records in their order: a thread's start is taken to be directly before its first record.
fn as_recorded(records: &[Step]) -> Steps {
    let mut steps = Steps::none(records);
    for step in moves(records) {
        steps.add(records, step.thread, Some(step));
    }
    steps
}

/// A step that a record shows.
struct Move {
    thread: usize,
    record: usize,
    /// It is the start of the thread, whose first record this is.
    start: bool,
}

/// The steps that the records show.
fn moves(records: &[Step]) -> Vec<Move> {
    let mut begun = vec![false; threads(records)];
    let mut moves = Vec::new();
    for (record, Step { thread, .. }) in records.iter().enumerate() {
        let thread = *thread;
        if !std::mem::replace(&mut begun[thread], true) {
            moves.push(Move { thread, record, start: true });
        }
        if is_step(&records[record]) {
            moves.push(Move { thread, record, start: false });
        }
    }
    moves
}

/// One more than the largest number of a thread.
pub(super) fn threads(records: &[Step]) -> usize {
    records.iter().map(|record| record.thread + 1).max().unwrap_or(0)
}

/// The object at which the world's thread waits for its turn, in real time.
const WORLD: &str = "world's turn";

/// The step is one of the world's thread: it waits for its turn.
pub(super) fn is_world(step: &Step) -> bool {
    step.object == WORLD && step.action == "sleep"
}

/// Not the wakeup of the world's thread, which is a step of the environment: no thread could move.
fn is_step(record: &Step) -> bool {
    let by_environment = record.object == WORLD && record.action == "wakeup";
    !by_environment
        && !matches!(record.action.as_str(), "event" | "unlock")
        && record.value != "asleep"
}

impl Steps {
    fn none(records: &[Step]) -> Self {
        let numbers = vec![None; records.len()];
        Steps { numbers, turns: Vec::new(), environment: Vec::new(), total: 0 }
    }

    /// Counts a step of that thread. In one without a record, the execution fails.
    fn add(&mut self, records: &[Step], thread: usize, step: Option<Move>) {
        self.total += 1;
        let number = self.total;
        let before = self.turns.last().map_or(0, |turn| turn.end);
        let end = match step {
            None => before,
            // The thread starts, and another goes on before it has done anything.
            Some(Move { record, start: true, .. }) if record != before => before,
            Some(Move { record, start, .. }) => {
                let first = self.numbers[record].map_or(number, |(first, _)| first);
                self.numbers[record] = Some((first, number));
                let next = if start { record } else { record + 1 };
                let rest = records[next..].iter();
                next + rest.take_while(|more| more.thread == thread && !is_step(more)).count()
            }
        };
        if self.turns.last().is_none_or(|turn| turn.thread != thread) {
            self.turns.push(Turn { thread, steps: 0, end, preempted: false, last: false });
        }
        let turn = self.turns.last_mut().expect("it was begun");
        turn.steps += 1;
        turn.end = end;
        turn.preempted = could_go_on(records, thread, end);
        turn.last = end < records.len() && makes_no_more_steps(records, thread, end);
    }
}

/// The thread is not asleep after the records up to `end`, and no record of it follows.
fn makes_no_more_steps(records: &[Step], thread: usize, end: usize) -> bool {
    let (before, after) = records.split_at(end);
    let is_its = |step: &&Step| step.thread == thread && step.action != "event";
    let asleep = before.iter().rfind(is_its).is_some_and(|last| last.value == "asleep");
    !asleep && !after.iter().any(|step| is_its(&step))
}

/// The thread could have made its next step after the records up to `end`. It could not if it was asleep, if its next
/// step takes a lock that another thread held, or if it has no next step.
fn could_go_on(records: &[Step], thread: usize, end: usize) -> bool {
    let (before, after) = records.split_at(end);
    let last = before.iter().rfind(|step| step.thread == thread && step.action != "event");
    if last.is_some_and(|last| last.value == "asleep") {
        return false;
    }
    let next = after.iter().find(|step| step.thread == thread && step.action != "event");
    let Some(next) = next else { return false };
    let of_lock = |step: &&Step| {
        step.object == next.object && matches!(step.action.as_str(), "lock" | "unlock")
    };
    let lock = before.iter().rfind(of_lock).filter(|_| next.action == "lock");
    lock.is_none_or(|last| last.action != "lock")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{counterexample, records};
    use super::*;

    /// The schedule's order, for records such as `0 lock sched.lock`.
    fn counted(text: &str, picks: Option<&str>) -> Steps {
        let mut counterexample = counterexample();
        counterexample.steps = records(text);
        if let Some(picks) = picks {
            let picks = format!("explore 1: {picks}");
            counterexample.header.schedule = Schedule::Search { picks, preemptions: None };
        }
        steps(&counterexample)
    }

    fn turns(steps: &Steps) -> Vec<(usize, u64, bool)> {
        steps.turns.iter().map(|turn| (turn.thread, turn.steps, turn.preempted)).collect()
    }

    #[test]
    fn events_unlocks_and_going_to_sleep_are_no_steps_and_the_start_of_a_thread_is_one() {
        let text = "0 lock l\n0 unlock l\n0 event e\n0 sleep n asleep\n1 event e\n1 load a";
        for picks in [None, Some("0 0 #1 #1"), Some("0 0 0.1 0.1:2")] {
            let steps = counted(text, picks);
            let numbers = [Some((1, 2)), None, None, None, Some((3, 3)), Some((4, 4))];
            assert_eq!(steps.numbers, numbers, "{picks:?}");
            assert_eq!(turns(&steps), [(0, 2, false), (1, 2, false)]);
            assert_eq!((steps.total, &*steps.environment), (4, &[][..]));
        }
    }

    #[test]
    fn the_environment_and_a_thread_that_only_starts_have_their_places_in_the_schedule() {
        let text = "0 load a\n0 load a\n1 load a";
        let steps = counted(text, Some("0 0 #1 world 0 #1 0 world"));
        assert_eq!(steps.numbers, [Some((1, 2)), Some((5, 5)), Some((6, 6))]);
        let expected = [(0, 2, true), (1, 1, true), (0, 1, false), (1, 1, false), (0, 1, false)];
        assert_eq!(turns(&steps), expected);
        assert_eq!((steps.total, &*steps.environment), (8, &[4, 8][..]));
    }

    #[test]
    fn a_thread_that_makes_no_more_steps_was_preempted_if_the_search_says_so() {
        let marked = |known| {
            let mut counterexample = counterexample();
            counterexample.steps = records("0 load a\n1 load a\n0 load a");
            let picks = "explore 1: 0 #1 #1 0".into();
            counterexample.header.schedule = Schedule::Search { picks, preemptions: None };
            counterexample.header.found.preemptions = Some(known);
            let turns = steps(&counterexample).turns;
            turns.iter().map(|turn| turn.preempted).collect::<Vec<_>>()
        };
        assert_eq!(marked(1), [true, false, false]);
        assert_eq!(marked(2), [true, true, false]);
        assert_eq!(marked(3), [false, false, false]);
    }

    #[test]
    fn a_schedule_of_other_records_is_not_followed() {
        assert_eq!(counted("0 load a\n1 load a", Some("0 0 0")).total, 4);
        assert_eq!(counted("0 load a\n1 load a", Some("x")).total, 4);
    }
}
