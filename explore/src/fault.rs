//! What tests plant, to show that it would be noticed.

/// A mistake that is made on purpose, so that a test shows that it would be noticed.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The `n`-th object of the first thread is left out of the hash.
    ObjectLeftOut(u32),
    /// Pending operations are left out of the hash.
    PendingLeftOut,
    /// What threads have observed is left out of the hash.
    HistoryLeftOut,
    /// Two writes count as independent.
    WritesIndependent,
    /// On a cache hit, the sleep set is not looked at.
    SleepIgnoredOnHit,
    /// In a search for fewer steps, a state is done whenever it was visited.
    StepsIgnoredOnHit,
    /// A probe never takes the last step of a node that has several.
    ChildLeftOut,
    /// An observer is not told that the object of this number, in the order of creation, has changed.
    ChangeNotNoted(u32),
    /// An observer is not told that rounds in vain have become more or fewer.
    RoundsNotNoted,
    /// What this question reads is not noted.
    ReadsNotNoted(usize),
    /// The substrate does not restore the stack of the thread of this number.
    StackNotRestored(usize),
    /// The substrate does not note that the thread of this number has run.
    RunNotNoted(usize),
    /// The substrate does not restore the last quarter of the heap.
    HeapNotRestored,
    /// The substrate does not note that a page that was frozen has been written.
    ThawNotNoted,
    /// The substrate does not restore a page that was frozen and has been written.
    PageNotRestored,
    /// The substrate does not undo what has become of objects' prints.
    ObjectTableNotRestored,
    /// The substrate does not restore thread-locals.
    PlacesNotRestored,
}
