//! Images: copies of the live part of an arena, and how they are restored.
//!
//! Live are the allocated part of the heap, each thread's stack from its stack pointer on, and the places
//! outside the arena that still belong to an execution: thread-locals, which the facade names. That is some
//! 20 KiB for a runtime of three threads.
//!
//! # Stacks
//! Only a thread itself writes to its stack: what it captures is `'static`, so no other thread borrows from
//! there. (Programs that lend out locals by raw pointers exist; for them, the driver records each time that all threads
//! have run.) So the stack of a thread that has not run since the last image is not copied out again, and the
//! stack of a thread that has not run since an image is not restored from it.
//! 1. The driver records that a thread runs ([`Images::thread_runs`]), at the last image.
//! 2. A new image reuses the copies of threads that have not run since the last one.
//! 3. When an image is dropped, the threads that have run since then have also run since the image before
//!    it.
//!
//! # Pages
//! If pages are frozen, the heap is copied page by page, without the frozen ones (see `frozen_pages.rs`).

use super::arena::Arena;
use super::frozen_pages::PAGE;

/// A thread-local of this OS thread whose value belongs to the execution.
#[derive(Clone, Copy)]
pub struct Place {
    pub(super) address: usize,
    pub(super) bytes: usize,
}

impl Place {
    /// The place of a value: a thread-local of the calling OS thread. What the value owns must lie in the
    /// arena.
    pub fn of<T: ?Sized>(value: &T) -> Place {
        Place { address: (&raw const *value).cast::<u8>() as usize, bytes: size_of_val(value) }
    }
}

impl Place {
    /// The part of `whole` that lies after `part`.
    pub(crate) fn after<T, U>(part: &U, whole: &T) -> Place {
        let (part, whole) = (Place::of(part), Place::of(whole));
        let address = part.address + part.bytes;
        Place { address, bytes: whole.address + whole.bytes - address }
    }
}

/// Something that is not restored, so that a test shows that an audit detects it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sabotage {
    /// The stack of the thread with this number.
    Stack(usize),
    /// The same, because it is not recorded that the thread has run.
    Run(usize),
    /// The heap's last quarter.
    Heap,
    /// The separate heap with this number.
    ThreadHeap(usize),
    /// The places.
    Places,
    /// A page, because it is not recorded that it has thawed.
    Thaw,
    /// A page that has thawed since.
    Page,
}

/// A stack of images.
pub(crate) struct Images {
    bytes: Vec<u8>,
    images: Vec<Image>,
    /// For each image, the copy of each thread's stack.
    stacks: Vec<Stack>,
    /// For each image, the address and the length of each part of the heaps.
    ranges: Vec<(usize, usize)>,
    /// For each image that was made page by page, the number of a copy for each page of the heap, or
    /// [`OWN`].
    pages: Vec<u32>,
    places: Vec<Place>,
    /// The content of the places when no execution is under way.
    empty: Vec<u8>,
    /// The size of the largest image so far.
    largest: usize,
    pub(crate) sabotage: Option<Sabotage>,
}

/// Marks a page that an image holds itself.
const OWN: u32 = u32::MAX;

/// One image.
#[derive(Clone, Copy)]
struct Image {
    /// Where its bytes begin, and how many of them belong to the heap.
    at: usize,
    own: usize,
    /// Where its ranges begin, and their number.
    ranges: usize,
    heaps: usize,
    /// Where its pages begin, and their number; 0 if it holds the whole heaps.
    pages: usize,
    count: usize,
    /// Where its stacks begin.
    stacks: usize,
    /// The threads that have run since it was taken or restored, as bits.
    run: u64,
}

/// Where the copy of a stack is, and its length; 0 for a thread that has ended.
#[derive(Clone, Copy)]
struct Stack {
    at: usize,
    bytes: usize,
}

/// A thread's bit. Threads with high numbers share one.
fn bit(thread: usize) -> u64 {
    1 << thread.min(63)
}

impl Images {
    pub(crate) fn new(places: Vec<Place>) -> Images {
        let (bytes, images, stacks, empty) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (ranges, pages, sabotage) = (Vec::new(), Vec::new(), None);
        let mut all =
            Images { bytes, images, stacks, ranges, pages, places, empty, largest: 0, sabotage };
        all.copy_places_out();
        all.empty = std::mem::take(&mut all.bytes);
        all
    }

    /// Resets the places to their content before the first execution.
    pub(crate) fn clear_places(&self) {
        self.copy_places_back(&self.empty);
    }

    /// The bytes of the largest image so far.
    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Records that the thread is about to run (*Stacks*, 1).
    pub(crate) fn thread_runs(&mut self, thread: usize) {
        let forgets = self.sabotage == Some(Sabotage::Run(thread));
        if let Some(image) = self.images.last_mut().filter(|_| !forgets) {
            image.run |= bit(thread);
        }
    }

