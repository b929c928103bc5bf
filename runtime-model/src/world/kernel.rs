//! The part of the operating system that the poller talks to: what has arrived at each descriptor, and which M waits for
//! that.
//!
//! A descriptor is reported once for each arrival, as with epoll's edges: a poll that returns it takes the report away, and
//! whether a read finds something is another question.

use sync::Condition;

use crate::ids::FdId;
use crate::program::Program;
use crate::{Time, START};

/// What the operating system knows.
#[derive(Debug, Hash)]
pub struct Kernel {
    /// Descriptors at which something has arrived that no poll has returned, in the order of the arrivals.
    reports: Vec<FdId>,
    /// How many reads of each descriptor would find something.
    unread: Vec<u32>,
    /// The last read of the descriptor found nothing.
    wanted: Vec<bool>,
    /// The byte by which a poll is broken.
    byte: bool,
    /// Until when the M that waits in a poll waits, if one does.
    polls_until: Option<Time>,
    /// So many breaks may be lost.
    may_lose: u32,
    /// A break's byte was written, and no poll that waits was told. The next one that begins finds it.
    missed: bool,
    /// The byte was read while an M waits in a poll, which has not returned for it. For checks.
    lost_byte: bool,
    /// The time, for that M.
    now: Time,
}

/// What a poll returns.
#[derive(Debug, Default, Hash)]
pub struct Reported {
    /// The descriptors at which something has arrived.
    pub arrived: Vec<FdId>,
    /// The break's byte is there.
    pub byte: bool,
}

impl Kernel {
    /// At the start: nothing has arrived.
    pub(super) fn new(program: &Program) -> Condition<Kernel> {
        let n = program.descriptors.len();
        let kernel = Kernel {
            reports: Vec::new(),
            unread: vec![0; n],
            wanted: vec![false; n],
            byte: false,
            may_lose: 0,
            missed: false,
            polls_until: None,
            lost_byte: false,
            now: START,
        };
        Condition::new("epoll", kernel, Kernel::ends_poll)
    }

    /// The M that waits in a poll need not wait any longer.
    fn ends_poll(&self) -> bool {
        let late = self.polls_until.is_some_and(|until| until <= self.now);
        late || self.byte || !self.reports.is_empty()
    }

    /// What a poll returns that does not wait. The byte stays, and is not returned.
    pub fn poll(&mut self) -> Reported {
        Reported { arrived: std::mem::take(&mut self.reports), byte: false }
    }

    /// What a poll returns that waits until then, if it need not wait; else its M is to wait.
    pub fn poll_until(&mut self, until: Time) -> Option<Reported> {
        if self.polls_until.is_none() {
            self.byte |= std::mem::take(&mut self.missed);
        }
        self.polls_until = Some(until);
        if !self.ends_poll() {
            return None;
        }
        self.polls_until = None;
        Some(Reported { byte: self.byte, ..self.poll() })
    }

    /// Something arrives at the descriptor.
    pub fn arrives(&mut self, fd: FdId) {
        self.unread[fd.index()] += 1;
        if !self.reports.contains(&fd) {
            self.reports.push(fd);
        }
    }

    /// A read that does not wait. Returns whether it found something.
    pub fn read(&mut self, fd: FdId) -> bool {
        let found = self.unread[fd.index()] > 0;
        self.unread[fd.index()] -= u32::from(found);
        self.wanted[fd.index()] = !found;
        found
    }

    /// Writes, or reads, the byte by which a poll is broken.
    pub fn set_byte(&mut self, byte: bool) {
        // The M that the byte wakes has left its poll when it reads it.
        self.lost_byte |= self.byte && !byte && self.polls_until.is_some();
        self.byte = byte;
    }

    /// One break more may be lost.
    pub(super) fn may_lose_a_break(&mut self) {
        self.may_lose += 1;
    }

    /// Writes the byte by which a poll is broken. If it is lost, the M that waits in its poll is not woken.
    pub(crate) fn write_break(&mut self, lost: bool) {
        if lost && self.may_lose > 0 {
            self.may_lose -= 1;
            self.missed = true;
        } else {
            self.set_byte(true);
        }
    }

    /// Whether a break was lost that no poll has found yet. For checks.
    pub fn has_lost_a_break(&self) -> bool {
        self.missed
    }

    /// It is `now`.
    pub(super) fn set_time(&mut self, now: Time) {
        self.now = now;
    }

    /// Whether a read waits for something to arrive that has not.
    pub(super) fn is_wanted(&self, fd: FdId) -> bool {
        self.wanted[fd.index()] && self.unread[fd.index()] == 0
    }

    /// Something has arrived that no poll has returned.
    pub(crate) fn has_reports(&self) -> bool {
        !self.reports.is_empty()
    }

    /// Until when the M that waits in a poll waits, if one does.
    pub fn polls_until(&self) -> Option<Time> {
        self.polls_until
    }

    /// Whether a break's byte was taken from the M that it was to wake. For checks.
    pub fn lost_byte(&self) -> bool {
        self.lost_byte
    }

    /// Whether the break's byte is there. For checks.
    pub fn byte(&self) -> bool {
        self.byte
    }
}
