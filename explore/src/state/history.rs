//! What a thread forgets: at a checkpoint, and when a call has come to its result.

use crate::fingerprint::Fingerprints;

use super::{Caller, Mover, State};

impl State {
    /// What the thread whose step it is has observed so far is remembered, whatever becomes of the thread:
    /// an object that nobody changes.
    pub fn pin_history(&mut self) {
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            let history = me.callers.mix(&me.history);
            self.object(&history);
        }
    }

    /// Here the innermost call depends on nothing that the thread has observed since it began, except what
    /// has this fingerprint.
    ///
    /// Nothing is forgotten while the thread holds a lock: what it has made of the data meanwhile, only its
    /// history tells.
    pub fn checkpoint(&mut self, locals: &Fingerprints) {
        let remembers = self.remembers;
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            if me.locks == 0 && !remembers {
                me.history = *locals;
            }
        }
    }

    /// The thread whose step it is begins a call, whose result will be all that it learns from it. `None`
    /// if it holds a lock: then what it does with the data is for its history to tell, and nothing of that
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

    /// The call has come to its end, with a result of this fingerprint.
    ///
    /// # Panics
    /// If the thread holds a lock that it did not hold before.
    pub fn leave(&mut self, caller: Caller, result: &Fingerprints) {
        let Mover::Thread(_) = self.mover else { return };
        let me = self.me();
        assert!(me.locks == 0, "summarized: the thread holds {} locks", me.locks);
        me.callers = caller.callers;
        me.history = caller.history.mix(result);
    }
}
