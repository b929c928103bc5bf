//! `std::sync::mpsc`, the part that the real loom has: a channel without a bound.

use std::collections::VecDeque;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError};
use std::time::Duration;

use super::{Condvar, Mutex};

#[derive(Debug)]
struct Channel<T> {
    queue: Mutex<Queue<T>>,
    ready: Condvar,
}

#[derive(Debug)]
struct Queue<T> {
    messages: VecDeque<T>,
    senders: usize,
    has_receiver: bool,
}

/// Creates a channel.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let queue = Queue { messages: VecDeque::new(), senders: 1, has_receiver: true };
    let channel = Channel { queue: Mutex::new(queue), ready: Condvar::new() };
    let channel = std::sync::Arc::new(channel);
    (Sender(channel.clone()), Receiver(channel))
}

/// The end that sends.
#[derive(Debug)]
pub struct Sender<T>(std::sync::Arc<Channel<T>>);

/// The end that receives.
#[derive(Debug)]
pub struct Receiver<T>(std::sync::Arc<Channel<T>>);

impl<T> Channel<T> {
    #[track_caller]
    fn with<R>(&self, f: impl FnOnce(&mut Queue<T>) -> R) -> R {
        f(&mut self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl<T> Sender<T> {
    /// Sends a message.
    ///
    /// # Errors
    /// If there is no receiver.
    #[track_caller]
    pub fn send(&self, msg: T) -> Result<(), SendError<T>> {
        let refused = self.0.with(|queue| {
            if !queue.has_receiver {
                return Some(msg);
            }
            queue.messages.push_back(msg);
            None
        });
        if let Some(msg) = refused {
            return Err(SendError(msg));
        }
        self.0.ready.notify_one();
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Sender<T> {
        self.0.with(|queue| queue.senders += 1);
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let left = self.0.with(|queue| {
            queue.senders -= 1;
            queue.senders
        });
        if left == 0 {
            self.0.ready.notify_one();
        }
    }
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    /// If there is none, and no sender.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let mut queue = self.0.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        loop {
            if let Some(msg) = queue.messages.pop_front() {
                return Ok(msg);
            }
            if queue.senders == 0 {
                return Err(RecvError);
            }
            let waited = self.0.ready.wait(queue);
            queue = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Panics, as with the real loom.
    pub fn recv_timeout(&self, _timeout: Duration) -> Result<T, RecvTimeoutError> {
        unimplemented!("std::sync::mpsc::Receiver::recv_timeout is not supported yet in Loom.")
    }

    /// A message, if there is one.
    ///
    /// # Errors
    /// If there is none.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.with(|queue| match queue.messages.pop_front() {
            Some(msg) => Ok(msg),
            None if queue.senders == 0 => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        })
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let left = self.0.with(|queue| {
            queue.has_receiver = false;
            std::mem::take(&mut queue.messages)
        });
        drop(left);
    }
}
