//! The heap of an arena: size classes with free lists. All of it lies in the arena, so it is saved and
//! restored together with its blocks. The same requests get the same addresses.

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
    /// The first free block of each class, as its distance from the base in grains; 0 if there is none.
    free: [u32; CLASSES],
}

impl Heap {
    /// The heap at `base`, which allocates from `top` up to `end`.
    pub(super) fn new(base: usize, top: usize, end: usize) -> Heap {
        Heap { base, top: top.next_multiple_of(GRAIN), end, free: [0; CLASSES] }
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
            return block as *mut u8;
        }
        self.carve(self.top, size)
    }

    /// Allocates a block with a large alignment, which is never reused.
    fn allocate_aligned(&mut self, layout: Layout) -> *mut u8 {
        self.carve(self.top.next_multiple_of(layout.align()), layout.size())
    }

    fn carve(&mut self, block: usize, size: usize) -> *mut u8 {
        match block.checked_add(size) {
            Some(after) if after <= self.end => {
                self.top = after.next_multiple_of(GRAIN);
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
        if layout.align() > GRAIN {
            return;
        }
        let (class, _) = class_of(layout.size());
        // SAFETY: the block is not in use, and every block has room for this.
        unsafe { block.cast::<u32>().write(self.free[class]) };
        self.free[class] = ((block as usize - self.base) / GRAIN) as u32;
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
