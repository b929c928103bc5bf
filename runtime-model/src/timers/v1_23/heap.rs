//! What holders of a heap's lock do to the timers on it: add them, take off those that were stopped, and put those that were
//! modified in their places.

use sync::MutexGuard;

use crate::p::P;
use crate::sched::Sched;
use crate::Time;

use super::state::{TimerBits, TimerData};
use crate::timers::heap::{earlier, Entry, Held, Timers};
use crate::timers::named::NamedTimer;

impl Sched {
    /// Publishes the number of timers, and releases the lock of the heap of `p`.
    ///
    /// Go: time.go, (*timers).unlock 191-202 (1.27.3).
    pub(super) fn unlock_timers(&self, p: &P, timers: MutexGuard<'_, Timers>) {
        // Timers since 1.23, 7. Only here. Meets `update_timer_p_mask_from_len` of the P's owner, which holds no lock: a timer
        // that is taken off and put back under one hold of the lock is not missing in between.
        p.num_timers.store(timers.len() as i32);
        drop(timers);
    }

    /// Adds `t` to the heap of `p`.
    ///
    /// # Panics
    /// As Go does: `ts set in timer`.
    ///
    /// Go: time.go, (*timers).addHeap 455-472 (1.27.3).
    pub(super) fn add_heap(&self, p: &P, timers: &mut Timers, t: Entry) {
        self.netpoll_generic_init();
        if let Some(id) = t.name() {
            let was = self.timer(id).pp.replace(Some(p.id));
            assert!(was.is_none(), "ts set in timer");
        }
        if timers.insert(t) {
            update_min_when_heap(p, timers);
        }
    }

    /// Takes the first timer off the heap.
    ///
    /// # Panics
    /// As Go does: `wrong timers`.
    ///
    /// Go: time.go, (*timers).deleteMin 522-543 (1.27.3).
    pub(super) fn delete_min(&self, p: &P, timers: &mut Timers) {
        let t = timers.remove_first();
        if let Some(id) = t.name() {
            let was = self.timer(id).pp.replace(None);
            assert!(was == Some(p.id), "wrong timers");
        }
        update_min_when_heap(p, timers);
        if timers.len() == 0 && !self.timers.is_empty() {
            // Timers since 1.23, 8.
            p.timer_modified_earliest.store(0);
        }
    }

    /// Takes `t`, the first timer, off the heap if it was stopped, or puts it in its place if it was modified. Returns
    /// whether it did. The caller holds both locks.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: time.go, (*timer).updateHeap 292-318 (1.27.3).
    pub(super) fn update_heap(
        &self,
        p: &P,
        timers: &mut Timers,
        t: &NamedTimer,
        data: &mut TimerData,
    ) -> bool {
        let first = timers.first().and_then(|first| first.name()) == Some(t.id);
        assert!(first && t.pp.get() == Some(p.id), "timer data corruption");
        if data.state.any(TimerBits::ZOMBIE) {
            data.leaves_heap();
            uncount_zombie(p);
            self.delete_min(p, timers);
            return true;
        }
        if data.state.any(TimerBits::MODIFIED) {
            data.state = data.state.without(TimerBits::MODIFIED);
            timers.postpone_first(data.when);
            update_min_when_heap(p, timers);
            return true;
        }
        false
    }

    /// Takes timers that were stopped off the end of the heap; and looks at the first timer, until it is one that was
    /// neither stopped nor modified.
    ///
    /// # Panics
    /// As Go does: `bad ts`.
    ///
    /// Go: time.go, (*timers).cleanHead 743-796 (1.27.3). Left out: it stops early if its G is to be preempted.
    pub(super) fn clean_head(&self, p: &P, timers: &mut Timers) {
        while let (Some(first), Some(last)) = (timers.first(), timers.last()) {
            if self.remove_zombie_from_tail(p, timers, last) {
                continue;
            }
            let Held::Named(id) = first.timer else { return };
            let t = self.timer(id);
            assert!(t.pp.get() == Some(p.id), "bad ts");
            // Without the lock. Meets `unlock` of a G that changes the timer: what comes later is left to others, since the
            // G publishes it and wakes an M itself (4, 5).
            if !t.may_need_adjusting() {
                return;
            }
            let mut data = t.mu.lock();
            let updated = self.update_heap(p, timers, t, &mut data);
            t.unlock(data);
            if !updated {
                return;
            }
        }
    }

    /// If `last`, the last entry of the heap, seems to be a timer that was stopped: takes it off, unless it has been set
    /// again, and returns true.
    ///
    /// Go: time.go, (*timers).cleanHead 764-776 (1.27.3).
    fn remove_zombie_from_tail(&self, p: &P, timers: &mut Timers, last: Entry) -> bool {
        let Held::Named(id) = last.timer else { return false };
        let t = self.timer(id);
        if !t.astate.load().any(TimerBits::ZOMBIE) {
            return false;
        }
        let mut data = t.mu.lock();
        if data.state.any(TimerBits::ZOMBIE) {
            data.leaves_heap();
            t.pp.set(None);
            uncount_zombie(p);
            timers.remove_last();
            if timers.len() == 0 {
                (self.steps.timers_1_23.emptied_by_clean_head)(p);
            }
        }
        t.unlock(data);
        true
    }

