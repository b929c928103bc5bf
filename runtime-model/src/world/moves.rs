//! The world's moves: a system call returns.
//!
//! In a program with system calls that wait, the world has a thread of its own. It moves when no M can: any non-empty set
//! of the events that are awaited then comes to pass at once. In other programs it does not exist.

use crate::event::Event;
use crate::m::MId;
use crate::sched::Sched;

/// Something that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Awaited {
    /// The system call of the M returns.
    Return(MId),
}

impl Sched {
    /// Starts the world's thread, if it has anything to do.
    pub(crate) fn start_world(&self) {
        if !self.program.has_world() {
            return;
        }
        let Some(sched) = self.this.upgrade() else { return };
        // The Ms have the numbers below.
        sync::spawn_named(self.program.ms, (), move || sched.world());
    }

    /// What the world's thread does. It does not return.
    // Its caller holds nothing that it has learnt.
    #[sync::forgets_callers]
    fn world(&self) {
        loop {
            self.world.turn.sleep();
            self.world.turn.clear();
            let events = self.awaited();
            // All but the empty set.
            let set = 1 + sync::choose((1 << events.len()) - 1);
            self.come_to_pass(&events, set);
        }
    }

    /// Lets the world's thread move, as no M can. Returns false if nothing is awaited.
    pub(super) fn wake_world(&self) -> bool {
        let awaited = self.program.has_world() && !self.awaited().is_empty();
        if awaited {
            self.world.turn.wakeup();
        }
        awaited
    }

    /// What may happen next.
    fn awaited(&self) -> Vec<Awaited> {
        let waits = |m: &MId| self.m(*m).awaits_return.peek(|&waits| waits);
        (0..self.program.ms).map(MId).filter(waits).map(Awaited::Return).collect()
    }

    /// The events of the set come to pass: each bit of `set` is one.
    fn come_to_pass(&self, events: &[Awaited], set: usize) {
        let happens = |(i, _): &(usize, &Awaited)| set & (1 << i) != 0;
        let happen: Vec<Awaited> =
            events.iter().enumerate().filter(happens).map(|(_, &event)| event).collect();
        self.progress();
        self.emit_by(None, Event::WorldMoves(happen.len()));
        for Awaited::Return(m) in happen {
            self.m(m).returns.wakeup();
        }
    }
}
