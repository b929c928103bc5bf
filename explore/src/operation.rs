//! Threads, objects and operations, and the dependency relation between steps.
//!
//! A thread or object is identified by its creator and by its number among the creator's threads or
//! objects. A global order of creation would not do: it differs between interleavings.

use std::fmt;

use smallvec::SmallVec;

use crate::words::Touched;

/// A thread: its creator and its number among the creator's threads, or the name that the program gave it.
///
/// There are at most 7 generations of 255 threads each. The root is the first thread; it has at most 223
/// children, and the next 30 numbers stand for named threads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ThreadId(u64);

/// Child numbers of the first thread above this one stand for names.
const NAMES: u64 = 224;

impl ThreadId {
    /// The bits of the id.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// The first thread.
    pub const MAIN: ThreadId = ThreadId(0);

    /// The environment, which moves when no thread can.
    pub const WORLD: ThreadId = ThreadId(u64::MAX);

    /// The creator, by convention, of objects that are known by their addresses.
    pub const MEMORY: ThreadId = ThreadId(u64::MAX - 1);

    /// The `n`-th thread, from 0, that this one creates; `None` if ids have no room for it.
    pub fn child(self, n: u32) -> Option<ThreadId> {
        let most = if self == ThreadId::MAIN { NAMES - 1 } else { 255 };
        let fits = self.0 < 1 << 48 && u64::from(n) < most;
        fits.then(|| ThreadId(self.0 << 8 | u64::from(n + 1)))
    }

    /// The thread with the name `n`, from 1 to 30, whichever thread creates it; `None` if `n` is out of
    /// range.
    pub fn named(n: u32) -> Option<ThreadId> {
        (1..=30).contains(&n).then(|| ThreadId(NAMES + u64::from(n)))
    }

    /// The name of the thread, or of its nearest ancestor that has one; `None` if none of them has a name.
    #[inline]
    pub(crate) fn name(self) -> Option<u32> {
        let root = self.0 >> self.generations();
        (root > NAMES && root < 255).then(|| (root - NAMES) as u32)
    }

    /// The same id with another name. The id must have a name.
    pub(crate) fn with_name(self, n: u32) -> ThreadId {
        let generations = self.generations();
        let below = self.0 & ((1 << generations) - 1);
        ThreadId(below | (NAMES + u64::from(n)) << generations)
    }

    /// The key of the thread's `n`-th object.
    #[inline]
    pub(crate) fn key(self, n: u32) -> u128 {
        u128::from(self.0) << 64 | u128::from(n)
    }

    /// The number of bits below the child of the first thread from which this thread descends.
    #[inline]
    fn generations(self) -> u32 {
        (63 - (self.0 | 1).leading_zeros()) / 8 * 8
    }

    /// Parses the output of [`fmt::Display`].
    pub fn parse(text: &str) -> Option<ThreadId> {
        if text == "world" {
            return Some(ThreadId::WORLD);
        }
        let mut parts = text.split('.');
        let first = parts.next()?;
        let root = match first.strip_prefix('#') {
            Some(name) => ThreadId::named(name.parse().ok()?)?,
            None => (first == "0").then_some(ThreadId::MAIN)?,
        };
        parts.try_fold(root, |id, n| id.child(n.parse::<u32>().ok()?.checked_sub(1)?))
    }
}

impl fmt::Display for ThreadId {
    /// `0` is the first thread, `0.2` its second child, `0.2.1` the first child of that; `#2` is the thread
    /// named 2.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == ThreadId::WORLD {
            return f.write_str("world");
        }
        let bytes = self.0.to_be_bytes().into_iter().skip_while(|&n| n == 0);
        match self.name() {
            Some(name) => write!(f, "#{name}")?,
            None => f.write_str("0")?,
        }
        bytes.skip(usize::from(self.name().is_some())).try_for_each(|n| write!(f, ".{n}"))
    }
}

/// A shared object: its creator, and its number among the creator's objects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ObjectId {
    /// The thread that made it.
    pub thread: ThreadId,
    /// Its number among the objects of this thread.
    pub n: u32,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.thread == ThreadId::MEMORY {
            return write!(f, "memory {:#x}", self.n);
        }
        write!(f, "object {}#{}", self.thread, self.n)
    }
}

