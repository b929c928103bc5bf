//! The types that fit into an atomic.

use std::fmt::Debug;

/// A value of at most 64 bits that an atomic can hold.
///
/// `from_bits(to_bits(x))` is `x`, and equal values have equal bits.
pub trait Word: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// The bits that represent the value.
    fn to_bits(self) -> u64;
    /// The value whose [`Word::to_bits`] are these bits.
    fn from_bits(bits: u64) -> Self;
}

/// A word that can be added to. Its bits wrap where the value wraps.
pub trait IntWord: Word {}

/// A word whose bits can be set and cleared.
pub trait BitWord: Word {}

/// The shift of a 32-bit value in the 64-bit word. It lies at the top, so that a 64-bit addition wraps at
/// 32 bits, as Go's `Xadd` of `-1` to a `uint32` does.
const TOP: u32 = 32;

impl Word for u32 {
    fn to_bits(self) -> u64 {
        u64::from(self) << TOP
    }

    fn from_bits(bits: u64) -> u32 {
        (bits >> TOP) as u32
    }
}

impl Word for i32 {
    fn to_bits(self) -> u64 {
        (self as u32).to_bits()
    }

    fn from_bits(bits: u64) -> i32 {
        u32::from_bits(bits) as i32
    }
}

macro_rules! word_as_u64 {
    ($($int:ty),*) => {
        $(impl Word for $int {
            fn to_bits(self) -> u64 {
                self as u64
            }

            fn from_bits(bits: u64) -> $int {
                bits as $int
            }
        })*
    };
}
word_as_u64!(u64, i64, usize);

impl Word for bool {
    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    fn from_bits(bits: u64) -> bool {
        bits != 0
    }
}

impl IntWord for u32 {}
impl IntWord for i32 {}
impl IntWord for u64 {}
impl IntWord for i64 {}
impl IntWord for usize {}

impl BitWord for u32 {}
impl BitWord for u64 {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum<T: IntWord>(a: T, b: T) -> T {
        T::from_bits(a.to_bits().wrapping_add(b.to_bits()))
    }

    #[test]
    fn bits_wrap_where_the_value_wraps() {
        assert_eq!(sum(0u32, u32::MAX), u32::MAX);
        assert_eq!(sum(1u32, u32::MAX), 0);
        assert_eq!(sum(0i32, -1), -1);
        assert_eq!(sum(i32::MAX, 1), i32::MIN);
        assert_eq!(sum(1i64, -2), -1);
        assert_eq!(sum(1usize, usize::MAX), 0);
        assert_eq!(sum(1u32, u32::MAX).to_bits(), 0u32.to_bits());
    }
}