    /// If a timer may be due that was modified, or if it is forced to: takes all timers that were stopped off the heap, and
    /// puts those that were modified in their places.
    ///
    /// # Panics
    /// As Go does: `bad ts`, `timer data corruption`.
    ///
    /// Go: time.go, (*timers).adjust 834-950 (1.27.3).
    pub(super) fn adjust(&self, p: &P, timers: &mut Timers, now: Time, force: bool) {
        if self.timers.is_empty() {
            return;
        }
        if !force {
            let first = p.timer_modified_earliest.load();
            if first == 0 || first > now {
                return;
            }
        }
        (self.steps.timers_1_23.begin_adjust)(p);
        let mut changed = false;
        let mut i = 0;
        while let Some(entry) = timers.as_slice().get(i).copied() {
            let kept = match entry.timer {
                Held::Unnamed { .. } => true,
                Held::Named(id) => self.adjust_one(p, timers, i, self.timer(id), &mut changed),
            };
            // The last entry is in the place of one that has left.
            i += usize::from(kept);
        }
        if changed {
            timers.init_heap();
        }
        update_min_when_heap(p, timers); // Timers since 1.23, 6d.
        if timers.len() == 0 {
            (self.steps.timers_1_23.emptied_by_adjust)(p);
        }
    }

    /// Timers since 1.23, 6c, for entry `i`, which is `t`. Whether it stays on the heap.
    ///
    /// Go: time.go, (*timers).adjust 902-942 (1.27.3).
    fn adjust_one(
        &self,
        p: &P,
        timers: &mut Timers,
        i: usize,
        t: &NamedTimer,
        changed: &mut bool,
    ) -> bool {
        assert!(t.pp.get() == Some(p.id), "bad ts");
        // Without the lock. Meets `publish_modified`: a G whose word was cleared in 6b has published the state before.
        if !t.may_need_adjusting() {
            return true;
        }
        let mut data = t.mu.lock();
        assert!(data.state.any(TimerBits::HEAPED), "timer data corruption");
        let stopped = data.state.any(TimerBits::ZOMBIE);
        if stopped {
            data.leaves_heap();
            uncount_zombie(p);
            timers.swap_remove(i);
            t.pp.set(None);
            *changed = true;
        } else if data.state.any(TimerBits::MODIFIED) {
            data.state = data.state.without(TimerBits::MODIFIED);
            timers.set_when(i, data.when);
            *changed = true;
        }
        t.unlock(data);
        !stopped
    }
}

/// One timer of `p` less is stopped and still on its heap. The word counts up and down together with the bits, under the
/// timer's lock, so it is never below 0.
pub(super) fn uncount_zombie(p: &P) {
    p.deleted_timers.add(1_u32.wrapping_neg());
}

/// Go: time.go, (*timers).updateMinWhenHeap 1258-1265 (1.27.3).
fn update_min_when_heap(p: &P, timers: &Timers) {
    // This is what publishes a timer: it is read without the lock. A full barrier, like all of Go's stores.
    p.timer0_when.store(timers.when());
}

/// `adjust` is about to look at all timers of `p`, whose lock is held: `minWhenModified` starts anew.
///
/// Ours, not Go's: see [`begin_adjust_in_two`].
pub fn begin_adjust(p: &P) {
    loop {
        let modified = p.timer_modified_earliest.load();
        // Timers since 1.23, 6a. Meets `wake_time`, which holds no lock: the time stays known while the heap is rebuilt.
        p.timer0_when.store(earlier(p.timer0_when.owner_load(), modified));
        // 6b. Before the timers are looked at. Meets `publish_modified`: what a G publishes later stays, and if one has
        // published since 6a, that is locked in, too.
        if p.timer_modified_earliest.cas(modified, 0) {
            return;
        }
    }
}

/// The same in two steps: what a G publishes between them is in neither word until the heap has been rebuilt.
///
/// Go: time.go, (*timers).adjust 896-897 (1.27.3).
pub fn begin_adjust_in_two(p: &P) {
    let modified = p.timer_modified_earliest.load();
    p.timer0_when.store(earlier(p.timer0_when.owner_load(), modified));
    p.timer_modified_earliest.store(0);
}

/// The last timer has left the heap of `p`, for it was stopped: no time is left, neither of the heap nor of modified timers.
/// Ours, not Go's, which up to 1.27.3 keeps what there is.
pub fn clear_times(p: &P) {
    // Timers since 1.23, 8. Else a time would stay, and once it is past, Ms would look for that timer for ever. No timer is
    // on the heap, and its lock is held: so no other thread writes these.
    p.timer0_when.store(0);
    p.timer_modified_earliest.store(0);
}
