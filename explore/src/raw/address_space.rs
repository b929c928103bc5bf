//! The address space of all arenas, reserved once and divided into spans.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The bytes of a span: half of them for an arena's heap, half for its stacks.
pub(super) const SPAN: usize = 256 << 20;

/// The offset of the stacks in a span.
pub(super) const STACKS: usize = SPAN / 2;

/// The number of arenas at one time.
const ARENAS: usize = 128;

/// The spans whose addresses have the same upper half. No other memory has that upper half: such regions are reserved as a
/// whole.
const REGION: usize = (1 << 32) / SPAN;

/// The number of spans. Only the second of each region is used, so that the lower halves of addresses are the same in all
/// arenas: a word of which the program has overwritten the upper half keeps one. In the first of a region they would be
/// small, and so is a small number with which it has overwritten the lower half (`memory`, *Addresses*).
const SPANS: usize = ARENAS * REGION;

/// The address of the first span; 0 before the space is reserved.
static BASE: AtomicUsize = AtomicUsize::new(0);

/// The numbers of the free spans, and how many spans have ever been used.
static FREE: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

/// Whether the address belongs to any arena, in use or not.
pub(super) fn contains(address: usize) -> bool {
    let base = BASE.load(Ordering::Relaxed);
    base != 0 && address.wrapping_sub(base) < SPANS * SPAN
}

/// For each span: whether it is in use, and whether a foreign OS thread has freed memory in it.
static BUSY: [AtomicBool; SPANS] = [const { AtomicBool::new(false) }; SPANS];
static STRANGER: [AtomicBool; SPANS] = [const { AtomicBool::new(false) }; SPANS];

/// Records that a thread outside any execution has freed memory in a span.
pub(super) fn touched_by_stranger(address: usize) {
    let span = (address - BASE.load(Ordering::Relaxed)) / SPAN;
    if BUSY[span].load(Ordering::Relaxed) {
        STRANGER[span].store(true, Ordering::Relaxed);
    }
}

/// Whether that has happened in the span at this address.
pub(super) fn has_stranger(address: usize) -> bool {
    STRANGER[(address - BASE.load(Ordering::Relaxed)) / SPAN].load(Ordering::Relaxed)
}

fn busy(span: usize, is: bool) {
    STRANGER[span].store(false, Ordering::Relaxed);
    BUSY[span].store(is, Ordering::Relaxed);
}

fn free() -> MutexGuard<'static, (Vec<usize>, usize)> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a free span and returns its address. Its memory is not yet accessible.
pub(super) fn take() -> Result<usize, String> {
    let mut free = free();
    let base = match BASE.load(Ordering::Relaxed) {
        0 => reserve()?,
        base => base,
    };
    BASE.store(base, Ordering::Relaxed);
    if let Some(span) = free.0.pop() {
        busy(span, true);
        return Ok(base + span * SPAN);
    }
    if free.1 == ARENAS {
        return Err(format!("{ARENAS} searches run in this process, which is the maximum"));
    }
    let span = free.1 * REGION + 1;
    free.1 += 1;
    busy(span, true);
    Ok(base + span * SPAN)
}

/// Frees the span.
pub(super) fn give_back(address: usize) {
    let span = (address - BASE.load(Ordering::Relaxed)) / SPAN;
    busy(span, false);
    free().0.push(span);
}

fn reserve() -> Result<usize, String> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
    // One region more, since they are aligned to their size.
    let bytes = (SPANS + REGION) * SPAN;
    // SAFETY: a new mapping, at an address that the system chooses, and not yet accessible.
    let base = unsafe { libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
    if base == libc::MAP_FAILED {
        let error = std::io::Error::last_os_error();
        let gib = bytes >> 30;
        return Err(format!(
            "cannot reserve {gib} GiB of addresses for saved states: {error} (raise a limit such as `ulimit -v`)"
        ));
    }
    Ok((base as usize).next_multiple_of(REGION * SPAN))
}

/// The stack of the calling OS thread, with the thread-locals above it, if the system lays it out like that. `None` where
/// that cannot be known.
#[cfg(target_os = "linux")]
pub(super) fn stack_of_os_thread() -> Option<std::ops::Range<usize>> {
    let mut attributes = std::mem::MaybeUninit::uninit();
    let (mut from, mut bytes) = (std::ptr::null_mut(), 0);
    // SAFETY: the calls fill what they are given, the attributes are read only if they have been filled, and are
    // destroyed once.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let known = libc::pthread_attr_getstack(attributes.as_ptr(), &mut from, &mut bytes) == 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        known.then(|| from as usize..from as usize + bytes)
    }
}

/// On other systems this is not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn stack_of_os_thread() -> Option<std::ops::Range<usize>> {
    None
}

/// The bytes of a page of the system.
pub(super) fn page() -> usize {
    // SAFETY: the call has no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

/// Makes the pages from `address` on accessible or inaccessible.
///
/// # Safety
/// They are in a span of the caller, and their content is not in use if they become inaccessible.
pub(super) unsafe fn protect(address: usize, bytes: usize, accessible: bool) -> Result<(), String> {
    let how = if accessible { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_NONE };
    // SAFETY: as the caller says.
    let result = unsafe { libc::mprotect(address as *mut _, bytes, how) };
    match result {
        0 => Ok(()),
        _ => Err(format!("no memory for saved states: {}", std::io::Error::last_os_error())),
    }
}

/// Makes the pages from `address` on read-only: a write raises a signal.
///
/// # Safety
/// They are in a span of the caller, whose signal handler makes them writable again.
pub(super) unsafe fn protect_writes(address: usize, bytes: usize) -> Result<(), String> {
    // SAFETY: as the caller says.
    match unsafe { libc::mprotect(address as *mut _, bytes, libc::PROT_READ) } {
        0 => Ok(()),
        _ => Err(format!(
            "cannot protect a page of saved states: {}",
            std::io::Error::last_os_error()
        )),
    }
}

/// Returns the pages to the system; their content is lost.
///
/// # Safety
/// They are in a span of the caller, and their content is not in use.
pub(super) unsafe fn discard(address: usize, bytes: usize) {
    // SAFETY: as the caller says. If the call fails, the pages stay as they are, which does no harm.
    unsafe { libc::madvise(address as *mut _, bytes, libc::MADV_DONTNEED) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of three regions, and not all: other tests need some.
    #[test]
    fn arenas_have_addresses_that_nothing_else_has() {
        let spans: Vec<_> = (0..2 * REGION + 2).map(|_| take().expect("a span")).collect();
        let base = BASE.load(Ordering::Relaxed);
        assert_eq!(base % (REGION * SPAN), 0, "{base:x}: a region of its own");
        for &address in &spans {
            assert!(address as u32 as usize >= SPAN, "{address:x}: a small lower half");
            assert!(address + SPAN <= base + SPANS * SPAN, "{address:x}: beyond the regions");
        }
        assert!(spans.iter().any(|&address| address > base + 2 * REGION * SPAN), "{spans:x?}");
        spans.into_iter().for_each(give_back);
    }
}
