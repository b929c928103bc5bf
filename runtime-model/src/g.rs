//! G: a goroutine, which here is a script of actions.
//!
//! Go: runtime2.go, type g 407-506 (1.19.8), 471-596 (1.27.3).

use sync::{Atomic, Awaited, Ghost, Plain, Word};

pub use crate::ids::GId;
use crate::ids::{MId, PId};
use crate::timers::Claimed;
use crate::Time;

/// A pointer to a G, or nil, in one word. Go: runtime2.go, guintptr 260 (1.19.8), 242 (1.27.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guintptr(u32);

impl Guintptr {
    /// No G.
    pub const NIL: Guintptr = Guintptr(0);

    /// The pointer to `g`.
    pub fn of(g: GId) -> Self {
        Guintptr(g.0 + 1)
    }

    /// The G it points to, if any.
    pub fn ptr(self) -> Option<GId> {
        self.0.checked_sub(1).map(GId)
    }
}

impl std::fmt::Debug for Guintptr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.ptr() {
            Some(g) => write!(f, "{g}"),
            None => f.write_str("nil"),
        }
    }
}

impl Word for Guintptr {
    fn to_bits(self) -> u64 {
        self.0.into()
    }

    fn from_bits(bits: u64) -> Self {
        Guintptr(bits as u32)
    }
}

/// Go's G states, as far as the core has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GStatus {
    /// `_Gidle`: nothing has started it yet.
    Idle,
    /// `_Grunnable`: on a run queue.
    Runnable,
    /// `_Grunning`: an M executes it.
    Running,
    /// `_Gsyscall`: its M is in a system call.
    Syscall,
    /// `_Gwaiting`: parked or asleep.
    Waiting,
    /// `_Gpreempted`: it has stopped, as another G wants to suspend it.
    Preempted,
    /// `_Gdead`: its script has ended.
    Dead,
}

impl GStatus {
    const ALL: [GStatus; 7] = [
        GStatus::Idle,
        GStatus::Runnable,
        GStatus::Running,
        GStatus::Syscall,
        GStatus::Waiting,
        GStatus::Preempted,
        GStatus::Dead,
    ];
}

/// `g.atomicstatus`, in a program in which a G suspends others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AtomicStatus {
    /// The status.
    pub status: GStatus,
    /// `_Gscan`: another M has suspended the G, so its status does not change.
    pub scan: bool,
    /// `g.preemptStop`: it is running, and is to stop. A word of its own in Go, written under the scan bit.
    pub preempt_stop: bool,
}

impl AtomicStatus {
    /// The status alone.
    pub const fn of(status: GStatus) -> Self {
        AtomicStatus { status, scan: false, preempt_stop: false }
    }

    /// The same with the scan bit.
    pub const fn scanned(self) -> Self {
        AtomicStatus { scan: true, ..self }
    }

    /// An M that has set the scan bit clears it soon, and a G that is asked to stop does.
    fn has_settled(self) -> bool {
        !self.scan && !self.preempt_stop
    }
}

impl std::fmt::Debug for AtomicStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scan = if self.scan { "Scan | " } else { "" };
        let asked = if self.preempt_stop { ", asked to stop" } else { "" };
        write!(f, "{scan}{:?}{asked}", self.status)
    }
}

impl Word for AtomicStatus {
    fn to_bits(self) -> u64 {
        self.status as u64 | u64::from(self.scan) << 3 | u64::from(self.preempt_stop) << 4
    }

    fn from_bits(bits: u64) -> Self {
        AtomicStatus {
            status: GStatus::ALL[(bits & 7) as usize],
            scan: bits & 8 != 0,
            preempt_stop: bits & 16 != 0,
        }
    }
}

/// What other Ms may know of a G's status: whether it is in a system call, and the scan bit then (since Go 1.26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// It is in none.
    Out,
    /// `_Gsyscall`: other Ms may take its P.
    In,
    /// `_Gscan | _Gsyscall`: another M is about to take its P, and the G does not return meanwhile.
    Scan,
}

impl CallStatus {
    /// The M that has set the scan bit clears it soon.
    fn has_settled(self) -> bool {
        self != CallStatus::Scan
    }
}

impl Word for CallStatus {
    fn to_bits(self) -> u64 {
        self as u64
    }

    fn from_bits(bits: u64) -> Self {
        [CallStatus::Out, CallStatus::In, CallStatus::Scan][bits as usize]
    }
}

/// Where *park* and *ready* of one G meet: it stands for the lock of a channel or a semaphore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Park {
    /// It is not parked: it runs or sleeps, or has not started.
    Away,
    /// It was readied before it parked: its next *park* returns at once.
    Permit,
    /// It is parked.
    Parked,
}

impl Word for Park {
    fn to_bits(self) -> u64 {
        self as u64
    }

    fn from_bits(bits: u64) -> Self {
        [Park::Away, Park::Permit, Park::Parked][bits as usize]
    }
}

/// A place within a function of the runtime, where a G was preempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `addtimer` has read that this P is its M's, and is to lock that P's timers.
    Add(PId),
    /// `modtimer` has claimed a timer, for this time.
    Claim(Claimed, Time),
    /// It has polled a timer's channel so many times, and found no value.
    Polled(u32),
}