/// The kind of an operation that a thread is about to perform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The thread begins.
    Start,
    /// Read an object.
    Read,
    /// Write an object.
    Write,
    /// Read an object and possibly write it, atomically.
    Update,
    /// Read a plain field, which has no synchronization of its own.
    PlainRead,
    /// Write a plain field.
    PlainWrite,
    /// Take a lock. Enabled if the lock is free.
    Lock,
    /// Wait. Enabled once another thread or the environment has woken this one.
    Wait,
    /// Wake threads that wait, now or later.
    Wake,
    /// Choose one of this many outcomes.
    Choose(u32),
    /// Continue after starting a thread.
    Spawn,
    /// The environment moves because no thread can.
    World,
}

impl Kind {
    /// Whether two threads that are about to perform these operations on one object race: one of them
    /// writes it, and one of the accesses is plain.
    pub fn races_with(self, other: Kind) -> bool {
        use Kind::{PlainRead, PlainWrite, Read, Update, Write};
        let both = [self, other];
        let accesses = |kind| matches!(kind, Read | Write | Update | PlainRead | PlainWrite);
        both.into_iter().all(accesses)
            && both.into_iter().any(|kind| matches!(kind, PlainRead | PlainWrite))
            && both.into_iter().any(|kind| matches!(kind, Write | Update | PlainWrite))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Start => f.write_str("start"),
            Kind::Read => f.write_str("read"),
            Kind::Write => f.write_str("write"),
            Kind::Update => f.write_str("update"),
            Kind::PlainRead => f.write_str("plain read"),
            Kind::PlainWrite => f.write_str("plain write"),
            Kind::Lock => f.write_str("lock"),
            Kind::Wait => f.write_str("wait"),
            Kind::Wake => f.write_str("wake"),
            Kind::Choose(n) => write!(f, "choose 1 of {n}"),
            Kind::Spawn => f.write_str("spawned"),
            Kind::World => f.write_str("the world moves"),
        }
    }
}

/// An operation that a thread has announced.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operation {
    /// The kind of the operation.
    pub kind: Kind,
    /// The object, if it has one.
    pub object: Option<ObjectId>,
}

impl Operation {
    /// The number of outcomes between which the search chooses.
    pub fn outcomes(&self) -> u32 {
        match self.kind {
            Kind::Choose(n) => n,
            _ => 1,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        self.object.iter().try_for_each(|object| write!(f, " {object}"))
    }
}

/// The effect of a step on an object.
///
/// The effect is what the step did, not what it announced. A step is atomic, so a step that leaves an
/// object unchanged (a comparison that fails, a lock that is taken and released) has only read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// The step may have read the object, which is unchanged.
    Read,
    /// The step changed the object.
    Write,
}

/// The effects of a step: of its operation, and of everything up to the thread's next operation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Footprint {
    /// The step ended the execution or was the environment's: it depends on every other step.
    pub all: bool,
    /// The objects that the step touched, each once.
    pub accesses: SmallVec<[(ObjectId, Access); 4]>,
    /// The words of memory that it touched, if the search looks at memory.
    pub memory: Option<Box<Touched>>,
}

impl Footprint {
    /// The footprint of a step that depends on every other step.
    pub fn of_all() -> Footprint {
        Footprint { all: true, ..Footprint::default() }
    }

    /// **The dependency relation.** Two steps of different threads, both enabled in a state, are
    /// independent if both can be taken in either order, with these footprints, and both orders lead to the
    /// same state. That is certain if both only read every object that both touch; otherwise this returns
    /// true.
    pub fn depends_on(&self, other: &Footprint) -> bool {
        self.all
            || other.all
            || self.accesses.iter().any(|&(mine, a)| {
                let theirs = other.accesses.iter().filter(|(object, _)| *object == mine);
                theirs.into_iter().any(|&(_, b)| a == Access::Write || b == Access::Write)
            })
            || match (&self.memory, &other.memory) {
                (Some(mine), Some(theirs)) => mine.depends_on(theirs),
                _ => false,
            }
    }

