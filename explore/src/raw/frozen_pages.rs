//! Frozen pages: pages of the heap that are not written for a long time. The system protects them, and they
//! are neither saved nor restored.
//!
//! 1. Now and then, each page is compared with its content in an older image. A page that has been the same
//!    several times is *frozen*: its content is copied once, and it is protected against writing
//!    ([`FrozenPages::compare`]).
//! 2. An image stores the number of that copy in place of a frozen page ([`FrozenPages::copy_of`]).
//! 3. A write to a frozen page, by the program or the driver, raises a signal. The handler *thaws* the page
//!    ([`FrozenPages::thaw_address`]): it can be written again, and is saved and restored like all others.
//! 4. A frozen page holds what its copy holds, since it has not been written. So if an image has the number
//!    of the copy of a page that is still frozen, the page need not be restored (`image.rs`).
//!
//! A page that thaws repeatedly is frozen less and less often, since a signal costs more than a copy.

use std::cell::{Cell, RefCell};

use super::address_space;
use super::inside::as_outside;

/// The bytes of a page here, which is one or more of the system's pages.
pub(super) const PAGE: usize = 4096;

/// The number of images between two comparisons of the pages.
const INTERVAL: u32 = 64;

/// How many times a page must have been the same before it is frozen.
const PATIENCE: u32 = 4;

/// The record of a page.
#[derive(Clone, Copy, Default)]
struct Page {
    /// The number of its copy plus one; 0 if it is not frozen.
    frozen: u32,
    /// How many times in a row it has been the same.
    same: u32,
    /// How many times it must have been the same to be frozen.
    patience: u32,
}

/// The pages of a heap.
pub(super) struct FrozenPages {
    base: usize,
    pages: Box<[Cell<Page>]>,
    /// The number of frozen pages.
    count: Cell<usize>,
    /// Copies of pages, by their numbers.
    copies: RefCell<Vec<Box<[u8; PAGE]>>>,
    /// The number of images until the next comparison.
    until: Cell<u32>,
    /// A planted fault: a thawed page still counts as frozen.
    pub(super) forgets: Cell<bool>,
}

impl FrozenPages {
    /// The pages of the heap at `base`, none of them frozen. If the system's pages are larger than
    /// [`PAGE`], none ever will be.
    pub(super) fn new(base: usize, bytes: usize) -> FrozenPages {
        let fits = PAGE % address_space::page() == 0;
        let page = Page { patience: PATIENCE, ..Page::default() };
        FrozenPages {
            base,
            pages: vec![Cell::new(page); if fits { bytes / PAGE } else { 0 }].into(),
            count: Cell::new(0),
            copies: RefCell::default(),
            until: Cell::new(INTERVAL),
            forgets: Cell::new(false),
        }
    }

