//! System calls that the program makes inside: noticed, told by name, and not done.
//!
//! What a system call changes or tells is no part of what is restored. On Linux on x86-64 the kernel can be told
//! to ask before each one of a thread ("syscall user dispatch", since 5.11): it looks at a byte, which is the flag
//! that says whether code is inside. If it is, it sends a signal instead. The handler lets pass what leaves
//! nothing behind (memory, a line on `stderr`, the locks of libraries, an abort); all else fails with "not
//! permitted", the step goes on to its end, and the search ends there with an error. Who waits for another OS
//! thread for seconds, or ends the process, cannot go on: there the process ends, with the same text.
//!
//! Signals for anybody are left to other threads meanwhile, since their handlers would be inside as well.
//!
//! Elsewhere, and on older kernels, nothing is noticed.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(super) struct SyscallFilter;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
impl SyscallFilter {
    pub(super) fn new() -> SyscallFilter {
        SyscallFilter
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(super) use dispatch::SyscallFilter;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod dispatch {
    use std::cell::Cell;
    use std::mem::MaybeUninit;
    use std::sync::OnceLock;

    use crate::raw::global::{self, trouble};
    use crate::raw::memory_signals::end_process;
    use crate::raw::syscall::Syscall;
    use crate::raw::trouble::Trouble;

    /// The kernel's names, which `libc` does not have for this platform.
    const PR_SET_SYSCALL_USER_DISPATCH: libc::c_int = 59;
    const PR_SYS_DISPATCH_OFF: libc::c_ulong = 0;
    const PR_SYS_DISPATCH_ON: libc::c_ulong = 1;

    /// The kernel was to ask before a call.
    const SYS_USER_DISPATCH: i32 = 2;

    /// Bytes of the code that returns from a handler, the one thing that may call the system without being asked.
    const RETURN: libc::c_ulong = 16;

    /// Seconds after which a lock is not had soon.
    const SOON: i64 = 5;

    /// What a step may call in vain before it is taken for a loop.
    const IN_VAIN: u32 = 10_000;

    thread_local! {
        static CALLED: Cell<u32> = const { Cell::new(0) };
    }

    /// While it is there, what this OS thread calls inside is noticed.
    pub(in crate::raw) struct SyscallFilter {
        signals: libc::sigset_t,
    }

    impl SyscallFilter {
        pub(in crate::raw) fn new() -> SyscallFilter {
            let signals = leave_signals_to_others();
            if let Some(from) = install() {
                // SAFETY: the flag is this thread's, and is there until `drop` has said that it is not asked any
                // more. On a kernel that does not know this, nothing happens.
                unsafe {
                    let flag = global::inside_flag();
                    let on = PR_SYS_DISPATCH_ON;
                    libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, on, from, RETURN, flag);
                }
            }
            SyscallFilter { signals }
        }
    }

    impl Drop for SyscallFilter {
        fn drop(&mut self) {
            // SAFETY: what was before.
            unsafe {
                let off = PR_SYS_DISPATCH_OFF;
                libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, off, 0u64, 0u64, 0u64);
                libc::pthread_sigmask(libc::SIG_SETMASK, &self.signals, std::ptr::null_mut());
            }
        }
    }

    /// Those that a thread itself causes are its own. What was left to others before.
    fn leave_signals_to_others() -> libc::sigset_t {
        const OWN: [i32; 7] = [
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGABRT,
            libc::SIGSYS,
        ];
        let (mut others, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: the sets are written before they are read.
        unsafe {
            libc::sigfillset(others.as_mut_ptr());
            for signal in OWN {
                libc::sigdelset(others.as_mut_ptr(), signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, others.as_ptr(), before.as_mut_ptr());
            before.assume_init()
        }
    }

    /// What the kernel knows of a handler: its address, flags, the code that returns from it, a mask.
    type KernelAction = [usize; 4];

    /// The handler is there from now on, if nobody else has one. Where the code is that returns from it.
    fn install() -> Option<usize> {
        static FROM: OnceLock<Option<usize>> = OnceLock::new();
        *FROM.get_or_init(|| {
            let mut kernels: KernelAction = [0; 4];
            let bytes = size_of::<u64>();
            // SAFETY: a handler that does only what a handler may; then a question to the kernel, which writes as
            // much as it knows of one.
            let asked = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                libc::sigaction(libc::SIGSYS, std::ptr::null(), &mut action);
                if action.sa_sigaction != libc::SIG_DFL {
                    return None;
                }
                action.sa_sigaction = handle as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut());
                let none = std::ptr::null::<KernelAction>();
                libc::syscall(libc::SYS_rt_sigaction, libc::SIGSYS, none, &mut kernels, bytes)
            };
            (asked == 0 && kernels[2] != 0).then_some(kernels[2])
        })
    }

    extern "C" fn handle(_: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        // SAFETY: the system gives a valid one; if it was not asked for here, it is what it always was, an end.
        unsafe {
            if (*info).si_code != SYS_USER_DISPATCH {
                libc::signal(libc::SIGSYS, libc::SIG_DFL);
                libc::raise(libc::SIGSYS);
                return;
            }
        }
        // SAFETY: the system gives the context of the call, which is this handler's until it returns.
        let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
        let register = |which: i32| registers[which as usize];
        let number = register(libc::REG_RAX);
        let arguments = [libc::REG_RDI, libc::REG_RSI, libc::REG_RDX, libc::REG_R10, libc::REG_R8]
            .map(register);
        let called = Syscall { number, arguments };
        registers[libc::REG_RAX as usize] = if called.waits() {
            wait(called)
        } else if called.passes() {
            pass(called, register(libc::REG_R9))
        } else {
            fail(called)
        };
    }

    fn fail(called: Syscall) -> i64 {
        CALLED.set(CALLED.get() + 1);
        if called.ends() || CALLED.get() > IN_VAIN {
            end_process(format_args!("search: {called}\n"));
        }
        trouble(Trouble::Syscall(called));
        -i64::from(libc::EPERM)
    }

    /// A lock of a library is had soon. What is not is waited for by the program itself, maybe for ever; or it
    /// sleeps.
    fn wait(called: Syscall) -> i64 {
        let Syscall { number, arguments: [word, operation, value, timeout, _] } = called;
        if timeout != 0 {
            trouble(Trouble::Syscall(called));
            return -i64::from(libc::ETIMEDOUT);
        }
        let soon = libc::timespec { tv_sec: SOON, tv_nsec: 0 };
        let operation =
            i64::from(libc::FUTEX_WAIT) | (operation & i64::from(libc::FUTEX_PRIVATE_FLAG));
        let arguments = [word, operation, value, &raw const soon as i64, 0];
        let answer = pass(Syscall { number, arguments }, 0);
        if answer == -i64::from(libc::ETIMEDOUT) {
            end_process(format_args!("search: {called}\n"));
        }
        answer
    }

    /// Does what was called for, as if from outside. What the kernel answers.
    fn pass(Syscall { number, arguments: [a, b, c, d, e] }: Syscall, f: i64) -> i64 {
        // SAFETY: `errno` is this thread's; and the program would have made this call itself.
        unsafe {
            let error = libc::__errno_location();
            let before = *error;
            let result = global::as_outside(|| libc::syscall(number, a, b, c, d, e, f));
            let answer = if result == -1 { -i64::from(*error) } else { result };
            *error = before;
            answer
        }
    }
}
