//! 128 bits for a value.
//!
//! A state is taken for visited if its fingerprint has been seen. With 128 bits of a good hash, the
//! chance that any two of a billion states share one is below 10⁻²⁰; with 64 it would be 3 %.

use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::{xxh3_128, Xxh3};

use crate::renaming;

/// The fingerprint of `value`, the same in every process on machines of one byte order.
pub fn of(value: impl Hash) -> u128 {
    let mut bytes = Bytes { short: [0; SHORT], len: 0, long: None };
    value.hash(&mut bytes);
    match bytes.long {
        None => xxh3_128(&bytes.short[..bytes.len]),
        Some(long) => long.digest128(),
    }
}

/// The fingerprint of two fingerprints, in this order.
#[inline]
pub fn mix(a: u128, b: u128) -> u128 {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&a.to_ne_bytes());
    bytes[16..].copy_from_slice(&b.to_ne_bytes());
    xxh3_128(&bytes)
}

/// The fingerprint of something under each renaming of interchangeable threads; the first of them changes
/// nothing. Those beyond the number of renamings mean nothing.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fingerprints([u128; renaming::MOST]);

impl Fingerprints {
    /// The same under each renaming.
    pub const ZERO: Fingerprints = Fingerprints([0; renaming::MOST]);

    /// Of `value`.
    #[inline]
    pub fn of(value: impl Hash) -> Fingerprints {
        let mut all = Fingerprints::ZERO;
        renaming::each(&mut all.0, || of(&value));
        all
    }

    /// Of both, in this order.
    #[inline]
    pub fn mix(&self, other: &Fingerprints) -> Fingerprints {
        self.with(other, mix)
    }

    /// What `f` makes of each renaming's number.
    #[inline]
    pub(crate) fn from_fn(f: impl Fn(usize) -> u128) -> Fingerprints {
        let mut all = Fingerprints::ZERO;
        for (i, place) in all.0.iter_mut().enumerate().take(renaming::count()) {
            *place = f(i);
        }
        all
    }

    /// What `f` makes of each two.
    #[inline]
    pub(crate) fn with(
        &self,
        other: &Fingerprints,
        f: impl Fn(u128, u128) -> u128,
    ) -> Fingerprints {
        Fingerprints::from_fn(|i| f(self.0[i], other.0[i]))
    }

    /// The one under the renaming that changes nothing.
    #[inline]
    pub fn first(&self) -> u128 {
        self.0[0]
    }

    /// The least, and the number of its renaming.
    pub(crate) fn least(&self) -> (u128, usize) {
        let each = self.0.iter().copied().zip(0..renaming::count());
        each.min().expect("one renaming changes nothing")
    }

    /// Changes the one under that renaming, by `XOR`.
    #[inline]
    pub(crate) fn change(&mut self, renaming: usize, by: u128) {
        self.0[renaming] ^= by;
    }

    /// Those that mean something.
    #[inline]
    pub(crate) fn each(&self) -> &[u128] {
        &self.0[..renaming::count()]
    }
}

/// Values of fewer bytes are hashed in one go, which is several times faster.
const SHORT: usize = 128;

/// The bytes of a value.
struct Bytes {
    short: [u8; SHORT],
    /// How many there are; more than fit, if it is a longer one.
    len: usize,
    /// Those of a longer one, hashed as they come.
    long: Option<Box<Xxh3>>,
}

impl Bytes {
    #[cold]
    #[inline(never)]
    fn write_long(&mut self, bytes: &[u8]) {
        let (short, len) = (&self.short, self.len);
        let long = self.long.get_or_insert_with(|| {
            let mut long = Box::<Xxh3>::default();
            long.update(&short[..len]);
            long
        });
        long.update(bytes);
        self.len = SHORT + 1;
    }
}

impl Hasher for Bytes {
    /// # Panics
    /// Always: 64 bits are not asked for.
    fn finish(&self) -> u64 {
        unreachable!("fingerprints have 128 bits")
    }

    // The values are short, and nearly all of the time that they take would be calls.
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) {
        match self.short.get_mut(self.len..self.len + bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.write_long(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_value_matter() {
        assert_ne!(mix(1, 2), mix(2, 1));
        assert_ne!(of(1u32), of(2u32));
        assert_ne!(of((1u8, 2u8)), of((2u8, 1u8)));
        assert_eq!(of("a"), of("a"));
    }

    #[test]
    fn a_long_value_counts_to_its_last_byte() {
        for len in [SHORT - 1, SHORT, SHORT + 1, 3 * SHORT] {
            let mut value = vec![7u8; len];
            let before = of(&value);
            assert_eq!(before, of(&value));
            value[len - 1] = 8;
            assert_ne!(before, of(&value));
        }
    }
}
