//! What Gs do with descriptors: read, write, set a deadline, close.
//!
//! # Waiting for a descriptor
//! A read that finds nothing waits. Its G and a poller meet at `rg`:
//! 1. The read makes `rg` nil, and looks whether there is something (`Kernel::read`).
//! 2. If not, it makes `rg` *wait*, unless it is *ready* by now.
//! 3. It looks whether the descriptor is closed, or its deadline over.
//! 4. The G parks, and only then the read makes `rg` the G, unless that is no longer *wait*.
//! 5. A poll that returns the descriptor makes `rg` *ready*; a deadline, or closing, first publishes what is the matter and
//!    then makes `rg` nil. Either takes the G, if `rg` was one.
//!
//! With 3 before 2, a deadline that comes in between finds `rg` nil, and the G waits for good:
//!
//! ```text
//! M0, executing the G            M1, executing the timer
//! not expired
//!                                expired; rg is nil: no G to wake
//! rg = wait; parks               the G waits for a deadline that is over
//! ```

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::ids::FdId;
use crate::m::M;
use crate::sched::Sched;
use crate::timers::{Timer, TimerFunc};
use crate::Time;

use super::desc::{GivesUp, PollDesc, Rg};

/// How far a read has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// It begins.
    Reset,
    /// It looks whether there is something.
    Look,
    /// There was nothing.
    Wait,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Waited {
    /// Something has arrived.
    Ready,
    /// The G has been woken for another reason, or need not have waited.
    Again,
    /// The G has parked, and is no longer this M's.
    Parked,
}

impl Sched {
    /// The descriptor.
    fn descriptor(&self, fd: FdId) -> &PollDesc {
        &self.descriptors[fd.index()]
    }

    /// Reads. Returns whether `m` goes on with `g`: false if it waits. It is called again then, once it has been woken.
    ///
    /// Go: netpoll.go, poll_runtime_pollReset 277-288 and poll_runtime_pollWait 296-315 (1.19.8), 323-334 and 342-361
    /// (1.27.3), as internal/poll calls them.
    #[sync::summarized]
    pub(crate) fn read(&self, m: &M, g: GId, fd: FdId) -> bool {
        let pd = self.descriptor(fd);
        let mut stage =
            if self.g(g).waited.replace(false) { self.back_from_wait(pd) } else { Stage::Reset };
        loop {
            let gives_up = if stage == Stage::Look { None } else { pd.netpollcheckerr() };
            if let Some(why) = gives_up {
                self.emit(
                    m,
                    match why {
                        GivesUp::Closing => Event::ReadClosed(fd),
                        GivesUp::Timeout => Event::ReadTimedOut(fd),
                    },
                );
                return true;
            }
            stage = match stage {
                Stage::Reset => {
                    // 1.
                    pd.rg.store(Rg::Nil);
                    Stage::Look
                }
                Stage::Look if self.world.kernel.change("read", |kernel| kernel.read(fd)) => {
                    return true;
                }
                Stage::Look => Stage::Wait,
                Stage::Wait => match self.netpollblock(m, g, pd) {
                    Waited::Ready => Stage::Look,
                    Waited::Again => Stage::Wait,
                    Waited::Parked => return false,
                },
            };
        }
    }

    /// Waits until something has arrived at the descriptor.
    ///
    /// # Panics
    /// As Go does: `runtime: double wait`.
    ///
    /// Go: netpoll.go, netpollblock 499-534 (1.19.8), 548-583 (1.27.3), up to the park.
    #[sync::summarized]
    fn netpollblock(&self, m: &M, g: GId, pd: &PollDesc) -> Waited {
        loop {
            if pd.rg.cas(Rg::Ready, Rg::Nil) {
                return Waited::Ready;
            }
            // 2. Meets the compare-and-swap in `netpollunblock`.
            if pd.rg.cas(Rg::Nil, Rg::Wait) {
                break;
            }
            let rg = pd.rg.load();
            assert!(rg == Rg::Ready || rg == Rg::Nil, "runtime: double wait");
        }
        // 3, after 2. Meets `publish_info` of a deadline and of `close`, which look at `rg` after that.
        if pd.netpollcheckerr().is_none() && self.parks_for(m, g, pd) {
            return Waited::Parked;
        }
        match self.back_from_wait(pd) {
            Stage::Look => Waited::Ready,
            Stage::Reset | Stage::Wait => Waited::Again,
        }
    }

    /// Takes back what the wait left in `rg`, and says how the read goes on.
    ///
    /// # Panics
    /// As Go does: `runtime: corrupted polldesc`.
    ///
    /// Go: netpoll.go, netpollblock 528-533 (1.19.8), 577-582 (1.27.3).
    fn back_from_wait(&self, pd: &PollDesc) -> Stage {
        let old = pd.rg.swap(Rg::Nil);
        assert!(!matches!(old, Rg::G(_)), "runtime: corrupted polldesc");
        if old == Rg::Ready {
            Stage::Look
        } else {
            Stage::Wait
        }
    }

