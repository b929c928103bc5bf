//! The places where the poller, and what happens to the Gs that it finds, has changed or been wrong.

use crate::g::GId;
use crate::m::M;
use crate::netpoll::Polled;
use crate::sched::Sched;
use crate::Time;

/// The decisions of the poller that releases and regressions replace.
#[derive(Clone, Copy)]
pub struct PollSteps {
    /// An M with a P looks whether Gs that wait for descriptors can run, without waiting itself.
    pub netpoll0: fn(&Sched, &M) -> Polled,
    /// The M that waited in a poll has been interrupted by a break. (`lost-break`)
    ///
    /// Go: netpoll_epoll.go, netpoll 151-158 (1.19.8), 161-170 (1.27.3).
    pub takes_break: fn(&Sched),
    /// The Gs that a poll returned are runnable: so many fewer wait. (golang/go#61454)
    pub adjust_waiters: fn(&Sched, i32),
    /// A deadline, or closing, makes the G that waited runnable. (golang/go#61454)
    pub netpollgoready: fn(&Sched, &M, GId),
    /// So many Gs have been put on the global queue: start as many Ms, as long as there are idle Ps. (golang/go#59600)
    pub start_idle: fn(&Sched, &M, usize),
    /// The ring of the M's P had no room for these Gs. (golang/go#40457)
    pub put_overflow: fn(&Sched, Vec<GId>),
    /// All Gs that an M with a P got from a poll are on queues: wake another M? (golang/go#63555)
    pub injected: fn(&Sched, &M),
    /// A poll that waited is over. It began at this time: which is it now?
    pub now_after_poll: fn(&Sched, Time) -> Time,
    /// The M that polled has a P, and no M polls any more: is it to spin, so that it wakes another once it has found work?
    /// It has found a G by now, or not; and it spun before it polled, or not.
    pub leaves_post: fn(&Sched, &M, bool, bool),
}

/// Go 1.19: the count of waiting Gs goes down only by deadlines and closing, and is not counted off for Gs that a poll
/// returns.
pub const POLL_1_19: PollSteps = PollSteps {
    netpoll0: |sched, m| sched.netpoll(m, None),
    takes_break,
    adjust_waiters: |_, _| {},
    netpollgoready: |sched, m, g| {
        sched.netpoll_waiters.add(-1);
        sched.ready(m, g, true);
    },
    start_idle: start_idle_1_19,
    put_overflow: Sched::put_overflow,
    injected: |_, _| {},
    now_after_poll: |_, then| then,
    leaves_post: |sched, m, found, spun| {
        if spun && !found {
            sched.become_spinning(m);
        }
    },
};

/// Go 1.19 with all known fixes, and one of ours: `leaves_post`.
pub const POLL_1_19_FIXED: PollSteps = PollSteps {
    start_idle: start_idle_1_27,
    injected: Sched::wakep,
    now_after_poll: |sched, _| sched.nanotime(),
    leaves_post: |sched, m, _, _| sched.become_spinning(m),
    ..POLL_1_19
};

/// Go 1.27.3: one M at a time polls without waiting (since 1.25), and each G that a poll returns is counted off (since
/// 1.22). The M that takes a G from its poll wakes no other, as in all releases.
pub const POLL_1_27: PollSteps = PollSteps { leaves_post: POLL_1_19.leaves_post, ..POLL_FIXED };

/// Go 1.27.3 with a mend of ours: `leaves_post`.
pub const POLL_FIXED: PollSteps = PollSteps {
    netpoll0: netpoll0_1_27,
    adjust_waiters: |sched, delta| {
        if delta != 0 {
            sched.netpoll_waiters.add(delta);
        }
    },
    netpollgoready: |sched, m, g| {
        sched.ready(m, g, true);
        sched.netpoll_waiters.add(-1);
    },
    ..POLL_1_19_FIXED
};

/// Reads the break's byte, and then says that another break may be sent.
pub fn takes_break(sched: &Sched) {
    // First the byte. Meets the compare-and-swap in `netpoll_break`: one that fails in between has no byte to write, as this M
    // is awake.
    sched.world.kernel.change("read", |kernel| kernel.set_byte(false));
    sched.netpoll_wake_sig.store(0);
}

/// As long as there are idle Ps, starts an M for each. The P is taken by `startm`.
///
/// Go: proc.go, injectglist 3148-3152 (1.19.8).
pub fn start_idle_1_19(sched: &Sched, m: &M, n: usize) {
    for _ in 0..n {
        if sched.npidle.load() == 0 {
            return;
        }
        sched.startm(m, None, None);
    }
}

/// Takes each P itself, and keeps the lock until there is an M for it. A G for which there is no P is left to an M that is
/// about to drop one (wake protocol, 5a).
///
/// Go: proc.go, injectglist 4084-4099 (1.27.3; since 1.21).
pub fn start_idle_1_27(sched: &Sched, m: &M, n: usize) {
    for _ in 0..n {
        let mut locked = sched.lock.lock();
        let Some(p) = sched.pidleget_spinning(&mut locked, 0) else { return };
        sched.startm_locked(m, locked, p);
    }
}

/// Go: proc.go, findRunnable 3510-3512 (1.27.3; since 1.25).
fn netpoll0_1_27(sched: &Sched, m: &M) -> Polled {
    if sched.polling_net.swap(1) != 0 {
        return Polled::default();
    }
    let polled = sched.netpoll(m, None);
    sched.polling_net.store(0);
    polled
}
