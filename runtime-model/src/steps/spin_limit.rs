//! How many Ms may spin.

use crate::sched::Sched;

/// At most half as many Ms spin as Ps are busy.
///
/// Go: proc.go, findRunnable 3532 (1.27.3; since 1.20).
pub fn below_spin_limit(sched: &Sched) -> bool {
    // Two loads: the second may belong to a later state than the first. See `may_spin` on why that does no harm.
    2 * sched.nmspinning.load() < sched.gomaxprocs() as i32 - sched.npidle.load()
}

/// The same in uint32: with more Ps counted as idle than there are, the difference wraps, and there is no limit.
///
/// Go: proc.go, findRunnable 2663-2664 (1.19.8).
pub fn below_spin_limit_1_19(sched: &Sched) -> bool {
    let spinning = sched.nmspinning.load() as u32;
    spinning.wrapping_mul(2) < sched.gomaxprocs().wrapping_sub(sched.npidle.load() as u32)
}