    /// Records that anything in the arena may have changed since the last image.
    pub(crate) fn all_threads_run(&mut self) {
        if let Some(image) = self.images.last_mut() {
            image.run = match self.sabotage {
                Some(Sabotage::Run(thread)) => !bit(thread),
                _ => u64::MAX,
            };
        }
    }

    /// Takes an image: copies out what is live now.
    pub(crate) fn save(&mut self, arena: &Arena) {
        let at = self.bytes.len();
        let (ranges, pages) = (self.ranges.len(), self.pages.len());
        let now = arena.ranges();
        self.ranges.extend_from_slice(&now);
        self.copy_heaps_out(arena, &now);
        let (own, count) = (self.bytes.len() - at, self.pages.len() - pages);
        self.copy_places_out();
        let stacks = self.stacks.len();
        for thread in 0..arena.count() {
            let stack = match self.unchanged(thread, stacks) {
                Some(stack) => stack,
                None => self.copy_stack_out(arena, thread),
            };
            self.stacks.push(stack);
        }
        self.images.push(Image { at, own, ranges, heaps: now.len(), pages, count, stacks, run: 0 });
        if arena.frozen().is_time() {
            arena.frozen().forgets.set(self.sabotage == Some(Sabotage::Thaw));
            self.freeze(arena, &now);
        }
        let live: usize = self.stacks[stacks..].iter().map(|stack| stack.bytes).sum();
        self.largest = self.largest.max(length(&now) + live);
    }

    /// Copies out the heaps, without frozen pages.
    fn copy_heaps_out(&mut self, arena: &Arena, ranges: &[(usize, usize)]) {
        let frozen = arena.frozen();
        if !frozen.any() {
            return ranges.iter().for_each(|&(from, bytes)| self.copy_out(from, bytes));
        }
        for (number, address, length) in parts(arena.base(), ranges) {
            let copy = frozen.copy_of(number).filter(|_| length == PAGE);
            self.pages.push(copy.unwrap_or(OWN));
            if copy.is_none() {
                self.copy_out(address, length);
            }
        }
    }

    /// Freezes pages that are the same as in the image halfway up the stack of images.
    fn freeze(&self, arena: &Arena, now: &[(usize, usize)]) {
        let Some(before) = self.images.get(self.images.len() / 2) else { return };
        let frozen = arena.frozen();
        let mut same = Vec::new();
        self.each_page(before, arena.base(), |number, Page { address, length, from }| {
            let is_used = |&(start, bytes): &(usize, usize)| {
                address >= start && address + PAGE <= start + bytes
            };
            let is_same = match from {
                _ if length < PAGE || !now.iter().any(is_used) => false,
                Copied::Here(own) => frozen.compare(number, own),
                Copied::Frozen(copy) => frozen.with_copy(copy, |copy| frozen.compare(number, copy)),
            };
            same.extend(is_same.then_some(number));
        });
        same.into_iter().for_each(|number| frozen.freeze(number));
    }

    /// The parts of the heaps that an image holds.
    fn ranges_of(&self, image: &Image) -> &[(usize, usize)] {
        &self.ranges[image.ranges..image.ranges + image.heaps]
    }

