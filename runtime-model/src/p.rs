//! P: a processor, the right to run Gs; with its run queue, its timers and its limiter event.
//!
//! Go: runtime2.go, type p 609-765 (1.19.8), 774-930 (1.27.3).

use std::hash::{Hash, Hasher};

use sync::{Atomic, Ghost, Mutex, Plain};

use crate::g::Guintptr;
use crate::gc::WorkerMode;
pub use crate::idle::OwnedP;
pub use crate::ids::PId;
use crate::ids::{GId, MId};
use crate::limiter::LimiterEvent;
use crate::sysmon::WatchedP;

use crate::timers::{earlier, TimerWords, Timers};
use crate::Time;

/// Go's P states, as far as the core has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PStatus {
    /// `_Pidle`: on the idle list, or owned by an M that is about to run it.
    Idle,
    /// `_Prunning`: an M runs on it.
    Running,
    /// `_Pgcstop`: the world is stopped, or about to be, and this P has stopped.
    GcStop,
    /// `_Psyscall`: its M is in a system call, and other Ms may take it. See [`P::in_syscall`].
    Syscall,
    /// `_Pdead`: GOMAXPROCS has no room for it.
    Dead,
}

/// One processor.
pub struct P {
    /// Its index in `allp`.
    pub id: PId,
    /// `Running` exactly while `m` is not None. Written by the P's owner.
    pub status: Plain<PStatus>,
    /// The M that runs on it.
    pub m: Plain<Option<MId>>,
    /// It is in a system call, so it is owned by the M that first exchanges this for false. Go has this in `status`.
    pub in_syscall: Atomic<bool>,
    /// The G that is in a system call of Go 1.26 or later with it, or is about to enter or to leave one. Go: `p.m.curg`.
    pub caller: Atomic<Guintptr>,
    /// The P is asked to run the safe point function. Set under the lock; cleared by the M that runs it.
    pub run_safe_point_fn: Atomic<bool>,
    /// How often it has run the safe point function. For checks.
    pub safe_points: Ghost<u32>,
    /// How many system calls have come to their end on it, or have lost it. Written by its owner.
    pub syscalltick: Plain<u32>,

    /// The ring's head: thieves and the owner move it, by compare-and-swap.
    pub runqhead: Atomic<u32>,
    /// The ring's tail: only the owner moves it.
    pub runqtail: Atomic<u32>,
    /// The ring. A slot's content counts only between head and tail.
    pub runq: Vec<Atomic<Guintptr>>,
    /// The G to run next, before the ring. Any M may take it (set it to nil); only the owner fills it.
    pub runnext: Atomic<Guintptr>,

    /// `timersLock` (since 1.23 `timers.mu`) and what it protects.
    pub timers: Mutex<Timers>,
    /// The length of the heap, to be read without the lock. Since 1.23 (`len`), as it was when the lock was last released.
    pub num_timers: Atomic<i32>,
    /// When the heap's first timer fires; 0 if the heap is empty. Since 1.23: `minWhenHeap`.
    pub timer0_when: Atomic<i64>,
    /// The earliest time to which a timer of the heap was modified that fires earlier than its place says (since 1.23,
    /// `minWhenModified`: of all that were modified); 0 if there is none. Written without the lock, by Gs that modify timers.
    pub timer_modified_earliest: Atomic<i64>,
    /// How many timers of the heap were stopped. Written without the lock, by Gs that stop timers. Since 1.23: `zombies`.
    pub deleted_timers: Atomic<u32>,

    /// `gcMarkWorkerMode`: what the mark worker does that runs next on the P, or runs there. Written by its owner.
    pub gc_mark_worker_mode: Plain<WorkerMode>,
    /// `nextGCMarkWorker`: the dedicated worker that runs next. Written by its owner, or while the world is stopped.
    pub next_gc_mark_worker: Plain<Option<GId>>,

    /// What sysmon reads of it, and remembers.
    pub watched: WatchedP,

    /// What the GC CPU limiter attributes the P's current time to.
    pub limiter_event: LimiterEvent,
}

impl Hash for P {
    /// A reference to a P is known by its id: the fields are shared objects, which a search sees by themselves.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl P {
    /// A P with an empty run queue of `ring` slots, at the start of the world. Go: proc.go, (*p).init 4671-4705 (1.19.8), 5957-5992 (1.27.3).
    ///
    /// The words of its timers have the names that they have in the release: `words`.
    pub(crate) fn new(id: PId, status: PStatus, ring: u32, words: &TimerWords) -> Self {
        let name = |field| ("P", id.0, field);
        // Ranks: sched.lock is 3 (see there). An M that wakes another takes sched.lock, so it must not hold this lock.
        let timers = Mutex::new(name(words.lock), Timers::default()).ranked(4).forbids_wakeups();
        let slot = |i| Atomic::new(("P", id.0, "runq", i), Guintptr::NIL);
        P {
            id,
            status: Plain::new(name("status"), status),
            m: Plain::new(name("m"), None),
            in_syscall: Atomic::new(name("in_syscall"), false),
            caller: Atomic::new(name("caller"), Guintptr::NIL),
            run_safe_point_fn: Atomic::new(name("runSafePointFn"), false),
            safe_points: Ghost::new(0),
            syscalltick: Plain::new(name("syscalltick"), 0),
            runqhead: Atomic::new(name("runqhead"), 0),
            runqtail: Atomic::new(name("runqtail"), 0),
            runq: (0..ring).map(slot).collect(),
            runnext: Atomic::new(name("runnext"), Guintptr::NIL),
            num_timers: Atomic::new(name(words.len), 0).written_under(&timers),
            timer0_when: Atomic::new(name(words.first), 0).written_under(&timers),
            timer_modified_earliest: Atomic::new(name(words.modified), 0),
            deleted_timers: Atomic::new(name(words.stopped), 0),
            timers,
            gc_mark_worker_mode: Plain::new(name("gcMarkWorkerMode"), WorkerMode::NotWorker),
            next_gc_mark_worker: Plain::new(name("nextGCMarkWorker"), None),
            watched: WatchedP::new(id.0),
            limiter_event: LimiterEvent::new(name("limiterEvent")),
        }
    }

    /// When the next timer fires, as others see it; 0 if there is none. For checks.
    pub fn peek_wake_time(&self) -> Time {
        earlier(self.timer0_when.peek(), self.timer_modified_earliest.peek())
    }
}
