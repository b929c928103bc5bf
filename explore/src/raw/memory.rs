//! The fingerprint of memory, for searches in which a state is its memory.
//!
//! 1. Heaps and live stacks are divided into blocks. A *shadow* keeps what each block held when it was last looked at,
//!    and its hash.
//! 2. After a step, each block is compared with its shadow, and hashed again if it has changed. A fingerprint is the hash
//!    of all blocks' hashes. Most blocks are unchanged, and comparing costs a fraction of hashing.
//! 3. What has changed outside the step's own stack is what the step has written, whether or not the program reports it
//!    ([`Written`]). So the shadow is also brought up to date when an image is restored.
//!
//! # Addresses
//! Searches and workers differ in the addresses of the arena, of the OS thread's stack and thread-locals, and of what the
//! driver lends to the first thread. An aligned word that holds such an address is hashed relative to the start of the
//! range. A word whose lower half the program has overwritten may have the upper half of an address in the arena, in the
//! OS thread's stack, or of what the driver lends: then the lower half is hashed, and whose address it was. The upper two
//! bytes, of which addresses need none, are hashed beside. An address in the driver's own frames, which a
//! suspended thread keeps and never uses, counts as one constant, and so does one in the book.

use xxhash_rust::xxh3::xxh3_128;

use super::address_space::SPAN;
use super::arena::{Arena, HEADER};
use super::image::Place;
use crate::words::Words;

/// The words of a block, one for each bit of a `u64`; and its bytes.
const WORDS: usize = 64;
const BLOCK: usize = WORDS * 8;

type Block = [u64; WORDS];

/// What a step has written.
#[derive(Default)]
pub(crate) struct Written {
    /// The words of heaps.
    pub(crate) words: Words,
    /// Whether it wrote to the stack of another thread.
    pub(crate) other_stacks: bool,
}

/// What is missing from the hash, so that a test shows that it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LeftOut {
    /// The stack of the thread with this number.
    Stack(usize),
    /// The separate heap with this number.
    Heap(usize),
}

/// The shadow of an arena, and the hashes of its blocks.
pub(crate) struct Memory {
    heaps: Vec<Shadow>,
    stacks: Vec<Shadow>,
    addresses: Addresses,
    left_out: Option<LeftOut>,
    /// Reused from fingerprint to fingerprint.
    hashes: Vec<u8>,
}

/// The shadow of a region.
#[derive(Default)]
struct Shadow {
    blocks: Vec<Block>,
    hashes: Vec<u128>,
    /// The bytes that are live.
    live: usize,
}

/// A region of live memory. Its blocks are counted from its start or, for a stack, from its end.
#[derive(Clone, Copy)]
struct Region {
    from: usize,
    bytes: usize,
    is_stack: bool,
}

impl Region {
    fn count(self) -> usize {
        self.bytes.div_ceil(BLOCK)
    }

    /// Copies a block; where the region ends within it, the rest is 0.
    fn copy(self, block: usize, to: &mut Block) {
        let bytes = BLOCK.min(self.bytes - block * BLOCK);
        let (from, at) = if !self.is_stack {
            (self.from + block * BLOCK, 0)
        } else {
            (self.from + self.bytes - block * BLOCK - bytes, BLOCK - bytes)
        };
        if bytes < BLOCK {
            *to = [0; WORDS];
        }
        // SAFETY: live memory of the arena, which is not written meanwhile. Bytes that have never been written have an
        // arbitrary value, which is only compared and hashed.
        unsafe {
            let to = to.as_mut_ptr().cast::<u8>().add(at);
            std::ptr::copy_nonoverlapping(from as *const u8, to, bytes);
        }
    }
}

