//! The timers of one P: Go's 4-ary heap.
//!
//! Of several timers with one time, the heap's layout decides which fires first, not the order in which they were
//! added: three on one P fire in the order first, third, second. The Gs that they make runnable run in an order that
//! follows from it.

use crate::ids::{FdId, FlagId, GId, TimerId};
use crate::Time;

/// The earlier of two times of which 0 means none.
pub(crate) fn earlier(a: Time, b: Time) -> Time {
    match (a, b) {
        (0, other) => other,
        (other, 0) => other,
        _ => a.min(b),
    }
}

/// How many children an entry has.
const CHILDREN: usize = 4;

/// What a timer does when it fires, on the M that runs the timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerFunc {
    /// Wakes a sleeping G. Go: time.go, goroutineReady 248-250 (1.19.8), 446-448 (1.27.3).
    Wake(GId),
    /// Starts a G. Go: sleep.go, goFunc 175-177 (1.19.8), 181-183 (1.27.3).
    Start(GId),
    /// Sends the time to a G, on a channel with room for one: a ticker's.
    /// Go: sleep.go, sendTime 143-148 (1.19.8), 147-157 (1.27.3).
    SendTime(GId),
    /// Sets a flag: a function of the runtime's own, which runs where the timer fires.
    Set(FlagId),
    /// Ends the waiting for a descriptor, if the deadline with that number is still its deadline.
    /// Go: netpoll.go, netpollReadDeadline 609-611 (1.19.8), 668-670 (1.27.3).
    Deadline(FdId, u32),
    /// Sends the time on the timer's own channel, if the timer is neither stopped nor set before: the number is its `seq`.
    /// Go: sleep.go, sendTime 147-157 (1.27.3).
    Channel(TimerId, u32),
}

/// One timer, as it is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timer {
    /// When it fires, in ticks; positive.
    pub when: Time,
    /// Ticks from one time that it fires to the next; 0 if it fires once.
    pub period: Time,
    /// What it does then.
    pub f: TimerFunc,
}

/// An entry of a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its place on the heap is by this time. A timer that actions name has it too: both are written together.
    pub when: Time,
    /// Whose entry it is.
    pub timer: Held,
}

/// A timer on a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// One that no action names, such as a sleeper's: until it fires, nothing changes it.
    Unnamed {
        /// As [`Timer::period`].
        period: Time,
        /// As [`Timer::f`].
        f: TimerFunc,
    },
    /// One that actions name. Its state and its function are in `Sched::timers`.
    Named(TimerId),
}

impl Entry {
    /// The entry of a timer that no action names.
    pub fn unnamed(t: Timer) -> Self {
        Entry { when: t.when, timer: Held::Unnamed { period: t.period, f: t.f } }
    }

    /// The entry of that timer.
    pub fn named(id: TimerId, when: Time) -> Self {
        Entry { when, timer: Held::Named(id) }
    }

    /// What a timer that no action names does when it fires.
    pub fn f(&self) -> Option<TimerFunc> {
        match self.timer {
            Held::Unnamed { f, .. } => Some(f),
            Held::Named(_) => None,
        }
    }

    /// The timer, if actions name it.
    pub fn name(&self) -> Option<TimerId> {
        match self.timer {
            Held::Unnamed { .. } => None,
            Held::Named(id) => Some(id),
        }
    }
}

/// What a release calls the words of a P's timers.
#[derive(Clone, Copy)]
pub struct TimerWords {
    /// The lock of its heap.
    pub lock: &'static str,
    /// The number of its timers.
    pub len: &'static str,
    /// When the first one fires.
    pub first: &'static str,
    /// The earliest time to which one was modified.
    pub modified: &'static str,
    /// How many were stopped, and are still there.
    pub stopped: &'static str,
}

/// A P's timers as a heap: none fires before its parent, so the next to fire is the first.
#[derive(Debug, Default, Hash)]
pub struct Timers {
    heap: Vec<Entry>,
}

impl Timers {
    /// All timers in the order of the heap: the parent of entry `i` is entry `(i - 1) / 4`.
    pub fn as_slice(&self) -> &[Entry] {
        &self.heap
    }

    /// When the next timer fires; 0 if there is none.
    pub(super) fn when(&self) -> Time {
        self.heap.first().map_or(0, |t| t.when)
    }

    /// The next to fire.
    pub(super) fn first(&self) -> Option<Entry> {
        self.heap.first().copied()
    }

    /// The last entry of the heap, which no other is below.
    pub(super) fn last(&self) -> Option<Entry> {
        self.heap.last().copied()
    }

