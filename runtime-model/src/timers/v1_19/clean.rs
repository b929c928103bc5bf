//! What holders of a heap's lock do to the timers on it: add them, take off those that were stopped, and move those that
//! were modified.

use crate::p::P;
use crate::sched::Sched;
use crate::Time;

use crate::timers::heap::{Entry, Held, Timers};
use crate::timers::named::{NamedTimer, TimerStatus};

impl Sched {
    /// Adds `t` to the heap of `p`.
    ///
    /// # Panics
    /// As Go does: `doaddtimer: P already set in timer`.
    ///
    /// Go: time.go, doaddtimer 289-307 (1.19.8), (*timers).addHeap 455-472 (1.27.3).
    pub fn doaddtimer(&self, p: &P, timers: &mut Timers, t: Entry) {
        self.netpoll_generic_init();
        if let Some(id) = t.name() {
            let was = self.timer(id).pp.replace(Some(p.id));
            assert!(was.is_none(), "doaddtimer: P already set in timer");
        }
        if timers.insert(t) {
            // This is what publishes the timer: it is read without the lock. A full barrier, like all of Go's stores.
            p.timer0_when.store(t.when);
        }
        // Meets `update_timer_p_mask` of no other M: only the P's owner adds a timer that was on no heap, and only it
        // idles the P.
        p.num_timers.add(1);
    }

    /// Takes the first timer off the heap.
    ///
    /// # Panics
    /// As Go does: `dodeltimer0: wrong P`.
    ///
    /// Go: time.go, dodeltimer0 412-433 (1.19.8), (*timers).deleteMin 522-543 (1.27.3).
    pub(super) fn dodeltimer0(&self, p: &P, timers: &mut Timers) -> Entry {
        let t = timers.remove_first();
        self.takes_off(p, t, "dodeltimer0: wrong P");
        // Meets the loads in `check_timers` and `check_timers_no_p`, which hold no lock: they may still see the timer,
        // and find it gone under the lock.
        p.timer0_when.store(timers.when());
        self.counts_off(p);
        t
    }

    /// Takes timer `i` off the heap. Returns the first entry that is another one now.
    ///
    /// # Panics
    /// As Go does: `dodeltimer: wrong P`.
    ///
    /// Go: time.go, dodeltimer 378-406 (1.19.8).
    fn dodeltimer(&self, p: &P, timers: &mut Timers, i: usize) -> usize {
        self.takes_off(p, timers.as_slice()[i], "dodeltimer: wrong P");
        let changed = timers.remove(i);
        if i == 0 {
            p.timer0_when.store(timers.when());
        }
        self.counts_off(p);
        changed
    }

    fn takes_off(&self, p: &P, t: Entry, wrong_p: &str) {
        if let Some(id) = t.name() {
            let was = self.timer(id).pp.replace(None);
            assert!(was == Some(p.id), "{wrong_p}");
        }
    }

    /// One timer less is on the heap.
    fn counts_off(&self, p: &P) {
        // Meets `update_timer_p_mask`, if this is a thief: see there.
        let left = p.num_timers.add(-1);
        if left == 0 && !self.timers.is_empty() {
            (self.steps.timers_1_19.emptied)(p);
        }
    }

    /// Looks at the first timer, until it is one that was neither stopped nor modified.
    ///
    /// # Panics
    /// As Go does: `cleantimers: bad p`.
    ///
    /// Go: time.go, cleantimers 561-607 (1.19.8), (*timers).cleanHead 743-796 (1.27.3). Left out: it stops early if its G
    /// is to be preempted for a stop of the world.
    pub(super) fn cleantimers(&self, p: &P, timers: &mut Timers) {
        while let Some(Held::Named(id)) = timers.first().map(|first| first.timer) {
            let t = self.timer(id);
            assert!(t.pp.get() == Some(p.id), "cleantimers: bad p");
            match t.status.load() {
                TimerStatus::Deleted => self.removes_first(p, timers, t),
                s @ (TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater) => {
                    self.moves_first(p, timers, t, s);
                }
                // One that is being changed is left to others: adding a timer does not wait for it.
                _ => break,
            }
        }
    }

    /// Takes the first timer, `t`, off the heap, as it was stopped; unless it has been set again.
    ///
    /// Go: time.go, cleantimers 582-590 and runtimer 795-806 (1.19.8).
    pub(super) fn removes_first(&self, p: &P, timers: &mut Timers, t: &NamedTimer) {
        // Timers, 2. It fails if a G has claimed the timer, to set it again.
        if t.status.cas(TimerStatus::Deleted, TimerStatus::Removing) {
            self.dodeltimer0(p, timers);
            t.change(TimerStatus::Removing, TimerStatus::Removed);
            uncount_deleted(p, 1);
        }
    }

    /// Moves the first timer, `t`, to where its new time belongs; unless a G is about to change it again.
    ///
    /// Go: time.go, cleantimers 591-603 and runtimer 808-818 (1.19.8).
    pub(super) fn moves_first(
        &self,
        p: &P,
        timers: &mut Timers,
        t: &NamedTimer,
        status: TimerStatus,
    ) {
        if t.status.cas(status, TimerStatus::Moving) {
            let when = takes_new_time(t);
            self.dodeltimer0(p, timers);
            self.doaddtimer(p, timers, Entry::named(t.id, when));
            t.change(TimerStatus::Moving, TimerStatus::Waiting);
        }
    }

