//! Ends the process from a signal handler.

use std::fmt::Arguments;
use std::io::{Cursor, Write};

use super::inside::as_outside;

/// The exit code of an error, as everywhere in this project.
const ERROR: i32 = 4;

/// Ends the process with an error, from a handler after which nothing can continue.
pub(super) fn end_process(why: Arguments<'_>) -> ! {
    let mut text = [0u8; 512];
    let mut rest = Cursor::new(&mut text[..]);
    let _ = rest.write_fmt(why);
    let length = rest.position() as usize;
    // SAFETY: both may be called in a handler, and the second one does not return.
    as_outside(|| unsafe {
        libc::write(2, text.as_ptr().cast(), length);
        libc::_exit(ERROR)
    })
}
