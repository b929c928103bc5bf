//! Handles memory signals: thaws a frozen page, and reports a stack overflow with the thread's name and a
//! remedy.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use super::exit::end_process;
use super::global;
use crate::current::STATE;

/// The bytes of the stack on which the handler runs.
const BYTES: usize = 64 * 1024;

/// While this exists, this OS thread has a separate stack for signal handlers.
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
        // SAFETY: the stack is as large as said, and exists until `drop` has restored the previous one.
        let before = unsafe {
            libc::sigaltstack(&ours, before.as_mut_ptr());
            before.assume_init()
        };
        SignalStack { _stack: stack, before }
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        // SAFETY: this restores the previous stack; no signal is being handled here.
        unsafe { libc::sigaltstack(&self.before, std::ptr::null_mut()) };
    }
}

/// The previous handlers of SIGSEGV and SIGBUS.
static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

const SIGNALS: [i32; 2] = [libc::SIGSEGV, libc::SIGBUS];

fn install() {
    // SAFETY: this only reads the present handlers. They are stored before our handler, which uses them, is
    // installed.
    let current = |signal| unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &mut before);
        before
    };
    let mut first = false;
    BEFORE.get_or_init(|| {
        first = true;
        SIGNALS.map(current)
    });
    for signal in SIGNALS.into_iter().filter(|_| first) {
        // SAFETY: the handler does only what a handler may.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system passes a valid pointer; the arena, if one is current, exists.
    let (address, arena) = unsafe { ((*info).si_addr() as usize, global::arena().as_ref()) };
    if arena.is_some_and(|arena| arena.frozen().thaw_address(address)) {
        return;
    }
    let overflown = arena.and_then(|arena| arena.overflown(address));
    if let Some((thread, bytes)) = overflown {
        let id = STATE.try_with(|state| state.try_borrow().ok().map(|state| state.thread(thread)));
        let kib = bytes / 1024;
        let remedy = "increase Plan::stack (with loom's API: PIDLE_STACK_KIB), or remove an endless recursion";
        match id {
            Ok(Some(id)) => end_process(format_args!(
                "search: thread {id} has used up its stack of {kib} KiB: {remedy}\n"
            )),
            _ => end_process(format_args!(
                "search: thread number {thread}, in the order of creation, has used up its stack of {kib} KiB: {remedy}\n"
            )),
        }
    }
    let which = SIGNALS.iter().position(|&known| known == signal).unwrap_or(0);
    if let Some(before) = BEFORE.get() {
        // SAFETY: not our signal. The access faults again, and the previous handler handles it.
        unsafe { libc::sigaction(signal, &before[which], std::ptr::null_mut()) };
    }
}
