//! The state of a timer that actions name: its bits, and what its lock protects.

use std::fmt;

use sync::Word;

use crate::Time;

/// The state bits of a timer. Go: time.go, the constants 205-224 (1.27.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerBits(u8);

impl TimerBits {
    /// On no heap.
    pub const NONE: TimerBits = TimerBits(0);
    /// On a heap.
    pub const HEAPED: TimerBits = TimerBits(1);
    /// Its time is another one than its place on the heap says. Only together with `HEAPED`.
    pub const MODIFIED: TimerBits = TimerBits(2);
    /// To be taken off the heap, and not to fire from there. Only together with `HEAPED`.
    pub const ZOMBIE: TimerBits = TimerBits(4);

    /// Whether one of these bits is set.
    pub fn any(self, bits: TimerBits) -> bool {
        self.0 & bits.0 != 0
    }

    /// With these bits.
    #[must_use]
    pub const fn with(self, bits: TimerBits) -> TimerBits {
        TimerBits(self.0 | bits.0)
    }

    /// Without these bits.
    #[must_use]
    pub const fn without(self, bits: TimerBits) -> TimerBits {
        TimerBits(self.0 & !bits.0)
    }
}

impl fmt::Debug for TimerBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            [(Self::HEAPED, "heaped"), (Self::MODIFIED, "modified"), (Self::ZOMBIE, "zombie")];
        let set: Vec<&str> =
            named.iter().filter(|(bit, _)| self.any(*bit)).map(|(_, name)| *name).collect();
        f.write_str(if set.is_empty() { "none" } else { "" })?;
        f.write_str(&set.join("|"))
    }
}

impl Word for TimerBits {
    fn to_bits(self) -> u64 {
        self.0.into()
    }

    fn from_bits(bits: u64) -> Self {
        TimerBits(bits as u8)
    }
}

/// What a timer's lock protects.
#[derive(Debug, Hash)]
pub struct TimerData {
    /// The state. The timer's `astate` has it as it was when the lock was last released.
    pub state: TimerBits,
    /// When it fires; 0 if it does not.
    pub when: Time,
    /// Ticks from one time that it fires to the next; 0 if it fires once.
    pub period: Time,
    /// How many Gs wait on its channel, if it has one.
    pub blocked: u32,
}

impl TimerData {
    /// A new timer.
    pub(crate) fn new() -> Self {
        TimerData { state: TimerBits::NONE, when: 0, period: 0, blocked: 0 }
    }

    /// It is on no heap any more.
    pub(super) fn leaves_heap(&mut self) {
        use TimerBits as B;
        self.state = self.state.without(B::HEAPED.with(B::MODIFIED).with(B::ZOMBIE));
    }
}
