//! Verify that what is known of a heap without its lock is true, that each timer is where its state says, and that no timer
//! waits beside an idle P.
//!
//! The states of Go 1.19 are those of [`TimerStatus`]: the checks that need them speak of its timers alone, and
//! `timers_1_23.rs` has those of the newer ones. A check of a heap speaks of states in which the heap's lock is free.

use runtime_model::m::MId;
use runtime_model::p::{PId, P};
use runtime_model::steps::TimerStates;
use runtime_model::timers::{Entry, NamedTimer, TimerStatus};
use runtime_model::Time;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "timer0When and numTimers tell the heap",
        invariant: "INV-T0",
        holds: timer0_when_and_num_timers_match_the_heap,
    },
    Check {
        name: "a timer is where its state says",
        invariant: "INV-TSTATE",
        holds: a_timer_is_where_its_state_says,
    },
    Check {
        name: "timerModifiedEarliest covers the timers modified to fire earlier",
        invariant: "INV-TME",
        holds: timer_modified_earliest_covers,
    },
    Check {
        name: "deletedTimers counts the stopped timers of the heap",
        invariant: "INV-TDEL",
        holds: deleted_timers_counts,
    },
    Check {
        name: "a timer fires when it was set to, and stop and reset report whether it will",
        invariant: "INV-TFIRE",
        holds: each_timer_does_what_was_asked,
    },
    Check {
        name: "a look at timers returns a later time",
        invariant: "INV-CTRET",
        holds: a_look_returns_a_later_time,
    },
    Check {
        name: "no timer is due beside an idle P",
        invariant: "INV-TIMER",
        holds: no_timer_is_due_beside_an_idle_p,
    },
    Check {
        name: "lastpoll is 0 only while an M polls",
        invariant: "INV-POLL",
        holds: lastpoll_is_0_while_an_m_polls,
    },
];

/// All Ps, if the variant has the timers of Go 1.19; else none.
fn ps_of_1_19<'v>(view: &'v View) -> impl Iterator<Item = &'v P> {
    let ten = view.sched.steps().timers.states == TimerStates::Ten;
    view.ps().iter().filter(move |_| ten)
}

fn timer0_when_and_num_timers_match_the_heap(view: &View) -> Result<(), String> {
    for p in ps_of_1_19(view) {
        let Some(timers) = p.timers.peek() else { continue };
        let heap = timers.as_slice();
        let (first, count) = (p.timer0_when.peek(), p.num_timers.peek());
        let whens = |entry: &Entry| match entry.name().map(|id| view.sched.timer(id)) {
            Some(t) => t.when.peek(|&when| when),
            None => entry.when,
        };
        let copied = heap.iter().all(|entry| entry.when == whens(entry));
        ensure!(copied, "{}'s heap has other times than its timers: {heap:?}", p.id);
        let matches = first == heap.first().map_or(0, |t| t.when) && count as usize == heap.len();
        ensure!(is_heap(heap), "{}'s timers are no heap: {heap:?}", p.id);
        ensure!(matches, "{}'s heap is {heap:?}; timer0When is {first}, numTimers {count}", p.id);
    }
    Ok(())
}

/// No timer fires before its parent in the 4-ary heap.
pub(super) fn is_heap(timers: &[Entry]) -> bool {
    (1..timers.len()).all(|i| timers[(i - 1) / 4].when <= timers[i].when)
}

/// When the timers of `p` are to fire: those that were not stopped. None, if the heap's lock is held.
///
/// A G that changes a timer, or is about to add it, has it to itself for the moment: then it is to fire at no time that is
/// known.
fn deadlines(view: &View, p: &P) -> Vec<Time> {
    let Some(timers) = p.timers.peek() else { return Vec::new() };
    let deadline = |entry: &Entry| match entry.name().map(|id| view.sched.timer(id)) {
        None => Some(entry.when),
        Some(t) => (view.sched.steps().timers.deadline)(t).map(|(when, _)| when),
    };
    timers.as_slice().iter().filter_map(deadline).collect()
}

/// What is known of the times of `p`'s timers: of the first without the lock, 0 if there is none; and their [`deadlines`].
pub(super) fn known_times(view: &View, p: &P) -> impl Iterator<Item = Time> {
    [p.timer0_when.peek()].into_iter().chain(deadlines(view, p))
}

fn no_timer_is_due_beside_an_idle_p(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let Some(idle) = locked.idle_ps().next().filter(|_| view.quiescent) else { return Ok(()) };
    if view.has_lost_a_break() {
        return Ok(());
    }
    for p in view.ps() {
        for when in known_times(view, p) {
            let due = when != 0 && when <= view.now();
            ensure!(
                !due,
                "{}'s timer of {when} is due at {}, no M moves, and {idle} is idle",
                p.id,
                view.now()
            );
        }
    }
    Ok(())
}

/// A timer is on one heap or on none, `pp` says on which, and no state lasts longer than the lock that it needs.
fn a_timer_is_where_its_state_says(view: &View) -> Result<(), String> {
    let ten = view.sched.steps().timers.states == TimerStates::Ten;
    for t in view.sched.timers.iter().filter(|_| ten) {
        let (status, pp) = (t.status.peek(), t.pp.peek(|&pp| pp));
        let Some(heaps) = heaps_with(view, t) else { continue };
        ensure!(heaps.len() <= 1, "{} is on the heap twice, or on two: {heaps:?}", t.id);
        let heap = heaps.first().copied();
        ensure!(heap == pp, "{} is {status:?}, on the heap {heap:?}, and pp is {pp:?}", t.id);
        use TimerStatus::*;
        let right = match status {
            NoStatus | Removed => heap.is_none(),
            Deleted | ModifiedEarlier | ModifiedLater => heap.is_some(),
            // A G that adds it sets the state before it has the lock.
            Waiting => heap.is_some() || !view.quiescent,
            // Its G has it to itself, until that moves.
            Modifying => !view.quiescent,
            Running | Removing | Moving => false,
        };
        ensure!(right, "{} is {status:?}, on the heap {heap:?}, and that is free", t.id);
    }
    Ok(())
}

