//! `std::thread` in a model.

use std::any::Any;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::{fmt, io};

pub use std::thread::panicking;

use crate::rt::{self, Local};

/// Lets other threads go on: a plain scheduling point. A thread that yields in a loop comes back to a state in which it
/// has been, and the search does not follow it further.
#[track_caller]
pub fn yield_now() {
    rt::switch("yield");
}

/// The error of an access to a thread-local that has been dropped.
pub struct AccessError {
    _private: (),
}

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl std::error::Error for AccessError {}

/// The number of a thread, in the order of creation.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ThreadId(usize);

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreadId({})", self.0)
    }
}

/// A handle of a thread.
#[derive(Clone, Debug)]
pub struct Thread {
    id: ThreadId,
    name: Option<String>,
}

impl Thread {
    /// Its id.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Lets the thread's current or next [`park`] return.
    #[track_caller]
    pub fn unpark(&self) {
        rt::flags(self.id.0).token.set("unpark");
    }
}

/// The thread that runs.
pub fn current() -> Thread {
    let number = rt::current();
    let name = rt::exec().threads[number].name.as_deref().map(str::to_owned);
    Thread { id: ThreadId(number), name }
}

/// Waits until the thread is unparked.
#[track_caller]
pub fn park() {
    let token = &rt::flags(rt::current()).token;
    token.wait(false, "park");
    token.clear();
}

/// The right to wait for a thread's end.
pub struct JoinHandle<T> {
    result: Arc<Slot<T>>,
    thread: Thread,
}

struct Slot<T>(Cell<Option<T>>);

// SAFETY: all threads of a model run on one OS thread, and the value is put there before it is taken.
unsafe impl<T> Send for Slot<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Slot<T> {}

impl<T> JoinHandle<T> {
    /// Waits for the thread's end. Never an error, since a panic ends the execution.
    #[track_caller]
    pub fn join(self) -> std::thread::Result<T> {
        rt::flags(self.thread.id.0).done.wait(false, "join");
        Ok(self.result.0.take().expect("join: the thread has left a result"))
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread has ended.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        rt::switch("is_finished");
        rt::flags(self.thread.id.0).done.peek()
    }
}

impl<T: fmt::Debug> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("thread", &self.thread).finish_non_exhaustive()
    }
}

#[track_caller]
fn start<F, T>(f: F, name: Option<String>) -> JoinHandle<T>
where
    F: FnOnce() -> T + 'static,
    T: 'static,
{
    let result = Arc::new(Slot(Cell::new(None)));
    let theirs = result.clone();
    let number = rt::spawn(name.as_deref(), move || theirs.0.set(Some(f())));
    JoinHandle { result, thread: Thread { id: ThreadId(number), name } }
}

/// Starts a thread.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + 'static,
    T: 'static,
{
    start(f, None)
}

/// The name of a thread to start.
#[derive(Debug)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A thread without a name.
    #[allow(clippy::new_without_default)] // as std's
    pub fn new() -> Builder {
        Builder { name: None }
    }

    /// Names it.
    pub fn name(self, name: String) -> Builder {
        Builder { name: Some(name) }
    }

    /// Has no effect: all stacks have the same size (`PIDLE_STACK`).
    pub fn stack_size(self, _size: usize) -> Builder {
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// None.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(start(f, self.name))
    }
}

/// A key of `loom::thread_local!`.
pub struct LocalKey<T> {
    #[doc(hidden)]
    pub init: fn() -> T,
    #[doc(hidden)]
    pub _p: PhantomData<fn(T)>,
}

impl<T: 'static> LocalKey<T> {
    /// Calls `f` with the thread's value.
    ///
    /// # Panics
    /// If the value has been dropped.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect("cannot access a (mock) TLS value during or after it is destroyed")
    }

    /// The same.
    ///
    /// # Errors
    /// If the value has been dropped.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let key = (&raw const *self).cast::<()>() as usize;
        let me = rt::current();
        let value = match rt::exec().threads[me].locals.get(&key) {
            Some(Local::Gone) => return Err(AccessError { _private: () }),
            Some(Local::Value(value)) => *value,
            None => {
                let value: *mut dyn Any = Box::into_raw(Box::new((self.init)()));
                rt::exec().threads[me].locals.insert(key, Local::Value(value));
                value
            }
        };
        // SAFETY: the key's values have this type, and are dropped at the thread's end.
        Ok(f(unsafe { &*value.cast::<T>() }))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}
