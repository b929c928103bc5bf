//! A counterexample as it is printed: its program, its schedule as one line, a table with a column for each thread, where
//! the table's functions are, what its events mean, and the failure.
//!
//! With `--full`, the table has a row for each operation. Usually it is shorter: a row has everything that a thread does
//! in one function before another thread takes a step, and what it read in the functions before.

mod functions;
mod marks;
mod masks;
mod schedule;
mod steps;

use std::collections::BTreeSet;

use checks::{kernels, scenarios};
use comfy_table::{presets, ContentArrangement, Table};
use functions::Row;
use harness::cex::{self, Counterexample, Step};
use harness::kernel::KERNEL;
use harness::report::{Fewest, Found, LIVELOCK};
use harness::scenario::Scenario;
use marks::Marks;
use steps::Steps;

use crate::lookup;
use crate::text::output::{count, counted, wrap, WIDTH};

/// The largest number of reads that a row names: the last ones.
const READS: usize = 4;

/// All of it. `width` is in columns; `None` is the terminal's.
pub fn render(counterexample: &Counterexample, full: bool, width: Option<u16>) -> String {
    let bits = scenario(counterexample).map_or(u32::BITS, |scenario| scenario.mask_word);
    let counterexample = &masks::as_lists(counterexample.first_round(), bits);
    let Counterexample { header, steps } = counterexample;
    let counted = steps::steps(counterexample);
    let marks = Marks::of(&header.job.row);
    let columns = columns(steps);
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    let thread = if is_kernel(counterexample) { "thread " } else { "M" };
    let heads = columns.iter().map(|&number| name(counterexample, thread, number));
    table.set_header(std::iter::once("step".into()).chain(heads));
    // Where the cycle begins, if it is a livelock, begins a row.
    let (stem, cycle) = steps.split_at(header.cycle.map_or(steps.len(), |n| n as usize - 1));
    let cut = |steps| if full { <[Step]>::chunks(steps, 1).collect() } else { rows(steps) };
    let rows = [cut(stem), cut(cycle)].concat();
    for row in &rows {
        if row.as_ptr() == cycle.as_ptr() {
            table.add_row(["", "from here on, for ever:"]);
        }
        let mut cells = vec![numbers(row, &counted)];
        cells.resize(columns.len() + 1, String::new());
        let column = columns.iter().take_while(|&&column| column < row[0].thread).count();
        cells[column + 1] = cell(row, full, &marks) + preempted(row, &counted);
        table.add_row(cells);
    }
    let line = match schedule(counterexample) {
        line if line.is_empty() => line,
        line => line + &meaning(if is_kernel(counterexample) { "thread" } else { "M" }) + "\n",
    };
    let top = program(counterexample) + &line;
    let total = total(&counted, rows.len());
    let table = table.trim_fmt();
    let marked = marks.meaning(&table);
    let places = functions::places(&rows, &marks);
    let below = format!("{total}{marked}{places}{}", functions::events(&rows));
    format!("{top}{table}\n{below}\n{}", ending(&header.found))
}

/// The threads of the steps, by number: each has a column.
fn columns(steps: &[Step]) -> Vec<usize> {
    let threads: BTreeSet<usize> = steps.iter().map(|step| step.thread).collect();
    threads.into_iter().collect()
}

/// The numbers of the row's steps; none if it shows none, such as an event of the model.
fn numbers(row: Row, steps: &Steps) -> String {
    let shown = row.iter().filter_map(|record| steps.numbers[record.step as usize - 1]);
    let (first, last) = shown.fold((u64::MAX, 0), |(a, b), (c, d)| (a.min(c), b.max(d)));
    match last {
        0 => String::new(),
        _ if first == last => first.to_string(),
        _ => format!("{first}–{last}"),
    }
}

/// Says so if the thread is preempted after the row.
fn preempted(row: Row, steps: &Steps) -> &'static str {
    let end = row[row.len() - 1].step as usize;
    let ends = steps.turns.iter().any(|turn| turn.preempted && turn.end == end);
    if ends {
        "\nP (preempted)"
    } else {
        ""
    }
}

