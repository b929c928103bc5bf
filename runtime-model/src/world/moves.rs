//! The world's moves, in real time: something arrives at a descriptor, or the clock comes to a time that is awaited.
//!
//! The world has a thread of its own. It moves when no M can: any non-empty set of the events that are awaited then comes to
//! pass at once. A program may let it move a few times more, *early*, at any time. In a program with faketime it does not
//! exist.

use crate::event::Event;
use crate::ids::FdId;
use crate::m::MId;
use crate::p::P;
use crate::program::Clock;
use crate::sched::Sched;
use crate::timers::earlier;
use crate::{Time, MAX_WHEN};

/// Something that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Awaited {
    /// Something arrives at the descriptor.
    Arrival(FdId),
    /// The clock comes to this time.
    Clock(Time),
    /// The M's system call returns.
    Return(MId),
}

impl Sched {
    /// Starts the world's thread, in real time.
    pub(crate) fn start_world(&self) {
        let Clock::Real { early } = self.program.clock else { return };
        let Some(sched) = self.this.upgrade() else { return };
        // The Ms have the numbers below.
        sync::spawn_named(self.program.ms, (), move || sched.world(early));
    }

    /// What the world's thread does. It does not return.
    // Its caller holds nothing that it has learnt.
    #[sync::forgets_callers]
    fn world(&self, early: u32) {
        for _ in 0..early {
            if !self.moves_early() {
                break;
            }
        }
        loop {
            self.world.turn.sleep();
            self.world.turn.clear();
            let events = self.awaited(false);
            // All but the empty set.
            let set = 1 + sync::choose((1 << events.len()) - 1);
            self.come_to_pass(&events, set);
        }
    }

    /// Moves while Ms run, or decides never to do so again: then returns false.
    #[sync::summarized]
    fn moves_early(&self) -> bool {
        let events = self.awaited(true);
        let set = sync::choose(1 << events.len());
        self.come_to_pass(&events, set);
        set != 0
    }

    /// Tells the world's thread to move, as no M can. Returns false if nothing is awaited.
    pub(super) fn wake_world(&self) -> bool {
        if self.program.clock == Clock::Fake {
            return false;
        }
        if self.program.has_sysmon() {
            self.world.sysmon_acts_at.store(self.sysmon_acts_at());
        }
        let awaited = !self.awaited(false).is_empty();
        if awaited {
            self.world.turn.wakeup();
        }
        awaited
    }

    /// What may happen next. While Ms run, the time of a timer is awaited even if no M waits for it.
    fn awaited(&self, early: bool) -> Vec<Awaited> {
        let fds = (0..).map(FdId).zip(&self.program.descriptors);
        let (mut events, until) = self.world.kernel.peek(|kernel| {
            let wanted = fds.filter(|(fd, of)| of.outside && kernel.is_wanted(*fd));
            let arrivals = wanted.map(|(fd, _)| Awaited::Arrival(fd)).collect::<Vec<_>>();
            (arrivals, kernel.polls_until())
        });
        let mut next = until.filter(|&until| until != MAX_WHEN).unwrap_or(0);
        let now = self.peek_now();
        if early {
            let whens = self.peek_ps().iter().map(P::peek_wake_time);
            next = whens.filter(|&when| when > now).fold(next, earlier);
        } else {
            events.extend(self.awaited_returns().into_iter().map(Awaited::Return));
            next = earlier(next, self.world.sysmon_acts_at.peek());
        }
        if next > now {
            events.push(Awaited::Clock(next));
        }
        events
    }

    /// The events of the set come to pass: each bit of `set` is one.
    fn come_to_pass(&self, events: &[Awaited], set: usize) {
        let chosen = (0..).zip(events).filter(|(i, _)| set & (1 << i) != 0);
        let mut happen: Vec<Awaited> = chosen.map(|(_, &event)| event).collect();
        if happen.is_empty() {
            return;
        }
        // The clock moves first: an M that has returned before would take a P off the idle list at an instant that is over.
        happen.sort_by_key(|event| !matches!(event, Awaited::Clock(_)));
        self.progress();
        self.emit_by(None, Event::WorldMoves(happen.len()));
        for event in &happen {
            match *event {
                Awaited::Clock(now) => {
                    let ticks = (now - self.peek_now()) * Time::from(self.npidle.peek());
                    // Before the M that waits for it is woken. Meets the loads in `nanotime`.
                    self.world.clock.store(now);
                    self.world.idle_ticks.change(|sum| *sum += ticks);
                }
                // Meets the sleep in `wait_in_syscall`.
                Awaited::Return(m) => {
                    self.lets_return(m);
                    self.m(m).returns.wakeup();
                }
                Awaited::Arrival(_) => {}
            }
        }
        self.world.kernel.change("happens", |kernel| {
            for event in happen {
                match event {
                    Awaited::Arrival(fd) => kernel.arrives(fd),
                    Awaited::Clock(now) => kernel.set_time(now),
                    Awaited::Return(_) => {}
                }
            }
        });
    }
}
