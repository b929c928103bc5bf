//! What the reader sees of a gate: one table, the expected failures, and what did not hold.

use checks::suite::further;
use comfy_table::{presets, Cell, CellAlignment, Table};
use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Mode, Report};
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::check::subject;
use crate::gate::{Gated, Remark};
use crate::lookup;
use crate::output::{count, counted, wrap, WIDTH};

/// All that is printed of a gate.
pub fn render(gated: &Gated) -> String {
    let Gated { verdict, seconds, remarks, reports, .. } = gated;
    let mut text = table(reports) + "\n";
    let expected: Vec<_> = expected(reports).collect();
    if !expected.is_empty() {
        let pairs = pairs(&expected);
        text += &format!("\nExpected failures, each with the run that shows it fixed:\n{pairs}\n");
    }
    let further: Vec<&Report> =
        reports.iter().filter(|report| report.job.suite == further::NAME).collect();
    if !further.is_empty() {
        let lines: String = further.iter().map(|report| how_far(report)).collect();
        text += &format!("\nSearched further than the gate:\n{lines}");
    }
    for report in reports.iter().filter(|report| report.verdict != Verdict::Held) {
        text += &format!("\n{}", paragraph(report));
    }
    for Remark { verdict, what } in remarks {
        text += &format!("\n{verdict}: {what}\n");
    }
    text + &format!("\n{}\n", totals(reports, *seconds, *verdict))
}

/// The expected failures, each with the run that shows it fixed: same engine and scenario, and a row that
/// is no bug's mutant; of its own suite, in its own mode and with its own limits, if there is one.
pub fn expected(reports: &[Report]) -> impl Iterator<Item = (&Report, Option<&Report>)> {
    let fails = |report: &&Report| matches!(report.job.expect, Expect::Fails { .. });
    reports.iter().filter(fails).map(move |failed| {
        let fixes = reports.iter().filter(move |report| {
            let same = report.engine == failed.engine && report.job.scenario == failed.job.scenario;
            same && !fails(report) && !lookup::is_mutant(&report.job.row)
        });
        let far = |fix: &&Report| {
            let (fix, failed) = (&fix.job, &failed.job);
            (fix.suite != failed.suite, fix.mode != failed.mode, fix.limits != failed.limits)
        };
        (failed, fixes.min_by_key(far))
    })
}

/// A mode's name.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Symptoms => "symptoms",
        Mode::Invariants => "invariants",
        Mode::Races => "races",
    }
}

/// A row for each report.
fn table(reports: &[Report]) -> String {
    let mut table = plain_table();
    let heads = [
        "suite",
        "scenario",
        "row",
        "size",
        "engine",
        "mode",
        "executions",
        "states",
        "extent",
        "seconds",
    ];
    table.set_header(heads.into_iter().chain(["verdict"]));
    for report in reports {
        let job = &report.job;
        let words = [&job.suite, &job.scenario, &job.row, &report.size, &report.engine];
        let mut row: Vec<Cell> = words.into_iter().map(Cell::new).collect();
        row.push(Cell::new(mode(job.mode)));
        row.push(number(count(report.executions)));
        row.push(number(report.searched.map_or("–".into(), |s| count(s.states))));
        row.push(Cell::new(&report.extent));
        row.push(number(format!("{:.1}", report.seconds)));
        row.push(Cell::new(verdict(report)));
        table.add_row(row);
    }
    spaced(table)
}

/// A table without lines between its cells.
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table
}