/// How many steps there are, and which of them no row shows.
fn total(steps: &Steps, rows: usize) -> String {
    let sum = format!("{} in {}", counted(steps.total, "step"), counted(rows as u64, "row"));
    let numbers: Vec<String> = steps.environment.iter().map(|n| count(*n)).collect();
    match &numbers[..] {
        [] => sum + "\n",
        [one] => format!("{sum}; at step {one} no thread can move\n"),
        _ => format!("{sum}; at steps {} no thread can move\n", numbers.join(", ")),
    }
}

/// The program, with the numbers that its Gs have in the table.
fn program(counterexample: &Counterexample) -> String {
    let job = &counterexample.header.job;
    if let Some(name) = job.scenario.strip_prefix(KERNEL) {
        let about = kernels::find(name).map_or("", |kernel| kernel.about);
        return wrap(&format!("The program: {about}"), "", WIDTH) + "\n";
    }
    let Some(scenario) = scenario(counterexample) else { return String::new() };
    let lines = scenario.lines.iter().zip(0..).map(|(line, n): (&String, u32)| {
        let text = wrap(&format!("G{n} is {line}"), "      ", WIDTH);
        format!("  {}", text.trim_start())
    });
    format!(
        "The program, on {} Ps and at most {} Ms{}:\n{}\n",
        scenario.ps,
        scenario.ms,
        if scenario.sysmon { ", with sysmon" } else { "" },
        lines.collect::<String>()
    )
}

/// What was run, if it was not a kernel.
fn scenario(counterexample: &Counterexample) -> Option<Scenario> {
    let job = &counterexample.header.job;
    job.program.as_deref().cloned().or_else(|| scenarios::find(&job.scenario))
}

fn is_kernel(counterexample: &Counterexample) -> bool {
    lookup::is_kernel(&counterexample.header.job.scenario)
}

/// The schedule as one line, or several if it is long; empty if nothing was recorded.
pub fn schedule(counterexample: &Counterexample) -> String {
    let steps = steps::steps(counterexample);
    if steps.turns.is_empty() {
        String::new()
    } else {
        let head = if is_kernel(counterexample) { "T" } else { "M" };
        schedule::render(&steps, |thread| name(counterexample, head, thread))
    }
}

/// What the thread is called, where others are called by `head` and their numbers.
fn name(counterexample: &Counterexample, head: &str, thread: usize) -> String {
    if counterexample.steps.iter().any(|step| step.thread == thread && steps::is_world(step)) {
        "W".into()
    } else if head == "M" {
        cex::thread_name(thread)
    } else {
        format!("{head}{thread}")
    }
}

/// What the signs of a schedule mean; `threads` is what the threads are called.
pub fn meaning(threads: &str) -> String {
    format!(
        "(─ is a step of the {threads} before it, ──(35)── are 35; P: this {threads} is preempted)\n"
    )
}

/// The failure: what failed, and how small the execution is.
pub fn ending(found: &Found) -> String {
    let what = match found.check.as_str() {
        "throw" => "throw".to_string(),
        "deadlock" => "a cycle of locks".to_string(),
        "race" => "a data race".to_string(),
        LIVELOCK => "a livelock".to_string(),
        check => format!("the check `{check}` fails"),
    };
    // The smallest execution that fails is not the one that the search found first, so its number is left out.
    let execution = match found.fewest {
        // A livelock is found in the states of all executions.
        _ if found.check == LIVELOCK => String::new(),
        Fewest::Unknown => format!(" (in execution {})", count(found.execution)),
        Fewest::Preemptions | Fewest::Steps => String::new(),
    };
    wrap(&format!("{what}: {}{execution}", found.message), "", WIDTH) + &how_small(found)
}

/// Its preemptions and steps, and whether fewer are possible; empty if they are not known.
fn how_small(found: &Found) -> String {
    let (Some(preemptions), Some(steps)) = (found.preemptions, found.steps) else {
        return String::new();
    };
    let (preemptions, steps) =
        (counted(preemptions.into(), "preemption"), counted(steps.into(), "step"));
    wrap(&format!("{preemptions}, {steps}: {}", found.fewest), "", WIDTH)
}

