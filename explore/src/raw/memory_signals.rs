//! Signals of memory. A page that was frozen is thawed; a stack that is used up is told, with the thread's name and what to do, instead of a bare signal.

use std::fmt::Arguments;
use std::io::{Cursor, Write};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use super::global;
use crate::current::STATE;

/// Bytes of the stack that the handler runs on.
const BYTES: usize = 64 * 1024;

/// The exit code of an error, as everywhere in this project.
const ERROR: i32 = 4;

/// While it is there, this OS thread has a stack of its own for signals.
pub(super) struct SignalStack {
    _stack: Box<[u8]>,
    before: libc::stack_t,
}

impl SignalStack {
    pub(super) fn new() -> SignalStack {
        install();
        let mut stack = vec![0u8; BYTES].into_boxed_slice();
        let ours = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: BYTES };
        let mut before = MaybeUninit::uninit();
        // SAFETY: the stack is as large as said, and is there until `drop` has put back the one before.
        let before = unsafe {
            libc::sigaltstack(&ours, before.as_mut_ptr());
            before.assume_init()
        };
        SignalStack { _stack: stack, before }
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        // SAFETY: what was there before; no signal is being handled here.
        unsafe { libc::sigaltstack(&self.before, std::ptr::null_mut()) };
    }
}

/// What was done about the signals before: the first is of SIGSEGV, the second of SIGBUS.
static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

const SIGNALS: [i32; 2] = [libc::SIGSEGV, libc::SIGBUS];

fn install() {
    // SAFETY: questions, and then a handler that does only what a handler may. What was there before is
    // known before the handler can ask for it.
    let ask = |signal| unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &mut before);
        before
    };
    let mut first = false;
    BEFORE.get_or_init(|| {
        first = true;
        SIGNALS.map(ask)
    });
    for signal in SIGNALS.into_iter().filter(|_| first) {
        // SAFETY: as above.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system gives a valid one; the arena, if current, is there.
    let (address, arena) = unsafe { ((*info).si_addr() as usize, global::arena().as_ref()) };
    if arena.is_some_and(|arena| arena.frozen().thaws(address)) {
        return;
    }
    let overflown = arena.and_then(|arena| arena.overflown(address));
    if let Some((thread, bytes)) = overflown {
        let id = STATE.try_with(|state| state.try_borrow().ok().map(|state| state.thread(thread)));
        let kib = bytes / 1024;
        let remedy = "give it more (Plan::stack), or is there a recursion?";
        match id {
            Ok(Some(id)) => end_process(format_args!(
                "search: thread {id} has used up its stack of {kib} KiB: {remedy}\n"
            )),
            _ => end_process(format_args!(
                "search: the thread that was created as number {thread} has used up its stack of {kib} KiB: {remedy}\n"
            )),
        }
    }
    let which = SIGNALS.iter().position(|&known| known == signal).unwrap_or(0);
    if let Some(before) = BEFORE.get() {
        // SAFETY: not ours: the same thing happens again, and whoever was there before handles it.
        unsafe { libc::sigaction(signal, &before[which], std::ptr::null_mut()) };
    }
}

/// Ends the process with an error, from a handler: nothing can go on.
pub(super) fn end_process(why: Arguments<'_>) -> ! {
    let mut text = [0u8; 512];
    let mut rest = Cursor::new(&mut text[..]);
    let _ = rest.write_fmt(why);
    let length = rest.position() as usize;
    // SAFETY: may be called in a handler, and do not return to what cannot go on.
    global::as_outside(|| unsafe {
        libc::write(2, text.as_ptr().cast(), length);
        libc::_exit(ERROR)
    })
}