    /// Calls `show` with the pages of an image's heaps, by their numbers, and where each is copied.
    fn each_page(&self, image: &Image, base: usize, mut show: impl FnMut(usize, Page<'_>)) {
        let pages = &self.pages[image.pages..image.pages + image.count];
        let mut own = image.at;
        for (i, (number, address, length)) in parts(base, self.ranges_of(image)).enumerate() {
            let from = match pages.get(i).filter(|&&copy| copy != OWN) {
                Some(&copy) => Copied::Frozen(copy),
                None => {
                    own += length;
                    Copied::Here(&self.bytes[own - length..own])
                }
            };
            show(number, Page { address, length, from });
        }
    }

    /// Restores the heaps, except pages that are unchanged, and except the last bytes if a fault is planted.
    fn copy_heaps_back(&self, arena: &Arena, image: &Image) {
        let (frozen, ranges) = (arena.frozen(), self.ranges_of(image));
        if image.count == 0 && !frozen.any() {
            let mut at = image.at;
            for (number, &(from, bytes)) in ranges.iter().enumerate() {
                copy_back(&self.bytes[at..at + self.restored(number, ranges)], from);
                at += bytes;
            }
            return;
        }
        self.each_page(image, arena.base(), |number, Page { address, length, from }| {
            let is = frozen.copy_of(number);
            let back = |bytes: &[u8]| {
                if is.is_some() {
                    frozen.thaw_address(address);
                }
                copy_back(bytes, address);
            };
            match from {
                Copied::Frozen(copy) if is == Some(copy) => {}
                Copied::Frozen(_) if self.sabotage == Some(Sabotage::Page) => {}
                Copied::Frozen(copy) => frozen.with_copy(copy, |bytes| back(&bytes[..length])),
                // The copy was made before the page was frozen.
                Copied::Here(own) => {
                    let same = |copy| frozen.with_copy(copy, |bytes| bytes[..length] == *own);
                    if !is.is_some_and(same) {
                        back(own);
                    }
                }
            }
        });
    }

    /// How many bytes of a range are restored: all, unless a fault is planted.
    fn restored(&self, number: usize, ranges: &[(usize, usize)]) -> usize {
        let bytes = ranges[number].1;
        match self.sabotage {
            Some(Sabotage::ThreadHeap(left_out)) if left_out == number => 0,
            Some(Sabotage::Heap) if number + 1 == ranges.len() => bytes - bytes / 4,
            _ => bytes,
        }
    }

    /// The copy of the stack of a thread that has not run since the last image, whose stacks end at `end`
    /// (*Stacks*, 2).
    fn unchanged(&self, thread: usize, end: usize) -> Option<Stack> {
        let image = self.images.last().filter(|image| image.run & bit(thread) == 0)?;
        self.stacks[image.stacks..end].get(thread).copied()
    }

    fn copy_stack_out(&mut self, arena: &Arena, thread: usize) -> Stack {
        let at = self.bytes.len();
        let live = arena.live_stack(thread);
        live.into_iter().for_each(|(pointer, bytes)| self.copy_out(pointer, bytes));
        Stack { at, bytes: self.bytes.len() - at }
    }

    fn copy_places_out(&mut self) {
        for i in 0..self.places.len() {
            let Place { address, bytes } = self.places[i];
            self.copy_out(address, bytes);
        }
    }

    fn copy_out(&mut self, address: usize, bytes: usize) {
        self.bytes.reserve(bytes);
        let length = self.bytes.len();
        // SAFETY: the range is live memory of the arena, or a thread-local, that is not written meanwhile,
        // and there is room for it. Bytes that have never been written are copied as they are; only
        // `compare`, which knows about them, reads them.
        unsafe {
            let to = self.bytes.as_mut_ptr().add(length);
            std::ptr::copy_nonoverlapping(address as *const u8, to, bytes);
            self.bytes.set_len(length + bytes);
        }
    }

    /// Restores the arena to the last image.
    pub(crate) fn restore(&mut self, arena: &Arena) {
        let Some(image) = self.images.last_mut() else { return };
        let run = std::mem::take(&mut image.run);
        let image = *image;
        let Image { at, own, stacks, .. } = image;
        self.copy_heaps_back(arena, &image);
        if self.sabotage != Some(Sabotage::Places) {
            self.copy_places_back(&self.bytes[at + own..]);
        }
        // The heap is restored, and with it the threads and their stack pointers.
        for (thread, &Stack { at, bytes }) in self.stacks[stacks..].iter().enumerate() {
            let unchanged =
                run & bit(thread) == 0 || self.sabotage == Some(Sabotage::Stack(thread));
            if let Some((pointer, _)) = arena.live_stack(thread).filter(|_| !unchanged) {
                copy_back(&self.bytes[at..at + bytes], pointer);
            }
        }
    }

    fn copy_places_back(&self, from: &[u8]) {
        let mut at = 0;
        for &Place { address, bytes } in &self.places {
            copy_back(&from[at..at + bytes], address);
            at += bytes;
        }
    }

    /// Drops the last image.
    pub(crate) fn pop(&mut self) {
        if let Some(image) = self.images.pop() {
            self.bytes.truncate(image.at);
            self.stacks.truncate(image.stacks);
            self.ranges.truncate(image.ranges);
            self.pages.truncate(image.pages);
            // See *Stacks*, 3.
            if let Some(before) = self.images.last_mut() {
                before.run |= image.run;
            }
        }
    }
}

/// A page of an image's heaps: its address, its length, and where it is copied.
struct Page<'a> {
    address: usize,
    length: usize,
    from: Copied<'a>,
}

enum Copied<'a> {
    Here(&'a [u8]),
    Frozen(u32),
}

/// The bytes of these ranges together.
fn length(ranges: &[(usize, usize)]) -> usize {
    ranges.iter().map(|(_, bytes)| bytes).sum()
}

/// The pages of these parts of the heaps, which begin at `base`: the number, the address and the length of each.
fn parts(
    base: usize,
    ranges: &[(usize, usize)],
) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
    ranges.iter().flat_map(move |&(from, bytes)| {
        let page = move |at| ((from + at - base) / PAGE, from + at, PAGE.min(bytes - at));
        (0..bytes).step_by(PAGE).map(page)
    })
}

fn copy_back(from: &[u8], address: usize) {
    // SAFETY: these bytes were copied from the same range, which still exists: the arena, or a thread-local
    // of this OS thread. Nothing borrows from it (see the header of `raw`, 3), and the bytes mean what they
    // meant then, since all of an execution is copied together (4).
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), address as *mut u8, from.len()) };
}
