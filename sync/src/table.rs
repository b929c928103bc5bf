//! Who can move: the threads of an execution, and what each waits for.

use std::sync::Arc;

use crate::engine::Handle;
use crate::mutex::Holder;
use crate::races::Access;
use crate::Name;

/// The threads of an execution, by number.
#[derive(Default)]
pub(crate) struct Table {
    threads: Vec<Thread>,
}

struct Thread {
    doing: Doing,
    /// It could not move, and neither could anybody else; so now it judges what becomes of that.
    handles_quiescence: bool,
    /// What it accesses next, or has accessed last; only where races are looked for.
    access: Option<Access>,
    /// To wake it; `None` until it has started.
    handle: Option<Handle>,
}

enum Doing {
    Running,
    /// About to take this lock. It can move if, and only if, the lock is free.
    Locking(Arc<Holder>),
    /// Waiting, with no wakeup pending for it. Whoever wakes it sets it running.
    Asleep(Name),
    Finished,
}

/// What becomes of a thread that is about to take a lock.
pub(crate) enum Waits {
    /// It will get it, some day.
    Fine,
    /// It would wait for itself.
    InACircle,
    /// If it waited, nobody could move: it has to judge first.
    Stuck,
}

impl Table {
    /// A new thread, which can move, and its number; `None` if there would be more than `max`.
    pub(crate) fn add(&mut self, max: usize) -> Option<usize> {
        let number = self.threads.len();
        if number >= max {
            return None;
        }
        self.threads.push(Thread {
            doing: Doing::Running,
            handles_quiescence: false,
            access: None,
            handle: None,
        });
        Some(number)
    }

    pub(crate) fn started(&mut self, thread: usize, handle: Handle) {
        self.threads[thread].handle = Some(handle);
    }

    /// `thread` is about to make this access.
    pub(crate) fn accesses(&mut self, thread: usize, access: Access) {
        self.threads[thread].access = Some(access);
    }

    /// What `thread` accesses next, or has accessed last.
    #[cfg_attr(
        not(all(any(feature = "shuttle", feature = "explore"), not(feature = "loom"))),
        allow(dead_code)
    )]
    pub(crate) fn access(&self, thread: usize) -> Option<Access> {
        self.threads[thread].access
    }

    /// `thread` can move (again).
    pub(crate) fn runs(&mut self, thread: usize) {
        self.sets(thread, Doing::Running);
    }

    /// `thread` is about to take a lock.
    pub(crate) fn locks(&mut self, thread: usize, holder: &Arc<Holder>) -> Waits {
        self.sets(thread, Doing::Locking(holder.clone()));
        if self.waits_in_a_circle(thread) {
            Waits::InACircle
        } else if self.must_handle_quiescence(thread) {
            Waits::Stuck
        } else {
            Waits::Fine
        }
    }

    /// `thread` is about to fall asleep. False if it has to judge first.
    pub(crate) fn falls_asleep(&mut self, thread: usize, name: Name) -> bool {
        self.sets(thread, Doing::Asleep(name));
        !self.must_handle_quiescence(thread)
    }

    /// `thread` is about to finish. False if it has to judge first, since it leaves others that cannot
    /// move.
    pub(crate) fn finishes(&mut self, thread: usize) -> bool {
        self.sets(thread, Doing::Finished);
        self.is_finished() || !self.must_handle_quiescence(thread)
    }

    /// Ends `thread` whatever it leaves behind. Whether it was the last.
    pub(crate) fn ends(&mut self, thread: usize) -> bool {
        self.sets(thread, Doing::Finished);
        self.threads[thread].handle = None;
        self.threads
            .iter()
            .all(|thread| matches!(thread.doing, Doing::Finished) && thread.handle.is_none())
    }

    /// The handles of the threads that have not ended, except one.
    pub(crate) fn others(&self, but: usize) -> impl Iterator<Item = &Handle> {
        let threads = self.threads.iter().enumerate();
        threads
            .filter(move |&(number, _)| number != but)
            .filter_map(|(_, thread)| thread.handle.as_ref())
    }

    fn sets(&mut self, thread: usize, doing: Doing) {
        let thread = &mut self.threads[thread];
        thread.doing = doing;
        thread.handles_quiescence = false;
    }

    /// If nobody can move, `thread` judges from now on.
    fn must_handle_quiescence(&mut self, thread: usize) -> bool {
        let stuck = self.is_stuck();
        self.threads[thread].handles_quiescence = stuck;
        stuck
    }

    fn is_finished(&self) -> bool {
        self.threads.iter().all(|thread| matches!(thread.doing, Doing::Finished))
    }

    /// No thread can move.
    fn is_stuck(&self) -> bool {
        !self.threads.iter().any(|thread| {
            thread.handles_quiescence
                || match &thread.doing {
                    Doing::Running => true,
                    Doing::Locking(holder) => holder.thread().is_none(),
                    Doing::Asleep(_) | Doing::Finished => false,
                }
        })
    }

    fn waits_in_a_circle(&self, first: usize) -> bool {
        let mut thread = first;
        // No circle is longer than there are threads.
        for _ in 0..self.threads.len() {
            let Doing::Locking(holder) = &self.threads[thread].doing else { return false };
            match holder.thread() {
                Some(holder) if holder == first => return true,
                Some(holder) => thread = holder,
                None => return false,
            }
        }
        false
    }

    /// Who waits for what.
    pub(crate) fn describe(&self) -> String {
        let threads = self.threads.iter().enumerate();
        let waits = threads.filter_map(|(number, thread)| match &thread.doing {
            Doing::Running | Doing::Finished => None,
            Doing::Asleep(name) => Some(format!("thread {number} sleeps on {name}")),
            Doing::Locking(holder) => Some(match holder.thread() {
                Some(by) => {
                    format!("thread {number} waits for {}, held by thread {by}", holder.name)
                }
                None => format!("thread {number} takes {}", holder.name),
            }),
        });
        waits.collect::<Vec<_>>().join("; ")
    }
}
