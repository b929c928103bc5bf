//! Verify of the timers of Go 1.23 to 1.27 that what is known of a heap and of a timer without its lock is true, and that each
//! timer is where its bits say.
//!
//! A check of a heap, or of a timer, speaks of states in which its lock is free.

use runtime_model::p::P;
use runtime_model::steps::TimerStates;
use runtime_model::timers::{Entry, NamedTimer, TimerBits};

use harness::check::Check;
use harness::ensure;
use harness::view::View;

use super::timers::{heaps_with, is_heap};

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "minWhenHeap, minWhenModified and len tell the heap",
        invariant: "INV-T0",
        holds: the_words_match_the_heap,
    },
    Check {
        name: "a timer is on the heap that its bits and ts say",
        invariant: "INV-TSTATE",
        holds: a_timer_is_where_its_bits_say,
    },
    Check {
        name: "astate is the state of a timer that is not locked",
        invariant: "INV-ASTATE",
        holds: astate_is_the_state,
    },
    Check {
        name: "zombies counts the stopped timers of the heap",
        invariant: "INV-TDEL",
        holds: zombies_counts,
    },
    Check {
        name: "no timer is to fire before the wake time of its heap",
        invariant: "INV-TME",
        holds: the_wake_time_covers_each_timer,
    },
    Check {
        name: "stop and reset of a timer with a channel report what happened",
        invariant: "INV-TCHAN",
        holds: each_channel_does_what_was_reported,
    },
];

/// Whether the variant has these timers.
fn has_bits(view: &View) -> bool {
    view.sched.steps().timers.states == TimerStates::Bits
}

/// All Ps, if the variant has these timers; else none.
fn ps<'v>(view: &'v View) -> impl Iterator<Item = &'v P> {
    view.ps().iter().filter(|_| has_bits(view))
}

/// All timers that actions name, if the variant has these timers; else none.
fn timers<'v>(view: &'v View) -> impl Iterator<Item = &'v NamedTimer> {
    view.sched.timers.iter().filter(|_| has_bits(view))
}

/// With no timer on the heap, none was modified.
fn the_words_match_the_heap(view: &View) -> Result<(), String> {
    for p in ps(view) {
        let Some(timers) = p.timers.peek() else { continue };
        let heap = timers.as_slice();
        let (first, modified) = (p.timer0_when.peek(), p.timer_modified_earliest.peek());
        let len = p.num_timers.peek();
        ensure!(is_heap(heap), "{}'s timers are no heap: {heap:?}", p.id);
        let matches = first == heap.first().map_or(0, |t| t.when) && len as usize == heap.len();
        ensure!(matches, "{}'s heap is {heap:?}; minWhenHeap is {first}, len {len}", p.id);
        let cleared = !heap.is_empty() || modified == 0;
        ensure!(cleared, "{} has no timer; minWhenModified is {modified}", p.id);
    }
    Ok(())
}

/// It is on one heap or on none, `ts` says on which, and so does the bit *heaped*; only on a heap it has the others. The heap
/// has its time, unless it is *modified*, or stopped.
fn a_timer_is_where_its_bits_say(view: &View) -> Result<(), String> {
    for t in timers(view) {
        let (Some(heaps), Some(data)) = (heaps_with(view, t), t.mu.peek()) else { continue };
        let (state, ts) = (data.state, t.pp.peek(|&pp| pp));
        ensure!(heaps.len() <= 1, "{} is on the heap twice, or on two: {heaps:?}", t.id);
        let heap = heaps.first().copied();
        ensure!(heap == ts, "{} is on the heap {heap:?}, and ts is {ts:?}", t.id);
        let right = match heap {
            Some(_) => state.any(TimerBits::HEAPED),
            None => state == TimerBits::NONE,
        };
        ensure!(right, "{} is {state:?}, on the heap {heap:?}", t.id);
        let Some(entry) = heap.and_then(|p| entry_of(&view.ps()[p.index()], t)) else { continue };
        let in_place = entry.when == data.when || state != TimerBits::HEAPED;
        ensure!(
            in_place,
            "{} is {state:?}, to fire at {}; its heap has {entry:?}",
            t.id,
            data.when
        );
    }
    Ok(())
}

/// The timer's entry on the heap of `p`.
fn entry_of(p: &P, t: &NamedTimer) -> Option<Entry> {
    let timers = p.timers.peek()?;
    let entry = timers.as_slice().iter().find(|entry| entry.name() == Some(t.id));
    entry.copied()
}

fn astate_is_the_state(view: &View) -> Result<(), String> {
    for t in timers(view) {
        let Some(data) = t.mu.peek() else { continue };
        let (state, published) = (data.state, t.astate.peek());
        ensure!(state == published, "{} is {state:?}, and astate is {published:?}", t.id);
    }
    Ok(())
}

/// Both change under the timer's lock.
fn zombies_counts(view: &View) -> Result<(), String> {
    for p in ps(view) {
        let Some(timers) = p.timers.peek() else { continue };
        let named = timers.as_slice().iter().filter_map(Entry::name);
        let stopped = |id| {
            let data = view.sched.timer(id).mu.peek()?;
            Some(data.state.any(TimerBits::ZOMBIE))
        };
        let Some(stopped) = named.map(stopped).collect::<Option<Vec<bool>>>() else { continue };
        let (zombies, count) = (p.deleted_timers.peek(), stopped.iter().filter(|&&it| it).count());
        let right = usize::try_from(zombies) == Ok(count);
        ensure!(right, "{} has {count} stopped timers; zombies is {zombies}", p.id);
    }
    Ok(())
}

/// This holds also while the heap's lock is held: others read the wake time at any moment. The time of a timer that is being
/// changed is published before its lock is released.
fn the_wake_time_covers_each_timer(view: &View) -> Result<(), String> {
    for t in timers(view) {
        let Some(data) = t.mu.peek() else { continue };
        let pending = data.state.any(TimerBits::HEAPED) && !data.state.any(TimerBits::ZOMBIE);
        let Some(p) = t.pp.peek(|&pp| pp).filter(|_| pending) else { continue };
        let (when, wake) = (data.when, view.ps()[p.index()].peek_wake_time());
        let covered = wake != 0 && wake <= when;
        ensure!(covered, "{} is to fire at {when}, and {p}'s wake time is {wake}", t.id);
    }
    Ok(())
}

/// They report that they have stopped it if and only if a value was to come, or was there and has been taken away: then it is
/// never received. The model notes it where it happens, as no state shows it.
fn each_channel_does_what_was_reported(view: &View) -> Result<(), String> {
    for (t, c) in timers(view).filter_map(|t| Some((t, t.chan.as_ref()?))) {
        if let Some(wrong) = c.story.peek(|story| story.wrong.clone()) {
            return Err(format!("{}: {wrong}", t.id));
        }
    }
    Ok(())
}
