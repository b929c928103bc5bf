//! The network poller, as far as faketime has it: no descriptors, and each poll has delay 0.
//!
//! # The poller's window
//! An M that found no work but knows of a pending timer, due or not, polls before it stops. It exchanges `lastpoll` for
//! 0, so that one M polls at a time; stores its deadline in `pollUntil`, polls, and stores 0 there; stores the time in
//! `lastpoll`; and stops.
//!
//! While `lastpoll` is 0, an M that adds a timer leaves it to the poller: it sends a break and does not call
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
//! Go has this window up to 1.27.3. [`crate::steps::GO_1_19_FIXED`] calls `wakep` as well as sending the break.

use crate::event::Event;
use crate::m::M;
use crate::sched::Sched;
use crate::Time;

impl Sched {
    /// Starts the poller, once: timers rely on it.
    ///
    /// Go makes the epoll descriptor here, under a lock of its own; the model has nothing to make.
    ///
    /// Go: netpoll.go, netpollGenericInit 191-201 (1.19.8), 218-229 (1.27.3).
    pub(crate) fn netpoll_generic_init(&self) {
        // Two Ms may both read 0, and both store 1. Meets the load in `poll`, which is after a `timer0_when` that was
        // stored after this.
        if self.netpoll_inited.load() == 0 {
            self.netpoll_inited.store(1);
        }
    }

    /// Makes sure that some M waits for a timer of `when`: breaks a poll that would last longer, or wakes an
    /// M if none polls.
    ///
    /// Go: proc.go, wakeNetPoller 3078-3095 (1.19.8), 4017-4034 (1.27.3).
    #[sync::summarized]
    pub(crate) fn wake_net_poller(&self, m: &M, when: Time) {
        // Wake protocol, 2. Meets the exchange in `poll`: an M that polls has taken its last look, and may not have
        // seen this timer.
        if self.lastpoll.load() != 0 {
            self.wakep(m);
            return;
        }
        // Meets the stores in `poll`. 0 is a poll whose deadline is not stored yet, or that is over: a break too many
        // only costs time.
        let poll_until = self.poll_until.load();
        if poll_until == 0 || poll_until > when {
            self.netpoll_break(m);
        }
        // The poller's window: the poll may be over already, or not notice a break. Go leaves the timer to it.
        (self.steps.wake_beside_poller)(self, m);
    }

    /// Interrupts a poll that waits. A poll with delay 0 does not wait, and leaves the signal as it is.
    ///
    /// Go: netpoll_epoll.go, netpollBreak 81-99 (1.19.8), 81-103 (1.27.3).
    fn netpoll_break(&self, m: &M) {
        self.emit(m, Event::NetpollBreak);
    }

    /// Parts 21 and 22 of `find_runnable`. Polls before `m` stops, if a timer is pending: `poll_until` is when the next
    /// one fires, or 0. With no descriptors and no delay it finds nothing.
    ///
    /// # Panics
    /// As Go does: `findrunnable: netpoll with p`, `findrunnable: netpoll with spinning`.
    ///
    /// Go: proc.go, findRunnable 2815-2844 and 2868-2873 (1.19.8), 3746-3779 and 3805-3810 (1.27.3): under faketime.
    pub fn poll(&self, m: &M, poll_until: Time) {
        // Go asks whether the poller is there first. The order makes no difference, and a program without
        // timers then has no operation here.
        if poll_until == 0 || self.netpoll_inited.load() == 0 {
            return;
        }
        // The poller's window opens. Meets the load in `wake_net_poller`, which from here on sends a break instead of
        // waking an M. If the word was 0, another M polls.
        if self.lastpoll.swap(0) == 0 {
            // Meets the stores of that M: if it would wait longer than until this M's timer, it has to look again.
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
        // In this order: while `lastpoll` is 0, `poll_until` is this poll's deadline or 0, and never an older one.
        self.poll_until.store(0);
        // The poller's window closes. A timer that was added in it was left to this M, which stops.
        self.lastpoll.store(now);
    }
}
