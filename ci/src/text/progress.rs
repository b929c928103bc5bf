//! Progress on stderr: bars on a terminal, otherwise a line for each run that has ended.

use std::sync::Mutex;
use std::time::Duration;

use harness::report::{Job, Report};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use sync::driver::{Engine, Statistics};

use crate::text::output::{count, counted, remark};
use crate::text::words::{self, mode};
use crate::trace;

/// The progress of a number of runs.
pub struct Progress {
    bars: MultiProgress,
    total: ProgressBar,
    plain: bool,
    lines: Mutex<()>,
}

/// The progress of one of them.
pub struct Running {
    bar: ProgressBar,
}

impl Progress {
    /// For `runs` runs. Beside the model's events there are only lines, which mix well with others.
    pub fn new(runs: usize) -> Self {
        Progress::shown(runs, trace::is_on())
    }

    /// For `runs` runs of which only lines are shown, on a terminal too.
    pub fn plain(runs: usize) -> Self {
        Progress::shown(runs, true)
    }

    fn shown(runs: usize, plain: bool) -> Self {
        let bars = MultiProgress::new();
        let plain = plain || bars.is_hidden();
        let total = if plain { ProgressBar::hidden() } else { bars.add(ProgressBar::no_length()) };
        total.set_length(runs as u64);
        total.set_style(style("[{pos}/{len}] {elapsed} {wide_bar}"));
        total.enable_steady_tick(Duration::from_millis(200));
        Progress { bars, total, plain, lines: Mutex::new(()) }
    }

    /// The bars, to which others can add theirs.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Prints a line above the bars.
    pub fn say(&self, text: &str) {
        if self.plain || self.bars.println(text).is_err() {
            remark(text);
        }
    }

    /// Adds `runs` to the number of runs.
    pub fn expect(&self, runs: usize) {
        self.total.inc_length(runs as u64);
    }

    /// Shows a run that begins.
    pub fn begin(&self, engine: Engine, job: &Job) -> Running {
        let bar = if self.plain {
            ProgressBar::hidden()
        } else {
            self.bars.add(ProgressBar::new_spinner())
        };
        bar.set_style(style("  {spinner} {prefix}: {msg}"));
        bar.set_prefix(title(engine.name(), job));
        bar.set_message("starting");
        bar.enable_steady_tick(Duration::from_millis(200));
        Running { bar }
    }

    /// Counts a run that has ended.
    pub fn end(&self, running: Running, report: &Report) {
        running.bar.finish_and_clear();
        // Counted and printed under one lock, so that the lines are in order.
        let _one_line = self.lines.lock();
        self.total.inc(1);
        if self.plain && self.total.length() > Some(1) {
            let Report { job, extent, seconds, .. } = report;
            let (done, runs) = (self.total.position(), self.total.length().unwrap_or_default());
            let executions = counted(report.executions, "execution");
            remark(&format!(
                "[{done}/{runs}] {}: {}: {executions}, {extent}, {seconds:.1} s",
                words::verdict(report),
                title(&report.engine, job),
            ));
        }
    }

    /// Removes the bars from the terminal, after all runs.
    pub fn clear(&self) {
        self.total.finish_and_clear();
        let _ = self.bars.clear();
    }
}

impl Running {
    /// Shows the executions so far, and the numbers of a search.
    pub fn so_far(&self, executions: u64, searched: Option<&Statistics>, seconds: f64) {
        let rate = |n: u64| count((n as f64 / seconds.max(0.001)) as u64);
        let message = match searched {
            None => format!("{}, {} a second", counted(executions, "execution"), rate(executions)),
            Some(Statistics { executions, states, depth, share, estimated, .. }) => format!(
                "{}, {} a second, {}{}, depth {depth}, roughly {:.2} % (estimate)",
                counted(*states, "state"),
                rate(*states),
                counted(*executions, "execution"),
                estimated
                    .map_or_else(String::new, |all| format!(" of about {:.1e}", all.executions)),
                100.0 * share,
            ),
        };
        self.bar.set_message(format!("{message}, {seconds:.0} s"));
    }
}

fn title(engine: &str, job: &Job) -> String {
    format!("{engine} {}/{} {} {}", job.suite, job.scenario, job.row, mode(job.mode))
}

/// A style. The templates are constants and valid; if one were not, the default style is good enough.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
