//! The limits and settings of a search, from the builder and the environment.

use std::cell::RefCell;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::rt::Settings;

/// The value of an environment variable.
///
/// # Panics
/// If it has a value that is not valid.
pub(super) fn env<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("invalid value for `{name}`: {value:?}")))
}

/// Whether a switch is on: `1` or `0`.
fn switch(name: &str, default: bool) -> bool {
    match std::env::var(name).as_deref() {
        Err(_) => default,
        Ok("1") => true,
        Ok("0") => false,
        Ok(value) => panic!("invalid value for `{name}`: {value:?} (1 or 0)"),
    }
}

/// What a builder asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The most preemptions, time, executions, steps and threads; `None` is no limit.
    pub(super) bound: Option<usize>,
    pub(super) duration: Option<Duration>,
    pub(super) executions: Option<usize>,
    pub(super) steps: Option<usize>,
    pub(super) threads: Option<usize>,
    /// Exploring begins where the program says so.
    pub(super) explicit: bool,
}

/// The limits and settings of a search.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// The test, and the number of the model in it, from 1.
    pub(super) test: String,
    pub(super) model: usize,
    /// The most preemptions; `None` is no bound.
    pub(super) bound: Option<u32>,
    /// No bound is tried first.
    pub(super) unbounded: bool,
    pub(super) began: Instant,
    pub(super) deadline: Option<Instant>,
    pub(super) executions: Option<u64>,
    pub(super) steps: usize,
    pub(super) settings: Settings,
    pub(super) jobs: usize,
    pub(super) cache: bool,
    pub(super) sleep_sets: bool,
    /// Bytes of a stack, and of the heaps together.
    pub(super) stack: usize,
    pub(super) heap: usize,
    /// The most memory of the process, in bytes.
    pub(super) memory: usize,
    pub(super) audit: u64,
    /// Runs this one execution only.
    pub(super) schedule: Option<String>,
    /// An incomplete search is a failure.
    pub(super) strict: bool,
    /// A file to which a line of JSON is added.
    pub(super) json: Option<PathBuf>,
}

thread_local! {
    /// The test that runs on this OS thread, and the number of its models so far.
    static MODELS: RefCell<(String, usize)> = RefCell::default();
}

/// The name of the test, and the number of the model in it.
fn next_model() -> (String, usize) {
    let test = std::thread::current().name().unwrap_or("main").to_owned();
    MODELS.with_borrow_mut(|models| {
        if models.0 != test {
            *models = (test.clone(), 0);
        }
        models.1 += 1;
        (test, models.1)
    })
}

impl Limits {
    pub(super) fn new(asked: &Asked) -> Limits {
        let began = Instant::now();
        let seconds = env("PIDLE_SECONDS").map(Duration::from_secs_f64).or(asked.duration);
        let unbounded = std::env::var("PIDLE_BOUND").is_ok_and(|bound| bound == "none");
        let bound = match unbounded {
            true => None,
            false => env("PIDLE_BOUND").or(asked.bound.map(|bound| bound as u32)),
        };
        let (test, model) = next_model();
        let this = env("PIDLE_MODEL").is_none_or(|wanted: usize| wanted == model);
        Limits {
            test,
            model,
            bound,
            unbounded,
            began,
            deadline: seconds.map(|seconds| began + seconds),
            executions: asked.executions.map(|most| most as u64),
            steps: asked.steps.unwrap_or(1_000_000),
            settings: Settings {
                races: switch("PIDLE_RACES", true),
                leaks: switch("PIDLE_LEAKS", true),
                timeouts: switch("PIDLE_TIMEOUTS", false),
                spurious: switch("PIDLE_SPURIOUS", false),
                any_waiter: switch("PIDLE_ANY_WAITER", true),
                threads: asked.threads.unwrap_or(usize::MAX),
                explicit: asked.explicit,
            },
            jobs: env("PIDLE_JOBS").unwrap_or(1).max(1),
            cache: switch("PIDLE_CACHE", true),
            sleep_sets: switch("PIDLE_SLEEP_SETS", true),
            stack: env("PIDLE_STACK_KIB").unwrap_or(512) << 10,
            heap: env("PIDLE_HEAP_MIB").unwrap_or(36) << 20,
            memory: env("PIDLE_MEMORY_GIB").unwrap_or(8) << 30,
            audit: env("PIDLE_AUDIT").unwrap_or(0),
            schedule: env("PIDLE_SCHEDULE").filter(|_| this),
            strict: switch("PIDLE_STRICT", false),
            json: env("PIDLE_JSON"),
        }
    }
}
