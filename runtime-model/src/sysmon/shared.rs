//! What sysmon and Ms both access; and what sysmon remembers of each P.

use sync::{Atomic, Condition, Ghost, Mutex, Plain};

use crate::g::GId;
use crate::program::{FlagId, Program};
use crate::{Time, START};

/// sysmon's part of `sched`.
pub struct SysmonShared {
    /// sysmon sleeps deeply. Written under the lock; read without it by Ms that enter a system call.
    pub sysmonwait: Atomic<bool>,
    /// `forcegc`, if the program has its G.
    pub forcegc: Option<Helper>,
    /// `updateMaxProcsG`, if the program has it.
    pub update_max_procs: Option<Helper>,
    /// What sysmon has last asked of the second. For checks.
    pub update: Ghost<Option<Update>>,
    /// When sysmon looked at the number of CPUs last (`lastgomaxprocs`). sysmon's own.
    pub(super) last_update: Plain<Time>,
    /// `sysmonnote`, and sysmon's turn between two rounds.
    pub(super) nap: Condition<Nap>,
    /// sysmon fell asleep while it had a P to look after; or since then a call was entered, or has returned with an idle P, or the
    /// world was started. For checks.
    pub is_owed: Ghost<bool>,
    /// So many rounds, one after the other, have changed nothing, while no M could move.
    pub(super) fruitless: Ghost<u32>,
    /// So many rounds, one after the other while no M could move, say that they have changed something, and no progress has come of
    /// it yet. For checks.
    pub vain: Ghost<u32>,
}

impl SysmonShared {
    /// What `lock` guards is written under it.
    pub(crate) fn new<L>(lock: &Mutex<L>, program: &Program) -> Self {
        SysmonShared {
            sysmonwait: Atomic::new("sysmonwait", false).written_under(lock),
            forcegc: Helper::of_forced_gc(program),
            update_max_procs: Helper::of_updates(program),
            update: Ghost::new(None),
            last_update: Plain::new("lastgomaxprocs", SysmonTick::LONG_AGO),
            nap: Condition::new("sysmonnote", Nap::default(), Nap::is_over),
            is_owed: Ghost::new(false),
            fruitless: Ghost::new(0),
            vain: Ghost::new(0),
        }
    }

    /// The Gs that sysmon makes runnable, as far as the program has them.
    pub fn helpers(&self) -> impl Iterator<Item = &Helper> {
        [&self.forcegc, &self.update_max_procs].into_iter().flatten()
    }
}

/// A G that sysmon makes runnable. Go: runtime2.go, type forcegcstate; proc.go, updateMaxProcsGState (since 1.25).
pub struct Helper {
    g: GId,
    /// `lock`. It has the GOMAXPROCS to set, `updateMaxProcsG.procs`.
    pub lock: Mutex<u32>,
    /// The G waits for sysmon. Written under the lock.
    pub idle: Atomic<bool>,
}

/// A change of GOMAXPROCS that sysmon has asked for. For checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    /// The new GOMAXPROCS.
    pub procs: u32,
    /// It has been made.
    pub is_done: bool,
}

impl Helper {
    /// The forced GC's. Go: proc.go, forcegc.
    fn of_forced_gc(program: &Program) -> Option<Self> {
        let g = program.forced_gc_helper()?;
        Some(Helper::new(["forcegc.lock", "forcegc.idle"], g, program.ps))
    }

    /// The one of changes of GOMAXPROCS. Go: proc.go, updateMaxProcsG (since 1.25).
    fn of_updates(program: &Program) -> Option<Self> {
        let g = program.update_gomaxprocs_helper()?;
        Some(Helper::new(["updateMaxProcsG.lock", "updateMaxProcsG.idle"], g, program.ps))
    }

