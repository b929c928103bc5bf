//! The searches of a model: a short one without a bound, then bounds 0, 1 and 2, then all the rest.
//!
//! Bugs come from bounds: nearly all need two preemptions at most, and a depth-first search without a bound begins at the
//! wrong end. Proofs come from the search without a bound. A small model ends in the first, short search.

use std::sync::Arc;
use std::time::{Duration, Instant};

use explore::interface::{Driven, Ended, Pick, Search, Substrate};
use explore::options::Statistics;
use explore::restore::{self, Facade, Place, Restore};
use explore::schedule::{self, Follow};
use explore::search::{Dfs, Failure, Incomplete, Options, Shared};

use super::limits::Limits;
use super::os_thread;
use super::report::{Found, Report, Verdict};
use super::watched::Watched;
use crate::rt::{self, record};

/// The most states of the first search, and the most time of each search with a bound.
const SHORT: usize = 20_000;
const BOUNDED: Duration = Duration::from_secs(10);

/// The largest bound that is tried before the search without a bound.
const BOUNDS: u32 = 2;

type Program = Arc<dyn Fn() + Send + Sync>;

struct Model(Program);

impl restore::Program for Model {
    fn run(&self) {
        rt::main_thread(&*self.0);
    }
}

impl Facade for Model {
    fn captures(&self) -> Place {
        Place::of(&*self.0)
    }

    fn places(&self) -> Vec<Place> {
        rt::places()
    }

    fn runs_at_end(&self) -> bool {
        false
    }

    fn execution_over(&self, _: Option<Ended>) -> bool {
        true
    }
}

/// One search.
struct Searched {
    /// The bound excluded something.
    is_bounded: bool,
    statistics: Statistics,
    incomplete: Option<Incomplete>,
    error: Option<String>,
    failure: Option<Failure>,
    cpu: f64,
    image: usize,
    concurrent: bool,
}

/// What one worker of a search did.
struct Done {
    error: Option<String>,
    failure: Option<Failure>,
    cpu: f64,
    image: usize,
    concurrent: bool,
}

/// Searches the model, and runs a failure once more to show it.
pub(super) fn run(limits: &Limits, program: Program) -> Report {
    rt::install_hook();
    // Buffers that std allocates at their first use must not lie in an execution.
    print!("");
    eprint!("");
    explore::on_os_thread(|| match &limits.schedule {
        Some(text) => one(limits, &program, text),
        None => all(limits, &program),
    })
}

/// Runs the searches.
fn all(limits: &Limits, program: &Program) -> Report {
    let mut report = Report::new(limits);
    let short = (Some(SHORT), None);
    if limits.bound.is_none() && !step(limits, program, None, short, &mut report) {
        return report;
    }
    let bounds = if limits.unbounded { 0..0 } else { 0..limits.bound.unwrap_or(BOUNDS) + 1 };
    for bound in bounds {
        // The search without a bound needs the larger part of the time.
        let left =
            limits.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let share = left.map_or(BOUNDED, |left| BOUNDED.min(left / 4));
        let most = limits.bound.is_none().then(|| Instant::now() + share);
        if !step(limits, program, Some(bound), (None, most), &mut report) {
            return report;
        }
    }
    if limits.bound.is_none() {
        step(limits, program, None, (None, None), &mut report);
    }
    report
}

/// Runs one search within these limits of states and time, and adds it to the report. Returns whether there is more to
/// search.
fn step(
    limits: &Limits,
    program: &Program,
    bound: Option<u32>,
    (states, until): (Option<usize>, Option<Instant>),
    report: &mut Report,
) -> bool {
    let deadline = limits.deadline.into_iter().chain(until).min();
    let mut searched = search(limits, program, bound, states, deadline);
    report.add(&searched.statistics, searched.cpu, searched.image);
    report.concurrent |= searched.concurrent;
    // While one worker's thread panics, std takes another path elsewhere, and a second worker may take what that leaves in
    // memory for a difference. So one worker alone decides.
    if searched.error.is_some() && searched.failure.is_none() && limits.jobs > 1 {
        let alone = Limits { jobs: 1, ..limits.clone() };
        searched = search(&alone, program, bound, states, deadline);
        report.add(&searched.statistics, searched.cpu, searched.image);
    }
    if let Some(failure) = searched.failure {
        let failure = smallest(limits, program, failure, report);
        show(limits, program, &failure, report);
        return false;
    }
    if let Some(error) = searched.error {
        report.verdict = Verdict::Error;
        report.why = Some(error);
        return false;
    }
    match (searched.incomplete, bound) {
        (None, _) if !searched.is_bounded => {
            report.verdict = Verdict::Held;
            report.extent = "exhaustive".to_owned();
            return false;
        }
        (None, Some(bound)) => {
            report.verdict =
                if limits.bound.is_some() { Verdict::Held } else { Verdict::Incomplete };
            report.extent = format!("bound {bound}");
        }
        (Some(why), _) => {
            report.verdict = Verdict::Incomplete;
            report.why = Some(format!("stopped by {why}"));
        }
        (None, None) => {}
    }
    let over = limits.deadline.is_some_and(|deadline| Instant::now() >= deadline);
    !over && searched.incomplete != Some(Incomplete::Executions)
}

/// Searches for a failure with fewer preemptions.
fn smallest(limits: &Limits, program: &Program, failure: Failure, report: &mut Report) -> Failure {
    for bound in 0..failure.preemptions.min(BOUNDS + 1) {
        let until = Some(Instant::now() + BOUNDED);
        let searched = search(limits, program, Some(bound), None, until);
        report.add(&searched.statistics, searched.cpu, searched.image);
        if let Some(failure) = searched.failure {
            return failure;
        }
    }
    failure
}

