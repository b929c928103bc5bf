//! The address space of all arenas, reserved once; who has which span of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of addresses for an arena, half for its heap, half for its stacks.
pub(super) const SPAN: usize = 256 << 20;

/// Where the stacks begin in an arena.
pub(super) const STACKS: usize = SPAN / 2;

/// So many can be in use at once.
const SPANS: usize = 128;

/// Where the first one begins; 0 before that is known.
static BASE: AtomicUsize = AtomicUsize::new(0);

/// Those that are free, by number; and how many have ever been used.
static FREE: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

/// Whether the address belongs to any arena, in use or not.
pub(super) fn contains(address: usize) -> bool {
    let base = BASE.load(Ordering::Relaxed);
    base != 0 && address.wrapping_sub(base) < SPANS * SPAN
}

/// Of each span: an execution is in it now; and somebody else has touched that.
static BUSY: [AtomicBool; SPANS] = [const { AtomicBool::new(false) }; SPANS];
static STRANGER: [AtomicBool; SPANS] = [const { AtomicBool::new(false) }; SPANS];

/// Somebody who has no execution gives back memory that lies in a span.
pub(super) fn touched_by_stranger(address: usize) {
    let span = (address - BASE.load(Ordering::Relaxed)) / SPAN;
    if BUSY[span].load(Ordering::Relaxed) {
        STRANGER[span].store(true, Ordering::Relaxed);
    }
}

/// Whether that has happened to the span at this address.
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

/// A span that nobody else has: its address. Nothing of it may be touched yet.
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
    if free.1 == SPANS {
        return Err(format!("{SPANS} searches run in this process already, which is the most"));
    }
    free.1 += 1;
    busy(free.1 - 1, true);
    Ok(base + (free.1 - 1) * SPAN)
}

/// The span is free again.
pub(super) fn give_back(address: usize) {
    let span = (address - BASE.load(Ordering::Relaxed)) / SPAN;
    busy(span, false);
    free().0.push(span);
}

fn reserve() -> Result<usize, String> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
    // SAFETY: a new mapping, at an address that the system chooses, which nobody may touch so far.
    let base =
        unsafe { libc::mmap(std::ptr::null_mut(), SPANS * SPAN, libc::PROT_NONE, flags, -1, 0) };
    if base == libc::MAP_FAILED {
        let error = std::io::Error::last_os_error();
        let gib = (SPANS * SPAN) >> 30;
        return Err(format!(
            "no {gib} GiB of addresses for saved states: {error} (is there a limit, as of `ulimit -v`?)"
        ));
    }
    Ok(base as usize)
}

/// Bytes in a page.
pub(super) fn page() -> usize {
    // SAFETY: a question that has no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

/// The pages from `address` on may be read and written, or not.
///
/// # Safety
/// They are of a span that the caller has, and nobody uses what is there if they may not.
pub(super) unsafe fn protect(address: usize, bytes: usize, accessible: bool) -> Result<(), String> {
    let how = if accessible { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_NONE };
    // SAFETY: as the caller says.
    let result = unsafe { libc::mprotect(address as *mut _, bytes, how) };
    match result {
        0 => Ok(()),
        _ => Err(format!("no memory for saved states: {}", std::io::Error::last_os_error())),
    }
}

/// The pages from `address` on may be read, and whoever writes there gets a signal.
///
/// # Safety
/// They are of a span that the caller has, whose handler makes them writable again.
pub(super) unsafe fn protect_writes(address: usize, bytes: usize) -> Result<(), String> {
    // SAFETY: as the caller says.
    match unsafe { libc::mprotect(address as *mut _, bytes, libc::PROT_READ) } {
        0 => Ok(()),
        _ => Err(format!("no page is protected: {}", std::io::Error::last_os_error())),
    }
}

/// The system may have the pages back; nothing that was in them is needed.
///
/// # Safety
/// They are of a span that the caller has, and nobody uses what is there.
pub(super) unsafe fn discard(address: usize, bytes: usize) {
    // SAFETY: as the caller says. If it fails, the pages stay as they are, which nobody minds.
    unsafe { libc::madvise(address as *mut _, bytes, libc::MADV_DONTNEED) };
}