    /// Adds the footprint of another outcome of the same operation.
    pub fn add(&mut self, other: &Footprint) {
        self.all |= other.all;
        if let Some(theirs) = &other.memory {
            self.memory.get_or_insert_default().add(theirs);
        }
        for &(object, access) in &other.accesses {
            match self.accesses.iter_mut().find(|(mine, _)| *mine == object) {
                None => self.accesses.push((object, access)),
                Some((_, mine)) if access == Access::Write => *mine = access,
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    #[test]
    fn thread_ids_are_parsed_from_their_text() {
        let child = ThreadId::MAIN.child(1).unwrap();
        let grandchild = child.child(0).unwrap();
        let named = ThreadId::named(30).unwrap();
        let (of_named, last) = (named.child(7).unwrap(), ThreadId::MAIN.child(222).unwrap());
        for (id, name) in [
            (ThreadId::MAIN, "0"),
            (child, "0.2"),
            (grandchild, "0.2.1"),
            (last, "0.223"),
            (named, "#30"),
            (of_named, "#30.8"),
        ] {
            assert_eq!(id.to_string(), name);
            assert_eq!(ThreadId::parse(name), Some(id));
        }
        assert_eq!(ThreadId::parse("world"), Some(ThreadId::WORLD));
        assert_eq!(ThreadId::parse("1"), None);
        assert_eq!(ThreadId::parse("0.0"), None);
        assert_eq!(ThreadId::parse("0.224"), None);
        assert_eq!(ThreadId::parse("#0"), None);
        assert_eq!(ThreadId::parse("#31"), None);
    }

    #[test]
    fn ids_have_room_for_a_limited_number_of_threads() {
        assert_eq!(ThreadId::MAIN.child(223), None);
        assert_eq!(ThreadId::MAIN.child(0).and_then(|id| id.child(255)), None);
        let seventh = (0..7).try_fold(ThreadId::MAIN, |id, _| id.child(0));
        assert_eq!(seventh.map(|id| id.child(0)), Some(None));
    }

    #[test]
    fn two_accesses_race_if_one_writes_and_one_is_plain() {
        use Kind::{Lock, PlainRead, PlainWrite, Read, Update, Write};
        for (a, b, race) in [
            (PlainRead, PlainRead, false),
            (PlainRead, PlainWrite, true),
            (PlainWrite, PlainWrite, true),
            (PlainRead, Read, false),
            (PlainRead, Write, true),
            (PlainRead, Update, true),
            (PlainWrite, Read, true),
            (Write, Write, false),
            (Write, Update, false),
            (PlainWrite, Lock, false),
        ] {
            assert_eq!((a.races_with(b), b.races_with(a)), (race, race), "{a} {b}");
        }
    }

    /// Tries each pair of accesses, of one object and of two objects.
    #[test]
    fn steps_depend_on_each_other_if_one_writes_what_both_touch() {
        let object = |n| ObjectId { thread: ThreadId::MAIN, n };
        let step = |n, access| Footprint {
            accesses: smallvec![(object(n), access)],
            ..Footprint::default()
        };
        use Access::{Read, Write};
        for (a, b, depend) in
            [(Read, Read, false), (Read, Write, true), (Write, Read, true), (Write, Write, true)]
        {
            assert_eq!(step(0, a).depends_on(&step(0, b)), depend, "{a:?} {b:?}");
            assert!(!step(0, a).depends_on(&step(1, b)));
        }
        assert!(Footprint::of_all().depends_on(&Footprint::default()));
        assert!(Footprint::default().depends_on(&Footprint::of_all()));
    }

    #[test]
    fn the_footprint_of_a_choice_joins_its_outcomes() {
        let object = ObjectId { thread: ThreadId::MAIN, n: 0 };
        let of =
            |access| Footprint { accesses: smallvec![(object, access)], ..Footprint::default() };
        let mut sum = of(Access::Read);
        sum.add(&of(Access::Write));
        assert_eq!(sum.accesses[..], [(object, Access::Write)]);
    }
}
