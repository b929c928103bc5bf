//! What Gs do about garbage collections.

use crate::ids::GId;
use crate::m::M;
use crate::program::Action;
use crate::sched::Sched;

impl Sched {
    /// Performs an action about a garbage collection. Whether `m` goes on with `g`.
    ///
    /// # Panics
    /// If the action is about something else.
    pub(super) fn act_on_gc(&self, m: &mut M, g: GId, action: Action) -> bool {
        match action {
            Action::Assist => self.gc_assist(m),
            Action::ScavengeAssist => self.scavenge_assist(m),
            Action::GcStart(dedicated) => self.gc_start(m, dedicated),
            Action::GcEnd => self.gc_end(m),
            Action::Mark { flag, long } => self.submit_mark_work(m, flag, long),
            Action::MarkWorker => {
                self.gc_bg_mark_worker(m, g);
                return false;
            }
            other => panic!("{other:?}: no action about a garbage collection"),
        }
        !self.preempted_after(m, g)
    }
}