impl Shadow {
    /// Brings the shadow up to date. Calls `changed` with each block that has changed, and its words that have.
    fn update(
        &mut self,
        region: Region,
        addresses: &Addresses,
        mut changed: impl FnMut(usize, u64),
    ) {
        let count = region.count();
        if self.blocks.len() < count {
            self.blocks.resize(count, [0; WORDS]);
            self.hashes.resize(count, addresses.hash(&[0; WORDS]));
        }
        let mut now = [0; WORDS];
        for block in 0..count {
            region.copy(block, &mut now);
            let before = &mut self.blocks[block];
            if *before != now {
                let words = now.iter().zip(&*before).enumerate();
                changed(block, words.fold(0, |bits, (i, (a, b))| bits | u64::from(a != b) << i));
                *before = now;
                self.hashes[block] = addresses.hash(&now);
            }
        }
        // What is no longer live counts as 0, as fresh memory does.
        for block in count..self.live.div_ceil(BLOCK) {
            self.blocks[block] = [0; WORDS];
            self.hashes[block] = addresses.hash(&[0; WORDS]);
        }
        self.live = region.bytes;
    }

    /// Adds the hashes of the live blocks. A region that does not exist adds nothing, nor does one that did earlier.
    fn write_to(&self, number: usize, all: &mut Vec<u8>) {
        if self.live == 0 {
            return;
        }
        all.extend_from_slice(&[number, self.live].map(usize::to_ne_bytes).concat());
        for hash in &self.hashes[..self.live.div_ceil(BLOCK)] {
            all.extend_from_slice(&hash.to_ne_bytes());
        }
    }
}

impl Memory {
    /// The memory of an arena with separate heaps. `program` is the place of what the first thread borrows.
    pub(crate) fn new(arena: &Arena, program: Place, left_out: Option<LeftOut>) -> Memory {
        let addresses = Addresses::new(arena, program);
        let (heaps, stacks) = (Vec::new(), Vec::new());
        Memory { heaps, stacks, addresses, left_out, hashes: Vec::new() }
    }

    /// Brings the shadow up to date (step 2). Returns what the step of the thread with this number has written (step 3).
    pub(crate) fn update(&mut self, arena: &Arena, mover: usize) -> Written {
        let Memory { heaps, stacks, addresses, .. } = self;
        let mut written = Written::default();
        let ranges = arena.ranges();
        let (_, of_threads) = ranges.split_last().expect("ranges: the book");
        heaps.resize_with(heaps.len().max(of_threads.len()), Shadow::default);
        for (number, shadow) in heaps.iter_mut().enumerate() {
            let (from, bytes) = of_threads.get(number).copied().unwrap_or_default();
            let region = Region { from, bytes, is_stack: false };
            let first = from.wrapping_sub(arena.base()) / BLOCK;
            shadow.update(region, addresses, |block, words| {
                // The heap's own state is not the program's: where a block lies makes no difference to it.
                if block >= HEADER / BLOCK {
                    written.words.add((first + block) as u32, words);
                }
            });
        }
        stacks.resize_with(stacks.len().max(arena.count()), Shadow::default);
        for (thread, shadow) in stacks.iter_mut().enumerate() {
            let live = if thread < arena.count() { arena.live_stack(thread) } else { None };
            let (from, bytes) = live.unwrap_or_default();
            let is_other = thread != mover && shadow.live > 0;
            shadow.update(Region { from, bytes, is_stack: true }, addresses, |_, _| {
                written.other_stacks |= is_other;
            });
        }
        written
    }

    /// The fingerprint of the memory as it was when the shadow was last brought up to date. `rest` is the fingerprint of
    /// what a state is besides.
    pub(crate) fn fingerprint(&mut self, rest: u128) -> u128 {
        let Memory { heaps, stacks, left_out, hashes, .. } = self;
        hashes.clear();
        hashes.extend_from_slice(&rest.to_ne_bytes());
        for (number, shadow) in heaps.iter().enumerate() {
            if *left_out != Some(LeftOut::Heap(number)) {
                shadow.write_to(number, hashes);
            }
        }
        for (thread, shadow) in stacks.iter().enumerate() {
            if *left_out != Some(LeftOut::Stack(thread)) {
                shadow.write_to(thread, hashes);
            }
        }
        xxh3_128(hashes)
    }
}

/// The ranges whose addresses are hashed relative to their start.
struct Addresses {
    arena: usize,
    book: std::ops::Range<usize>,
    /// The end of the OS thread's stack, above which its thread-locals may lie, up to the end of the mapping.
    stack: std::ops::Range<usize>,
    /// Below this address of the stack lie frames of the driver.
    driver: usize,
    /// What the driver lends: the program, and the arena's own data.
    lent: [Place; 2],
    /// The upper halves of the driver's addresses: of its stack, and of what it lends.
    of_driver: [u32; 3],
}