    /// If a timer may be due that was modified to fire earlier: moves all that were modified, and takes off all that were
    /// stopped.
    ///
    /// # Panics
    /// As Go does: `adjusttimers: bad p`, `timer data corruption`.
    ///
    /// Go: time.go, adjusttimers 668-737 and addAdjustedTimers 741-748 (1.19.8), (*timers).adjust 834-950 (1.27.3).
    pub(super) fn adjusttimers(&self, p: &P, timers: &mut Timers, now: Time) {
        if self.timers.is_empty() || !(self.steps.timers_1_19.begin_adjust)(self, p, timers, now) {
            return;
        }
        let mut moved = Vec::new();
        let mut i = 0;
        while let Some(entry) = timers.as_slice().get(i).copied() {
            let Held::Named(id) = entry.timer else {
                i += 1;
                continue;
            };
            let t = self.timer(id);
            assert!(t.pp.get() == Some(p.id), "adjusttimers: bad p");
            // Timers, 6. Waits for a G that has claimed the timer: it may have published its new time before the word
            // was cleared.
            match t.status.load_when(|s| s != TimerStatus::Modifying) {
                TimerStatus::Deleted => {
                    if t.status.cas(TimerStatus::Deleted, TimerStatus::Removing) {
                        // All before the first entry that has changed were looked at already.
                        i = self.dodeltimer(p, timers, i);
                        t.change(TimerStatus::Removing, TimerStatus::Removed);
                        uncount_deleted(p, 1);
                    } else {
                        i += 1;
                    }
                }
                s @ (TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater) => {
                    if t.status.cas(s, TimerStatus::Moving) {
                        let when = takes_new_time(t);
                        // It is put back at the end: on the way, it could push another one past this loop.
                        i = self.dodeltimer(p, timers, i);
                        (self.steps.timers_1_19.held_to_move)(t);
                        moved.push(Entry::named(id, when));
                    } else {
                        i += 1;
                    }
                }
                TimerStatus::Waiting => i += 1,
                _ => panic!("timer data corruption"),
            }
        }
        for entry in moved {
            self.doaddtimer(p, timers, entry);
            let moved = entry.name().map(|id| self.timer(id));
            moved.into_iter().for_each(|t| (self.steps.timers_1_19.moved)(t));
        }
    }

    /// Takes all timers that were stopped off the heap, and moves those that were modified.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: time.go, clearDeletedTimers 904-976 (1.19.8).
    pub(super) fn clear_deleted_timers(&self, p: &P, timers: &mut Timers) {
        // Before the loop: what is published meanwhile stays.
        p.timer_modified_earliest.store(0);
        let (mut cleared, mut changed) = (0_u32, false);
        for entry in timers.take() {
            let Some(t) = entry.name().map(|id| self.timer(id)) else {
                put_back(timers, entry, changed);
                continue;
            };
            loop {
                match t.status.load_when(|s| s != TimerStatus::Modifying) {
                    TimerStatus::Waiting => put_back(timers, entry, changed),
                    s @ (TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater) => {
                        if !t.status.cas(s, TimerStatus::Moving) {
                            continue;
                        }
                        timers.insert(Entry::named(t.id, takes_new_time(t)));
                        changed = true;
                        t.change(TimerStatus::Moving, TimerStatus::Waiting);
                    }
                    TimerStatus::Deleted => {
                        if !t.status.cas(TimerStatus::Deleted, TimerStatus::Removing) {
                            continue;
                        }
                        t.pp.set(None);
                        cleared += 1;
                        t.change(TimerStatus::Removing, TimerStatus::Removed);
                        changed = true;
                    }
                    _ => panic!("timer data corruption"),
                }
                break;
            }
        }
        uncount_deleted(p, cleared);
        p.num_timers.add(-(cleared as i32));
        p.timer0_when.store(timers.when());
    }
}

/// An entry that stays as it is, in a heap that is being rebuilt.
fn put_back(timers: &mut Timers, entry: Entry, changed: bool) {
    if changed {
        timers.insert(entry);
    } else {
        timers.put_back(entry);
    }
}

/// So many timers of `p` less are stopped and still on its heap.
///
/// A G that stops one counts it only after the mark, so the number may be one too low for a moment. It is unsigned, and
/// then seems large: one look more at all timers.
pub(super) fn uncount_deleted(p: &P, n: u32) {
    p.deleted_timers.add(n.wrapping_neg());
}

/// The time that the timer was modified to is its time now. The caller has claimed it, and holds its heap's lock.
fn takes_new_time(t: &NamedTimer) -> Time {
    let when = t.nextwhen.get();
    t.when.set(when);
    when
}

/// Whether a timer of `p` that was modified to fire earlier may be due. The word that says so is cleared then, as each of
/// them is about to be moved.
///
/// Go: time.go, adjusttimers 670-683 (1.19.8).
pub fn begin_adjust(_: &Sched, p: &P, _: &Timers, now: Time) -> bool {
    let first = p.timer_modified_earliest.load();
    if first == 0 || first > now {
        return false;
    }
    // Timers, 6. Before the timers are looked at. Meets `update_timer_modified_earliest`: a G that publishes later has
    // its word kept; the claim of one that has published before is waited for.
    p.timer_modified_earliest.store(0);
    true
}

/// No timer is on the heap of `p`, so none that was modified.
///
/// Go: time.go, dodeltimer 401-404 and dodeltimer0 428-431 (1.19.8).
pub fn clear_modified_earliest(p: &P) {
    // Else the time of a timer that was stopped would stay, and once it is past, Ms would look for that timer for ever.
    p.timer_modified_earliest.store(0);
}
