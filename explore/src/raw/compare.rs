//! Two executions of the same steps, compared word by word: one that was restored, and one from scratch.
//!
//! Not every word is determined by the steps: padding, and slots of a stack that nobody has written yet, hold
//! what happened to be there. So the execution from scratch is run twice, in memory that is filled
//! differently before it begins and, below each stack pointer, before each step, with registers of the driver
//! filled as well; a word in which the two differ is not determined. Nor is one that holds an address of the
//! driver's own stack. Nor, in a stack, is one whose lower half is 0 in one of them, and whose upper half is the
//! same in both: rarely, half of an address is left in a slot that nobody reads, though all else is filled. So a
//! small number on a stack that should be 0, or should not, is seen only in what the thread does.
//!
//! What comes from outside would count as not determined too. So it is run with the first filling once more,
//! and then heap and places have to be the same. (A stack need not: what is done to an `Outside` leaves there
//! what nobody reads.)

use std::ops::Range;

use super::arena::Arena;
use super::image::Place;

/// What is live, at some moment.
pub(crate) struct Live {
    heap_and_places: Vec<Region>,
    stacks: Vec<Region>,
}

struct Region {
    what: String,
    is_stack: bool,
    address: usize,
    words: Vec<u64>,
}

/// The driver's part of the OS thread's stack, roughly.
#[derive(Clone)]
pub(crate) struct Driver(Range<u64>);

impl Driver {
    /// Of the driver that calls this.
    #[inline(never)]
    pub(crate) fn here() -> Driver {
        let local = 0u8;
        let here = &raw const local as u64;
        Driver(here - (1 << 20)..here + (1 << 16))
    }
}

/// How far below a stack pointer memory is filled.
const BELOW: usize = 16 * 1024;

impl Arena {
    /// All that is live now.
    pub(crate) fn live(&self, places: &[Place]) -> Live {
        let (base, top) = self.used();
        let mut heap_and_places = vec![region("the heap".into(), base, top - base)];
        let places = places.iter().enumerate();
        heap_and_places.extend(
            places.map(|(i, place)| region(format!("place {i}"), place.address, place.bytes)),
        );
        let stack = |thread: usize| {
            let (pointer, bytes) = self.live_stack(thread)?;
            let region = region(format!("the stack of thread {thread}"), pointer, bytes);
            Some(Region { is_stack: true, ..region })
        };
        Live { heap_and_places, stacks: (0..self.count()).filter_map(stack).collect() }
    }

    /// Fills the arena, which is about to be cleared, where that was live.
    pub(crate) fn fill(&self, live: &Live, byte: u8) {
        let (base, _) = self.used();
        for Region { address, words, .. } in live.heap_and_places.iter().chain(&live.stacks) {
            if (base..base + super::space::SPAN).contains(address) {
                // SAFETY: memory of the arena, which is forgotten as a whole before anybody looks at it.
                unsafe { std::ptr::write_bytes(*address as *mut u8, byte, words.len() * 8) };
            }
        }
    }

    /// Fills the stacks of suspended threads below their stack pointers.
    pub(crate) fn fill_below(&self, byte: u8) {
        for thread in 0..self.count() {
            let Some((pointer, live)) = self.live_stack(thread) else { continue };
            let bytes = BELOW.min(self.stack(thread).1 - live);
            // SAFETY: below the stack pointer of a suspended thread there is nothing, down to the guard; a
            // leaf function's red zone is above the pointer at which the switch has left it.
            unsafe { std::ptr::write_bytes((pointer - bytes) as *mut u8, byte, bytes) };
        }
    }
}

fn region(what: String, address: usize, bytes: usize) -> Region {
    let words = 0..bytes / 8;
    // SAFETY: live memory, aligned to a word; a word that has never been written has some value, since it is
    // read as the bytes that the machine has there.
    let read = |i: usize| unsafe { std::ptr::read_volatile((address as *const u64).add(i)) };
    Region { what, is_stack: false, address, words: words.map(read).collect() }
}

impl Live {
    /// Where this differs from what both executions from scratch agree on, in words; `None` if nowhere.
    pub(crate) fn differs(&self, scratch: [&Live; 2], driver: &Driver) -> Option<String> {
        let [one, two] = scratch;
        let all = [&one.heap_and_places, &two.heap_and_places];
        differ(&self.heap_and_places, all, driver)
            .or_else(|| differ(&self.stacks, [&one.stacks, &two.stacks], driver))
    }

    /// Where this differs from what ought to be the same, stacks left aside.
    pub(crate) fn differs_beside_stacks(&self, other: &Live, driver: &Driver) -> Option<String> {
        differ(&self.heap_and_places, [&other.heap_and_places; 2], driver)
    }
}

fn differ(mine: &[Region], [one, two]: [&Vec<Region>; 2], driver: &Driver) -> Option<String> {
    if mine.len() != one.len() || one.len() != two.len() {
        return Some(format!("{} threads go on, and {} from scratch", mine.len(), one.len()));
    }
    mine.iter().zip(one.iter().zip(two)).find_map(|(mine, (one, two))| {
        let place = |region: &Region| (region.address, region.words.len());
        if place(mine) != place(one) || place(one) != place(two) {
            let at = |(address, words)| format!("{words} words at {address:#x}");
            let (here, there) = (at(place(mine)), at(place(one)));
            return Some(format!("{} is {here}, and {there} from scratch", mine.what));
        }
        mine.differs(one, two, driver)
    })
}

impl Region {
    fn differs(&self, one: &Region, two: &Region, driver: &Driver) -> Option<String> {
        let words = self.words.iter().zip(one.words.iter().zip(&two.words)).enumerate();
        for (i, (&mine, (&one, &two))) in words {
            let left = driver.0.contains(&mine) && driver.0.contains(&one);
            let half = mine >> 32 == one >> 32 && (mine as u32 == 0 || one as u32 == 0);
            let determined = one == two && !left && !(half && self.is_stack);
            if determined && mine != one {
                return Some(format!(
                    "word {i} of {} in {} is {mine:#x}, and {one:#x} from scratch",
                    self.words.len(),
                    self.what
                ));
            }
        }
        None
    }
}
