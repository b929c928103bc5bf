//! Pages of the heap that nobody writes: protected by the system, and so neither saved nor put back.
//!
//! 1. Now and then, each page is compared with what it was in an image from some time ago. One that has been the same
//!    several times is *frozen*: its content is copied, once, and it is protected against writing ([`FrozenPages::look`]).
//! 2. An image has, of a frozen page, the number of that copy ([`FrozenPages::copy_of`]).
//! 3. Whoever writes to a frozen page, the program or the driver, is stopped by the system, and the handler of that
//!    signal *thaws* the page ([`FrozenPages::thaws`]): it can be written, and is saved and put back as all others.
//! 4. A page that is frozen holds what its copy holds, since nobody has written it. So where an image has the number of
//!    the copy of a page that is still frozen, nothing is to be put back (`image.rs`).
//!
//! A page that thaws again and again is frozen less and less often, as a signal costs more than a copy.

use std::cell::{Cell, RefCell};

use super::address_space;
use super::global::as_outside;

/// Bytes of a page here, which is one or more of the system's.
pub(super) const PAGE: usize = 4096;

/// After so many images, pages are compared.
const INTERVAL: u32 = 64;

/// So often a page has to have been the same.
const PATIENCE: u32 = 4;

/// What is known of a page.
#[derive(Clone, Copy, Default)]
struct Page {
    /// The number of its copy, and one more; 0 if it is not frozen.
    frozen: u32,
    /// How often it has been the same since it was written.
    same: u32,
    /// How often it has to have been.
    patience: u32,
}

/// The pages of a heap.
pub(super) struct FrozenPages {
    base: usize,
    pages: Box<[Cell<Page>]>,
    /// How many are.
    count: Cell<usize>,
    /// Copies of pages, by their numbers.
    copies: RefCell<Vec<Box<[u8; PAGE]>>>,
    /// Images until pages are compared.
    until: Cell<u32>,
    /// A thawed page is taken for frozen, by a planted mistake.
    pub(super) forgets: Cell<bool>,
}

impl FrozenPages {
    /// None of the heap at `base` is frozen; if the system's pages are too large for this, none will be.
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

    /// Whether it is time to compare pages. Asked once an image.
    pub(super) fn is_time(&self) -> bool {
        let until = self.until.get() - 1;
        self.until.set(if until == 0 { INTERVAL } else { until });
        until == 0
    }

    /// Step 1, of the page of that number, which was `before` some time ago. Whether to freeze it.
    pub(super) fn look(&self, number: usize, before: &[u8]) -> bool {
        let Some(place) = self.pages.get(number) else { return false };
        let mut page = place.get();
        if page.frozen > 0 {
            return false;
        }
        page.same = if self.now(number) == before { page.same + 1 } else { 0 };
        place.set(page);
        page.same >= page.patience
    }

    /// What is in the page now.
    fn now(&self, number: usize) -> &[u8] {
        let address = self.base + number * PAGE;
        // SAFETY: the page is memory of the heap, which nobody writes meanwhile. Bytes that have never been written
        // are whatever they are: their value matters to nobody.
        unsafe { std::slice::from_raw_parts(address as *const u8, PAGE) }
    }

    /// Step 1: the page is not to be written from now on.
    pub(super) fn freeze(&self, number: usize) {
        let Ok(copy) = Box::<[u8]>::from(self.now(number)).try_into() else { return };
        let address = self.base + number * PAGE;
        // SAFETY: a page of the heap, of an arena that this OS thread has. Whoever writes there thaws it.
        if unsafe { address_space::protect_writes(address, PAGE) }.is_err() {
            return;
        }
        let mut copies = self.copies.borrow_mut();
        copies.push(copy);
        let page = self.pages[number].get();
        self.pages[number].set(Page { frozen: copies.len() as u32, ..page });
        self.count.set(self.count.get() + 1);
    }

    /// Step 3. Whether the address is of a page that was frozen. Syscall by a handler, too.
    pub(super) fn thaws(&self, address: usize) -> bool {
        let number = address.wrapping_sub(self.base) / PAGE;
        let Some(place) = self.pages.get(number) else { return false };
        let page = place.get();
        if page.frozen == 0 {
            return false;
        }
        let patience = page.patience.saturating_mul(4);
        self.thaw(number, Page { frozen: 0, same: 0, patience })
    }

    /// All pages are about to be written, by whom no page is to be judged.
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
        // SAFETY: a page of the heap, which is used as before. A handler may be inside.
        if as_outside(|| unsafe { address_space::protect(address, PAGE, true) }).is_err() {
            return false;
        }
        if !self.forgets.get() {
            self.pages[number].set(thawed);
            self.count.set(self.count.get() - 1);
        }
        true
    }

    /// Step 2. The number of the copy of a page, if it is frozen.
    #[inline]
    pub(super) fn copy_of(&self, number: usize) -> Option<u32> {
        self.pages.get(number).and_then(|page| page.get().frozen.checked_sub(1))
    }

    /// What the page held that the copy is of.
    pub(super) fn with_copy<R>(&self, copy: u32, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.copies.borrow()[copy as usize][..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{inside, Arena, Images, Limits, Sabotage};
    use super::PAGE;

    /// A page far from the ends of what is allocated, and one beside it.
    const FAR: usize = 4 * PAGE;
    const BESIDE: usize = 5 * PAGE;

    /// Writes a page long after it was written last, and then has the last image put back. What is in it then, and in
    /// one that has never been written since; whether any page was frozen before.
    fn written_and_put_back(sabotage: Option<Sabotage>) -> (u8, u8, bool) {
        let limits = Limits { stack: 64 << 10, heap: 1 << 20 };
        let arena = Arena::new(limits).expect("there is room");
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
        (last, memory[BESIDE], frozen)
    }

    #[test]
    fn a_page_that_is_written_after_a_long_time_is_put_back() {
        assert_eq!(written_and_put_back(None), (1, 1, true));
    }

    #[test]
    fn a_thaw_that_is_not_noted_or_put_back_shows() {
        assert_eq!(written_and_put_back(Some(Sabotage::Thaw)), (7, 1, true));
        assert_eq!(written_and_put_back(Some(Sabotage::Page)), (7, 1, true));
    }
}
