//! A system call that a program has made inside: what it is called, and what to do instead.

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

/// What to do instead of calling one of these.
const INSTEAD: &[(&[Named], &str)] = &[
    (FILES, "read files before the search, and leave results in an `Outside`"),
    (
        SLEEP,
        "wait by a `Note`, and let time be a number that an `Observer` moves when nobody can go on",
    ),
    (CLOCK, "let time be a number that an `Observer` moves when nobody can go on"),
    (CHANCE, "use `choose`, and maps without a random state, such as a `BTreeMap`"),
    (THREADS, "start threads by `spawn` only"),
    (WAITING, "wait for threads of the program only, by a `Mutex` or a `Note` of this crate"),
    (END, "end by returning or by a panic"),
];

/// If it is none of those.
const ELSE: &str = "do that before the search, or in `Outside::with_mut`";

impl Syscall {
    /// It leaves nothing behind that an execution would notice: memory of the system's allocator, text on
    /// `stdout` and `stderr`, who and which process this is, an abort. Or it is what `std` and the system's libraries
    /// do with their own locks: others may wait for one that was held here.
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

    /// Nothing can go on after it: it ends the process, or waits for ever.
    pub(super) fn ends(self) -> bool {
        [libc::SYS_exit, libc::SYS_exit_group, libc::SYS_pause].contains(&self.number)
    }

    /// It waits for another OS thread.
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
                write!(f, "the program has called the system (`{name}`): {instead}")
            }
            None => write!(f, "the program has called the system (number {}): {ELSE}", self.number),
        }
    }
}
