//! The clock, which a strict facade's program may not read: it is no part of a state, and the search cannot see it.
//!
//! Reading it is no system call on Linux, so the filter of system calls does not see it either. Instead, this crate has a
//! function of the name that `std` calls, which passes the call on. On other systems the clock is not noticed, except by
//! an audit.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(crate) fn refuse_clock(_refuse: bool) {}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use interposed::refuse_clock;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod interposed {
    use std::cell::Cell;
    use std::sync::OnceLock;

    use crate::raw::inside::{as_outside, is_inside};
    use crate::raw::syscall::Syscall;
    use crate::raw::trouble::{self, Trouble};

    type Function = unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> libc::c_int;

    thread_local! {
        static REFUSED: Cell<bool> = const { Cell::new(false) };
    }

    /// Sets whether a program on this OS thread may read the clock.
    pub(crate) fn refuse_clock(refuse: bool) {
        // Not only by its name, so that the linker keeps it.
        std::hint::black_box(clock_gettime as Function);
        the_systems();
        REFUSED.set(refuse);
    }

    /// The function that would have been called; looked up once, outside an execution.
    fn the_systems() -> Option<Function> {
        static FOUND: OnceLock<Option<Function>> = OnceLock::new();
        *FOUND.get_or_init(|| {
            // SAFETY: the name ends with a zero, and the symbol has this type, if there is one.
            unsafe {
                let found = libc::dlsym(libc::RTLD_NEXT, c"clock_gettime".as_ptr());
                (!found.is_null())
                    .then(|| std::mem::transmute::<*mut libc::c_void, Function>(found))
            }
        })
    }

    /// In place of the system's function of this name.
    ///
    /// # Safety
    /// As for the system's.
    #[no_mangle]
    unsafe extern "C" fn clock_gettime(
        clock: libc::clockid_t,
        time: *mut libc::timespec,
    ) -> libc::c_int {
        if is_inside() && REFUSED.try_with(Cell::get).unwrap_or(false) {
            let called = Syscall { number: libc::SYS_clock_gettime, arguments: [0; 5] };
            trouble::report(Trouble::Syscall(called));
        }
        // SAFETY: as the caller says.
        as_outside(|| match the_systems() {
            Some(function) => unsafe { function(clock, time) },
            None => unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) as libc::c_int },
        })
    }
}