/// Cuts the steps into rows: at each change of thread, and at each change of function unless the row has only read so
/// far.
fn rows(steps: &[Step]) -> Vec<Row<'_>> {
    let functions = steps.chunk_by(|a, b| a.thread == b.thread && a.function == b.function);
    let mut rows = Vec::new();
    let (mut start, mut end) = (0, 0);
    for function in functions {
        end += function.len();
        let goes_on = steps.get(end).is_some_and(|next| next.thread == function[0].thread);
        if !goes_on || !steps[start..end].iter().all(looks) {
            rows.push(&steps[start..end]);
            start = end;
        }
    }
    rows
}

/// Other threads cannot notice the step, except that a lock is held.
fn looks(step: &Step) -> bool {
    is_read(step) || (is_lock(step) && step.changed.is_empty())
}

/// A step that only reads: no plain field has changed with it.
fn is_read(step: &Step) -> bool {
    loads(step) && step.changed.is_empty()
}

fn loads(step: &Step) -> bool {
    step.action.starts_with("load")
}

fn is_lock(step: &Step) -> bool {
    matches!(step.action.as_str(), "lock" | "unlock")
}

/// What a thread does in a row: its P and G, its functions, what it reads and locks, and what it changes.
fn cell(row: Row, full: bool, marks: &Marks) -> String {
    let mut functions: Vec<&str> = row.iter().map(|step| step.function.as_str()).collect();
    functions.dedup();
    let mut lines = vec![who(row) + &marks.words(&functions)];
    if !full {
        let mut reads: Vec<String> = row.iter().filter(|step| loads(step)).map(read).collect();
        reads.dedup();
        let locks = row.iter().filter(|step| step.action == "lock");
        let mut locks: Vec<&str> = locks.map(|step| step.object.as_str()).collect();
        locks.dedup();
        lines.extend((!locks.is_empty()).then(|| format!("locks {}", locks.join(", "))));
        lines.extend((!reads.is_empty()).then(|| format!("reads {}", shortened(&reads, READS))));
    }
    for step in row {
        let shown = match full {
            true => true,
            false if is_read(step) || is_lock(step) => false,
            false => step.changed.is_empty() || step.action == "event",
        };
        lines.extend(shown.then(|| operation(step, full)));
        lines.extend(step.changed.iter().cloned());
    }
    lines.join("\n")
}

/// The P and the G that the thread has after the row. Events of the model do not have them.
fn who(row: Row) -> String {
    let Some(last) = row.iter().rfind(|step| step.action != "event") else { return String::new() };
    let p = last.p.map(|p| format!("P{p}"));
    let g = last.g.map(|g| format!("G{g}"));
    let has: Vec<String> = p.into_iter().chain(g).collect();
    if has.is_empty() {
        String::new()
    } else {
        has.join(" ") + ": "
    }
}

fn read(step: &Step) -> String {
    format!("{} = {}", step.object, step.value)
}

/// An operation in words. What it changes is printed as the model's own changes are, and with its name if all is printed.
/// An event of the model is printed as it is.
fn operation(step: &Step, full: bool) -> String {
    let value = step.value.replace(" -> ", " → ");
    match step.action.as_str() {
        "event" if !value.is_empty() => match value.strip_prefix("LeftOut(\"") {
            Some(what) => format!("leaves out {}", what.trim_end_matches("\")")),
            None => value,
        },
        "event" => step.object.clone(),
        action if !full && action.starts_with("store") => format!("{} → {value}", step.object),
        _ if !full && value.contains(" → ") => format!("{} {value}", step.object),
        action => format!("{action} {} {value}", step.object).trim_end().into(),
    }
}

/// The last few, after an ellipsis if there are more.
fn shortened(words: &[impl AsRef<str>], most: usize) -> String {
    let last = words.iter().skip(words.len().saturating_sub(most));
    let last: Vec<&str> = last.map(AsRef::as_ref).collect();
    let more = if words.len() > most { "…, " } else { "" };
    format!("{more}{}", last.join(", "))
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