    /// Whether any page is frozen.
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.count.get() > 0
    }

    /// Whether it is time to compare pages. Called once for each image.
    pub(super) fn is_time(&self) -> bool {
        let until = self.until.get() - 1;
        self.until.set(if until == 0 { INTERVAL } else { until });
        until == 0
    }

    /// Step 1: compares a page with `before`, its content some time ago. Returns whether to freeze it.
    pub(super) fn compare(&self, number: usize, before: &[u8]) -> bool {
        let Some(place) = self.pages.get(number) else { return false };
        let mut page = place.get();
        if page.frozen > 0 {
            return false;
        }
        page.same = if self.now(number) == before { page.same + 1 } else { 0 };
        place.set(page);
        page.same >= page.patience
    }

    /// The current content of the page.
    fn now(&self, number: usize) -> &[u8] {
        let address = self.base + number * PAGE;
        // SAFETY: the page is memory of the heap, which is not written meanwhile. Bytes that have never
        // been written have an arbitrary value, on which nothing depends.
        unsafe { std::slice::from_raw_parts(address as *const u8, PAGE) }
    }

    /// Step 1: freezes the page.
    pub(super) fn freeze(&self, number: usize) {
        let Ok(copy) = Box::<[u8]>::from(self.now(number)).try_into() else { return };
        let address = self.base + number * PAGE;
        // SAFETY: a page of the heap, in an arena of this OS thread. A write there thaws it.
        if unsafe { address_space::protect_writes(address, PAGE) }.is_err() {
            return;
        }
        let mut copies = self.copies.borrow_mut();
        copies.push(copy);
        let page = self.pages[number].get();
        self.pages[number].set(Page { frozen: copies.len() as u32, ..page });
        self.count.set(self.count.get() + 1);
    }

    /// Step 3: thaws the page at the address. Returns whether it was frozen. May be called by a signal
    /// handler.
    pub(super) fn thaw_address(&self, address: usize) -> bool {
        let number = address.wrapping_sub(self.base) / PAGE;
        let Some(place) = self.pages.get(number) else { return false };
        let page = place.get();
        if page.frozen == 0 {
            return false;
        }
        let patience = page.patience.saturating_mul(4);
        self.thaw(number, Page { frozen: 0, same: 0, patience })
    }

    /// Thaws all pages, because an audit is about to write them; that does not count against them.
    pub(super) fn thaw_all(&self) {
        for (number, page) in self.pages.iter().enumerate().filter(|_| self.any()) {
            let page = page.get();
            if page.frozen > 0 {
                self.thaw(number, Page { frozen: 0, same: 0, ..page });
            }
        }
    }

    fn thaw(&self, number: usize, thawed: Page) -> bool {
        let address = self.base + number * PAGE;
        // SAFETY: a page of the heap, which is used as before. A signal handler may be running inside.
        if as_outside(|| unsafe { address_space::protect(address, PAGE, true) }).is_err() {
            return false;
        }
        if !self.forgets.get() {
            self.pages[number].set(thawed);
            self.count.set(self.count.get() - 1);
        }
        true
    }

    /// Step 2: the number of the copy of a page, if it is frozen.
    #[inline]
    pub(super) fn copy_of(&self, number: usize) -> Option<u32> {
        self.pages.get(number).and_then(|page| page.get().frozen.checked_sub(1))
    }

    /// Calls `f` with the content of a copy.
    pub(super) fn with_copy<R>(&self, copy: u32, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.copies.borrow()[copy as usize][..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{inside, Arena, Images, Limits, Sabotage};
    use super::PAGE;

    /// A page far from the ends of what is allocated, and the page after it.
    const FAR: usize = 4 * PAGE;
    const NEXT: usize = 5 * PAGE;

    /// Writes a page long after its last write, and then restores the last image. Returns the byte there
    /// after that, the byte in a page that was not written since, and whether any page was frozen before.
    fn written_and_restored(sabotage: Option<Sabotage>) -> (u8, u8, bool) {
        let limits = Limits { stack: 64 << 10, heap: 1 << 20 };
        let arena = Arena::new(limits, false).expect("there is room");
        arena.clear();
        let mut images = Images::new(Vec::new());
        images.sabotage = sabotage;
        let memory = inside(|| vec![1u8; 8 * PAGE]).leak();
        images.save(&arena);
        for n in 0..1_000 {
            memory[0] = n as u8;
            images.save(&arena);
            images.pop();
        }
        images.save(&arena);
        let frozen = arena.frozen().any();
        memory[FAR] = 7;
        images.restore(&arena);
        let last = memory[FAR];
        // From before the page was frozen.
        images.pop();
        memory[FAR] = 8;
        images.restore(&arena);
        assert!(sabotage.is_some() || memory[FAR] == 1);
        (last, memory[NEXT], frozen)
    }

    #[test]
    fn a_page_that_is_written_after_a_long_time_is_restored() {
        assert_eq!(written_and_restored(None), (1, 1, true));
    }

    #[test]
    fn a_thaw_that_is_not_recorded_or_restored_shows() {
        assert_eq!(written_and_restored(Some(Sabotage::Thaw)), (7, 1, true));
        assert_eq!(written_and_restored(Some(Sabotage::Page)), (7, 1, true));
    }
}
