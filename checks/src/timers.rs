//! Verify that what is known of a heap without its lock is true, and that no timer waits beside an idle P.

use crate::check::{ensure, Check};
use crate::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "timer0When and numTimers tell the heap",
        invariant: "INV-T0",
        holds: the_heap_is_told,
    },
    Check {
        name: "no timer is due beside an idle P",
        invariant: "INV-TIMER",
        holds: no_timer_is_due_beside_an_idle_p,
    },
];

fn the_heap_is_told(view: &View) -> Result<(), String> {
    for p in view.ps() {
        let Some(timers) = p.timers.peek() else { continue };
        let heap = timers.as_slice();
        let (first, count) = (p.timer0_when.peek(), p.num_timers.peek());
        let told = first == heap.first().map_or(0, |t| t.when) && count as usize == heap.len();
        ensure!(heap.is_sorted_by_key(|t| t.when), "{}'s heap is {heap:?}", p.id);
        ensure!(told, "{}'s heap is {heap:?}; timer0When is {first}, numTimers {count}", p.id);
    }
    Ok(())
}

fn no_timer_is_due_beside_an_idle_p(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let Some(idle) = locked.idle_ps().next().filter(|_| view.quiescent) else { return Ok(()) };
    for p in view.ps() {
        let when = p.timer0_when.peek();
        let due = when != 0 && when <= view.now();
        ensure!(
            !due,
            "{}'s timer of {when} is due at {}, nobody moves, and {idle} is idle",
            p.id,
            view.now()
        );
    }
    Ok(())
}
