//! The live part of an arena, copied out and back.
//!
//! Live are the heap up to where nothing has been given out, each thread's stack from its stack pointer on,
//! and the places outside of the arena that belong to an execution all the same: thread-locals, which the
//! facade names. About 3 KiB for three threads.

use super::arena::Arena;

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

/// What is not restored, so that a test shows that it would be noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sabotage {
    /// The stack of the thread of this number.
    Stack(usize),
    /// The heap's last quarter.
    Heap,
    /// The places.
    Places,
}

/// Images, the last one taken first.
pub(crate) struct Images {
    bytes: Vec<u8>,
    images: Vec<Image>,
    places: Vec<Place>,
    /// What the places hold when no execution is under way.
    empty: Vec<u8>,
    /// The largest one so far.
    largest: usize,
    pub(crate) sabotage: Option<Sabotage>,
}

/// One image: where it begins, and how long its part of the heap is.
pub(crate) struct Image {
    at: usize,
    heap: usize,
}

impl Images {
    pub(crate) fn new(places: Vec<Place>) -> Images {
        let (bytes, images) = (Vec::new(), Vec::new());
        let mut all =
            Images { bytes, images, places, empty: Vec::new(), largest: 0, sabotage: None };
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

    /// Copies out what is live now.
    pub(crate) fn save(&mut self, arena: &Arena) {
        let at = self.bytes.len();
        let (base, top) = arena.used();
        self.copy_out(base, top - base);
        self.copy_places_out();
        for thread in 0..arena.count() {
            if let Some((pointer, bytes)) = arena.live_stack(thread) {
                self.copy_out(pointer, bytes);
            }
        }
        self.images.push(Image { at, heap: top - base });
        self.largest = self.largest.max(self.bytes.len() - at);
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
        // SAFETY: the range is live memory of the arena, or a thread-local, that nobody writes meanwhile, and
        // there is room for it. Bytes that have never been written are copied as they are, and are looked at
        // by nobody but `compare`, which knows.
        unsafe {
            let to = self.bytes.as_mut_ptr().add(length);
            std::ptr::copy_nonoverlapping(address as *const u8, to, bytes);
            self.bytes.set_len(length + bytes);
        }
    }

    /// Makes the arena what it was when the last image was taken.
    pub(crate) fn restore(&self, arena: &Arena) {
        let Some(image) = self.images.last() else { return };
        let mut at = image.at;
        let (base, _) = arena.used();
        let skipped = if self.sabotage == Some(Sabotage::Heap) { image.heap / 4 } else { 0 };
        copy_back(&self.bytes[at..at + image.heap - skipped], base);
        at += image.heap;
        if self.sabotage != Some(Sabotage::Places) {
            self.copy_places_back(&self.bytes[at..]);
        }
        at += self.places.iter().map(|place| place.bytes).sum::<usize>();
        // The heap is what it was, so the threads and their stack pointers are.
        for thread in 0..arena.count() {
            if let Some((pointer, bytes)) = arena.live_stack(thread) {
                if self.sabotage != Some(Sabotage::Stack(thread)) {
                    copy_back(&self.bytes[at..at + bytes], pointer);
                }
                at += bytes;
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
        }
    }
}

fn copy_back(from: &[u8], address: usize) {
    // SAFETY: the range is where these bytes have been copied from, which is still there: the arena, or a
    // thread-local of this OS thread. Nobody borrows from it (see the header of `raw`, 3), and what it meant
    // then it means again, since all of an execution is copied together (4).
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), address as *mut u8, from.len()) };
}
