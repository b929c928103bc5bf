//! The network poller, as far as faketime has it: no descriptors, and each poll has delay 0.
//!
//! # The poller's window
//! An M that found no work but knows of a pending timer, due or not, polls before it stops:
//! 1. it exchanges `lastpoll` for 0, so that one M polls at a time;
//! 2. it stores its deadline in `pollUntil`, polls, and stores 0 there;
//! 3. it stores the time in `lastpoll`, and stops.
//!
//! Between 1 and 3 an M that adds a timer leaves it to the poller: it sends a break and does not call
//! `wakep`. In real time the break ends the poll, and the poller looks for work again. Under faketime the
//! poll does not wait, so it does not notice the break, and its M stops:
//!
//! ```text
//! M0, executing main             M1, after its last look
//!                                knows of a timer in the future: lastpoll = 0
//! adds a timer that is due
//! lastpoll is 0: sends a break
//!                                polls, finds nothing; lastpoll = now; stops
//!                                                              the timer waits beside the idle P1
//! ```
//!
//! That is Go up to 1.27.3; [`crate::steps::GO_FIXED`] calls `wakep` all the same.

use crate::event::Event;
use crate::m::M;
use crate::sched::Sched;
use crate::Time;

impl Sched {
    /// Has the poller started: timers rely on it.
    ///
    /// Go makes the epoll descriptor here, once, under a lock of its own; the model has nothing to make.
    ///
    /// Go: netpoll.go, netpollGenericInit (1.19).
    pub(crate) fn netpoll_generic_init(&self) {
        if self.netpoll_inited.load() == 0 {
            self.netpoll_inited.store(1);
        }
    }

    /// Sees to it that some M waits for a timer of `when`: breaks a poll that would last longer, or wakes an
    /// M if none polls. The wake protocol, step 2, for timers.
    ///
    /// Go: proc.go 3078-3095, wakeNetPoller (1.19).
    #[sync::summarized]
    pub(crate) fn wake_net_poller(&self, m: &M, when: Time) {
        // Meets the exchange in `poll`: the M there has taken its last look, and does not see this timer.
        if self.lastpoll.load() != 0 {
            self.wakep(m);
            return;
        }
        let poll_until = self.poll_until.load();
        if poll_until == 0 || poll_until > when {
            self.netpoll_break(m);
        }
        (self.steps.wake_beside_poller)(self, m);
    }

    /// Interrupts a poll that waits. A poll with delay 0 does not wait, and leaves the signal as it is.
    ///
    /// Go: netpoll_epoll.go, netpollBreak (1.19).
    fn netpoll_break(&self, m: &M) {
        self.emit(m, Event::NetpollBreak);
    }

    /// Polls before `m` stops, if a timer is pending: `poll_until` is when the next one fires, or 0. With no
    /// descriptors and no delay it finds nothing.
    ///
    /// # Panics
    /// As Go does: `findrunnable: netpoll with p`, `findrunnable: netpoll with spinning`.
    ///
    /// Go: proc.go 2815-2844 and 2868-2873, findRunnable (1.19), under faketime.
    pub fn poll(&self, m: &M, poll_until: Time) {
        // Go asks whether the poller is there first. The order makes no difference, and a program without
        // timers then has no operation here.
        if poll_until == 0 || self.netpoll_inited.load() == 0 {
            return;
        }
        // The poller's window, step 1. Meets `wake_net_poller`, which no longer calls `wakep`.
        if self.lastpoll.swap(0) == 0 {
            let other = self.poll_until.load();
            if other == 0 || other > poll_until {
                self.netpoll_break(m);
            }
            return;
        }
        self.emit(m, Event::Polls);
        self.poll_until.store(poll_until);
        assert!(m.p.is_none(), "findrunnable: netpoll with p");
        assert!(!self.m(m.id).spinning.get(), "findrunnable: netpoll with spinning");
        let now = self.nanotime();
        self.poll_until.store(0);
        self.lastpoll.store(now); // The poller's window, step 3.
    }
}
