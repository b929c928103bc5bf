//! An OS thread whose output is not captured.
//!
//! While a test runs, std keeps what it prints in memory that grows, for the test's thread and for all that it starts
//! with `std::thread`. Printed inside an execution, that memory would be restored with it. So a program runs on a thread
//! that std did not start.

use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

/// Bytes of the stack: the size that std gives its threads.
const STACK: usize = 2 << 20;

struct Task<R, F> {
    run: Option<F>,
    result: Option<Result<R, Box<dyn Any + Send>>>,
}

/// Runs `run` on an OS thread of its own, whose output is not captured, and returns its result. A panic continues on the
/// caller.
pub fn on_os_thread<R: Send, F: FnOnce() -> R + Send>(run: F) -> R {
    let mut task = Task { run: Some(run), result: None };
    let mut attributes = MaybeUninit::uninit();
    let mut thread = MaybeUninit::uninit();
    // SAFETY: the attributes are initialized before they are used, and destroyed once; the task lives until the thread
    // has been joined, and only the thread uses it until then.
    let started = unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK);
        let argument = (&raw mut task).cast();
        let attributes = attributes.as_mut_ptr();
        let started = libc::pthread_create(thread.as_mut_ptr(), attributes, main::<R, F>, argument);
        libc::pthread_attr_destroy(attributes);
        started
    };
    assert!(started == 0, "cannot start a thread of the system: error {started}");
    // SAFETY: the thread has been started, and is joined once.
    unsafe { libc::pthread_join(thread.assume_init(), std::ptr::null_mut()) };
    match task.result.expect("the thread has run") {
        Ok(result) => result,
        Err(payload) => resume_unwind(payload),
    }
}

extern "C" fn main<R, F: FnOnce() -> R>(task: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: it is such a task, which the caller of `on_os_thread` does not touch meanwhile.
    let task = unsafe { &mut *task.cast::<Task<R, F>>() };
    if let Some(run) = task.run.take() {
        task.result = Some(catch_unwind(AssertUnwindSafe(run)));
    }
    std::ptr::null_mut()
}
