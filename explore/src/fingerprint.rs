//! 128-bit fingerprints of values.
//!
//! The search treats a state as visited if it has seen the state's fingerprint. With 128 bits of a good
//! hash, the chance that any two of a billion states share a fingerprint is below 10⁻²⁰; with 64 bits it
//! would be 3 %.

use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::{xxh3_128, Xxh3};

use crate::renaming;

/// The fingerprint of `value`. It is the same in every process on machines of one byte order.
#[inline]
pub fn of(value: impl Hash) -> u128 {
    of_bytes(&|bytes| value.hash(bytes))
}

/// The fingerprint of the bytes that `write` writes. Not generic: for each type that is hashed, only the writing of its
/// bytes is compiled.
fn of_bytes(write: &dyn Fn(&mut Bytes)) -> u128 {
    let mut bytes = Bytes { short: [0; SHORT], len: 0, long: None };
    write(&mut bytes);
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

/// The fingerprints of a value, one for each renaming of the interchangeable threads. The first renaming
/// changes nothing. Entries beyond the number of renamings are unused.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fingerprints([u128; renaming::MOST]);

impl Fingerprints {
    /// Zero under each renaming.
    pub const ZERO: Fingerprints = Fingerprints([0; renaming::MOST]);

    /// The fingerprints of `value`.
    #[inline]
    pub fn of(value: impl Hash) -> Fingerprints {
        Fingerprints::of_bytes(&|bytes| value.hash(bytes))
    }

    /// The fingerprints of the bytes that `write` writes.
    pub fn of_bytes(write: &dyn Fn(&mut Bytes)) -> Fingerprints {
        let mut all = Fingerprints::ZERO;
        renaming::each(&mut all.0, || of_bytes(write));
        all
    }

    /// The fingerprints of the pair, in this order.
    #[inline]
    pub fn mix(&self, other: &Fingerprints) -> Fingerprints {
        self.with(other, mix)
    }

    /// The result of `f` for the number of each renaming.
    #[inline]
    pub(crate) fn from_fn(f: impl Fn(usize) -> u128) -> Fingerprints {
        let mut all = Fingerprints::ZERO;
        for (i, place) in all.0.iter_mut().enumerate().take(renaming::count()) {
            *place = f(i);
        }
        all
    }

    /// The result of `f` for each pair of entries.
    #[inline]
    pub(crate) fn with(
        &self,
        other: &Fingerprints,
        f: impl Fn(u128, u128) -> u128,
    ) -> Fingerprints {
        Fingerprints::from_fn(|i| f(self.0[i], other.0[i]))
    }

    /// The fingerprint under the renaming that changes nothing.
    #[inline]
    pub fn first(&self) -> u128 {
        self.0[0]
    }

    /// The least fingerprint, and the number of its renaming.
    pub(crate) fn least(&self) -> (u128, usize) {
        let each = self.0.iter().copied().zip(0..renaming::count());
        each.min().expect("one renaming changes nothing")
    }

    /// `XOR`s the fingerprint under that renaming with `by`.
    #[inline]
    pub(crate) fn change(&mut self, renaming: usize, by: u128) {
        self.0[renaming] ^= by;
    }

    /// The entries that are in use.
    #[inline]
    pub(crate) fn each(&self) -> &[u128] {
        &self.0[..renaming::count()]
    }
}

/// Shorter values are hashed in one call, which is several times faster.
const SHORT: usize = 128;

/// The bytes of a value to be hashed.
pub struct Bytes {
    short: [u8; SHORT],
    /// The number of bytes; `SHORT + 1` if the value is longer.
    len: usize,
    /// The hasher of a longer value, which takes the bytes as they come.
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
    /// Always: a fingerprint has 128 bits.
    fn finish(&self) -> u64 {
        unreachable!("fingerprints have 128 bits")
    }

    // Inlined because the values are short: calls would take nearly all of the time.
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
