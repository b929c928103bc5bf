//! Checks what the program's closure has captured from outside for signs of a forbidden ownership.
//!
//! Nothing inside an execution may own anything outside. Types do not show that, but the captures of the
//! program's closure can be checked: for each word that points to readable memory, whether it looks like
//! the counts of an `Arc`, and whether the count falls. What lies deeper is not checked.
//!
//! A word that looks like that may be something else: the padding between a closure's fields may hold a
//! leftover address. So a count must fall more than once. A program that drops too many owners does so each
//! time.

use super::image::Place;
use super::trouble::Trouble;

/// The most words of a closure that are checked.
const MOST: usize = 256;

/// A larger number is not taken for a count.
const COUNT: usize = 1 << 20;

/// How many times a count must fall.
const FALLS: u32 = 2;

/// The captures of the program's closure that look like `Arc`s.
pub(crate) struct Captures(Vec<Counted>);

/// What looks like the counts of an `Arc`.
struct Counted {
    address: usize,
    /// The number of owners at the last check.
    owners: usize,
    /// How many times the number has fallen.
    falls: u32,
}

impl Captures {
    /// Reads the captures of the closure at this place.
    pub(crate) fn of(closure: Place) -> Captures {
        let Place { address, bytes } = closure;
        let words = (0..(bytes / 8).min(MOST)).filter_map(|word| read::<1>(address + word * 8));
        let counted = words.filter_map(|[pointer]| {
            let [owners, weak] = read::<2>(pointer).filter(|_| pointer % 8 == 0)?;
            let counts = (1..COUNT).contains(&owners) && (1..COUNT).contains(&weak);
            counts.then_some(Counted { address: pointer, owners, falls: 0 })
        });
        Captures(counted.collect())
    }

    /// Returns the error if a captured `Arc` has been dropped too often.
    pub(crate) fn trouble(&mut self) -> Option<Trouble> {
        for counted in &mut self.0 {
            let Some([now]) = read::<1>(counted.address) else { continue };
            counted.falls += u32::from(now < counted.owners);
            counted.owners = now;
        }
        self.0.iter().any(|counted| counted.falls >= FALLS).then_some(Trouble::Foreign)
    }
}

/// The words at an address, if it is readable.
#[cfg(target_os = "linux")]
fn read<const N: usize>(address: usize) -> Option<[usize; N]> {
    let mut words = [0usize; N];
    let bytes = size_of::<[usize; N]>();
    let here = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: bytes };
    let there = libc::iovec { iov_base: address as *mut _, iov_len: bytes };
    // SAFETY: the system copies into `words`, which is as large as said, and checks itself whether the
    // other address is readable.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &here, 1, &there, 1, 0) };
    (copied == bytes as isize).then_some(words)
}

/// On other systems there is no way to ask whether an address is readable.
#[cfg(not(target_os = "linux"))]
fn read<const N: usize>(_address: usize) -> Option<[usize; N]> {
    None
}
