//! The threads of an execution, and what each of them waits for.

use std::panic::Location;
use std::sync::Arc;

use ::explore::operation::Kind;

use crate::engine::Handle;
use crate::holder::Holder;
use crate::Name;

/// The threads of an execution, by number.
#[derive(Default)]
pub(crate) struct Table {
    threads: Vec<Thread>,
}

struct Thread {
    doing: Doing,
    /// It handles quiescence: neither it nor any other thread could move.
    handles_quiescence: bool,
    /// Its next access, or its last one; only where races are detected.
    access: Option<Access>,
    /// The handle that wakes it; `None` until it has started.
    handle: Option<Handle>,
}

enum Doing {
    Running,
    /// About to take this lock. It can move if, and only if, the lock is free.
    Locking(Arc<Holder>),
    /// Waiting, with no wakeup pending. The waking thread sets it to running.
    Asleep(Name),
    Finished,
}

/// An access that a thread is about to make.
#[derive(Clone, Copy)]
pub(crate) struct Access {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    /// Where the program makes it.
    pub(crate) at: &'static Location<'static>,
}

/// The prospects of a thread that is about to take a lock.
pub(crate) enum Waits {
    /// The lock may become free.
    Fine,
    /// The thread would wait for itself.
    InACircle,
    /// If it waited, no thread could move: it must handle quiescence first.
    Stuck,
}

impl Thread {
    fn can_move(&self) -> bool {
        match &self.doing {
            Doing::Running => true,
            Doing::Locking(holder) => holder.thread().is_none(),
            Doing::Asleep(_) | Doing::Finished => false,
        }
    }
}

impl Table {
    /// Adds a thread, which can move, and returns its number; `None` if there would be more than `max`.
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

    /// Records that `thread` is about to make this access.
    pub(crate) fn accesses(&mut self, thread: usize, access: Access) {
        self.threads[thread].access = Some(access);
    }

    /// The next or last access of `thread`.
    #[cfg_attr(not(searching), allow(dead_code))]
    pub(crate) fn access(&self, thread: usize) -> Option<Access> {
        self.threads[thread].access
    }

    /// Records that `thread` can move (again).
    pub(crate) fn runs(&mut self, thread: usize) {
        self.sets(thread, Doing::Running);
    }

    /// Records that `thread` is about to take a lock.
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

    /// Records that `thread` is about to fall asleep. Returns false if it must handle quiescence first.
    pub(crate) fn falls_asleep(&mut self, thread: usize, name: Name) -> bool {
        self.sets(thread, Doing::Asleep(name));
        !self.must_handle_quiescence(thread)
    }

    /// Records that `thread` is about to finish. Returns false if it must handle quiescence first, since
    /// the other threads cannot move.
    pub(crate) fn finishes(&mut self, thread: usize) -> bool {
        self.sets(thread, Doing::Finished);
        self.is_finished() || !self.must_handle_quiescence(thread)
    }

    /// Ends `thread`, whatever the other threads do. Returns whether it was the last.
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

    /// If no thread can move, makes `thread` handle quiescence.
    fn must_handle_quiescence(&mut self, thread: usize) -> bool {
        let stuck = self.is_stuck();
        self.threads[thread].handles_quiescence = stuck;
        stuck
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.threads.iter().all(|thread| matches!(thread.doing, Doing::Finished))
    }

    /// Whether no thread can move.
    fn is_stuck(&self) -> bool {
        !self.threads.iter().any(|thread| thread.handles_quiescence || thread.can_move())
    }

    /// Whether no thread but this one can move.
    pub(crate) fn is_alone(&self, me: usize) -> bool {
        let mut threads = self.threads.iter().enumerate();
        !threads.any(|(number, thread)| number != me && thread.can_move())
    }

    fn waits_in_a_circle(&self, first: usize) -> bool {
        let mut thread = first;
        // A circle has at most as many threads as there are.
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

    /// Describes what each thread waits for.
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
