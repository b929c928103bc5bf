//! A counterexample as a reader sees it: a table with one column a thread, and how it ends.
//!
//! Whole, it has a row for each operation. Usually it is shorter: what a thread does in one function, while
//! no other comes between, is one row, together with what it looked at in the functions before.

use comfy_table::{presets, ContentArrangement, Table};
use harness::cex::{Counterexample, Step};
use harness::report::{Fewest, Found};

use crate::lookup;
use crate::output::{count, counted, wrap, WIDTH};

/// Reads that a row names: the last ones.
const READS: usize = 4;

/// Functions that a row names: the last ones.
const FUNCTIONS: usize = 3;

/// Steps of one thread that make a row.
type Row<'s> = &'s [Step];

/// The table and the ending. `width` is in columns; none means the terminal's.
pub fn render(counterexample: &Counterexample, full: bool, width: Option<u16>) -> String {
    let Counterexample { header, steps } = counterexample;
    let threads = steps.iter().map(|step| step.thread + 1).max().unwrap_or(0);
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    let thread = if lookup::is_kernel(&header.job.scenario) { "thread " } else { "M" };
    let heads = (0..threads).map(|number| format!("{thread}{number}"));
    table.set_header(std::iter::once("step".into()).chain(heads));
    let rows = if full { steps.chunks(1).collect() } else { rows(steps) };
    for row in &rows {
        let (first, last) = (&row[0], &row[row.len() - 1]);
        let mut cells = vec![String::new(); threads + 1];
        cells[0] = match row.len() {
            1 => first.step.to_string(),
            _ => format!("{}–{}", first.step, last.step),
        };
        cells[first.thread + 1] = cell(row, full);
        table.add_row(cells);
    }
    let told = match full {
        true => counted(steps.len() as u64, "step"),
        false => format!(
            "{} in {}",
            counted(steps.len() as u64, "step"),
            counted(rows.len() as u64, "row")
        ),
    };
    format!("{}\n{told}\n\n{}", table.trim_fmt(), ending(&header.found))
}

/// How it ends.
pub fn ending(found: &Found) -> String {
    let what = match found.check.as_str() {
        "throw" => "throw".to_string(),
        "deadlock" => "a cycle of locks".to_string(),
        "race" => "a data race".to_string(),
        check => format!("the check `{check}` fails"),
    };
    // One that was made smaller is another than the one that was found first.
    let execution = match found.fewest {
        Fewest::Unknown => format!(" (in execution {})", count(found.execution)),
        Fewest::Preemptions | Fewest::Steps => String::new(),
    };
    wrap(&format!("{what}: {}{execution}", found.message), "", WIDTH) + &how_small(found)
}

/// Its preemptions and steps, and whether others of its kind have fewer; nothing if they are not known.
fn how_small(found: &Found) -> String {
    let (Some(preemptions), Some(steps)) = (found.preemptions, found.steps) else {
        return String::new();
    };
    let (preemptions, steps) =
        (counted(preemptions.into(), "preemption"), counted(steps.into(), "step"));
    let small = match found.fewest {
        Fewest::Unknown => "whether fewer would do is not known",
        Fewest::Preemptions => {
            "none fails so with fewer preemptions; whether fewer steps would do is not known"
        }
        Fewest::Steps => "none fails so with fewer preemptions, nor with as many in fewer steps",
    };
    wrap(&format!("{preemptions}, {steps} of the search: {small}"), "", WIDTH)
}

/// Cuts the steps into rows: at each change of thread, and of function, unless it has only looked so far.
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

/// The step shows nothing to other threads but that a lock is held.
fn looks(step: &Step) -> bool {
    is_read(step) || (is_lock(step) && step.changed.is_empty())
}

fn is_read(step: &Step) -> bool {
    step.action.starts_with("load") && step.changed.is_empty()
}

fn is_lock(step: &Step) -> bool {
    matches!(step.action.as_str(), "lock" | "unlock")
}

/// What a thread does in a row: who it is, in which functions, what it reads and locks, and what is
/// different then.
fn cell(row: Row, full: bool) -> String {
    let mut functions: Vec<&str> = row.iter().map(|step| step.function.as_str()).collect();
    functions.dedup();
    let mut lines = vec![who(row) + &shortened(&functions, FUNCTIONS)];
    if !full {
        let mut reads: Vec<String> = row.iter().filter(|step| is_read(step)).map(read).collect();
        reads.dedup();
        let locks = row.iter().filter(|step| step.action == "lock");
        let mut locks: Vec<&str> = locks.map(|step| step.object.as_str()).collect();
        locks.dedup();
        lines.extend((!locks.is_empty()).then(|| format!("locks {}", locks.join(", "))));
        lines.extend((!reads.is_empty()).then(|| format!("reads {}", shortened(&reads, READS))));
    }
    for step in row {
        let told = match full {
            true => true,
            false if is_read(step) || is_lock(step) => false,
            false => step.changed.is_empty() || step.action == "event",
        };
        lines.extend(told.then(|| operation(step)));
        lines.extend(step.changed.iter().cloned());
    }
    lines.join("\n")
}

/// The P and the G that the thread has in the end. What the model tells of itself does not say.
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

/// An operation in words. What the model tells of itself needs none beside it.
fn operation(step: &Step) -> String {
    match step.action.as_str() {
        "event" if !step.value.is_empty() => step.value.clone(),
        "event" => step.object.clone(),
        action => format!("{action} {} {}", step.object, step.value).trim_end().into(),
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
