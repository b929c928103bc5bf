//! In an audit: what nobody has written holds a known byte.
//!
//! Padding, and slots that nobody has written yet, take what was in a register or on a stack before. So an audit
//! fills all of that, with one byte in one run and with another in the next, and what differs has no value.
//! Three things may leave something: the thread that ran before, on the stack that the next step uses
//! ([`Arena::resume_filled`](super::arena::Arena::resume_filled)); the driver, which works on the state between two
//! steps ([`filled`]); and what is done outside in the middle of a step ([`scrub`]), which may do another thing each
//! time, as what is outside is not restored.

use std::any::Any;
use std::cell::Cell;
use std::hint::black_box;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

thread_local! {
    /// The byte, in a run of an audit.
    static FILL: Cell<Option<u8>> = const { Cell::new(None) };
}

/// So much of the driver's stack is filled below it: what it does with the state is little.
#[cfg(target_arch = "x86_64")]
const BELOW_DRIVER: usize = 4 * 1024;

/// So much of a thread's stack is filled below where something has been done outside.
const BELOW_OUTSIDE: usize = 8 * 1024;

/// From now on; `None`: no more.
pub(crate) fn set_fill(byte: Option<u8>) {
    FILL.set(byte);
}

/// The byte, in a run of an audit.
#[inline]
pub(super) fn fill() -> Option<u8> {
    FILL.get()
}

/// What `f` finds in registers and below on the stack is the byte of the audit, if there is one.
pub(crate) fn with_filled_registers<R>(f: impl FnOnce() -> R) -> R {
    let Some(byte) = fill() else { return f() };
    let result = Task { f: Some(f), result: None }.call(byte);
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// `f` runs so many KiB further down on the stack, so addresses of it are others.
#[inline(never)]
pub(crate) fn further_down<R>(kib: usize, f: &mut dyn FnMut() -> R) -> R {
    let room = black_box([0u8; 1024]);
    let result = if kib == 0 { f() } else { further_down(kib - 1, f) };
    black_box(&room);
    result
}

/// The vector registers take the value of a register.
#[cfg(target_arch = "x86_64")]
macro_rules! fill_vectors {
    ($from:literal) => {
        concat!(
            "movq xmm0, ",
            $from,
            "; punpcklqdq xmm0, xmm0;",
            "movdqa xmm1, xmm0; movdqa xmm2, xmm0; movdqa xmm3, xmm0; movdqa xmm4, xmm0;",
            "movdqa xmm5, xmm0; movdqa xmm6, xmm0; movdqa xmm7, xmm0; movdqa xmm8, xmm0;",
            "movdqa xmm9, xmm0; movdqa xmm10, xmm0; movdqa xmm11, xmm0; movdqa xmm12, xmm0;",
            "movdqa xmm13, xmm0; movdqa xmm14, xmm0; movdqa xmm15, xmm0"
        )
    };
}

/// What `f` does outside leaves nothing on the stack or in a register, in an audit.
#[inline(always)]
pub(crate) fn leaving_no_residue<R>(f: impl FnOnce() -> R) -> R {
    let result = apart(f);
    if let Some(byte) = fill() {
        scrub(byte);
    }
    result
}

/// Not inlined, so that it puts back the registers that a function has to put back.
#[inline(never)]
fn apart<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// SyscallFilter nothing, as that would leave where it returns to: part of the caller.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn scrub(byte: u8) {
    // SAFETY: below the stack pointer there is nothing that is needed; the compiler keeps nothing there across
    // assembly that may push. There is room for it: the guard is told of else.
    unsafe {
        std::arch::asm!(
            "lea rdi, [rsp - {below}]",
            "mov ecx, {below} / 8",
            "rep stosq",
            "mov rdi, rax; mov rcx, rax; mov rdx, rax; mov rsi, rax",
            "mov r8, rax; mov r9, rax; mov r10, rax; mov r11, rax",
            fill_vectors!("rax"),
            below = const BELOW_OUTSIDE,
            inout("rax") u64::from_ne_bytes([byte; 8]) => _,
            clobber_abi("C"),
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn scrub(byte: u8) {
    black_box(&[byte; BELOW_OUTSIDE]);
}

/// What a function has returned, or panicked with.
type Caught<R> = Result<R, Box<dyn Any + Send>>;

struct Task<R, F> {
    f: Option<F>,
    result: Option<Caught<R>>,
}

impl<R, F: FnOnce() -> R> Task<R, F> {
    fn call(mut self, byte: u8) -> Caught<R> {
        // SAFETY: `run` is for a task of this type, which is there until it returns, and it does not unwind.
        unsafe { call(Self::run, (&raw mut self).cast(), byte) };
        self.result.expect("filled: it has been called")
    }

    unsafe extern "C" fn run(task: *mut ()) {
        // SAFETY: it is such a task, which nobody else touches meanwhile.
        let task = unsafe { &mut *task.cast::<Self>() };
        if let Some(f) = task.f.take() {
            task.result = Some(catch_unwind(AssertUnwindSafe(f)));
        }
    }
}

/// SyscallFilter a function with all registers filled, also those that it has to save, and the stack below.
///
/// # Safety
/// It can be called with this argument, and does not unwind.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn call(function: unsafe extern "C" fn(*mut ()), argument: *mut (), byte: u8) {
    let fill = u64::from_ne_bytes([byte; 8]);
    // SAFETY: a call, as the caller says. The stack is aligned for it; `rbx`, `rbp` and `rsp`, which cannot be
    // named as clobbered, are put back.
    unsafe {
        std::arch::asm!(
            "push rbx",
            "push rbp",
            "mov rax, rsp",
            "and rsp, -16",
            "push rax",
            "push rsi",
            "mov rax, r12",
            "lea rdi, [rsp - {below}]",
            "mov ecx, {below} / 8",
            "rep stosq",
            "mov rdi, r13; mov r13, r12; mov rbx, r12; mov rbp, r12",
            "mov rcx, r12; mov rdx, r12; mov rsi, r12",
            "mov r8, r12; mov r9, r12; mov r10, r12; mov r11, r12",
            fill_vectors!("r12"),
            "call qword ptr [rsp]",
            "pop rax",
            "pop rax",
            "mov rsp, rax",
            "pop rbp",
            "pop rbx",
            below = const BELOW_DRIVER,
            inout("rsi") function => _,
            inout("r12") fill => _,
            inout("r13") argument => _,
            inout("r14") fill => _,
            inout("r15") fill => _,
            clobber_abi("C"),
        );
    }
}

/// Elsewhere they are not filled, and an audit may find words that differ and mean nothing.
///
/// # Safety
/// As above.
#[cfg(not(target_arch = "x86_64"))]
pub(super) unsafe fn call(function: unsafe extern "C" fn(*mut ()), argument: *mut (), _byte: u8) {
    // SAFETY: as the caller says.
    unsafe { function(argument) };
}
