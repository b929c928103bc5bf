//! The network poller: which M waits for descriptors and timers, and how an earlier one interrupts its wait.
//!
//! # The poller's post
//! An M that found no work polls before it stops, if a G waits for a descriptor or a timer is pending. One M at a time:
//! 1. It exchanges `lastpoll` for 0. If that was 0 already, another M polls.
//! 2. It stores in `pollUntil` when the next timer fires; 0 means that it would wait for ever.
//! 3. It polls: until then, or until a descriptor is reported, or the break's byte is there.
//! 4. It stores 0 in `pollUntil`, and then the time in `lastpoll`.
//! 5. It takes an idle P, and executes the first G that it found, or looks for work again. Without a P it puts the Gs on the
//!    global queue, and stops.
//!
//! An M that makes a timer earlier than all others looks at `lastpoll` after it has published the timer. If it is 0, and
//! `pollUntil` is 0 or later than the timer, it sends a *break*: it makes `netpollWakeSig` 1, unless it is, and writes a byte.
//! The poller reads the byte, makes `netpollWakeSig` 0, and looks again. A poll that does not wait must leave the byte to it.
//!
//! With 2 before 1, an M that makes an earlier timer in between sees that no M polls, and wakes one that need not poll:
//! `lastpoll` is 0 by then. With 4 the other way round, the next poller's `pollUntil` is overwritten.
//!
//! # The poller leaves its post
//! In Go an M that takes a G in 5 wakes no other, unless it spun before. Nor does one that was to look for work again, once it
//! has found some. From then on no M waits for timers or descriptors, though Ps may be idle, until an M has nothing to do:
//!
//! ```text
//! M0, executing main                    M1, polling until the timer of P0
//!                                       a descriptor is reported: executes A
//! keeps its P busy                      A keeps its P busy
//!                                                     P2 is idle, and the timer fires: no M sees that
//! ```
//!
//! That may be after 10 ms, when sysmon has A preempted. Here, in a variant that is mended, an M that leaves its post with a P
//! always spins, so that it wakes another once it has found work (*ours*: `leaves_post`).
//!
//! # The poller's window
//! Under faketime a poll has delay 0. An M that found no work but knows of a pending timer, due or not, polls before it
//! stops, in the same steps.
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

mod desc;
mod inject;
mod io;

use crate::event::Event;
use crate::find::Found;
use crate::g::{GId, GStatus};
use crate::m::M;
use crate::program::Clock;
use crate::sched::Sched;
use crate::world::Reported;
use crate::{Time, MAX_WHEN};

pub use desc::{GivesUp, Guarded, PollDesc, Rg};

/// What a poll found: Gs that can run, and by how many more wait then.
#[derive(Debug, Default, Hash)]
pub struct Polled {
    /// The Gs, which still wait, in the order in which they were readied; the last one is the first to run.
    pub gs: Vec<GId>,
    /// What changes in the number of Gs that wait. Not positive.
    pub delta: i32,
}

