//! The heap of an arena: size classes with free lists. All of it lies in the arena, so it is saved and
//! restored together with its blocks. The same requests get the same addresses.
//!
//! A *clean* heap leaves no traces of the past, for searches in which a state is its memory: fresh and freed memory is
//! zero, and the lists of free blocks are sorted by address, so that the order of frees makes no difference.

use std::alloc::Layout;

/// The alignment of blocks; their sizes are multiples of it.
const GRAIN: usize = 16;

/// Up to 128 bytes in steps of 16, then four sizes for each power of two, up to the span.
const CLASSES: usize = 8 + 20 * 4;

/// The heap's own state, at the very start of its memory.
pub(super) struct Heap {
    base: usize,
    /// Nothing has been allocated from here on.
    top: usize,
    end: usize,
    /// Not 0 if the heap is clean. A word, so that there is no padding: all of this may be hashed.
    clean: usize,
    /// The first free block of each class, as its distance from the base in grains; 0 if there is none.
    free: [u32; CLASSES],
}

impl Heap {
    /// The heap at `base`, which allocates from `top` up to `end`.
    pub(super) fn new(base: usize, top: usize, end: usize) -> Heap {
        Heap { base, top: top.next_multiple_of(GRAIN), end, clean: 0, free: [0; CLASSES] }
    }

    /// The same, as a clean heap.
    pub(super) fn clean(self) -> Heap {
        Heap { clean: 1, ..self }
    }

    /// The address from which on nothing has ever been allocated.
    pub(super) fn top(&self) -> usize {
        self.top
    }

    /// Allocates a block; null if there is no room for it.
    ///
    /// # Safety
    /// The memory from base to end is this heap's.
    pub(super) unsafe fn allocate(&mut self, layout: Layout) -> *mut u8 {
        if layout.align() > GRAIN {
            return self.allocate_aligned(layout);
        }
        let (class, size) = class_of(layout.size());
        let Some(first) = self.free.get_mut(class) else { return std::ptr::null_mut() };
        if *first != 0 {
            let block = self.base + *first as usize * GRAIN;
            // SAFETY: a free block holds the index of the next one, which `release` has written there.
            *first = unsafe { (block as *const u32).read() };
            if self.clean != 0 {
                // SAFETY: the block is about to be used, and has room for this; the rest of it is 0.
                unsafe { (block as *mut u32).write(0) };
            }
            return block as *mut u8;
        }
        self.carve(self.top, size)
    }

    /// Clears fresh memory up to the new top.
    fn clear_fresh(&self, from: usize) {
        if self.clean != 0 {
            // SAFETY: memory of this heap in which nothing has been allocated yet.
            unsafe { std::ptr::write_bytes(from as *mut u8, 0, self.top - from) };
        }
    }

    /// Allocates a block with a large alignment, which is never reused.
    fn allocate_aligned(&mut self, layout: Layout) -> *mut u8 {
        self.carve(self.top.next_multiple_of(layout.align()), layout.size())
    }

    fn carve(&mut self, block: usize, size: usize) -> *mut u8 {
        match block.checked_add(size) {
            Some(after) if after <= self.end => {
                let before = self.top;
                self.top = after.next_multiple_of(GRAIN);
                self.clear_fresh(before);
                block as *mut u8
            }
            _ => std::ptr::null_mut(),
        }
    }

    /// Frees a block.
    ///
    /// # Safety
    /// The block was allocated with this layout, and is no longer in use.
    pub(super) unsafe fn release(&mut self, block: *mut u8, layout: Layout) {
        if self.clean != 0 {
            return self.release_clean(block, layout);
        }
        if layout.align() > GRAIN {
            return;
        }
        let (class, _) = class_of(layout.size());
        // SAFETY: the block is not in use, and every block has room for this.
        unsafe { block.cast::<u32>().write(self.free[class]) };
        self.free[class] = ((block as usize - self.base) / GRAIN) as u32;
    }

