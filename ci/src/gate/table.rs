//! What `gate` prints: one table, the expected failures, and each run that did not hold.

use checks::suite::further;
use comfy_table::Cell;
use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Job, Limits, Mode, Report};
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::gate::gated::{expected, Gated, Remark};
use crate::lookup;
use crate::text::output::{count, counted, wrap, WIDTH};
use crate::text::table::{number, plain_table, spaced};
use crate::text::words::{mode, subject, verdict};

/// The whole output of a gate.
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

/// A line for each report.
fn table(reports: &[Report]) -> String {
    let mut table = plain_table();
    let heads = [
        "suite",
        "scenario",
        "variant",
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

/// A line for each expected failure and its two runs.
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
            other => format!("{other}; expected {check}{text}"),
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

/// Of a program, the last search that finished, and the one that did not.
fn how_far(report: &Report) -> String {
    let Report { job, verdict, extent, note, .. } = report;
    let rest = if note.is_empty() { String::new() } else { format!("; {note}") };
    wrap(&format!("{}: {verdict}, {extent}{rest}", job.scenario), "  ", WIDTH)
}

/// Why a run did not hold, and the command that shows it.
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
        text += &format!("  to see it: {}\n", again(job, engine));
    }
    text
}

/// The command that runs it alone, with the same limits.
pub(crate) fn again(job: &Job, engine: &str) -> String {
    let mut command = format!("cargo pidle check {} --engine {engine}", job.scenario);
    if job.row != NO_VARIANT {
        command += &format!(" --variant {}", job.row);
    }
    if !lookup::is_kernel(&job.scenario) || job.mode == Mode::Races {
        command += &format!(" --mode {}", mode(job.mode));
    }
    if let Some(only) = &job.only {
        command += &format!(" --only \"{only}\"");
    }
    if job.finds_livelocks() {
        command += " --liveness";
    }
    if !job.sometimes.is_empty() {
        command += " --sometimes";
    }
    let Limits { bound, executions, seeds, search, .. } = &job.limits;
    let explores = engine == Engine::Explore.name();
    if search.is_some() && !explores {
        command += " --search";
    }
    if search.is_some() || explores || engine == Engine::Loom.name() {
        let bound = bound.map_or("none".into(), |bound| bound.to_string());
        return command + &format!(" --bound {bound}");
    }
    command += &format!(" --executions {executions}");
    if engine == Engine::Shuttle.name() {
        command.extend(seeds.iter().map(|seed| format!(" --seed {seed}")));
    }
    command
}

/// The last line: how many runs ended with which verdict.
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
