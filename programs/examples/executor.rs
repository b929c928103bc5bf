//! An executor of one thread that runs tasks with wakers, and the same with a task that looks before it registers its waker.
//!
//! `cargo run -p programs --features explore --example executor`

use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Wake, Waker};

use programs::{spawn, Arc, AtEnd, Atomic, Mutex, Parker, Program, WakerSlot};

/// What the executor and the wakers share.
struct Executor {
    /// The tasks to poll, by their numbers.
    ready: Mutex<Vec<usize>>,
    parker: Parker,
}

impl Executor {
    fn schedule(&self, task: usize) {
        let mut ready = self.ready.lock();
        if !ready.contains(&task) {
            ready.push(task);
        }
        drop(ready);
        // After the task is in the list: the executor looks there before it parks.
        self.parker.unpark();
    }

    /// Polls the tasks that are ready until all have come to their ends.
    fn run(self: &Arc<Self>, tasks: Vec<Task>) {
        let mut left = tasks.len();
        let tasks: Vec<_> = tasks.into_iter().map(|task| RefCell::new(Some(task))).collect();
        while left > 0 {
            let next = self.ready.lock().pop();
            let Some(number) = next else {
                self.parker.park();
                continue;
            };
            let waker = Waker::from(Arc::new(TaskWaker { executor: self.clone(), task: number }));
            let mut task = tasks[number].borrow_mut();
            let Some(future) = task.as_mut() else { continue };
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                *task = None;
                left -= 1;
            }
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

struct TaskWaker {
    executor: Arc<Executor>,
    task: usize,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.executor.schedule(self.task);
    }
}

/// An event that happens once.
struct Event {
    has_happened: Atomic<bool>,
    waker: WakerSlot,
}

impl Event {
    fn set(&self) {
        self.has_happened.store(true);
        self.waker.wake();
    }

    async fn wait(self: Arc<Self>, registers_first: bool) {
        poll_fn(|context| {
            if !registers_first && self.has_happened.load() {
                return Poll::Ready(());
            }
            self.waker.register(context.waker());
            // It may have happened before the waker was there.
            if registers_first && self.has_happened.load() {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }
}

fn program(registers_first: bool) -> AtEnd {
    let event = Arc::new(Event {
        has_happened: Atomic::new("has happened", false),
        waker: WakerSlot::new("waker"),
    });
    let executor =
        Arc::new(Executor { ready: Mutex::new("ready", vec![0]), parker: Parker::new("executor") });
    let sets = event.clone();
    spawn(move || sets.set());
    executor.run(vec![Box::pin(event.wait(registers_first))]);
    AtEnd::finished()
}

/// The executor with the right task, and with the one that has the mistake.
pub const PROGRAMS: [Program; 2] = [
    Program::new("registers, then looks", || program(true)),
    Program::new("looks, then registers", || program(false)),
];

fn main() -> ExitCode {
    programs::main(&PROGRAMS)
}
