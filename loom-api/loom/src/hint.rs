//! `std::hint` in a model.

/// The thread waits for another, in a loop.
#[track_caller]
pub fn spin_loop() {
    crate::rt::switch("spin_loop");
}

/// Panics, since what must not be reached has been reached.
///
/// # Safety
/// Always safe here.
#[track_caller]
pub unsafe fn unreachable_unchecked() -> ! {
    unreachable!("unreachable_unchecked was reached!");
}
