//! Compares executions of the same steps byte by byte: one that was restored, and several from scratch.
//!
//! The steps do not determine every byte: padding, and stack slots that have not been written, hold
//! whatever was there. So each run from scratch has all of that filled with another byte (see `fill`), and
//! a byte in which two runs differ is not determined. Nor is a word that holds an address of the driver's
//! own stack.
//!
//! Input from outside would also count as not determined. So the first filling is run once more, and then
//! heap and places must be the same. (Stacks need not: changing an `Outside` leaves bytes there that are
//! never read.)

use std::ops::Range;

use super::arena::Arena;
use super::image::Place;

/// The live memory at some moment.
pub(crate) struct Live {
    heap_and_places: Vec<Region>,
    stacks: Vec<Region>,
}

struct Region {
    what: String,
    address: usize,
    words: Vec<u64>,
}

/// The driver's part of the OS thread's stack, roughly.
#[derive(Clone)]
pub(crate) struct Driver(Range<u64>);

impl Driver {
    /// The range around the caller's stack frame.
    #[inline(never)]
    pub(crate) fn here() -> Driver {
        let local = 0u8;
        let here = &raw const local as u64;
        Driver(here - (1 << 20)..here + (1 << 16))
    }
}

/// How far memory is filled below a stack pointer.
const BELOW: usize = 16 * 1024;

impl Arena {
    /// All memory that is live now.
    pub(crate) fn live(&self, places: &[Place]) -> Live {
        let heaps = self.ranges().into_iter().enumerate();
        let heap = |(number, (from, bytes))| {
            if self.is_separate() {
                region(format!("heap {number}"), from, bytes)
            } else {
                region("the heap".into(), from, bytes)
            }
        };
        let mut heap_and_places: Vec<_> = heaps.map(heap).collect();
        let places = places.iter().enumerate();
        heap_and_places.extend(
            places.map(|(i, place)| region(format!("place {i}"), place.address, place.bytes)),
        );
        let stack = |thread: usize| {
            let (pointer, bytes) = self.live_stack(thread)?;
            Some(region(format!("the stack of thread {thread}"), pointer, bytes))
        };
        Live { heap_and_places, stacks: (0..self.count()).filter_map(stack).collect() }
    }

    /// Fills the arena, which is about to be cleared, where `live` was.
    pub(crate) fn fill(&self, live: &Live, byte: u8) {
        let base = self.base();
        self.frozen().thaw_all();
        for Region { address, words, .. } in live.heap_and_places.iter().chain(&live.stacks) {
            if (base..base + super::address_space::SPAN).contains(address) {
                // SAFETY: memory of the arena, which is discarded as a whole before it is read again.
                unsafe { std::ptr::write_bytes(*address as *mut u8, byte, words.len() * 8) };
            }
        }
    }

    /// Fills the stack of a suspended thread below its stack pointer.
    pub(super) fn fill_below(&self, thread: usize, byte: u8) {
        let Some((pointer, live)) = self.live_stack(thread) else { return };
        let bytes = BELOW.min(self.stack(thread).1 - live);
        // SAFETY: nothing lies below the stack pointer of a suspended thread, down to the guard: the red
        // zone of a leaf function is above the pointer at which the switch has left it.
        unsafe { std::ptr::write_bytes((pointer - bytes) as *mut u8, byte, bytes) };
    }
}

fn region(what: String, address: usize, bytes: usize) -> Region {
    // SAFETY: live memory. A byte that has never been written has some value, since it is read volatile, as
    // what the machine has there.
    let byte = |i: usize| unsafe { std::ptr::read_volatile((address as *const u8).add(i)) };
    // SAFETY: as above, and aligned to a word.
    let word = |i: usize| unsafe { std::ptr::read_volatile((address as *const u64).add(i)) };
    let mut words: Vec<u64> = (0..bytes / 8).map(word).collect();
    let rest = (bytes / 8 * 8)..bytes;
    if !rest.is_empty() {
        words.push(rest.rev().fold(0, |word, i| word << 8 | u64::from(byte(i))));
    }
    Region { what, address, words }
}

impl Live {
    /// Describes where this differs from what all executions from scratch agree on; `None` if nowhere.
    pub(crate) fn differs(&self, scratch: &[Live], driver: &Driver) -> Option<String> {
        let other_memory: Vec<_> = scratch.iter().map(|one| &*one.heap_and_places).collect();
        let stacks: Vec<_> = scratch.iter().map(|one| &*one.stacks).collect();
        differ(&self.heap_and_places, &other_memory, driver)
            .or_else(|| differ(&self.stacks, &stacks, driver))
    }

    /// Describes where this differs from another run, leaving stacks aside.
    pub(crate) fn differs_outside_stacks(&self, other: &Live, driver: &Driver) -> Option<String> {
        differ(&self.heap_and_places, &[&other.heap_and_places], driver)
    }
}

fn differ(mine: &[Region], scratch: &[&[Region]], driver: &Driver) -> Option<String> {
    if let Some(other) = scratch.iter().find(|other| other.len() != mine.len()) {
        return Some(format!("it has {} regions, and {} from scratch", mine.len(), other.len()));
    }
    mine.iter().enumerate().find_map(|(i, mine)| {
        let scratch: Vec<_> = scratch.iter().map(|regions| &regions[i]).collect();
        mine.differs(&scratch, driver)
    })
}

impl Region {
    fn differs(&self, scratch: &[&Region], driver: &Driver) -> Option<String> {
        let place = |region: &Region| (region.address, region.words.len());
        if let Some(other) = scratch.iter().find(|other| place(other) != place(self)) {
            let at = |(address, words)| format!("{words} words at {address:#x}");
            let (here, there) = (at(place(self)), at(place(other)));
            return Some(format!("{} is {here}, and {there} from scratch", self.what));
        }
        let one = scratch.first()?;
        self.words.iter().enumerate().find_map(|(i, &mine)| {
            let first = one.words[i];
            let left = driver.0.contains(&mine) && driver.0.contains(&first);
            // The bits in which the runs from scratch do not all agree.
            let unsure = scratch.iter().fold(0, |bits, other| bits | (other.words[i] ^ first));
            let differs = !left && differ_in_a_byte(mine ^ first, unsure);
            differs.then(|| {
                let (all, what) = (self.words.len(), &self.what);
                format!("word {i} of {all} in {what} is {mine:#x}, and {first:#x} from scratch")
            })
        })
    }
}

/// Whether some byte has a bit set in `different`, and no bit in `unsure`.
fn differ_in_a_byte(different: u64, unsure: u64) -> bool {
    let bytes = different.to_ne_bytes().into_iter().zip(unsure.to_ne_bytes());
    different != 0 && bytes.into_iter().any(|(different, unsure)| different != 0 && unsure == 0)
}
