//! Fills uninitialised memory with a known byte, in an audit.
//!
//! Padding, and slots that have not been written, hold what was in a register or on a stack before. So an
//! audit fills all of that with one byte in one run and with another in the next; what differs has no
//! value. There are three sources of such leftovers: the thread that ran before, on the stack that the next
//! step uses ([`Arena::resume_filled`](super::arena::Arena::resume_filled)); the driver, which works on the
//! state between two steps ([`with_filled_registers`]); and code that runs outside in the middle of a step
//! ([`scrub`]), which may do something else each time, as what is outside is not restored.

use std::any::Any;
use std::cell::Cell;
use std::hint::black_box;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

thread_local! {
    /// The byte, in a run of an audit.
    static FILL: Cell<Option<u8>> = const { Cell::new(None) };
}

/// How much of the stack below the driver is filled: the driver needs little for its work on the state.
#[cfg(target_arch = "x86_64")]
const BELOW_DRIVER: usize = 4 * 1024;

/// How much of a thread's stack is filled below code that ran outside.
const BELOW_OUTSIDE: usize = 8 * 1024;

/// Sets the byte; `None` ends the filling.
pub(crate) fn set_fill(byte: Option<u8>) {
    FILL.set(byte);
}

/// The byte, in a run of an audit.
#[inline]
pub(super) fn fill() -> Option<u8> {
    FILL.get()
}

/// Calls `f` with the registers and the stack below filled with the byte of the audit, if there is one.
pub(crate) fn with_filled_registers<R>(f: impl FnOnce() -> R) -> R {
    let Some(byte) = fill() else { return f() };
    let result = Task { f: Some(f), result: None }.call(byte);
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Calls `f` this many KiB further down the stack, so that its addresses differ.
#[inline(never)]
pub(crate) fn further_down<R>(kib: usize, f: &mut dyn FnMut() -> R) -> R {
    let room = black_box([0u8; 1024]);
    let result = if kib == 0 { f() } else { further_down(kib - 1, f) };
    black_box(&room);
    result
}

/// Copies the value of a register into the vector registers.
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

/// Calls `f`, which runs outside. In an audit, it leaves nothing on the stack or in a register.
#[inline(always)]
pub(crate) fn leaving_no_residue<R>(f: impl FnOnce() -> R) -> R {
    let result = apart(f);
    if let Some(byte) = fill() {
        scrub(byte);
    }
    result
}

/// Not inlined, so that it restores the registers that a function must restore.
#[inline(never)]
fn apart<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Fills registers and the stack below. Calls no function, since that would leave its return address, which
/// is part of the caller.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn scrub(byte: u8) {
    // SAFETY: nothing below the stack pointer is needed; the compiler keeps nothing there across assembly
    // that may push. There is room for it: otherwise the guard page reports it.
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

/// The result of a function, or the payload of its panic.
type Caught<R> = Result<R, Box<dyn Any + Send>>;

struct Task<R, F> {
    f: Option<F>,
    result: Option<Caught<R>>,
}

impl<R, F: FnOnce() -> R> Task<R, F> {
    fn call(mut self, byte: u8) -> Caught<R> {
        // SAFETY: `run` expects a task of this type, which exists until it returns, and it does not unwind.
        unsafe { call(Self::run, (&raw mut self).cast(), byte) };
        self.result.expect("with_filled_registers: the task has run")
    }

    unsafe extern "C" fn run(task: *mut ()) {
        // SAFETY: it is such a task, and no other code touches it meanwhile.
        let task = unsafe { &mut *task.cast::<Self>() };
        if let Some(f) = task.f.take() {
            task.result = Some(catch_unwind(AssertUnwindSafe(f)));
        }
    }
}

/// Calls a function with all registers filled, callee-saved ones included, and the stack below.
///
/// # Safety
/// The function can be called with this argument, and does not unwind.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn call(function: unsafe extern "C" fn(*mut ()), argument: *mut (), byte: u8) {
    let fill = u64::from_ne_bytes([byte; 8]);
    // SAFETY: the caller guarantees that the call is valid. The stack is aligned for it; `rbx`, `rbp` and
    // `rsp`, which cannot be named as clobbered, are restored.
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

/// On other platforms registers are not filled, and an audit may report differences that mean nothing.
///
/// # Safety
/// As above.
#[cfg(not(target_arch = "x86_64"))]
pub(super) unsafe fn call(function: unsafe extern "C" fn(*mut ()), argument: *mut (), _byte: u8) {
    // SAFETY: as the caller says.
    unsafe { function(argument) };
}
