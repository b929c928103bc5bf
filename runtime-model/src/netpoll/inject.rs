//! Gs that a poll has made runnable: where they go, and which Ms are woken for them.
//!
//! Without a P, an M puts all of them on the global queue. With one, it puts one there for each idle P, and the others on its
//! own ring. For each on the global queue it starts an M.

use crate::g::{GId, GStatus};
use crate::m::M;
use crate::sched::Sched;

impl Sched {
    /// Puts the Gs, which wait, on run queues. They are in the order in which they were readied; the last one goes first.
    ///
    /// Go: proc.go, injectglist 3121-3181 (1.19.8), 4060-4146 (1.27.3).
    #[sync::summarized]
    pub fn injectglist(&self, m: &M, list: Vec<GId>) {
        if list.is_empty() {
            return;
        }
        for &g in &list {
            self.g(g).casgstatus(GStatus::Waiting, GStatus::Runnable);
        }
        let mut gs = list;
        gs.reverse();
        let n = gs.len();
        let Some(p) = m.p.as_ref() else {
            self.globrunqputbatch(gs);
            (self.steps.poll.start_idle)(self, m, n);
            return;
        };
        // Old as soon as it is read: a P that goes idle from here on gets none of these Gs (golang/go#63555).
        let idle = self.npidle.load().max(0) as usize;
        let others = gs.split_off(idle.min(n));
        if !gs.is_empty() {
            let n = gs.len();
            self.globrunqputbatch(gs);
            (self.steps.poll.start_idle)(self, m, n);
        }
        if !others.is_empty() {
            let left = self.runqputbatch(p, others);
            (self.steps.poll.put_overflow)(self, left);
        }
        // Wake protocol, 2, since 1.23.
        (self.steps.poll.injected)(self, m);
    }

    /// Puts the Gs at the end of the global queue. Go: proc.go, globrunqputbatch 5593-5599 (1.19.8), 7323-7328 (1.27.3).
    pub(crate) fn globrunqputbatch(&self, gs: Vec<GId>) {
        let mut locked = self.lock.lock();
        for g in gs {
            self.globrunqput(&mut locked, g);
        }
    }

    /// Puts the Gs for which a ring had no room on the global queue, if there are any.
    ///
    /// Go: proc.go, runqputbatch 5886-5890 (1.19.8), injectglist 4123-4127 (1.27.3).
    pub(crate) fn put_overflow(&self, left: Vec<GId>) {
        if !left.is_empty() {
            self.globrunqputbatch(left);
        }
    }
}
