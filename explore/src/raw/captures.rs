//! Checks what the program's closure has captured from outside for signs of a forbidden ownership.
//!
//! Nothing inside an execution may own anything outside. Types do not show that, but the captures of the
//! program's closure can be checked: for each word that points to readable memory, whether it looks like
//! the counts of an `Arc`, and whether the count falls. What lies deeper is not checked.
//!
//! In a search in which a state is its memory, programs come that were not written for it. There the counts are saved and
//! restored with the rest ([`Captures::counts`]), so that each continuation drops its own clones; and after each execution,
//! what such an `Arc` owns is searched for addresses of the arena: a container that has grown inside
//! ([`Captures::grown`]). If several workers share the closure, its counts are not restored but checked as above.
//!
//! A word that looks like that may be something else: the padding between a closure's fields, and the payload of an
//! `Option` that is `None`, hold leftover addresses. So the address must be that of a block of the heap, and the count
//! must fall more than once, and not rise as often: the search's own `Arc`s come and go. A program that drops too many
//! owners does so each time.

use super::arena::Arena;
use super::image::Place;
use super::trouble::Trouble;

/// The most words of a closure that are checked.
const MOST: usize = 256;

/// A larger number is not taken for a count.
const COUNT: usize = 1 << 20;

/// How many times a count must fall, and by how much.
const FALLS: usize = 2;

/// The most words of what an `Arc` owns that are searched for addresses.
const OWNED: usize = 64;

/// The captures of the program's closure that look like `Arc`s.
pub(crate) struct Captures(Vec<Counted>);

/// What looks like the counts of an `Arc`.
struct Counted {
    address: usize,
    /// The number of owners before the first execution.
    first: usize,
    /// The number of owners at the last check.
    owners: usize,
    /// How many times the number has fallen.
    falls: usize,
}

impl Captures {
    /// The counts, as places that belong to an execution.
    pub(crate) fn counts(&self) -> Vec<Place> {
        let counts = |counted: &Counted| Place { address: counted.address, bytes: 16 };
        self.0.iter().filter(|counted| is_writable(counted.address)).map(counts).collect()
    }

    /// Returns the error if a captured `Arc` owns something in the arena.
    pub(crate) fn grown(&self, arena: &Arena) -> Option<Trouble> {
        let has_grown = |counted: &Counted| {
            let block = counted.address;
            let words = block_words(block).min(OWNED);
            let owned = if words > 2 { read_some(block, words) } else { Vec::new() };
            owned.iter().skip(2).any(|&word| arena.holds(word))
        };
        self.0.iter().any(has_grown).then_some(Trouble::Grown)
    }

    /// Reads the captures of the closure at this place.
    pub(crate) fn of(closure: Place) -> Captures {
        let Place { address, bytes } = closure;
        let words = (0..(bytes / 8).min(MOST)).filter_map(|word| read::<1>(address + word * 8));
        let counted = words.filter_map(|[pointer]| {
            let [owners, weak] = read::<2>(pointer).filter(|_| pointer % 8 == 0)?;
            let counts = (1..COUNT).contains(&owners) && (1..COUNT).contains(&weak);
            let counted = Counted { address: pointer, first: owners, owners, falls: 0 };
            (counts && is_block(pointer)).then_some(counted)
        });
        Captures(counted.collect())
    }

    /// Returns the error if a captured `Arc` has been dropped too often.
    pub(crate) fn trouble(&mut self) -> Option<Trouble> {
        for counted in &mut self.0 {
            let Some([now]) = read::<1>(counted.address) else { continue };
            counted.falls += usize::from(now < counted.owners);
            counted.owners = now;
        }
        self.0.iter().any(Counted::is_dropped).then_some(Trouble::Foreign)
    }
}

impl Counted {
    /// Whether executions have dropped more owners than they have made.
    fn is_dropped(&self) -> bool {
        self.falls >= FALLS && self.owners + FALLS <= self.first
    }
}

/// The words at an address, if it is readable.
fn read<const N: usize>(address: usize) -> Option<[usize; N]> {
    read_some(address, N).try_into().ok()
}

/// Whether a block of glibc's heap begins at this address: then its size, in front of it, leads to a block that knows that
/// this one is in use.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn is_block(address: usize) -> bool {
    const PREVIOUS_IN_USE: usize = 1;
    const MAPPED: usize = 2;
    let (size_at, words) = (address.wrapping_sub(8), block_words(address));
    let Some([size]) = read::<1>(size_at).filter(|_| words > 0) else { return false };
    let next = || read::<1>(size_at + 8 * (words + 1));
    size & MAPPED != 0 || next().is_some_and(|[size]| size & PREVIOUS_IN_USE != 0)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn is_block(_address: usize) -> bool {
    true
}

/// The number of words of the block at this address, which glibc keeps in front of it; 0 where that makes no sense.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn block_words(block: usize) -> usize {
    let Some([size]) = read::<1>(block.wrapping_sub(8)).filter(|_| block % 16 == 0) else {
        return 0;
    };
    // The last bits are flags, and the size is part of the block.
    let bytes = size & !7;
    if (32..1 << 24).contains(&bytes) {
        bytes / 8 - 1
    } else {
        0
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn block_words(_block: usize) -> usize {
    0
}

/// Whether two words at the address can be written: they are written as they are.
#[cfg(target_os = "linux")]
fn is_writable(address: usize) -> bool {
    let Some(mut words) = read::<2>(address) else { return false };
    let here = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: 16 };
    let there = libc::iovec { iov_base: address as *mut _, iov_len: 16 };
    // SAFETY: the system copies from `words`, and checks itself whether the other address is writable. What it writes is
    // what is there.
    unsafe { libc::process_vm_writev(libc::getpid(), &here, 1, &there, 1, 0) == 16 }
}

#[cfg(not(target_os = "linux"))]
fn is_writable(_address: usize) -> bool {
    false
}

/// This many words at an address; none if they are not readable.
#[cfg(target_os = "linux")]
fn read_some(address: usize, count: usize) -> Vec<usize> {
    let mut words = vec![0usize; count];
    let here = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: count * 8 };
    let there = libc::iovec { iov_base: address as *mut _, iov_len: count * 8 };
    // SAFETY: the system copies into `words`, which is as large as said, and checks itself whether the
    // other address is readable.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &here, 1, &there, 1, 0) };
    if copied == (count * 8) as isize {
        words
    } else {
        Vec::new()
    }
}

/// On other systems there is no way to ask whether an address is readable.
#[cfg(not(target_os = "linux"))]
fn read_some(_address: usize, _count: usize) -> Vec<usize> {
    Vec::new()
}
