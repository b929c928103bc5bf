//! The channel of a timer, its lock, and what is recorded of the sends on it.
//!
//! The channel has room for one value. Stopping or setting the timer takes it away, so that no value of before is received
//! afterwards.

use std::collections::VecDeque;

use sync::{Atomic, Ghost, Mutex, Plain};

use crate::ids::{GId, MId, TimerId};

/// What a timer with a channel has beyond other timers. Go: time.go, type timer 61-123; chan.go, type hchan 34-55 (1.27.3).
pub struct TimerChan {
    /// Held while a value is sent, and while the timer is stopped or set. Before the channel's lock, and the timer's.
    pub send_lock: Mutex<()>,
    /// How many Ms are about to send a value: each has left the timer's lock, and waits for `send_lock`. A ticker has none.
    pub is_sending: Atomic<i32>,
    /// Counts how often the timer was stopped or set. Written with `send_lock` and the timer's lock held, so that either is
    /// enough to read it.
    pub seq: Plain<u32>,
    /// It fires again and again. Written as `seq`.
    pub ticks: Plain<bool>,
    /// The channel's lock, and the Gs that wait to receive, in their order.
    pub recvq: Mutex<VecDeque<GId>>,
    /// How many values are in the channel, 0 or 1. Written with the channel's lock held.
    pub qcount: Atomic<u32>,
    /// What has happened. For checks.
    pub story: Ghost<Story>,
}

/// What has happened to a timer with a channel, for checks: whether a value is to come, and what was reported of it.
#[derive(Debug, Default, Hash)]
pub struct Story {
    /// It was set, and neither has the value been sent since, nor was it stopped. Of a ticker: it was not stopped.
    armed: bool,
    /// How often it was stopped or set.
    changes: u32,
    /// How often it had been when the value was sent that is in the channel.
    buffered_at: Option<u32>,
    /// For each M that has stopped or set it, and has not got its result yet: the changes by then, and whether a value was to
    /// come, or was in the channel and taken away.
    to_report: Vec<(MId, u32, bool)>,
    /// What was sent or reported, and should not have been.
    pub wrong: Option<String>,
}

impl TimerChan {
    pub(crate) fn new(id: TimerId) -> Self {
        let name = |field| ("T", id.0, field);
        // Before `sched.lock`, which is 3: a send, and a G that blocks, may wake Ms.
        let send_lock = Mutex::new(name("sendLock"), ()).ranked(1);
        let recvq = Mutex::new(name("chan"), VecDeque::new()).ranked(2);
        TimerChan {
            send_lock,
            is_sending: Atomic::new(name("isSending"), 0),
            seq: Plain::new(name("seq"), 0),
            ticks: Plain::new(name("ticks"), false),
            qcount: Atomic::new(name("qcount"), 0).written_under(&recvq),
            recvq,
            story: Ghost::new(Story::default()),
        }
    }

    /// `m` stops the timer, or sets it, with both locks held. For checks.
    pub(crate) fn notes_change(&self, m: MId, set: bool) {
        self.story.change(|story| {
            story.changes += 1;
            story.to_report.push((m, story.changes, story.armed));
            story.armed = set;
        });
    }

    /// `m`, which has stopped or set the timer, takes the value out of the channel. For checks.
    pub(super) fn notes_drained(&self, m: MId) {
        self.story.change(|story| {
            story.buffered_at = None;
            let of_m = story.to_report.iter_mut().filter(|(of, ..)| *of == m);
            of_m.for_each(|(_, _, had)| *had = true);
        });
    }

    /// A value is sent: into the channel, or to a G that waits. For checks.
    pub(super) fn notes_sent(&self, buffered: bool) {
        let ticks = self.ticks.get();
        self.story.change(|story| {
            if !story.armed {
                story.wrong = Some("a value is sent, and the timer was stopped or has sent".into());
            }
            story.armed &= ticks;
            story.buffered_at = buffered.then_some(story.changes);
        });
    }

    /// The value in the channel is received. For checks.
    pub(super) fn notes_received(&self) {
        self.story.change(|story| story.buffered_at = None);
    }

    /// `m` got the result whether a value was to come. For checks.
    pub(crate) fn notes_report(&self, m: MId, reported: bool) {
        self.story.change(|story| {
            let Some(at) = story.to_report.iter().position(|&(of, ..)| of == m) else { return };
            let (_, changes, had) = story.to_report.remove(at);
            if had != reported {
                let what = format!("a value was to come: {had}; reported is {reported}");
                story.wrong = Some(what);
            }
            if story.buffered_at.is_some_and(|sent| sent < changes) {
                let what = "a value of before is in the channel when stop or reset returns";
                story.wrong = Some(what.into());
            }
        });
    }
}
