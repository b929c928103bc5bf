//! A descriptor as the poller knows it: which G waits for it, and until when.
//!
//! Go: netpoll.go, type pollDesc 71-106 (1.19.8), 75-112 (1.27.3). Reads alone: `rg`, `rd`, `rseq`. Of `atomicInfo`, the
//! bits for closing and for the read deadline.

use sync::{Atomic, Mutex, Word};

use crate::g::GId;
use crate::ids::FdId;
use crate::Time;

/// Which G waits for the descriptor, or why none need wait: `pd.rg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rg {
    /// Nothing: `pdNil`.
    Nil,
    /// Something has arrived since the last read began: `pdReady`.
    Ready,
    /// A G is about to wait: `pdWait`.
    Wait,
    /// This G waits.
    G(GId),
}

impl Word for Rg {
    fn to_bits(self) -> u64 {
        match self {
            Rg::Nil => 0,
            Rg::Ready => 1,
            Rg::Wait => 2,
            Rg::G(g) => 3 + u64::from(g.0),
        }
    }

    fn from_bits(bits: u64) -> Self {
        match bits {
            0 => Rg::Nil,
            1 => Rg::Ready,
            2 => Rg::Wait,
            g => Rg::G(GId((g - 3) as u32)),
        }
    }
}

/// Why a read gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GivesUp {
    /// The descriptor is closed: `pollErrClosing`.
    Closing,
    /// Its deadline is over: `pollErrTimeout`.
    Timeout,
}

/// A descriptor.
pub struct PollDesc {
    /// Its index in `Sched::descriptors`.
    pub id: FdId,
    /// Which G waits.
    pub rg: Atomic<Rg>,
    /// What the lock protects, in short: read without it. Written under the lock.
    info: Atomic<u32>,
    /// `pd.lock` and what it protects.
    pub lock: Mutex<Guarded>,
}

/// What `pd.lock` protects.
#[derive(Debug, Hash)]
pub struct Guarded {
    /// It is closed.
    pub closing: bool,
    /// The deadline of reads: 0 if there is none, -1 if it is over.
    pub rd: Time,
    /// Counts the deadlines: a timer of an older one does nothing.
    pub rseq: u32,
    /// The timer of the deadline is set. Go: `pd.rt.f != nil` (1.19.8), `pd.rrun` (1.27.3).
    pub timer: bool,
}

const CLOSING: u32 = 1;
const EXPIRED: u32 = 2;

impl PollDesc {
    pub(crate) fn new(id: FdId) -> Self {
        let name = |field| ("FD", id.0, field);
        let guarded = Guarded { closing: false, rd: 0, rseq: 0, timer: false };
        // Before sched.lock: a deadline's timer is added under it, which may wake an M.
        let lock = Mutex::new(name("lock"), guarded).ranked(1);
        PollDesc {
            id,
            rg: Atomic::new(name("rg"), Rg::Nil),
            info: Atomic::new(name("info"), 0).written_under(&lock),
            lock,
        }
    }

    /// Publishes what has changed under the lock.
    ///
    /// Go: netpoll.go, (*pollDesc).publishInfo 141-157 (1.19.8), 153-171 (1.27.3).
    pub(super) fn publish_info(&self, guarded: &Guarded) {
        let closing = if guarded.closing { CLOSING } else { 0 };
        let expired = if guarded.rd < 0 { EXPIRED } else { 0 };
        self.info.store(closing | expired);
    }

    /// Why a read has to give up, if it has to.
    ///
    /// Go: netpoll.go, netpollcheckerr 462-477 (1.19.8), 512-527 (1.27.3).
    pub(super) fn netpollcheckerr(&self) -> Option<GivesUp> {
        match self.info.load() {
            0 => None,
            info if info & CLOSING != 0 => Some(GivesUp::Closing),
            _ => Some(GivesUp::Timeout),
        }
    }

    /// Takes the G that waits, if one does. With `ioready`, the next wait finds that something has arrived.
    ///
    /// Go: netpoll.go, netpollunblock 536-562 (1.19.8), 591-620 (1.27.3).
    #[sync::summarized]
    pub(super) fn netpollunblock(&self, ioready: bool) -> Option<GId> {
        loop {
            let old = self.rg.load();
            if old == Rg::Ready || (old == Rg::Nil && !ioready) {
                return None;
            }
            let new = if ioready { Rg::Ready } else { Rg::Nil };
            // Meets the compare-and-swaps in `netpollblock`. A G that is about to wait (`Wait`) finds the word changed
            // when it commits, and does not wait.
            if self.rg.cas(old, new) {
                return match old {
                    Rg::G(g) => Some(g),
                    Rg::Nil | Rg::Ready | Rg::Wait => None,
                };
            }
        }
    }
}
