//! FreeRTOS-Kernel#612: an interrupt that notifies a task between the two critical sections in which it goes to sleep.

use crate::{fails, holds};
use programs::{spawn, Arc, AtEnd, Mutex};

const READY: &str = "a task that has been notified is ready";

#[derive(Hash, Debug, Default)]
struct Kernel {
    notified: bool,
    /// The task waits for a notification.
    waits: bool,
    /// The scheduler is suspended: a task that becomes ready is kept aside until it resumes.
    suspended: bool,
    kept_aside: bool,
    delayed: bool,
}

/// The task takes a notification, or goes to sleep. `at_once`: it suspends the scheduler where it decides to.
fn take(kernel: &Mutex<Kernel>, at_once: bool) {
    {
        let mut kernel = kernel.lock();
        if kernel.notified {
            return;
        }
        kernel.waits = true;
        kernel.suspended = at_once;
    }
    if !at_once {
        kernel.lock().suspended = true;
    }
    kernel.lock().delayed = true;
    let mut kernel = kernel.lock();
    kernel.suspended = false;
    if std::mem::take(&mut kernel.kept_aside) {
        kernel.delayed = false;
    }
}

fn interrupt(kernel: &Mutex<Kernel>) {
    let mut kernel = kernel.lock();
    kernel.notified = true;
    if std::mem::take(&mut kernel.waits) {
        if kernel.suspended {
            kernel.kept_aside = true;
        } else {
            // It is taken for ready, though it is about to be put on the delayed list.
            kernel.delayed = false;
        }
    }
}

fn program(at_once: bool) -> AtEnd {
    let kernel = Arc::new(Mutex::new("kernel", Kernel::default()));
    let (takes, interrupts) = (kernel.clone(), kernel.clone());
    spawn(move || take(&takes, at_once));
    spawn(move || interrupt(&interrupts));
    AtEnd::finished().holds(READY, move || match kernel.peek() {
        Some(kernel) if kernel.notified && kernel.delayed => Err(format!("{:?}", *kernel)),
        _ => Ok(()),
    })
}

#[programs::test(exploring)]
fn a_notification_between_the_critical_sections_is_lost() {
    fails("freertos 612", || program(false), READY);
}

#[programs::test(searching)]
fn a_scheduler_that_is_suspended_at_once_loses_none() {
    holds("freertos 612, mended", || program(true));
}
