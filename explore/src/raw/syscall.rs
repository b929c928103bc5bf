//! A system call that a program has made inside an execution: its name, and what to do instead.

use std::fmt;

/// A system call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Syscall {
    pub(super) number: i64,
    pub(super) arguments: [i64; 5],
}

type Named = (i64, &'static str);

const FILES: &[Named] = &[
    (libc::SYS_open, "open"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_close, "close"),
    (libc::SYS_read, "read"),
    (libc::SYS_readv, "readv"),
    (libc::SYS_pread64, "pread64"),
    (libc::SYS_write, "write"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_stat, "stat"),
    (libc::SYS_fstat, "fstat"),
    (libc::SYS_statx, "statx"),
    (libc::SYS_lseek, "lseek"),
    (libc::SYS_fcntl, "fcntl"),
    (libc::SYS_ioctl, "ioctl"),
    (libc::SYS_getdents64, "getdents64"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_readlink, "readlink"),
    (libc::SYS_pipe2, "pipe2"),
    (libc::SYS_socket, "socket"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_sendto, "sendto"),
    (libc::SYS_recvfrom, "recvfrom"),
];

const SLEEP: &[Named] = &[
    (libc::SYS_nanosleep, "nanosleep"),
    (libc::SYS_clock_nanosleep, "clock_nanosleep"),
    (libc::SYS_poll, "poll"),
    (libc::SYS_ppoll, "ppoll"),
    (libc::SYS_select, "select"),
    (libc::SYS_pause, "pause"),
    (libc::SYS_sched_yield, "sched_yield"),
];

const CLOCK: &[Named] = &[
    (libc::SYS_clock_gettime, "clock_gettime"),
    (libc::SYS_gettimeofday, "gettimeofday"),
    (libc::SYS_time, "time"),
];

const CHANCE: &[Named] = &[(libc::SYS_getrandom, "getrandom")];

const THREADS: &[Named] = &[
    (libc::SYS_clone, "clone"),
    (libc::SYS_clone3, "clone3"),
    (libc::SYS_fork, "fork"),
    (libc::SYS_vfork, "vfork"),
    (libc::SYS_execve, "execve"),
    (libc::SYS_wait4, "wait4"),
];

const WAITING: &[Named] = &[(libc::SYS_futex, "futex")];

const END: &[Named] = &[(libc::SYS_exit, "exit"), (libc::SYS_exit_group, "exit_group")];

/// What to do instead, for each group of calls.
const INSTEAD: &[(&[Named], &str)] = &[
    (FILES, "read files before the search, and put results into an `Outside`"),
    (
        SLEEP,
        "wait on a `Note`, and model time as a number that an `Observer` advances when no thread can run",
    ),
    (CLOCK, "model time as a number that an `Observer` advances when no thread can run"),
    (CHANCE, "use `choose`, and maps without random state, such as `BTreeMap`"),
    (THREADS, "start threads with `spawn` only"),
    (WAITING, "wait only for threads of the program, with a `Mutex` or a `Note` of this crate"),
    (END, "end the program by returning or with a panic"),
];

/// What to do instead of any other call.
const ELSE: &str = "do that before the search, or in `Outside::with_mut`";

impl Syscall {
    /// Whether the call may pass because it leaves nothing behind that an execution could notice: memory of
    /// the system's allocator, text on `stdout` and `stderr`, ids of the process and the thread, an abort.
    /// Also what `std` and the system's libraries do with their own locks: other OS threads may wait for
    /// one that is held here.
    pub(super) fn passes(self) -> bool {
        match self.number {
            libc::SYS_mmap | libc::SYS_munmap | libc::SYS_mremap | libc::SYS_mprotect => true,
            libc::SYS_madvise | libc::SYS_brk => true,
            libc::SYS_write | libc::SYS_writev => (1..=2).contains(&self.arguments[0]),
            libc::SYS_getpid | libc::SYS_gettid | libc::SYS_futex => true,
            libc::SYS_rt_sigprocmask | libc::SYS_rt_sigaction => true,
            libc::SYS_tgkill => self.arguments[2] == i64::from(libc::SIGABRT),
            _ => false,
        }
    }

    /// Whether nothing can run after the call: it ends the process or waits for ever.
    pub(super) fn ends(self) -> bool {
        [libc::SYS_exit, libc::SYS_exit_group, libc::SYS_pause].contains(&self.number)
    }

    /// Whether the call waits for another OS thread.
    pub(super) fn waits(self) -> bool {
        let flags = libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME;
        let operation = self.arguments[1] as i32 & !flags;
        let waits = [libc::FUTEX_WAIT, libc::FUTEX_WAIT_BITSET].contains(&operation);
        self.number == libc::SYS_futex && waits
    }
}

impl fmt::Display for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |named: &&Named| named.0 == self.number;
        let known =
            INSTEAD.iter().find_map(|(all, instead)| Some((all.iter().find(named)?.1, *instead)));
        match known {
            Some((name, instead)) => {
                write!(f, "the program made a system call (`{name}`): {instead}")
            }
            None => write!(f, "the program made a system call (number {}): {ELSE}", self.number),
        }
    }
}
