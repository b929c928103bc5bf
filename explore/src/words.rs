//! What a step does to memory: sets of words, which are 8 bytes each.

use smallvec::SmallVec;

/// A set of words of memory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    /// Blocks of 64 words, each with the words that are in the set, as bits.
    blocks: SmallVec<[(u32, u64); 4]>,
}

impl Words {
    /// Adds the words of a block, as bits.
    pub(crate) fn add(&mut self, block: u32, words: u64) {
        match self.blocks.iter_mut().find(|(known, _)| *known == block) {
            Some((_, known)) => *known |= words,
            None if words != 0 => self.blocks.push((block, words)),
            None => {}
        }
    }

    /// Adds the word that contains this byte.
    pub(crate) fn add_byte(&mut self, byte: u32) {
        self.add(byte / 512, 1 << (byte / 8 % 64));
    }

    /// Adds the words of the other set.
    pub(crate) fn add_all(&mut self, other: &Words) {
        other.blocks.iter().for_each(|&(block, words)| self.add(block, words));
    }

    /// Whether some word is in both sets.
    pub fn overlaps(&self, other: &Words) -> bool {
        let in_both = |&(block, words): &(u32, u64)| {
            other.blocks.iter().any(|&(known, others)| known == block && words & others != 0)
        };
        self.blocks.iter().any(in_both)
    }

    /// Whether the set has no words.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// The words of memory that a step has touched.
///
/// Reads are those that the program has reported. Writes are seen: they are the words that have changed, outside the
/// step's own stack, and those that the program has reported.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// The words that it has read.
    pub read: Words,
    /// The words that it has written.
    pub written: Words,
}

impl Touched {
    /// Whether one of the two steps has written a word that both have touched.
    pub(crate) fn depends_on(&self, other: &Touched) -> bool {
        self.written.overlaps(&other.written)
            || self.written.overlaps(&other.read)
            || self.read.overlaps(&other.written)
    }

    /// Adds what another step has touched.
    pub(crate) fn add(&mut self, other: &Touched) {
        self.read.add_all(&other.read);
        self.written.add_all(&other.written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(read: &[u32], written: &[u32]) -> Touched {
        let mut touched = Touched::default();
        read.iter().for_each(|&byte| touched.read.add_byte(byte));
        written.iter().for_each(|&byte| touched.written.add_byte(byte));
        touched
    }

    #[test]
    fn steps_depend_on_each_other_if_one_writes_a_word_that_both_touch() {
        for (a, b, depend) in [
            (touched(&[8], &[]), touched(&[8], &[]), false),
            (touched(&[8], &[]), touched(&[], &[8]), true),
            (touched(&[], &[8]), touched(&[], &[8]), true),
            (touched(&[], &[8]), touched(&[], &[16]), false),
            // Two bytes of one word, and the same word of two blocks.
            (touched(&[], &[8]), touched(&[15], &[]), true),
            (touched(&[], &[8]), touched(&[8 + 512], &[]), false),
        ] {
            assert_eq!((a.depends_on(&b), b.depends_on(&a)), (depend, depend), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_several_steps_touch_is_the_sum() {
        let mut sum = touched(&[0, 600], &[]);
        sum.add(&touched(&[8], &[1_000]));
        assert!(sum.depends_on(&touched(&[], &[600])) && sum.depends_on(&touched(&[], &[8])));
        assert!(sum.depends_on(&touched(&[1_000], &[])) && !sum.depends_on(&touched(&[0], &[])));
        assert!(touched(&[], &[]).written.is_empty() && !sum.written.is_empty());
    }
}