/// The heaps that have the timer, once for each entry. None if one cannot be looked at.
pub(super) fn heaps_with(view: &View, t: &NamedTimer) -> Option<Vec<PId>> {
    let mut heaps = Vec::new();
    for p in view.ps() {
        let timers = p.timers.peek()?;
        let entries = timers.as_slice().iter().filter(|entry| entry.name() == Some(t.id));
        heaps.extend(entries.map(|_| p.id));
    }
    Some(heaps)
}

/// The word may be too early: then an M looks once and finds nothing. It is never too late, and with no timer it is 0.
fn timer_modified_earliest_covers(view: &View) -> Result<(), String> {
    for p in ps_of_1_19(view) {
        let Some(timers) = p.timers.peek() else { continue };
        let earliest = p.timer_modified_earliest.peek();
        let empty = timers.as_slice().is_empty();
        ensure!(
            !empty || earliest == 0,
            "{} has no timer; timerModifiedEarliest is {earliest}",
            p.id
        );
        for t in timers.as_slice().iter().filter_map(Entry::name).map(|id| view.sched.timer(id)) {
            if t.status.peek() == TimerStatus::ModifiedEarlier {
                let when = t.nextwhen.peek(|&when| when);
                let covered = earliest != 0 && earliest <= when;
                ensure!(
                    covered,
                    "{} was modified to {when}, and {}'s timerModifiedEarliest is {earliest}",
                    t.id,
                    p.id
                );
            }
        }
    }
    Ok(())
}

/// Each is counted only after it was marked, so where no M moves.
fn deleted_timers_counts(view: &View) -> Result<(), String> {
    for p in ps_of_1_19(view).filter(|_| view.quiescent) {
        let Some(timers) = p.timers.peek() else { continue };
        let named = timers.as_slice().iter().filter_map(Entry::name);
        let deleted = |id: &_| view.sched.timer(*id).status.peek() == TimerStatus::Deleted;
        let (count, stopped) = (p.deleted_timers.peek(), named.filter(deleted).count());
        let right = usize::try_from(count) == Ok(stopped);
        ensure!(right, "{} has {stopped} stopped timers; deletedTimers is {count}", p.id);
    }
    Ok(())
}

/// The model notes it where it happens, as no state shows it.
fn each_timer_does_what_was_asked(view: &View) -> Result<(), String> {
    for t in &view.sched.timers {
        if let Some(wrong) = t.wrong.peek(Clone::clone) {
            return Err(format!("{}: {wrong}", t.id));
        }
    }
    Ok(())
}

/// With an earlier time, the M would poll until then, and look again at once.
fn a_look_returns_a_later_time(view: &View) -> Result<(), String> {
    let late = view.sched.late_poll_until.peek(|&late| late);
    late.map_or(Ok(()), |(now, until)| {
        Err(format!("a look at a P's timers at {now} says that the next one fires at {until}"))
    })
}

/// An M that polls has no P and is not idle. If `lastpoll` stayed 0, each timer that is added later would be left to an
/// M that does not poll.
fn lastpoll_is_0_while_an_m_polls(view: &View) -> Result<(), String> {
    let (lastpoll, until) = (view.sched.lastpoll.peek(), view.sched.poll_until.peek());
    ensure!(until == 0 || lastpoll == 0, "pollUntil is {until}, and lastpoll {lastpoll}");
    let Some(locked) = view.locked().filter(|_| lastpoll == 0) else { return Ok(()) };
    let polls = |m: MId| {
        let without_p = view.p_of(m).is_none() && view.nextp_of(m).is_none();
        view.started(m) && without_p && !locked.idle_ms().contains(&m)
    };
    let waits = |m: MId| view.sched.m(m).polls.peek(|&polls| polls);
    let some = view.ms().any(|m| polls(m) && (!view.quiescent || waits(m)));
    ensure!(some, "lastpoll is 0, and no M polls");
    Ok(())
}

#[cfg(test)]
mod tests {
    use runtime_model::g::GId;
    use runtime_model::timers::{Timer, TimerFunc};
    use runtime_model::Time;

    use super::*;

    /// The entries with these times, in this order.
    fn heap(whens: &[Time]) -> bool {
        let f = TimerFunc::Wake(GId::MAIN);
        let timer = |&when: &Time| Entry::unnamed(Timer { when, period: 0, f });
        is_heap(&whens.iter().map(timer).collect::<Vec<_>>())
    }

    #[test]
    fn each_of_four_children_is_compared_with_its_parent() {
        assert!(heap(&[]) && heap(&[3]) && heap(&[3, 9, 3, 8, 7, 9, 9, 9, 9, 3]));
        for child in 1..=4 {
            let mut whens = [3; 5];
            whens[child] = 2;
            assert!(!heap(&whens), "{whens:?}");
        }
        // The second level: entry 5 is a child of entry 1, entry 9 one of entry 2.
        assert!(!heap(&[3, 9, 3, 3, 3, 8]));
        assert!(!heap(&[3, 3, 9, 3, 3, 3, 3, 3, 3, 8]));
    }
}
