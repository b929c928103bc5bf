//! A `startm` in which a G may be preempted, as Go had it: golang/go#42237.
//!
//! From the moment at which it takes the P off the idle list until it wakes the M, the P is in a local variable of the G. In Go,
//! since 1.15.4, the G cannot be preempted in between (`acquirem`); here, no other variant asks whether it is to be.

use crate::g::GId;
use crate::m::M;
use crate::sched::{InStartm, Sched, SpinIncrement};

impl Sched {
    /// `startm` with an idle P. If the G that `m` runs is to be preempted in its action, it is so here: what it has stays in its
    /// hands, and is handed over when the G runs again.
    ///
    /// Go: proc.go, startm 2269-2348 (1.19.8), 3050-3140 (1.27.3): what `acquirem` there rules out.
    pub fn startm_preemptible(&self, m: &M, spin: Option<SpinIncrement>) {
        let Some(g) = m.preempted else { return self.startm(m, None, spin) };
        let mut locked = self.lock.lock();
        let Some(p) = self.pidleget(&mut locked, 0) else {
            drop(locked);
            spin.into_iter().for_each(|spin| self.undo_spin(m, spin, "startm"));
            return;
        };
        let nm = self.mget(&mut locked);
        drop(locked);
        // Meets `collect` of an M that stops the world: the P is on no list, and no M has it.
        self.in_startm[g.index()].set(Some(InStartm { p, nm, spin }));
    }

    /// `g`, which was preempted in `startm`, goes on there. Does nothing if it was not.
    pub(crate) fn go_on_in_startm(&self, m: &M, g: GId) {
        let Some(InStartm { p, nm, spin }) = self.in_startm[g.index()].replace(None) else {
            return;
        };
        match nm {
            Some(nm) => self.hand_over(nm, p, spin),
            None => self.start_new_m(m, self.lock.lock(), p, spin),
        }
    }
}
