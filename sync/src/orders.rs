//! Which memory orders a program uses: an engine that has one order of all operations cannot tell weak ones from strong.

use std::cell::Cell;

use crate::engine::Order;

/// The memory orders of the operations on atomics that some execution has performed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Orders {
    /// Operations in the one total order, such as [`Atomic::load`](crate::Atomic::load).
    pub total: bool,
    /// Weaker ones, such as [`Atomic::load_acq`](crate::Atomic::load_acq).
    pub weak: bool,
}

impl Orders {
    /// Those of both.
    #[must_use]
    pub fn and(self, other: Orders) -> Orders {
        Orders { total: self.total || other.total, weak: self.weak || other.weak }
    }
}

thread_local! {
    /// The orders on this OS thread. They belong to no execution, and are not restored.
    static USED: Cell<Orders> = const { Cell::new(Orders { total: false, weak: false }) };
}

/// Notes an operation.
#[inline]
pub(crate) fn note(order: Order) {
    let used = USED.get();
    USED.set(match order {
        Order::Total => Orders { total: true, ..used },
        Order::Weak | Order::Relaxed => Orders { weak: true, ..used },
    });
}

/// The orders that this OS thread has used since the last call.
pub(crate) fn take() -> Orders {
    USED.take()
}