fn options(limits: &Limits, bound: Option<u32>) -> Options {
    Options {
        memory: true,
        bound,
        cache: limits.cache,
        sleep: limits.sleep_sets,
        jobs: limits.jobs,
        max_depth: limits.steps,
        max_executions: limits.executions,
        max_memory: Some(limits.memory),
        ..Options::default()
    }
}

fn search(
    limits: &Limits,
    program: &Program,
    bound: Option<u32>,
    max_states: Option<usize>,
    deadline: Option<Instant>,
) -> Searched {
    let options = Options { max_states, deadline, ..options(limits, bound) };
    let shared = Arc::new(Shared::new(options.clone()));
    let work = |number| {
        let began = os_thread::cpu_seconds();
        let search = Watched(Dfs::worker(shared.clone(), number));
        let (driven, image) = drive(limits, program, &options, search);
        let error = error_of(&driven);
        if error.is_some() {
            shared.stop(Incomplete::Stopped);
        }
        Done {
            error,
            failure: driven.search.0.failure().cloned(),
            cpu: os_thread::cpu_seconds() - began,
            image,
            concurrent: rt::take_concurrent(),
        }
    };
    let mut done = std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> =
            // Threads of one kind: addresses of their thread-locals differ by where these lie on them.
            (1..options.jobs).map(|number| scope.spawn(move || explore::on_os_thread(|| work(number)))).collect();
        let mut done = vec![work(0)];
        done.extend(others.into_iter().map(|other| other.join().expect("a worker does not panic")));
        done
    });
    shared.finish();
    let unsound = shared.unsound().map(|unsound| unsound.to_string());
    Searched {
        is_bounded: bound.is_some() && shared.is_bounded(),
        statistics: shared.statistics(),
        incomplete: shared.incomplete().filter(|why| *why != Incomplete::Failed),
        error: done.iter_mut().find_map(|one| one.error.take()).or(unsound),
        failure: done.iter_mut().find_map(|one| one.failure.take()),
        cpu: done.iter().map(|one| one.cpu).sum(),
        image: done.iter().map(|one| one.image).max().unwrap_or(0),
        concurrent: done.iter().any(|one| one.concurrent),
    }
}

/// Drives a search on this OS thread. Returns the size of the largest saved state, too.
fn drive<S: Search + 'static>(
    limits: &Limits,
    program: &Program,
    options: &Options,
    search: S,
) -> (Driven<S>, usize) {
    limits.settings.set();
    let bytes = restore::Limits { stack: limits.stack, heap: limits.heap };
    let mut restore = Restore::new(bytes, Model(program.clone())).audit(limits.audit).with(options);
    let driven = restore.drive(search);
    (driven, restore.bytes())
}

/// The error of the program, in the words of this crate.
fn error_of<S>(driven: &Driven<S>) -> Option<String> {
    if let Some(diverged) = &driven.diverged {
        return Some(diverged.to_string());
    }
    let panic = driven.panic.as_ref()?;
    let text = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned());
    let text =
        text.replace("Plan::heap", "PIDLE_HEAP_MIB").replace("Plan::stack", "PIDLE_STACK_KIB");
    let text = text.replace("`explore::allocate_outside`", "`loom::outside(|| ..)`");
    Some(text.replace("hold it in an `Outside`", "see *What lies outside* in the README"))
}

/// Runs a failed execution once more, recorded.
fn show(limits: &Limits, program: &Program, failure: &Failure, report: &mut Report) {
    follow(limits, program, &failure.path, report);
    if report.verdict == Verdict::Held {
        report.verdict = Verdict::Error;
        report.why = Some("an execution that failed does not fail again".to_owned());
    }
    if let Some(found) = &mut report.found {
        found.preemptions = Some(failure.preemptions);
    }
}

/// Runs the execution of this path, recorded.
fn follow(limits: &Limits, program: &Program, path: &[Pick], report: &mut Report) {
    rt::take_failure();
    let options = options(limits, None);
    let follow = Follow::new(path.to_vec());
    let ((driven, _), record) = record::recorded(|| drive(limits, program, &options, follow));
    let error = error_of(&driven);
    let diverged = driven.search.diverged().map(|diverged| diverged.to_string());
    let failure = rt::take_failure();
    (report.verdict, report.why) = match (error.or(diverged), failure) {
        (Some(error), _) => (Verdict::Error, Some(error)),
        // A limit of the search, which it meets in a thread of the program, is no failure of the program.
        (None, Some(failure)) if failure.starts_with("search: ") => (Verdict::Error, Some(failure)),
        (None, Some(failure)) => (Verdict::Violated, Some(failure)),
        (None, None) => (Verdict::Held, None),
    };
    if report.verdict == Verdict::Violated {
        let schedule = schedule::write(path);
        report.found = Some(Found { preemptions: None, schedule, record });
    }
}

/// Runs the one execution of this schedule.
fn one(limits: &Limits, program: &Program, text: &str) -> Report {
    let mut report = Report::new(limits);
    report.extent = "one execution".to_owned();
    let picks = match schedule::read(text) {
        Ok(picks) => picks,
        Err(why) => {
            report.verdict = Verdict::Error;
            report.why = Some(format!("PIDLE_SCHEDULE: {why}"));
            return report;
        }
    };
    report.add(&Statistics { executions: 1, ..Statistics::default() }, 0.0, 0);
    follow(limits, program, &picks, &mut report);
    report
}