/// One goroutine.
pub struct G {
    /// Its index in `allg`.
    pub id: GId,
    /// Changed by the only M that has the G: the one that runs it, or the one that ended its wait.
    pub status: Plain<GStatus>,
    /// The same for an M that suspends the G, which has it not. None in a program in which no G suspends others.
    pub atomicstatus: Option<Awaited<AtomicStatus>>,
    /// See [`Park`].
    pub park: Atomic<Park>,
    /// The next G of the queue it is linked in. Written by the M that took it from a run queue.
    pub schedlink: Plain<Guintptr>,
    /// The index of its next action.
    pub pc: Plain<usize>,
    /// Where in its last action it was preempted. Its next action is the rest of that then.
    pub place: Plain<Option<Place>>,
    /// It has waited for a descriptor in its next action, and goes on behind that wait.
    pub waited: Plain<bool>,
    /// Its status, as far as system calls go, since Go 1.26.
    pub call: Awaited<CallStatus>,
    /// `g.m`, in a system call of Go 1.26 or later. Written before the G is in the call, and after; read with its scan bit.
    pub(crate) m: Plain<Option<MId>>,
    /// `g.lockedm`: the M that it is locked to. Written by that M, while it runs the G; read by an M that has the G in its hands.
    pub lockedm: Plain<Option<MId>>,
    /// It is suspended, and had this status when it was. For checks.
    pub suspended: Ghost<Option<GStatus>>,
    /// Its script has ended. For checks.
    pub finished: Ghost<bool>,
}

impl G {
    pub(crate) fn new(id: GId, status: GStatus, suspends: bool) -> Self {
        let name = |field| ("G", id.0, field);
        let atomicstatus = || {
            let status = AtomicStatus::of(status);
            Awaited::new(name("atomicstatus"), status, AtomicStatus::has_settled)
        };
        G {
            id,
            status: Plain::new(name("status"), status),
            atomicstatus: suspends.then(atomicstatus),
            park: Atomic::new(name("park"), Park::Away),
            schedlink: Plain::new(name("schedlink"), Guintptr::NIL),
            pc: Plain::new(name("pc"), 0),
            place: Plain::new(name("place"), None),
            waited: Plain::new(name("waited"), false),
            call: Awaited::new(name("call"), CallStatus::Out, CallStatus::has_settled),
            m: Plain::new(name("m"), None),
            lockedm: Plain::new(name("lockedm"), None),
            suspended: Ghost::new(None),
            finished: Ghost::new(false),
        }
    }

    /// Moves the status from `old` to `new`. Waits while another M has set the scan bit.
    ///
    /// # Panics
    /// As Go does, if the status is not `old`: `casgstatus: bad incoming values`.
    ///
    /// Go: proc.go, casgstatus 963-1028 (1.19.8), 1290-1396 (1.27.3).
    #[track_caller]
    pub fn casgstatus(&self, old: GStatus, new: GStatus) {
        self.move_atomicstatus(old, new);
        let was = self.status.replace(new);
        assert!(was == old, "casgstatus: bad incoming values");
    }

    /// The part of it that an M which suspends the G sees.
    #[track_caller]
    pub(crate) fn move_atomicstatus(&self, old: GStatus, new: GStatus) {
        let Some(word) = &self.atomicstatus else { return };
        let mut was = AtomicStatus::of(old);
        // Suspending, 2. Meets the exchange in `suspend_g`, which sets the scan bit or asks the G to stop.
        while !word.cas(was, AtomicStatus::of(new)) {
            was = word.load_when(|now| !now.scan);
            assert!(was.status == old, "casgstatus: bad incoming values");
        }
    }

    /// Sets the scan bit of a G that is in a system call. Returns false if another M has set it. It is a step.
    ///
    /// Go: proc.go, setBlockOnExitSyscall 6831-6834 (1.27.3; since 1.26).
    pub fn castogscan_call(&self) -> bool {
        let Some(word) = &self.atomicstatus else { return true };
        let was = AtomicStatus::of(GStatus::Syscall);
        word.cas(was, was.scanned())
    }

    /// The same; waits while another M has set it. Ours, not Go's. It is a step.
    pub fn castogscan_call_when_resumed(&self) -> bool {
        let Some(word) = &self.atomicstatus else { return true };
        while !self.castogscan_call() {
            // The caller has the scan bit of `call`, for which the G waits before it leaves its status.
            let status = word.load_when(|now| !now.scan).status;
            assert!(status == GStatus::Syscall, "castogscan: {} is {status:?}", self.id);
        }
        true
    }

    /// Clears the scan bit of a G that is in a system call.
    pub(crate) fn casfrom_gscan_call(&self) {
        if let Some(word) = &self.atomicstatus {
            // Meets the waits in `casgstatus` and `suspend_g`.
            word.store(AtomicStatus::of(GStatus::Syscall));
        }
    }

    /// A new G, in the place of one that has ended or has not begun. Returns which.
    pub(crate) fn renew(&self) -> GStatus {
        // No M suspends a G that has ended.
        self.atomicstatus.iter().for_each(|word| word.store(AtomicStatus::of(GStatus::Runnable)));
        self.status.replace(GStatus::Runnable)
    }
}
