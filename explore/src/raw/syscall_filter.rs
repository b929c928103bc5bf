//! Filters the system calls that a program makes inside an execution: they are detected, reported by name,
//! and not executed.
//!
//! What a system call changes or returns is not restored. On Linux on x86-64 the kernel can ask a thread
//! before each of its system calls ("syscall user dispatch", since 5.11). The kernel reads a byte, here the
//! flag that says whether code is inside. If the flag is set, the kernel sends a signal instead. The signal
//! handler executes calls that leave nothing behind (memory, a line on `stderr`, the locks of libraries, an
//! abort). Every other call fails with "not permitted", the step runs to its end, and the search ends there
//! with an error. A call that waits for another OS thread for seconds, or that ends the process, cannot
//! return: then the process ends, with the same text.
//!
//! Signals that any thread may handle are left to other threads meanwhile, since their handlers would run
//! inside as well.
//!
//! On other systems, and on older kernels, system calls are not detected.

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

    use crate::raw::address_space;
    use crate::raw::exit::end_process;
    use crate::raw::inside::{self, as_outside};
    use crate::raw::syscall::Syscall;
    use crate::raw::trouble::{self, Trouble};

    /// The kernel's constants, which `libc` does not have for this platform.
    const PR_SET_SYSCALL_USER_DISPATCH: libc::c_int = 59;
    const PR_SYS_DISPATCH_OFF: libc::c_ulong = 0;
    const PR_SYS_DISPATCH_ON: libc::c_ulong = 1;

    /// The signal code of a filtered call.
    const SYS_USER_DISPATCH: i32 = 2;

    /// The bytes of the code that returns from a handler, the only code that may make a system call
    /// unasked.
    const RETURN: libc::c_ulong = 16;

    /// The most seconds to wait for a lock.
    const SOON: i64 = 5;

    /// The most failing calls of a search before the process ends: more are taken for a loop.
    const MOST_FAILING: u32 = 10_000;

    thread_local! {
        static CALLED: Cell<u32> = const { Cell::new(0) };
    }

    /// While this exists, system calls of this OS thread inside an execution are detected.
    pub(in crate::raw) struct SyscallFilter {
        signals: libc::sigset_t,
    }

    impl SyscallFilter {
        pub(in crate::raw) fn new() -> SyscallFilter {
            let signals = leave_signals_to_others();
            if let Some(from) = install() {
                // SAFETY: the flag is this thread's, and exists until `drop` has turned the filter off. A
                // kernel that does not know this option does nothing.
                unsafe {
                    let flag = inside::flag();
                    let on = PR_SYS_DISPATCH_ON;
                    libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, on, from, RETURN, flag);
                }
            }
            SyscallFilter { signals }
        }
    }

    impl Drop for SyscallFilter {
        fn drop(&mut self) {
            // SAFETY: this restores the previous setting.
            unsafe {
                let off = PR_SYS_DISPATCH_OFF;
                libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, off, 0u64, 0u64, 0u64);
                libc::pthread_sigmask(libc::SIG_SETMASK, &self.signals, std::ptr::null_mut());
            }
        }
    }

    /// Blocks all signals except those that a thread causes itself. Returns the previous mask.
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

    /// The kernel's description of a handler: its address, flags, the code that returns from it, a mask.
    type KernelAction = [usize; 4];

    /// Installs the handler, unless the process has one already. Returns the address of the code that
    /// returns from it.
    fn install() -> Option<usize> {
        static FROM: OnceLock<Option<usize>> = OnceLock::new();
        *FROM.get_or_init(|| {
            let mut kernels: KernelAction = [0; 4];
            let bytes = size_of::<u64>();
            // SAFETY: the handler does only what a handler may. The second call asks the kernel, which
            // writes no more than the size given.
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
        // SAFETY: the system passes a valid pointer. A signal of any other kind keeps its default effect,
        // which ends the process.
        unsafe {
            if (*info).si_code != SYS_USER_DISPATCH {
                libc::signal(libc::SIGSYS, libc::SIG_DFL);
                libc::raise(libc::SIGSYS);
                return;
            }
        }
        // SAFETY: the system passes the context of the call, which is this handler's until it returns.
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
        if called.ends() || CALLED.get() > MOST_FAILING {
            end_process(format_args!("search: {called}\n"));
        }
        trouble::report(Trouble::Syscall(called));
        -i64::from(libc::EPERM)
    }

    /// Waits for a lock. A library's lock becomes free soon. A longer wait is the program's own, possibly
    /// for ever, or a sleep.
    fn wait(called: Syscall) -> i64 {
        let Syscall { number, arguments: [word, operation, value, timeout, _] } = called;
        if timeout != 0 {
            trouble::report(Trouble::Syscall(called));
            return -i64::from(libc::ETIMEDOUT);
        }
        // A lock of the program itself: the thread that holds it cannot run before this one.
        if address_space::contains(word as usize) {
            end_process(format_args!("search: {called}\n"));
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

    /// Executes the call as if from outside, and returns the kernel's answer.
    fn pass(Syscall { number, arguments: [a, b, c, d, e] }: Syscall, f: i64) -> i64 {
        // SAFETY: `errno` is this thread's, and the program would have made this call itself.
        unsafe {
            let error = libc::__errno_location();
            let before = *error;
            let result = as_outside(|| libc::syscall(number, a, b, c, d, e, f));
            let answer = if result == -1 { -i64::from(*error) } else { result };
            *error = before;
            answer
        }
    }
}
