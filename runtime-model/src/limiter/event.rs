//! What a P's time is attributed to, and since when.

use sync::Word;

use crate::Time;

/// What a P's time is attributed to. Go: mgclimit.go, limiterEventType 348 (1.19.8), 346 (1.27.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimiterEventType {
    /// No event is in flight.
    None = 0,
    /// An idle mark worker.
    IdleMarkWork = 1,
    /// A mark assist.
    MarkAssist = 2,
    /// A scavenge assist.
    ScavengeAssist = 3,
    /// The P is on the idle list.
    Idle = 4,
}

const EVENT_BITS: u32 = 3;
const TYPE_MASK: u64 = ((1 << EVENT_BITS) - 1) << (64 - EVENT_BITS);

/// A time packed with an event's type. Go: mgclimit.go, limiterEventStamp 368 (1.19.8), 366 (1.27.3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64);

impl Stamp {
    pub(super) const NONE: Stamp = Stamp(0);

    pub(super) fn new(typ: LimiterEventType, now: Time) -> Self {
        Stamp(((typ as u64) << (64 - EVENT_BITS)) | (now as u64 & !TYPE_MASK))
    }

    /// # Panics
    /// If there is no such type, with Go's text.
    pub(super) fn typ(self) -> LimiterEventType {
        use LimiterEventType::*;
        let all = [None, IdleMarkWork, MarkAssist, ScavengeAssist, Idle];
        match all.get((self.0 >> (64 - EVENT_BITS)) as usize) {
            Some(&typ) => typ,
            Option::None => panic!("invalid limiter event type found"),
        }
    }

    /// The ticks from the stamp to `now`; 0 if `now` is stale.
    pub(super) fn duration(self, now: Time) -> Time {
        let start = ((now as u64 & TYPE_MASK) | (self.0 & !TYPE_MASK)) as Time;
        if now < start {
            return 0;
        }
        now - start
    }

    /// The time in it; 0 if there is no event.
    pub(super) fn since(self) -> Time {
        (self.0 & !TYPE_MASK) as Time
    }
}

impl Word for Stamp {
    fn to_bits(self) -> u64 {
        self.0
    }

    fn from_bits(bits: u64) -> Self {
        Stamp(bits)
    }
}

impl std::fmt::Debug for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.typ() {
            LimiterEventType::None => write!(f, "None"),
            typ => write!(f, "{typ:?} since {}", self.since()),
        }
    }
}