    fn new([lock, idle]: [&'static str; 2], g: GId, procs: u32) -> Self {
        // sched.lock, 3, is taken under it. Go: lockrank.go, lockRankForcegc.
        let lock = Mutex::new(lock, procs).ranked(2);
        Helper { g, idle: Atomic::new(idle, false).written_under(&lock), lock }
    }

    /// Whether it says that it waits for sysmon; none while its lock is held. For checks.
    pub fn says_idle(&self) -> Option<bool> {
        self.lock.peek().map(|_| self.idle.peek())
    }

    /// Its G.
    pub fn g(&self) -> GId {
        self.g
    }
}

/// What sysmon waits for.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub(super) struct Nap {
    /// It sleeps deeply, until then at the latest. None between two rounds.
    pub(super) until: Option<Time>,
    /// An M has woken it from its deep sleep, or is to find it woken.
    pub(super) woken: bool,
    /// It goes on as soon as it is woken, beside Ms that run.
    pub(super) races: bool,
    /// It goes on, as no M can move.
    pub(super) turn: bool,
}

impl Nap {
    fn is_over(&self) -> bool {
        self.turn || (self.races && self.woken)
    }
}

/// What sysmon reads of a P without its M's consent, and what it remembers. In a program without sysmon nothing writes it.
pub struct WatchedP {
    /// How many Gs have been executed on the P. Go: `p.schedtick`, which is not counted up for a G from `runnext`.
    pub(crate) schedtick: Atomic<u32>,
    /// `p.syscalltick` as far as sysmon reads it without a lock: up to Go 1.25.
    pub(crate) syscalltick: Atomic<u32>,
    /// The flag for which the P's G keeps it busy. Go: `p.m.curg`, if that is a G that takes no other notice of a request.
    pub(crate) busy: Atomic<Busy>,
    /// `p.sysmontick`: written by sysmon alone.
    pub(crate) sysmontick: Plain<SysmonTick>,
}

impl WatchedP {
    /// That of the P with this number.
    pub(crate) fn new(p: u32) -> Self {
        let name = |field| ("P", p, field);
        WatchedP {
            schedtick: Atomic::new(name("schedtick"), 0),
            syscalltick: Atomic::new(name("syscalltick as sysmon reads it"), 0),
            busy: Atomic::new(name("busy"), Busy::NOT),
            sysmontick: Plain::new(name("sysmontick"), SysmonTick::FIRST),
        }
    }
}

/// What sysmon has seen of a P, and when it saw that first.
///
/// Go: proc.go, type sysmontick 5280-5285 (1.19.8), 6668-6673 (1.27.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SysmonTick {
    pub(crate) schedtick: u32,
    pub(crate) schedwhen: Time,
    pub(crate) syscalltick: u32,
    pub(crate) syscallwhen: Time,
}

impl SysmonTick {
    /// Nothing was seen: what is like that has been so since long before the start. In Go the times are 0, and the clock
    /// does not begin at 0.
    const LONG_AGO: Time = START - 1_000_000;

    const FIRST: Self = SysmonTick {
        schedtick: 0,
        schedwhen: Self::LONG_AGO,
        syscalltick: 0,
        syscallwhen: Self::LONG_AGO,
    };
}

/// The flag for which a G keeps its P busy, or none, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Busy(u32);

impl Busy {
    /// No G keeps the P busy.
    pub(crate) const NOT: Busy = Busy(0);

    /// A G keeps the P busy until that flag is set.
    pub(crate) fn until(flag: FlagId) -> Self {
        Busy(flag.0 as u32 + 1)
    }

    /// The flag.
    pub(crate) fn flag(self) -> Option<FlagId> {
        self.0.checked_sub(1).map(|flag| FlagId(flag as usize))
    }
}

impl std::fmt::Debug for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.flag() {
            Some(flag) => write!(f, "until flag {}", flag.0),
            None => f.write_str("not"),
        }
    }
}

impl sync::Word for Busy {
    fn to_bits(self) -> u64 {
        self.0.into()
    }

    fn from_bits(bits: u64) -> Self {
        Busy(bits as u32)
    }
}
