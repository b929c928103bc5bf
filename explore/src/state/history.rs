//! The history of a thread: what a checkpoint and the end of a summarized call make it forget.

use crate::fingerprint::Fingerprints;

use super::{Caller, Mover, State};

impl State {
    /// Keeps what the current thread has observed so far as part of the state, whatever happens to the
    /// thread, in an object that never changes.
    pub fn pin_history(&mut self) {
        if let Mover::Thread(_) = self.mover {
            let history = self.knowledge();
            self.object(&history);
        }
    }

    /// The fingerprint of what the current thread has observed since its last checkpoint, call by call: whatever it makes
    /// is a function of that.
    pub fn knowledge(&mut self) -> Fingerprints {
        match self.mover {
            Mover::Thread(_) => {
                let me = self.me();
                me.callers.mix(&me.history)
            }
            _ => Fingerprints::ZERO,
        }
    }

    /// Replaces the history of the current thread's innermost call by the fingerprint of its live locals,
    /// on which alone its future depends.
    ///
    /// This has no effect while the thread holds a lock: only its history determines what it has made of
    /// the data.
    pub fn checkpoint(&mut self, locals: &Fingerprints) {
        let remembers = self.remembers;
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            if me.locks == 0 && !remembers {
                me.history = *locals;
            }
        }
    }

    /// The current thread begins a call whose result is all that it learns from the call. Returns `None` if
    /// the thread holds a lock: then its history determines what it does with the data, and no part of it
    /// can be left out.
    pub fn enter(&mut self) -> Option<Caller> {
        let Mover::Thread(_) = self.mover else { return None };
        let remembers = self.remembers;
        let me = self.me();
        if me.locks > 0 || remembers {
            return None;
        }
        let caller = Caller { callers: me.callers, history: me.history };
        me.callers = me.callers.mix(&me.history);
        me.history = Fingerprints::ZERO;
        Some(caller)
    }

    /// Ends the call, with a result of this fingerprint.
    ///
    /// # Panics
    /// If the thread holds a lock that it did not hold when the call began.
    pub fn leave(&mut self, caller: Caller, result: &Fingerprints) {
        let Mover::Thread(_) = self.mover else { return };
        let me = self.me();
        assert!(me.locks == 0, "summarized: the thread holds {} locks", me.locks);
        me.callers = caller.callers;
        me.history = caller.history.mix(result);
    }
}