    /// Frees a block of a clean heap.
    ///
    /// # Safety
    /// As for [`Heap::release`].
    unsafe fn release_clean(&mut self, block: *mut u8, layout: Layout) {
        if layout.align() > GRAIN {
            // SAFETY: the block is not in use.
            return unsafe { block.write_bytes(0, layout.size()) };
        }
        let (class, size) = class_of(layout.size());
        let own = ((block as usize - self.base) / GRAIN) as u32;
        let mut link: *mut u32 = &raw mut self.free[class];
        // SAFETY: the block is not in use and has this size. A link is the head of the list, or lies at the start of a
        // free block of the class; the list ends with 0.
        unsafe {
            block.write_bytes(0, size);
            while (1..own).contains(&*link) {
                link = (self.base + *link as usize * GRAIN) as *mut u32;
            }
            block.cast::<u32>().write(*link);
            *link = own;
        }
    }

    /// Whether a block for the one size has room for the other.
    pub(super) fn same_class(old: usize, new: usize) -> bool {
        class_of(old).0 == class_of(new).0
    }
}

/// The class of a size, and the size of its blocks.
fn class_of(size: usize) -> (usize, usize) {
    if size <= 128 {
        let class = size.max(1).div_ceil(GRAIN) - 1;
        return (class, (class + 1) * GRAIN);
    }
    let last = size - 1;
    let log = last.ilog2();
    let quarter = (last >> (log - 2)) & 3;
    (8 + (log as usize - 7) * 4 + quarter, (quarter + 5) << (log - 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_large_enough_and_no_class_is_skipped() {
        let mut last = (0, 0);
        for size in 0..100_000 {
            let (class, bytes) = class_of(size);
            assert!(bytes >= size && bytes % GRAIN == 0, "{size}: {bytes}");
            assert!(size <= 128 || bytes * 4 <= size * 5 + 4 * 128, "{size}: {bytes}");
            assert!(class == last.0 || (class == last.0 + 1 && bytes > last.1), "{size}");
            last = (class, bytes);
        }
        assert!(class_of(1 << 27).0 < CLASSES);
    }

    #[test]
    fn a_clean_heap_does_not_show_in_which_order_blocks_were_freed() {
        let layout = Layout::from_size_align(40, 8).unwrap();
        let left = |order: [usize; 3]| {
            let mut memory = vec![u128::MAX; 1024];
            let base = memory.as_mut_ptr() as usize;
            let mut heap = Heap::new(base, base + 16, base + 1024 * 16).clean();
            // SAFETY: the memory is this heap's alone, and blocks are released once, with their size.
            unsafe {
                let blocks = [0; 3].map(|_| heap.allocate(layout));
                assert!(blocks.iter().all(|block| block.cast::<[u8; 40]>().read() == [0; 40]));
                blocks.iter().for_each(|block| block.write_bytes(7, 40));
                order.iter().for_each(|&n| heap.release(blocks[n], layout));
                let again = [0; 3].map(|_| heap.allocate(layout) as usize - base);
                assert!(again.is_sorted() && again[0] == blocks[0] as usize - base);
                order.iter().for_each(|&n| heap.release(blocks[n], layout));
            }
            memory
        };
        let expected = left([0, 1, 2]);
        assert!(expected[1..10].iter().all(|word| word >> 32 == 0), "links, and zeros");
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert!(left(order) == expected, "{order:?}");
        }
    }

    #[test]
    fn blocks_are_reused_and_do_not_overlap() {
        let mut memory = vec![0u128; 4096];
        let base = memory.as_mut_ptr() as usize;
        let mut heap = Heap::new(base, base + 16, base + 4096 * 16);
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: the memory is this heap's alone, and what is released was allocated with its size.
        unsafe {
            let blocks: Vec<_> = (1..100).map(|size| heap.allocate(layout(size))).collect();
            for pair in blocks.windows(2).zip(1..) {
                assert!(pair.0[1] as usize >= pair.0[0] as usize + pair.1);
            }
            heap.release(blocks[40], layout(41));
            heap.release(blocks[41], layout(42));
            assert_eq!(heap.allocate(layout(48)), blocks[41]);
            assert_eq!(heap.allocate(layout(33)), blocks[40]);
            assert!(heap.allocate(layout(1 << 20)).is_null());
            let aligned = heap.allocate(Layout::from_size_align(8, 64).unwrap());
            assert_eq!(aligned as usize % 64, 0);
        }
    }
}
