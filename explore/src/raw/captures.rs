//! What a program was given from outside, looked at for signs of what must not be.
//!
//! Nothing inside may own what is outside. That cannot be seen from a type; but what the program's closure has
//! captured can be looked at: each word that points somewhere readable, and whether what is there looks like
//! the counts of an `Arc`, and is less than it was. What lies deeper is not looked at.
//!
//! What looks so need not be one: between a closure's fields there is padding, in which an address may have been
//! left. So a count has to become less more than once. A program that gives back too much does so each time.

use super::image::Place;
use super::trouble::Trouble;

/// Words of a closure that are looked at.
const MOST: usize = 256;

/// More than these are no count.
const COUNT: usize = 1 << 20;

/// A count that has fallen so often is one.
const FALLS: u32 = 2;

/// What a program was given.
pub(crate) struct Captures(Vec<Counted>);

/// What looks like the counts of an `Arc`.
struct Counted {
    address: usize,
    /// How many own it, when it was looked at last.
    owners: usize,
    /// How often that was fewer than before.
    falls: u32,
}

impl Captures {
    /// What the closure at this place has captured.
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

    /// A sign that something has been given back too often.
    pub(crate) fn trouble(&mut self) -> Option<Trouble> {
        for counted in &mut self.0 {
            let Some([now]) = read::<1>(counted.address) else { continue };
            counted.falls += u32::from(now < counted.owners);
            counted.owners = now;
        }
        self.0.iter().any(|counted| counted.falls >= FALLS).then_some(Trouble::Foreign)
    }
}

/// The words at an address, if it can be read.
#[cfg(target_os = "linux")]
fn read<const N: usize>(address: usize) -> Option<[usize; N]> {
    let mut words = [0usize; N];
    let bytes = size_of::<[usize; N]>();
    let here = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: bytes };
    let there = libc::iovec { iov_base: address as *mut _, iov_len: bytes };
    // SAFETY: the system copies into `words`, which is as large as said, and looks itself whether there is
    // something at the other address.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &here, 1, &there, 1, 0) };
    (copied == bytes as isize).then_some(words)
}

/// Elsewhere there is nobody to ask whether it can.
#[cfg(not(target_os = "linux"))]
fn read<const N: usize>(_address: usize) -> Option<[usize; N]> {
    None
}
