//! The live part of an arena, copied out and back.
//!
//! Live are the heap up to where nothing has been given out, each thread's stack from its stack pointer on,
//! and the places outside of the arena that belong to an execution all the same: thread-locals, which the
//! facade names. Some 20 KiB for a runtime of three threads.
//!
//! # Stacks
//! Only a thread itself writes to its stack: what it is given is `'static`, so nobody borrows from there. So the
//! stack of a thread that has not run since the last image is not copied out again, and that of one that has not
//! run since an image is not copied back.
//! 1. Whoever lets a thread run says so ([`Images::runs`]): it is noted at the last image.
//! 2. A new image takes over the copies of those that have not run since the last one.
//! 3. When an image is forgotten, who has run since then has run since the one before it as well.
//!
//! # Pages
//! The heap is copied page by page where pages are frozen, which are not (see `frozen.rs`).

use super::arena::Arena;
use super::frozen_pages::{FrozenPages, PAGE};

/// A thread-local of this OS thread whose value belongs to the execution.
#[derive(Clone, Copy)]
pub struct Place {
    pub(super) address: usize,
    pub(super) bytes: usize,
}

impl Place {
    /// Where the value is: of a thread-local of the calling OS thread, and what it owns has to lie in the
    /// arena.
    pub fn of<T: ?Sized>(value: &T) -> Place {
        Place { address: (&raw const *value).cast::<u8>() as usize, bytes: size_of_val(value) }
    }
}

impl Place {
    /// What lies after `part` in `whole`.
    pub(crate) fn after<T, U>(part: &U, whole: &T) -> Place {
        let (part, whole) = (Place::of(part), Place::of(whole));
        let address = part.address + part.bytes;
        Place { address, bytes: whole.address + whole.bytes - address }
    }
}

/// What is not restored, so that a test shows that it would be noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sabotage {
    /// The stack of the thread of this number.
    Stack(usize),
    /// The same, since it is not noted that the thread has run.
    Run(usize),
    /// The heap's last quarter.
    Heap,
    /// The places.
    Places,
    /// That a page has thawed is not noted.
    Thaw,
    /// A page that has thawed since.
    Page,
}

/// Images, the last one taken first.
pub(crate) struct Images {
    bytes: Vec<u8>,
    images: Vec<Image>,
    /// Of all images, the copies of their stacks: one for each thread.
    stacks: Vec<Stack>,
    /// Of all images, the pages of their heaps: the number of a copy, or [`OWN`]; of some images none.
    pages: Vec<u32>,
    places: Vec<Place>,
    /// What the places hold when no execution is under way.
    empty: Vec<u8>,
    /// The largest one so far.
    largest: usize,
    pub(crate) sabotage: Option<Sabotage>,
}

/// A page that an image has copied itself.
const OWN: u32 = u32::MAX;

/// One image.
#[derive(Clone, Copy)]
struct Image {
    /// Where its own bytes begin, and how many of them are the heap's.
    at: usize,
    own: usize,
    /// How long the heap is.
    heap: usize,
    /// Where its pages begin, and how many there are; if there are none, it has copied all.
    pages: usize,
    count: usize,
    /// Where its stacks begin.
    stacks: usize,
    /// Who has run since it was taken or gone back to, by the bits of their numbers.
    run: u64,
}

/// Where the copy of a stack is, and how long; of a thread that has ended, nowhere.
#[derive(Clone, Copy)]
struct Stack {
    at: usize,
    bytes: usize,
}

/// A thread's bit. Those of high numbers share one.
fn bit(thread: usize) -> u64 {
    1 << thread.min(63)
}

impl Images {
    pub(crate) fn new(places: Vec<Place>) -> Images {
        let (bytes, images, stacks, empty) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (pages, sabotage) = (Vec::new(), None);
        let mut all = Images { bytes, images, stacks, pages, places, empty, largest: 0, sabotage };
        all.copy_places_out();
        all.empty = std::mem::take(&mut all.bytes);
        all
    }

    /// The places hold what they did before the first execution.
    pub(crate) fn clear_places(&self) {
        self.copy_places_back(&self.empty);
    }

    /// Bytes of the largest image so far.
    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// The thread is about to run. Stacks, step 1.
    pub(crate) fn runs(&mut self, thread: usize) {
        let forgets = self.sabotage == Some(Sabotage::Run(thread));
        if let Some(image) = self.images.last_mut().filter(|_| !forgets) {
            image.run |= bit(thread);
        }
    }

    /// Nothing in the arena is what it was when the last image was taken.
    pub(crate) fn all_run(&mut self) {
        if let Some(image) = self.images.last_mut() {
            image.run = u64::MAX;
        }
    }

    /// Copies out what is live now.
    pub(crate) fn save(&mut self, arena: &Arena) {
        let at = self.bytes.len();
        let (base, top) = arena.used();
        let pages = self.pages.len();
        self.copy_heap_out(arena.frozen(), base, top - base);
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
        self.images.push(Image { at, own, heap: top - base, pages, count, stacks, run: 0 });
        if arena.frozen().is_time() {
            arena.frozen().forgets.set(self.sabotage == Some(Sabotage::Thaw));
            self.freeze(arena.frozen(), top - base);
        }
        let live: usize = self.stacks[stacks..].iter().map(|stack| stack.bytes).sum();
        self.largest = self.largest.max(top - base + live);
    }