impl Sched {
    /// Starts the poller, once: timers rely on it.
    ///
    /// Go makes the epoll descriptor here, under a lock of its own; the model has nothing to make.
    ///
    /// Go: netpoll.go, netpollGenericInit 191-201 (1.19.8), 218-229 (1.27.3).
    pub(crate) fn netpoll_generic_init(&self) {
        // Two Ps may both read 0, and both store 1. Meets the load in `poll`, which is after a `timer0_when` that was
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
    pub fn wake_net_poller(&self, m: &M, when: Time) {
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
        if self.program.clock == Clock::Fake {
            (self.steps.wake_beside_poller)(self, m);
        }
    }

    /// Interrupts a poll that waits. A poll with delay 0 does not wait, and leaves the signal as it is: so under faketime,
    /// where all are so, it has no effect, and is left out.
    ///
    /// Go: netpoll_epoll.go, netpollBreak 81-99 (1.19.8), 81-103 (1.27.3).
    fn netpoll_break(&self, m: &M) {
        self.emit(m, Event::NetpollBreak);
        // Meets the store of 0 in `netpoll`, after the byte has been read: a break that is left out here comes before
        // the poller looks again.
        if self.program.clock != Clock::Fake && self.netpoll_wake_sig.cas(0, 1) {
            let lost = self.loses_breaks && sync::choose(2) == 1;
            self.world.kernel.change("write", |kernel| kernel.write_break(lost));
        }
    }

    /// Looks at the descriptors that are reported, without waiting, or waiting until `until`, and returns the Gs that
    /// waited for them.
    ///
    /// Go: netpoll_epoll.go, netpoll 106-176 (1.19.8), 113-188 (1.27.3); netpoll.go, netpollready 446-460 (1.19.8),
    /// 494-510 (1.27.3).
    #[sync::summarized]
    pub fn netpoll(&self, m: &M, until: Option<Time>) -> Polled {
        let kernel = &self.world.kernel;
        let Reported { arrived, byte } = match until {
            None => kernel.change("epoll_wait", |kernel| kernel.poll()),
            Some(until) => self.epoll_wait(m, until),
        };
        if byte {
            (self.steps.poll.takes_break)(self);
        }
        let mut polled = Polled::default();
        for fd in &arrived {
            if let Some(g) = self.descriptors[fd.index()].netpollunblock(true) {
                polled.gs.push(g);
                polled.delta -= 1;
            }
        }
        polled
    }

    /// Waits in the operating system. Go: netpoll_epoll.go, netpoll 126 (1.19.8), 133 (1.27.3).
    #[sync::summarized]
    fn epoll_wait(&self, m: &M, until: Time) -> Reported {
        self.m(m.id).polls.set(true);
        loop {
            let kernel = &self.world.kernel;
            let found = kernel.change("epoll_wait", |kernel| kernel.poll_until(until));
            if let Some(found) = found {
                self.m(m.id).polls.set(false);
                return found;
            }
            // Another M may have taken what this one was woken for.
            kernel.wait();
        }
    }

    /// Part 10 of `find_runnable`. A G that waited for a descriptor and can run. The others go on run queues.
    ///
    /// It saves time, no more: if an M waits in a poll, that one finds the G.
    ///
    /// Go: proc.go, findRunnable 2646-2656 (1.19.8), 3510-3525 (1.27.3).
    #[sync::summarized]
    pub(crate) fn poll_without_waiting(&self, m: &M) -> Option<GId> {
        // A program without descriptors has no operation here.
        if self.descriptors.is_empty() || self.netpoll_waiters.load() <= 0 {
            return None;
        }
        if self.lastpoll.load() == 0 {
            return None;
        }
        let polled = (self.steps.poll.netpoll0)(self, m);
        self.take_first(m, polled)
    }

    /// Takes the first G, and puts the others on run queues.
    #[sync::summarized]
    fn take_first(&self, m: &M, polled: Polled) -> Option<GId> {
        let Polled { mut gs, delta } = polled;
        let g = gs.pop()?;
        if !gs.is_empty() {
            self.emit(m, Event::PolledWithOthers(gs.len()));
        }
        self.injectglist(m, gs);
        (self.steps.poll.adjust_waiters)(self, delta);
        self.g(g).casgstatus(GStatus::Waiting, GStatus::Runnable);
        Some(g)
    }

    /// Parts 21 and 22 of `find_runnable`. Polls before `m` stops, if a timer is pending or a G waits for a descriptor:
    /// `poll_until` is when the next timer fires, or 0. `spun`, whether `m` was a spinner up to now.
    ///
    /// # Panics
    /// As Go does: `findrunnable: netpoll with p`, `findrunnable: netpoll with spinning`.
    ///
    /// Go: proc.go, findRunnable 2815-2873 (1.19.8), 3746-3810 (1.27.3).
    pub fn poll(&self, m: &mut M, poll_until: Time, spun: bool) -> Found {
        // Go asks whether the poller is there first. The order makes no difference, and a program without
        // timers then has no operation here.
        if (poll_until == 0 && !self.some_g_waits()) || self.netpoll_inited.load() == 0 {
            return Found::Nothing(poll_until);
        }
        // The poller's post, 1. Meets the load in `wake_net_poller`, which from here on sends a break instead of
        // waking an M. If the word was 0, another M polls.
        if self.lastpoll.swap(0) == 0 {
            // Meets the stores of that M: if it would wait longer than until this M's timer, it has to look again.
            let other = if poll_until == 0 { poll_until } else { self.poll_until.load() };
            if poll_until != 0 && (other == 0 || other > poll_until) {
                self.netpoll_break(m);
            }
            return Found::Nothing(poll_until);
        }
        self.emit(m, Event::Polls);
        self.poll_until.store(poll_until);
        assert!(m.p.is_none(), "findrunnable: netpoll with p");
        assert!(!self.m(m.id).spinning.get(), "findrunnable: netpoll with spinning");
        let now = self.nanotime();
        if self.program.clock == Clock::Fake {
            self.leave_poll(now);
            return Found::Nothing(poll_until);
        }
        self.poll_in_real_time(m, poll_until, now, spun)
    }

    /// Whether a G waits for a descriptor. In a program without descriptors it is no operation.
    ///
    /// Go: proc.go, findRunnable 2816 (1.19.8); netpoll.go, netpollAnyWaiters 677-679 (1.27.3).
    fn some_g_waits(&self) -> bool {
        !self.descriptors.is_empty() && self.netpoll_waiters.load() > 0
    }

    /// The poller's post, 4. Go: proc.go, findRunnable 2838-2839 (1.19.8), 3772-3773 (1.27.3).
    fn leave_poll(&self, now: Time) {
        // In this order: while `lastpoll` is 0, `poll_until` is this poll's deadline or 0, and never an older one.
        self.poll_until.store(0);
        // The poller's window closes. Under faketime, a timer that was added in it was left to this M, which stops.
        self.lastpoll.store(now);
    }

    /// The poller's post, 3 to 5.
    ///
    /// Go: proc.go, findRunnable 2827-2867 (1.19.8), 3755-3804 (1.27.3).
    #[sync::summarized]
    fn poll_in_real_time(&self, m: &mut M, poll_until: Time, now: Time, spun: bool) -> Found {
        let until = match poll_until {
            0 => Some(MAX_WHEN),
            due if due <= now => None,
            later => Some(later),
        };
        let polled = self.netpoll(m, until);
        let now = (self.steps.poll.now_after_poll)(self, now);
        self.leave_poll(now);
        let p = self.pidleget(&mut self.lock.lock(), now);
        let Some(p) = p else {
            // Every P is at work. An M that is about to drop one looks at the global queue before.
            let Polled { gs, delta } = polled;
            self.injectglist(m, gs);
            (self.steps.poll.adjust_waiters)(self, delta);
            return Found::Nothing(poll_until);
        };
        self.acquirep(m, p);
        let g = self.take_first(m, polled);
        if g.is_some() {
            self.emit(m, Event::PolledG);
        }
        // Meets `wake_net_poller` of an M that adds a timer from here on: it sees that no M polls. Timers that are
        // pending already, and Gs that wait for other descriptors, have this M alone.
        (self.steps.poll.leaves_post)(self, m, g.is_some(), spun);
        g.map_or(Found::Again, Found::G)
    }
}
