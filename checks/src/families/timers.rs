//! Verify that what is known of a heap without its lock is true, and that no timer waits beside an idle P.

use runtime_model::m::MId;
use runtime_model::timers::Timer;

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

fn timer0_when_and_num_timers_match_the_heap(view: &View) -> Result<(), String> {
    for p in view.ps() {
        let Some(timers) = p.timers.peek() else { continue };
        let heap = timers.as_slice();
        let (first, count) = (p.timer0_when.peek(), p.num_timers.peek());
        let matches = first == heap.first().map_or(0, |t| t.when) && count as usize == heap.len();
        ensure!(is_heap(heap), "{}'s timers are no heap: {heap:?}", p.id);
        ensure!(matches, "{}'s heap is {heap:?}; timer0When is {first}, numTimers {count}", p.id);
    }
    Ok(())
}

/// No timer fires before its parent in the 4-ary heap.
fn is_heap(timers: &[Timer]) -> bool {
    (1..timers.len()).all(|i| timers[(i - 1) / 4].when <= timers[i].when)
}

fn no_timer_is_due_beside_an_idle_p(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let Some(idle) = locked.idle_ps().next().filter(|_| view.quiescent) else { return Ok(()) };
    for p in view.ps() {
        let when = p.timer0_when.peek();
        let due = when != 0 && when <= view.now();
        ensure!(
            !due,
            "{}'s timer of {when} is due at {}, no M moves, and {idle} is idle",
            p.id,
            view.now()
        );
    }
    Ok(())
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
    use runtime_model::timers::TimerFunc;
    use runtime_model::Time;

    use super::*;

    /// The entries with these times, in this order.
    fn heap(whens: &[Time]) -> bool {
        let timer = |&when: &Time| Timer { when, period: 0, f: TimerFunc::Wake(GId::MAIN) };
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