/// Its text, the columns two spaces apart.
pub fn spaced(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// A cell with a number.
pub fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A report's verdict, and whether it comes from a failure.
pub fn verdict(report: &Report) -> String {
    match report.job.expect {
        Expect::Fails { .. } if report.verdict == Verdict::Held => {
            "held (fails as expected)".into()
        }
        Expect::Ends { ref how, .. } if report.verdict == Verdict::Held && !how.is_empty() => {
            "held (fails as in reality)".into()
        }
        _ => report.verdict.to_string(),
    }
}

/// A row for each expected failure and its two runs.
fn pairs(expected: &[(&Report, Option<&Report>)]) -> String {
    let mut table = plain_table();
    table.set_header([
        "fails",
        "scenario",
        "engine",
        "by",
        "executions",
        "holds",
        "executions",
        "bug",
    ]);
    for (failed, fixed) in expected {
        let Expect::Fails { check, message, bug } = &failed.job.expect else { continue };
        let text = if message.is_empty() { String::new() } else { format!(": {message}") };
        let by = match failed.verdict {
            Verdict::Held => format!("{check}{text}"),
            other => format!("{other}; not by {check}{text}"),
        };
        let holds = fixed.map_or("no run shows it".into(), |fixed| match fixed.verdict {
            Verdict::Held => fixed.job.row.clone(),
            other => format!("{}: {other}", fixed.job.row),
        });
        let mut row: Vec<Cell> = [&failed.job.row, &failed.job.scenario, &failed.engine, &by]
            .into_iter()
            .map(Cell::new)
            .collect();
        row.push(number(count(failed.executions)));
        row.push(Cell::new(holds));
        row.push(number(fixed.map_or(String::new(), |fixed| count(fixed.executions))));
        row.push(Cell::new(bug));
        table.add_row(row);
    }
    spaced(table)
}

/// Which search of a program was the last that ended, and which did not.
fn how_far(report: &Report) -> String {
    let Report { job, verdict, extent, note, .. } = report;
    let rest = if note.is_empty() { String::new() } else { format!("; {note}") };
    wrap(&format!("{}: {verdict}, {extent}{rest}", job.scenario), "  ", WIDTH)
}

/// Why a run did not hold, and how to see it.
fn paragraph(report: &Report) -> String {
    let Report { job, verdict, engine, .. } = report;
    let place = format!("{}: {} on {engine}", job.suite, subject(job));
    let mut text = format!("{verdict}: {place}, {}\n", mode(job.mode));
    text += &wrap(&report.note, "  ", WIDTH);
    if let Some(found) = report.found.as_ref().filter(|found| !report.note.contains(&found.message))
    {
        let found =
            format!("{}: {} (execution {})", found.check, found.message, count(found.execution));
        text += &wrap(&found, "  ", WIDTH);
    }
    if *verdict == Verdict::Violated {
        text += &format!("  to see it: {}\n", again(report));
    }
    text
}

/// The command that runs it alone.
fn again(report: &Report) -> String {
    let Report { job, engine, .. } = report;
    let mut command = format!("cargo pidle check {} --engine {engine}", job.scenario);
    if !lookup::is_kernel(&job.scenario) {
        command += &format!(" --row {} --mode {}", job.row, mode(job.mode));
    } else if job.row != NO_VARIANT {
        command += &format!(" --row {}", job.row);
    }
    if let Some(only) = &job.only {
        command += &format!(" --only \"{only}\"");
    }
    if engine == Engine::Loom.name() {
        let bound = job.limits.bound.map_or("none".into(), |bound| bound.to_string());
        return command + &format!(" --bound {bound}");
    }
    command += &format!(" --executions {}", job.limits.executions);
    if engine == Engine::Shuttle.name() {
        command.extend(job.limits.seeds.iter().map(|seed| format!(" --seed {seed}")));
    }
    command
}

/// The last line.
fn totals(reports: &[Report], seconds: f64, worst: Verdict) -> String {
    use Verdict::{Error, Held, Incomplete, Vacuous, Violated};
    let of = |verdict| reports.iter().filter(|report| report.verdict == verdict).count();
    let each = [Held, Violated, Vacuous, Incomplete, Error].map(|verdict| (verdict, of(verdict)));
    let each = each.iter().filter(|(_, n)| *n > 0).map(|(verdict, n)| format!("{n} {verdict}"));
    let each: Vec<String> = each.collect();
    let runs = counted(reports.len() as u64, "run");
    let executions = counted(reports.iter().map(|report| report.executions).sum(), "execution");
    let each = if each.is_empty() { "nothing ran".into() } else { each.join(", ") };
    format!("{runs}: {each}; {executions} in {seconds:.1} s. Verdict: {worst}")
}

#[cfg(test)]
mod tests;