    /// Parks `g`, unless it need not wait any more. Returns whether it has.
    ///
    /// Go: proc.go, gopark 346-364 (1.19.8), 457-475 (1.27.3), with netpollblockcommit of netpoll.go 479-488 (1.19.8),
    /// 529-538 (1.27.3).
    fn parks_for(&self, m: &M, g: GId, pd: &PollDesc) -> bool {
        let of = self.g(g);
        of.casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        // Before another M can have the G: it repeats the action, behind the wait.
        of.waited.set(true);
        of.pc.with_mut(|pc| *pc -= 1);
        // 4. Meets the compare-and-swap in `netpollunblock`.
        if pd.rg.cas(Rg::Wait, Rg::G(g)) {
            // Meets the load in `poll`: an M that finds nothing to do, this one too, has a reason to poll. A poller may
            // have taken the G before this, and have counted it off.
            self.netpoll_waiters.add(1);
            return true;
        }
        of.pc.with_mut(|pc| *pc += 1);
        of.waited.set(false);
        of.casgstatus(GStatus::Waiting, GStatus::Running);
        self.m(m.id).curg.set(Some(g));
        false
    }

    /// Something arrives at the descriptor.
    pub(crate) fn write(&self, fd: FdId) {
        self.world.kernel.change("write", |kernel| kernel.arrives(fd));
    }

    /// Reads of the descriptor give up in so many ticks; if those are 0, at once; if there are none, not any more.
    ///
    /// A timer that is set already is not changed: it stays, and does nothing, as its number is an old one.
    ///
    /// Go: netpoll.go, poll_runtime_pollSetDeadline 326-405 (1.19.8), 372-449 (1.27.3).
    #[sync::summarized]
    pub(crate) fn set_deadline(&self, m: &M, fd: FdId, ticks: Option<Time>) {
        let pd = self.descriptor(fd);
        let mut guarded = pd.lock.lock();
        if guarded.closing {
            return;
        }
        let before = guarded.rd;
        guarded.rd = match ticks {
            None => 0,
            Some(0) => -1,
            Some(ticks) => self.nanotime() + ticks,
        };
        // 5. Before the look at `rg` below.
        pd.publish_info(&guarded);
        if guarded.timer && guarded.rd != before {
            guarded.rseq += 1;
            guarded.timer = false;
        }
        if guarded.rd > 0 && !guarded.timer {
            guarded.timer = true;
            let f = TimerFunc::Deadline(fd, guarded.rseq);
            (self.steps.timers.add)(self, m, Timer { when: guarded.rd, period: 0, f });
        }
        let g = if guarded.rd < 0 { pd.netpollunblock(false) } else { None };
        drop(guarded);
        self.wake_reader(m, g);
    }

    /// The deadline with that number is over: the timer's function.
    ///
    /// # Panics
    /// As Go does: `runtime: inconsistent read deadline`.
    ///
    /// Go: netpoll.go, netpolldeadlineimpl 565-603 (1.19.8), 622-662 (1.27.3).
    pub(crate) fn netpoll_deadline(&self, m: &M, fd: FdId, seq: u32) {
        let pd = self.descriptor(fd);
        let mut guarded = pd.lock.lock();
        if guarded.rseq != seq {
            self.emit(m, Event::DeadlineStale(fd));
            return;
        }
        assert!(guarded.rd > 0 && guarded.timer, "runtime: inconsistent read deadline");
        guarded.rd = -1;
        // 5. Meets the third step of `netpollblock`: either that sees it, or this takes its G.
        pd.publish_info(&guarded);
        let g = pd.netpollunblock(false);
        drop(guarded);
        self.wake_reader(m, g);
    }

    /// Closes the descriptor. It is not used again, so a poll may still return it.
    ///
    /// # Panics
    /// As Go does: `runtime: unblock on closing polldesc`.
    ///
    /// Go: netpoll.go, poll_runtime_pollUnblock 408-435 (1.19.8), 452-481 (1.27.3).
    #[sync::summarized]
    pub(crate) fn close(&self, m: &M, fd: FdId) {
        let pd = self.descriptor(fd);
        let mut guarded = pd.lock.lock();
        assert!(!guarded.closing, "runtime: unblock on closing polldesc");
        guarded.closing = true;
        guarded.rseq += 1;
        guarded.timer = false;
        pd.publish_info(&guarded);
        let g = pd.netpollunblock(false);
        drop(guarded);
        self.wake_reader(m, g);
    }

    /// Makes the G that waited for a descriptor runnable, if one did. It is a step.
    fn wake_reader(&self, m: &M, g: Option<GId>) {
        if let Some(g) = g {
            (self.steps.poll.netpollgoready)(self, m, g);
        }
    }
}
