//! The words of the GC: a stack of work, a stack of workers, and the number of idle workers.
//!
//! Go has stacks without a lock here (lfstack.go), of which one word is compared and exchanged. Here the whole stack is in the
//! word.

use sync::Word;

use crate::g::GId;
use crate::program::FlagId;

/// The most units of work, or workers, that a stack holds.
const MOST: u32 = 8;

/// What a P's next worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkerMode {
    /// The next G is no worker.
    NotWorker,
    /// It has the P until no work is left.
    Dedicated,
    /// It has the P until there is a G for it.
    Idle,
}

/// A unit of work: marking it sets a flag of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarkUnit(u8);

impl MarkUnit {
    const LONG: u8 = 0x80;

    /// A unit that sets that flag. `long`: marking it takes until no M can move.
    ///
    /// # Panics
    /// If there are too many flags for a word.
    pub fn new(flag: FlagId, long: bool) -> Self {
        let flag = u8::try_from(flag.0 + 1).ok().filter(|&flag| flag < Self::LONG);
        let flag = flag.expect("program: too many flags for units of GC work");
        MarkUnit(if long { flag | Self::LONG } else { flag })
    }

    /// The flag.
    pub fn flag(self) -> FlagId {
        FlagId(usize::from(self.0 & !Self::LONG) - 1)
    }

    /// Whether it takes until no M can move.
    pub fn is_long(self) -> bool {
        self.0 & Self::LONG != 0
    }
}

/// A stack of at most eight bytes, none of which is 0: the top is the lowest.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Stack(u64);

impl Stack {
    /// # Panics
    /// If the stack is full.
    fn push(self, byte: u8, what: &str) -> Self {
        assert!(self.0 >> (8 * (MOST - 1)) == 0, "program: more than {MOST} {what} at a time");
        Stack(self.0 << 8 | u64::from(byte))
    }

    fn pop(self) -> Option<(u8, Self)> {
        let byte = self.0 as u8;
        (byte != 0).then_some((byte, Stack(self.0 >> 8)))
    }

    /// From the top.
    fn bytes(self) -> impl Iterator<Item = u8> {
        self.0.to_le_bytes().into_iter().take_while(|&byte| byte != 0)
    }
}

/// `work.full`: units of work that any worker may take.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MarkWork(Stack);

impl MarkWork {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 .0 == 0
    }

    /// With one unit more.
    ///
    /// # Panics
    /// If there are eight already.
    #[must_use]
    pub fn push(self, unit: MarkUnit) -> Self {
        MarkWork(self.0.push(unit.0, "units of GC work"))
    }

    /// The last unit that was pushed, and the others.
    pub fn pop(self) -> Option<(MarkUnit, Self)> {
        self.0.pop().map(|(byte, others)| (MarkUnit(byte), MarkWork(others)))
    }
}

impl std::fmt::Debug for MarkWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.bytes().count() {
            0 => f.write_str("none"),
            1 => f.write_str("1 unit"),
            n => write!(f, "{n} units"),
        }
    }
}

impl Word for MarkWork {
    fn to_bits(self) -> u64 {
        self.0 .0
    }

    fn from_bits(bits: u64) -> Self {
        MarkWork(Stack(bits))
    }
}

/// `gcBgMarkWorkerPool`: the workers that no M has, the last one that was put there at the top.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct WorkerPool(Stack);

impl WorkerPool {
    /// With one worker more.
    ///
    /// # Panics
    /// If there are eight already.
    #[must_use]
    pub fn push(self, g: GId) -> Self {
        let byte = u8::try_from(g.0 + 1).expect("program: too many Gs for a pool of workers");
        WorkerPool(self.0.push(byte, "mark workers"))
    }

    /// The last worker that was put there, and the others.
    pub fn pop(self) -> Option<(GId, Self)> {
        self.0.pop().map(|(byte, others)| (GId(u32::from(byte) - 1), WorkerPool(others)))
    }

    /// The workers, from the top.
    pub fn workers(self) -> impl Iterator<Item = GId> {
        self.0.bytes().map(|byte| GId(u32::from(byte) - 1))
    }
}

impl FromIterator<GId> for WorkerPool {
    fn from_iter<I: IntoIterator<Item = GId>>(gs: I) -> Self {
        gs.into_iter().fold(WorkerPool::default(), WorkerPool::push)
    }
}

impl std::fmt::Debug for WorkerPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.workers()).finish()
    }
}

impl Word for WorkerPool {
    fn to_bits(self) -> u64 {
        self.0 .0
    }

    fn from_bits(bits: u64) -> Self {
        WorkerPool(Stack(bits))
    }
}

/// How many idle workers run, and how many may.
///
/// Go: mgcpacer.go, gcControllerState.idleMarkWorkers 316-348 (1.19.8), 287-319 (1.27.3).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct IdleMarkWorkers {
    /// So many run, or are about to.
    pub n: i32,
    /// So many may.
    pub max: i32,
}

impl std::fmt::Debug for IdleMarkWorkers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.n, self.max)
    }
}

impl Word for IdleMarkWorkers {
    fn to_bits(self) -> u64 {
        u64::from(self.n as u32) | u64::from(self.max as u32) << 32
    }

    fn from_bits(bits: u64) -> Self {
        IdleMarkWorkers { n: bits as u32 as i32, max: (bits >> 32) as u32 as i32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_worker_that_came_is_the_first_to_go() {
        let pool: WorkerPool = [GId(2), GId(3)].into_iter().collect();
        let (first, others) = pool.pop().expect("two");
        assert_eq!((first, others.workers().collect::<Vec<_>>()), (GId(3), vec![GId(2)]));
        assert_eq!(others.push(first), pool);
        assert_eq!(others.pop().and_then(|(_, none)| none.pop()), None);
    }

    #[test]
    fn a_unit_keeps_its_flag_and_how_long_it_takes() {
        let work = MarkWork::default();
        for long in [false, true] {
            let unit = MarkUnit::new(FlagId(5), long);
            let (same, others) = work.push(unit).pop().expect("one");
            assert_eq!((same.flag(), same.is_long(), others.is_empty()), (FlagId(5), long, true));
        }
    }

    #[test]
    #[should_panic(expected = "program: more than 8 units of GC work at a time")]
    fn nine_units_are_too_many() {
        let unit = MarkUnit::new(FlagId(0), false);
        let _ = (0..9).fold(MarkWork::default(), |work, _| work.push(unit));
    }

    #[test]
    fn both_numbers_fit_into_the_word() {
        let workers = IdleMarkWorkers { n: -1, max: 3 };
        assert_eq!(IdleMarkWorkers::from_bits(workers.to_bits()), workers);
    }
}