/// How far above the frame that made the arena the driver's frames may begin.
const ABOVE: usize = 64 * 1024;

impl Addresses {
    #[inline(never)]
    fn new(arena: &Arena, program: Place) -> Addresses {
        let local = 0u8;
        let here = &raw const local as usize;
        let stack =
            super::address_space::stack_of_os_thread().unwrap_or(here - (1 << 20)..here + ABOVE);
        let lent = [program, Place::of(arena)];
        let book = arena.book();
        let driver = (here + ABOVE).min(stack.end);
        let of_driver = [driver, lent[0].address, lent[1].address].map(upper_half);
        Addresses { arena: arena.base(), book, driver, stack, lent, of_driver }
    }

    /// The hash of a block.
    fn hash(&self, block: &Block) -> u128 {
        let mut relative = [0u64; WORDS];
        for (to, &word) in relative.iter_mut().zip(block) {
            *to = self.relative(word);
        }
        // SAFETY: a block of words is as many bytes.
        xxh3_128(unsafe { &*(&raw const relative).cast::<[u8; BLOCK]>() })
    }

    #[inline]
    fn relative(&self, word: u64) -> u64 {
        // What addresses have, and what they do not use.
        const ADDRESS: u64 = (1 << 48) - 1;
        let address = word & ADDRESS;
        match self.relative_address(address) {
            // The program may pack other things with it, or has overwritten that part of it.
            relative if word != address && relative != address => {
                let kind = relative >> 56 << 40;
                (word & !ADDRESS) | kind | (relative & ((1 << 40) - 1))
            }
            _ if word != address => self.relative_address(word),
            relative => relative,
        }
    }

    #[inline]
    fn relative_address(&self, word: u64) -> u64 {
        // Values that no address has, for distances of less than 40 bits.
        const ARENA: u64 = 0xA0 << 56;
        const DRIVER: u64 = 0xA1 << 56;
        const LOCAL: u64 = 0xA2 << 56;
        const LENT: u64 = 0xA3 << 56;
        const HALF: u64 = 0xA4 << 56;
        const INVERTED: u64 = 0xA5 << 56;
        const OTHER_HALF: u64 = 0xA6 << 56;
        let address = word as usize;
        let distance = address.wrapping_sub(self.arena);
        if (1..SPAN).contains(&distance) {
            return if self.book.contains(&address) { DRIVER } else { ARENA | distance as u64 };
        }
        // A new thread's stack holds its highest address inverted (`ArenaStack`).
        let distance = (!address).wrapping_sub(self.arena);
        if distance < SPAN {
            return INVERTED | distance as u64;
        }
        if self.stack.contains(&address) {
            return if address < self.driver {
                DRIVER
            } else {
                LOCAL | (self.stack.end - address) as u64
            };
        }
        for (which, lent) in self.lent.iter().enumerate() {
            let distance = address.wrapping_sub(lent.address);
            if distance < lent.bytes.max(1) {
                return LENT | (which as u64) << 39 | distance as u64;
            }
        }
        let lower = word & u64::from(u32::MAX);
        match upper_half(address) {
            // Its own address may be such a half. No other memory has this upper half (`address_space`).
            half if half == upper_half(self.arena) => match address == self.arena {
                true => HALF,
                false => HALF | lower,
            },
            // Other memory has, but hardly at so small an address.
            half if self.of_driver.contains(&half) && lower < 1 << 16 => OTHER_HALF | lower,
            _ => word,
        }
    }
}

fn upper_half(address: usize) -> u32 {
    (address as u64 >> 32) as u32
}

/// The number by which an object at this address is known: its offset in the current arena. Addresses elsewhere get
/// numbers that no offset is; two of them may share one.
pub(crate) fn offset(address: usize) -> u32 {
    const ELSEWHERE: u32 = 1 << 31;
    // SAFETY: an arena exists as long as it is current.
    match unsafe { super::global::arena().as_ref() } {
        Some(arena) if address.wrapping_sub(arena.base()) < SPAN => (address - arena.base()) as u32,
        _ => address as u32 | ELSEWHERE,
    }
}
