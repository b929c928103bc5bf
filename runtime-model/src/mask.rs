//! One bit for each P.
//!
//! Go keeps a mask as a slice of words. `procresize` makes a longer array if there are more Ps than the array has bits, and
//! copies the words. An M that has a snapshot of the old array goes on reading that one, whose bits do not change any more.

use sync::{Atomic, Mutex, Plain};

use crate::ids::PId;

/// An atomic set of Ps. Go: proc.go, pMask 5633 (1.19.8), 7364 (1.27.3).
pub struct PMask {
    /// The arrays that it has in turn: each is one word longer than the one before.
    arrays: Vec<Vec<Atomic<u32>>>,
    /// The slice. Written while the world is stopped.
    now: Plain<Words>,
    /// How many bits a word has.
    bits: u32,
}

/// A slice of a mask's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Words {
    /// The number of its array.
    array: u32,
    /// How many words it has.
    len: u32,
}

/// For how many Ps a mask is.
#[derive(Clone, Copy)]
pub(crate) struct MaskSize {
    /// The Ps at the start.
    pub(crate) ps: u32,
    /// The most Ps that there will be.
    pub(crate) most: u32,
    /// How many bits a word has.
    pub(crate) bits: u32,
}

impl PMask {
    /// At most this many Ps.
    pub const MAX: u32 = 32;

    /// A mask whose bits are `set` for the first Ps. Written under `lock`.
    pub(crate) fn new<L>(name: &'static str, size: MaskSize, set: bool, lock: &Mutex<L>) -> Self {
        let MaskSize { ps, most, bits } = size;
        let (first, last) = (ps.div_ceil(bits), most.div_ceil(bits));
        let at_first = |array: u32, word: u32| {
            let in_word = (0..ps).filter(|p| set && array == 0 && p / bits == word);
            in_word.map(|p| 1 << (p % bits)).sum::<u32>()
        };
        let word = |array: u32, word: u32| {
            let value = at_first(array, word);
            let atomic = if last == 1 {
                Atomic::new(name, value)
            } else {
                Atomic::new((name, array, "word", word), value)
            };
            atomic.written_under(lock)
        };
        let array = |array: u32| (0..first + array).map(|i| word(array, i)).collect();
        PMask {
            arrays: (0..=last - first).map(array).collect(),
            now: Plain::new((name, 0, "slice"), Words { array: 0, len: first }),
            bits,
        }
    }

    /// Whether `p`'s bit is set. Go: proc.go, (pMask).read 5636-5640 (1.19.8),
    /// 7367-7371 (1.27.3).
    ///
    /// # Panics
    /// As Go does, if the mask has no such bit: `index out of range`.
    #[sync::summarized]
    pub fn read(&self, p: PId) -> bool {
        self.read_in(self.words(), p)
    }

    /// The same of that slice, whatever the mask is by now. Go: proc.go, (pMask).read 5636-5640 (1.19.8), 7367-7371 (1.27.3).
    ///
    /// # Panics
    /// As Go does, if the slice has no such bit: `index out of range`.
    #[sync::summarized]
    pub fn read_in(&self, words: Words, p: PId) -> bool {
        self.word(words, p).load() & self.bit(p) != 0
    }

    /// Sets `p`'s bit. Go: proc.go, (pMask).set 5643-5647 (1.19.8), 7374-7378 (1.27.3).
    #[track_caller]
    pub fn set(&self, p: PId) {
        self.word(self.words(), p).or(self.bit(p));
    }

    /// Clears `p`'s bit. Go: proc.go, (pMask).clear 5650-5654 (1.19.8), 7381-7385 (1.27.3).
    #[track_caller]
    pub fn clear(&self, p: PId) {
        self.word(self.words(), p).and(!self.bit(p));
    }

    /// The slice as it is. The caller has a P, or holds `sched.lock`: else the slice may be changed meanwhile.
    pub(crate) fn words(&self) -> Words {
        if self.has_one_word() {
            return Words { array: 0, len: 1 };
        }
        self.now.get()
    }

    /// There are bits for the first `ps` Ps from now on. The world is stopped.
    ///
    /// Go: proc.go, procresize 4836-4848, 4896-4897 (1.19.8), (pMask).resize 7401-7411 (1.27.3).
    pub(crate) fn resize(&self, ps: u32) {
        if self.has_one_word() {
            return;
        }
        let (old, len) = (self.words(), ps.div_ceil(self.bits));
        let array = &self.arrays[old.array as usize];
        if len as usize <= array.len() {
            self.now.set(Words { len, ..old });
            return;
        }
        let new = Words { array: len - self.arrays[0].len() as u32, len };
        // Meets `read_in` of an M without a P: it does not see what becomes of these bits.
        let words = array.iter().take(old.len as usize).zip(&self.arrays[new.array as usize]);
        words.for_each(|(from, to)| to.store(from.owner_load()));
        self.now.set(new);
    }

    /// Whether `p`'s bit is set, for checks: no operation. Of a P that the mask has no bit for, it is not.
    pub fn peek(&self, p: PId) -> bool {
        let words = if self.has_one_word() { self.words() } else { self.now.peek(|&words| words) };
        let has = p.0 / self.bits < words.len;
        has && self.word(words, p).peek() & self.bit(p) != 0
    }

    /// The mask is one word for good.
    fn has_one_word(&self) -> bool {
        self.arrays.len() == 1 && self.arrays[0].len() == 1
    }

    fn word(&self, words: Words, p: PId) -> &Atomic<u32> {
        let (i, len) = (p.0 / self.bits, words.len);
        assert!(i < len, "index out of range [{i}] with length {len}");
        &self.arrays[words.array as usize][i as usize]
    }

    fn bit(&self, p: PId) -> u32 {
        1 << (p.0 % self.bits)
    }
}
