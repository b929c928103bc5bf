//! A worker process, as the command sees it: starts it, sends it one request, reads its replies, and waits for its end.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sync::driver::Engine;

use crate::engines::protocol::{Answer, Request, GRACE};
use crate::interrupt;
use crate::text::output::remark;
use crate::trace;

/// How often an interrupt or a deadline is looked for while nothing is heard.
const TICK: Duration = Duration::from_millis(50);

/// Lines of a worker's stderr that are kept for the note.
const TAIL: usize = 12;

/// A worker that was built. Each request starts a process of it.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The engine it was built for.
    pub engine: Engine,
    /// The executable.
    pub program: PathBuf,
    /// What it is started with.
    pub arguments: &'static [&'static str],
    /// Whether the model's events are shown.
    pub trace: bool,
    /// Variables of its environment, besides those of this process.
    pub variables: Vec<(String, OsString)>,
}

/// How a worker ended.
#[derive(Debug)]
pub struct End {
    /// It was asked to stop before it was done.
    pub stopped: bool,
    /// What went wrong, with the last lines of its stderr.
    pub trouble: Option<String>,
}

impl Worker {
    /// A program that is a worker without arguments and variables.
    pub fn new(engine: Engine, program: PathBuf, trace: bool) -> Self {
        Worker { engine, program, arguments: &[], trace, variables: Vec::new() }
    }

    /// Starts a process for the request, and calls `hear` with each reply.
    ///
    /// The worker is asked to stop after `patience`, and when there is an interrupt.
    pub fn ask(
        &self,
        request: &Request,
        patience: Option<Duration>,
        hear: impl FnMut(Answer),
    ) -> End {
        let started = Command::new(&self.program)
            .args(self.arguments)
            .envs(self.trace.then_some((trace::VARIABLE, trace::FILTER)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match started {
            Ok(child) => self.attend(child, request, patience, hear),
            Err(error) => {
                let trouble = format!("{} could not be started: {error}", self.program.display());
                End { stopped: false, trouble: Some(trouble) }
            }
        }
    }

    /// Talks to the process until it has ended.
    fn attend(
        &self,
        mut child: Child,
        request: &Request,
        patience: Option<Duration>,
        mut hear: impl FnMut(Answer),
    ) -> End {
        let answers = lines_of(child.stdout.take());
        let tail = tail_of(child.stderr.take(), self.trace);
        let mut stdin = Stop {
            stdin: child.stdin.take(),
            deadline: patience.map(|p| Instant::now() + p),
            since: None,
        };
        stdin.send(request);
        let mut garbage = None;
        loop {
            match answers.recv_timeout(TICK) {
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(answer) => hear(answer),
                    Err(_) if garbage.is_none() => garbage = Some(line),
                    Err(_) => {}
                },
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            stdin.close_if_due(&mut child);
        }
        // The process may close its stdout before it ends.
        while matches!(child.try_wait(), Ok(None)) {
            stdin.close_if_due(&mut child);
            thread::sleep(TICK);
        }
        let tail = tail.join().unwrap_or_default();
        let trouble = match (child.wait(), garbage) {
            (_, Some(line)) => Some(format!("its output is not a reply: {line:?}")),
            (Ok(status), None) if status.success() => None,
            (Ok(status), None) => Some(format!("it ended with {status}")),
            (Err(error), None) => Some(format!("it was lost: {error}")),
        };
        End {
            stopped: stdin.since.is_some(),
            trouble: trouble.map(|what| (what + "\n" + &tail).trim_end().into()),
        }
    }
}

/// A worker's stdin, which is closed to make it stop, and its life after that.
struct Stop {
    stdin: Option<ChildStdin>,
    deadline: Option<Instant>,
    since: Option<Instant>,
}

impl Stop {
    /// Sends the request. If the worker is dead already, its exit status reports that.
    fn send(&mut self, request: &Request) {
        let mut line = serde_json::to_vec(request).expect("plain data is always JSON");
        line.push(b'\n');
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(&line).and_then(|()| stdin.flush());
        }
    }

    /// Asks the worker to stop if it is time for it; and ends it if it has been asked for too long.
    fn close_if_due(&mut self, child: &mut Child) {
        let late = self.deadline.is_some_and(|deadline| Instant::now() > deadline);
        match self.since {
            None if late || interrupt::requested() => {
                self.stdin = None;
                self.since = Some(Instant::now());
            }
            Some(since) if since.elapsed() > 2 * GRACE => {
                let _ = child.kill();
            }
            _ => {}
        }
    }
}

/// The lines of a stream, as they come.
fn lines_of(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (line, lines) = mpsc::channel();
    thread::spawn(move || {
        for bytes in stream.map(BufReader::new).into_iter().flat_map(|stream| stream.split(b'\n')) {
            let Ok(bytes) = bytes else { break };
            if line.send(String::from_utf8_lossy(&bytes).into_owned()).is_err() {
                break;
            }
        }
    });
    lines
}

/// The last lines of a stream. If asked for, all of them are shown as they come.
fn tail_of(stream: Option<impl Read + Send + 'static>, show: bool) -> JoinHandle<String> {
    let lines = lines_of(stream);
    thread::spawn(move || {
        let mut tail = VecDeque::new();
        for line in lines {
            if show {
                remark(&line);
            }
            tail.push_back(line);
            if tail.len() > TAIL {
                tail.pop_front();
            }
        }
        Vec::from(tail).join("\n")
    })
}
