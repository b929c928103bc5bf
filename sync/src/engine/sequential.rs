//! A word for engines that run all threads on one OS thread: std's atomic, with a turn before each
//! operation.

use std::sync::atomic::{AtomicU64, Ordering};

use ::explore::fingerprint::Fingerprints;
use ::explore::operation::Kind;

use super::chosen::turn;
use super::tracking::{learn, Object};
use super::{Order, Update};

/// Nothing to do: all operations are in one order anyway.
pub(crate) fn fence() {}

/// A word of 64 bits.
pub(crate) struct Word {
    bits: AtomicU64,
    object: Object,
}

impl Word {
    pub(crate) fn new(bits: u64) -> Self {
        Word { bits: AtomicU64::new(bits), object: Object::new(|| Fingerprints::of(bits)) }
    }

    pub(crate) fn load(&self, _order: Order) -> u64 {
        turn(&self.object, Kind::Read);
        self.peek()
    }

    pub(crate) fn store(&self, bits: u64, _order: Order) {
        turn(&self.object, Kind::Write);
        self.set(bits);
    }

    /// Returns the previous value.
    pub(crate) fn update(&self, update: Update, _order: Order) -> u64 {
        turn(&self.object, Kind::Update);
        let old = self.bits.load(Ordering::Relaxed);
        let new = update.apply(old);
        self.object.depend_on();
        match update {
            // A comparison observes only whether the values were equal. Setting or clearing bits observes
            // nothing.
            Update::Cas { .. } => learn(new.is_some()),
            Update::Or(_) | Update::And(_) => {}
            Update::Add(_) | Update::Swap(_) => learn(old),
        }
        if let Some(new) = new {
            self.set(new);
        }
        old
    }

    /// The object by which a search tracks the word.
    pub(crate) fn object(&self) -> Option<&Object> {
        Some(&self.object)
    }

    #[inline]
    pub(crate) fn peek(&self) -> u64 {
        self.object.read();
        self.bits.load(Ordering::Relaxed)
    }

    fn set(&self, bits: u64) {
        self.bits.store(bits, Ordering::Relaxed);
        self.object.write(|| Fingerprints::of(bits));
    }
}
