//! Faults that tests plant, to show that the checks of the search detect them.
//!
//! A fault is no option: a search has the one that is planted on the thread that creates it, and hands it to its
//! workers ([`Search::fault`](crate::interface::Search::fault)).

use std::cell::Cell;

thread_local! {
    static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Plants the fault in each search that `body` creates on this thread, for tests. With `None` the searches have none.
#[doc(hidden)]
pub fn planting<T>(fault: Option<Fault>, body: impl FnOnce() -> T) -> T {
    struct Before(Option<Fault>);
    impl Drop for Before {
        fn drop(&mut self) {
            PLANTED.set(self.0);
        }
    }
    let _before = Before(PLANTED.replace(fault));
    body()
}

/// The fault of a search that is created now, on this thread.
#[doc(hidden)]
pub fn planted() -> Option<Fault> {
    PLANTED.get()
}

/// A fault that is planted on purpose, so that a test shows that it is detected.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The `n`-th object of the first thread is missing from the hash.
    ObjectLeftOut(u32),
    /// Pending operations are missing from the hash.
    PendingLeftOut,
    /// What threads have observed is missing from the hash.
    HistoryLeftOut,
    /// Two writes count as independent.
    WritesIndependent,
    /// A cache hit ignores the stored sleep set.
    SleepIgnoredOnHit,
    /// A search for fewer steps ignores the number of steps on a cache hit.
    StepsIgnoredOnHit,
    /// An estimate never takes the last step of a node that has several.
    ChildLeftOut,
    /// The change of the object with this number, in the order of creation, is not recorded for observers.
    ChangeNotRecorded(u32),
    /// A change of the number of rounds without progress is not recorded for observers.
    RoundsNotRecorded,
    /// The reads of the predicate with this number are not recorded.
    ReadsNotRecorded(usize),
    /// The substrate does not restore the stack of the thread with this number.
    StackNotRestored(usize),
    /// The substrate does not record that the thread with this number has run.
    RunNotRecorded(usize),
    /// The substrate does not restore the last quarter of the heap.
    HeapNotRestored,
    /// The substrate does not record that a frozen page was written.
    ThawNotRecorded,
    /// The substrate does not restore a page that was frozen and then written.
    PageNotRestored,
    /// The substrate does not undo the changes of objects' fingerprints.
    ObjectTableNotRestored,
    /// The substrate does not restore thread-locals.
    PlacesNotRestored,
    /// The substrate does not restore the heap of the thread with this number.
    ThreadHeapNotRestored(usize),
    /// The stack of the thread with this number is missing from the hash of memory.
    StackNotHashed(usize),
    /// The heap of the thread with this number is missing from the hash of memory.
    HeapNotHashed(usize),
    /// Fresh and freed memory, and stacks below their pointers, keep what was there.
    MemoryNotCleared,
    /// A write that the program has not reported is missing from the footprint.
    WriteNotSeen,
    /// A search for livelocks has sleep sets.
    GraphWithSleepSets,
    /// A search for livelocks does not see which steps make progress.
    ProgressNotSeen,
    /// A search for livelocks does not see which threads can move.
    EnabledNotSeen,
}