    /// Takes that entry out; the others stay where they are.
    pub(super) fn remove_last(&mut self) {
        self.heap.pop();
    }

    /// Gives entry `i` another time, and leaves it where it is: until [`Timers::init_heap`], this is no heap.
    ///
    /// # Panics
    /// If there is no such entry.
    pub(super) fn set_when(&mut self, i: usize, when: Time) {
        self.heap[i].when = when;
    }

    /// Takes entry `i` out, and puts the last one in its place: until [`Timers::init_heap`], this is no heap.
    ///
    /// # Panics
    /// If there is no such entry.
    pub(super) fn swap_remove(&mut self, i: usize) {
        self.heap.swap_remove(i);
    }

    /// Makes a heap of the entries, in whatever order they are.
    ///
    /// Go: time.go, (*timers).initHeap 1380-1389 (1.27.3).
    pub(super) fn init_heap(&mut self) {
        // The entries behind the last parent have nothing below them.
        let parents = self.heap.len().saturating_sub(2) / CHILDREN + 1;
        (0..parents).rev().for_each(|i| self.siftdown_timer(i));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Adds `t`. Returns whether it is now the first.
    ///
    /// Go: time.go, doaddtimer 289-307 (1.19.8), (*timers).addHeap 455-472 (1.27.3): the part that concerns the heap.
    pub(super) fn insert(&mut self, t: Entry) -> bool {
        self.heap.push(t);
        self.siftup_timer(self.heap.len() - 1) == 0
    }

    /// Takes the first timer out: the last one takes its place and sinks.
    ///
    /// # Panics
    /// If the heap is empty.
    ///
    /// Go: time.go, dodeltimer0 412-433 (1.19.8), (*timers).deleteMin 522-543 (1.27.3): the part that concerns the
    /// heap.
    pub(super) fn remove_first(&mut self) -> Entry {
        let first = self.heap.swap_remove(0);
        if !self.heap.is_empty() {
            self.siftdown_timer(0);
        }
        first
    }

    /// Takes entry `i` out: the last one takes its place, and rises or sinks. Returns the first entry that is another
    /// one now.
    ///
    /// # Panics
    /// If there is no such entry.
    ///
    /// Go: time.go, dodeltimer 378-406 (1.19.8): the part that concerns the heap.
    pub(super) fn remove(&mut self, i: usize) -> usize {
        self.heap.swap_remove(i);
        if i == self.heap.len() {
            return i;
        }
        // It was below another parent, which may fire later than this one.
        let changed = self.siftup_timer(i);
        self.siftdown_timer(i);
        changed
    }

    /// Takes all timers out, in the heap's order, for a rebuild.
    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.heap)
    }

    /// Puts one of them back where it was, after others that have not been changed either.
    pub(super) fn put_back(&mut self, t: Entry) {
        self.heap.push(t);
    }

    /// Gives the first timer a later time, and lets it sink to its place.
    ///
    /// # Panics
    /// If the heap is empty.
    ///
    /// Go: time.go, runOneTimer 840-892 (1.19.8), (*timer).unlockAndRun 1092-1230 (1.27.3): the part that concerns the
    /// heap.
    pub(super) fn postpone_first(&mut self, when: Time) {
        self.heap[0].when = when;
        self.siftdown_timer(0);
    }

    /// Moves entry `i` up past the parents that fire later. Returns its new place.
    ///
    /// Go: time.go, siftupTimer 1068-1089 (1.19.8), (*timers).siftUp 1317-1337 (1.27.3).
    fn siftup_timer(&mut self, mut i: usize) -> usize {
        while i > 0 {
            let parent = (i - 1) / CHILDREN;
            // Of equal times, the one that was there first stays above.
            if self.heap[i].when >= self.heap[parent].when {
                break;
            }
            self.heap.swap(i, parent);
            i = parent;
        }
        i
    }

    /// Moves entry `i` down past the children that fire earlier, each time below the earliest of them.
    ///
    /// Go: time.go, siftdownTimer 1093-1134 (1.19.8), (*timers).siftDown 1341-1376 (1.27.3). It compares the children
    /// in pairs; of equal ones the first wins either way.
    fn siftdown_timer(&mut self, mut i: usize) {
        while let Some(child) = self.first_child(i) {
            // Else an entry could go up again, and this would not return.
            assert!(child > i, "siftdownTimer: entry {child} is not below entry {i}");
            // An entry that came from the end of the heap stays above children of its own time, even if they were
            // added before it.
            if self.heap[child].when >= self.heap[i].when {
                break;
            }
            self.heap.swap(i, child);
            i = child;
        }
    }

    /// The child of entry `i` that fires first; of equal ones, the leftmost.
    fn first_child(&self, i: usize) -> Option<usize> {
        let first = i * CHILDREN + 1;
        let end = (first + CHILDREN).min(self.heap.len());
        (first..end).min_by_key(|&child| self.heap[child].when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The timer that was added as number `n`, from 1.
    fn timer(n: u32, when: Time) -> Entry {
        Entry::unnamed(Timer { when, period: 0, f: TimerFunc::Start(GId(n)) })
    }

    fn added(whens: &[Time]) -> Timers {
        let mut timers = Timers::default();
        for (n, &when) in (1..).zip(whens) {
            timers.insert(timer(n, when));
        }
        timers
    }

    /// Takes all timers out: which numbers fire, in order.
    fn fired(mut timers: Timers) -> Vec<u32> {
        let mut numbers = Vec::new();
        while timers.when() != 0 {
            let Some(TimerFunc::Start(g)) = timers.remove_first().f() else { continue };
            numbers.push(g.0);
        }
        numbers
    }

    /// All sequences of so many times of 1 to 3.
    fn all(len: u32) -> impl Iterator<Item = Vec<Time>> {
        (0..3_i64.pow(len)).map(move |n| (0..len).map(|i| n / 3_i64.pow(i) % 3 + 1).collect())
    }

    fn assert_heap(timers: &Timers) {
        for i in 1..timers.heap.len() {
            assert!(timers.heap[(i - 1) / 4].when <= timers.heap[i].when, "{timers:?}");
        }
    }

    #[test]
    fn of_equal_timers_the_first_fires_first_and_then_the_last() {
        assert_eq!(fired(added(&[5, 5])), [1, 2]);
        assert_eq!(fired(added(&[5, 5, 5])), [1, 3, 2]);
        assert_eq!(fired(added(&[5; 9])), [1, 9, 8, 7, 6, 5, 4, 3, 2]);
        assert_eq!(fired(added(&[3, 1, 2, 1, 3, 2, 1, 2, 3])), [2, 7, 4, 6, 3, 8, 5, 1, 9]);
    }

    /// Go's own functions, called on the same times, fire them in orders that have this digest (FNV-1a).
    #[test]
    fn the_order_is_gos_for_all_sequences_of_seven_times() {
        let orders = all(7).flat_map(|whens| fired(added(&whens)));
        let digest = orders.fold(14_695_981_039_346_656_037_u64, |digest, n| {
            (digest ^ u64::from(n)).wrapping_mul(1_099_511_628_211)
        });
        assert_eq!(digest, 13_367_207_502_824_420_575);
    }

    #[test]
    fn adding_and_removing_keep_the_heap_and_lose_no_timer() {
        for whens in (1..=8).flat_map(all) {
            let mut timers = Timers::default();
            for (n, &when) in (1..).zip(&whens) {
                let earlier = timers.when() == 0 || when < timers.when();
                assert_eq!(timers.insert(timer(n, when)), earlier, "{whens:?}");
                assert_heap(&timers);
            }
            let mut sorted = whens.clone();
            sorted.sort_unstable();
            for &when in &sorted {
                assert_eq!(timers.remove_first().when, when, "{whens:?}");
                assert_heap(&timers);
            }
            assert_eq!(timers.as_slice(), []);
        }
    }

    #[test]
    fn any_order_becomes_a_heap_and_no_entry_is_lost() {
        for whens in (0..=8).flat_map(all) {
            let mut timers = Timers::default();
            (1..).zip(&whens).for_each(|(n, &when)| timers.put_back(timer(n, when)));
            timers.init_heap();
            assert_heap(&timers);
            let mut left = fired(timers);
            left.sort_unstable();
            assert!(left.into_iter().eq(1..=whens.len() as u32), "{whens:?}");
        }
    }

    #[test]
    fn removing_any_entry_keeps_the_heap_and_says_where_it_has_changed() {
        for whens in (1..=7).flat_map(all) {
            for i in 0..whens.len() {
                let mut timers = added(&whens);
                let before = timers.as_slice().to_vec();
                let changed = timers.remove(i);
                assert_heap(&timers);
                assert!(changed <= i, "{whens:?}");
                assert_eq!(timers.as_slice()[..changed], before[..changed], "{whens:?}");
                let mut left: Vec<Entry> = timers.as_slice().to_vec();
                left.push(before[i]);
                let key = |t: &Entry| format!("{t:?}");
                left.sort_by_key(key);
                let mut all = before;
                all.sort_by_key(key);
                assert_eq!(left, all, "{whens:?}");
            }
        }
    }
}