    /// Pages, but for frozen ones.
    fn copy_heap_out(&mut self, frozen: &FrozenPages, base: usize, bytes: usize) {
        if !frozen.any() {
            return self.copy_out(base, bytes);
        }
        for (number, (from, length)) in parts(bytes).enumerate() {
            let copy = frozen.copy_of(number).filter(|_| length == PAGE);
            self.pages.push(copy.unwrap_or(OWN));
            if copy.is_none() {
                self.copy_out(base + from, length);
            }
        }
    }

    /// Looks which pages are what they were in an image from halfway here.
    fn freeze(&self, frozen: &FrozenPages, bytes: usize) {
        let Some(before) = self.images.get(self.images.len() / 2) else { return };
        let mut same = Vec::new();
        self.each_page(before, before.heap.min(bytes), |number, Page { length, from, .. }| {
            let is_same = match from {
                _ if length < PAGE => false,
                Copied::Here(own) => frozen.look(number, own),
                Copied::Frozen(copy) => frozen.with_copy(copy, |copy| frozen.look(number, copy)),
            };
            same.extend(is_same.then_some(number));
        });
        same.into_iter().for_each(|number| frozen.freeze(number));
    }

    /// Shows the pages of an image's heap up to that length: where they are copied.
    fn each_page(&self, image: &Image, bytes: usize, mut show: impl FnMut(usize, Page<'_>)) {
        let pages = &self.pages[image.pages..image.pages + image.count];
        let mut own = image.at;
        for (number, (at, length)) in parts(bytes).enumerate() {
            let from = match pages.get(number).filter(|&&copy| copy != OWN) {
                Some(&copy) => Copied::Frozen(copy),
                None => {
                    own += length;
                    Copied::Here(&self.bytes[own - length..own])
                }
            };
            show(number, Page { at, length, from });
        }
    }

    /// Makes the heap what it was, as far as pages are not that anyway.
    fn copy_heap_back(&self, frozen: &FrozenPages, image: &Image, base: usize, bytes: usize) {
        if image.count == 0 && !frozen.any() {
            return copy_back(&self.bytes[image.at..image.at + bytes], base);
        }
        self.each_page(image, bytes, |number, Page { at, length, from }| {
            let is = frozen.copy_of(number);
            let back = |bytes: &[u8]| {
                if is.is_some() {
                    frozen.thaws(base + at);
                }
                copy_back(bytes, base + at);
            };
            match from {
                Copied::Frozen(copy) if is == Some(copy) => {}
                Copied::Frozen(_) if self.sabotage == Some(Sabotage::Page) => {}
                Copied::Frozen(copy) => frozen.with_copy(copy, |bytes| back(&bytes[..length])),
                // Copied before the page was frozen.
                Copied::Here(own) => {
                    let same = |copy| frozen.with_copy(copy, |bytes| bytes[..length] == *own);
                    if !is.is_some_and(same) {
                        back(own);
                    }
                }
            }
        });
    }

    /// The copy of the stack of a thread that has not run since the last image, whose stacks end here. Stacks,
    /// step 2.
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
        // SAFETY: the range is live memory of the arena, or a thread-local, that nobody writes meanwhile,
        // and there is room for it. Bytes that have never been written are copied as they are, and are looked at
        // by nobody but `compare`, which knows.
        unsafe {
            let to = self.bytes.as_mut_ptr().add(length);
            std::ptr::copy_nonoverlapping(address as *const u8, to, bytes);
            self.bytes.set_len(length + bytes);
        }
    }

    /// Makes the arena what it was when the last image was taken.
    pub(crate) fn restore(&mut self, arena: &Arena) {
        let Some(image) = self.images.last_mut() else { return };
        let run = std::mem::take(&mut image.run);
        let image = *image;
        let Image { at, own, heap, stacks, .. } = image;
        let (base, _) = arena.used();
        let skipped = if self.sabotage == Some(Sabotage::Heap) { heap / 4 } else { 0 };
        self.copy_heap_back(arena.frozen(), &image, base, heap - skipped);
        if self.sabotage != Some(Sabotage::Places) {
            self.copy_places_back(&self.bytes[at + own..]);
        }
        // The heap is what it was, so the threads and their stack pointers are.
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

    /// Forgets the last image.
    pub(crate) fn pop(&mut self) {
        if let Some(image) = self.images.pop() {
            self.bytes.truncate(image.at);
            self.stacks.truncate(image.stacks);
            self.pages.truncate(image.pages);
            // Stacks, step 3.
            if let Some(before) = self.images.last_mut() {
                before.run |= image.run;
            }
        }
    }
}

/// A page of an image's heap: where in the heap it begins, how much of it there is, and where it is copied.
struct Page<'a> {
    at: usize,
    length: usize,
    from: Copied<'a>,
}

enum Copied<'a> {
    Here(&'a [u8]),
    Frozen(u32),
}

/// A heap of so many bytes in pages: where each begins, and how much of it there is.
fn parts(bytes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..bytes).step_by(PAGE).map(move |at| (at, PAGE.min(bytes - at)))
}

fn copy_back(from: &[u8], address: usize) {
    // SAFETY: the range is where these bytes have been copied from, which is still there: the arena, or a
    // thread-local of this OS thread. Nobody borrows from it (see the header of `raw`, 3), and what it meant
    // then it means again, since all of an execution is copied together (4).
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), address as *mut u8, from.len()) };
}
