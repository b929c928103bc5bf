//! What the reader sees of the truth: for each change of `checkdead`, how the real runtime's programs end,
//! and how the model's do.

use std::collections::BTreeSet;

use checks::report::{Mode, Report};
use checks::verdict::Verdict;
use regressions::allowed::{self, Allowed, Lines, GO};
use regressions::truth::{Line, Real, LINES, PROGRAMS, SIZES, SUITE};
use sync::Engine;

use crate::gate_table::{plain_table, spaced};
use crate::output::{counted, wrap, WIDTH};

/// All that is printed. Reports of other suites are passed by.
pub fn render(reports: &[Report], seconds: f64) -> String {
    let reports = of_suite(reports);
    let mut table = plain_table();
    let mut heads = vec!["left out of checkdead".to_string()];
    for program in PROGRAMS {
        heads.push(format!("{program}: Go"));
        heads.extend(SIZES.map(|(ps, _)| format!("model, {ps} Ps")));
    }
    heads.push("the check that names it".into());
    table.set_header(heads);
    table.add_rows(rows(&reports, true));
    let mut text = spaced(table) + "\n" + LEGEND + &notes();
    for report in reports.iter().filter(|report| report.verdict != Verdict::Held) {
        let (job, verdict, note) = (&report.job, report.verdict, &report.note);
        let what =
            format!("{verdict}: {} with {} on {}: {note}", job.scenario, job.row, report.engine);
        text += &format!("\n{}", wrap(&what, "", WIDTH));
    }
    text + &totals(&reports, seconds)
}

/// The table as the README has it: without shares, which are of samples.
pub fn markdown(reports: &[Report]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut heads = vec!["left out of `checkdead`".to_string()];
    for program in PROGRAMS {
        heads.push(format!("{program}: Go"));
        heads.extend(SIZES.map(|(ps, _)| format!("{ps} Ps")));
    }
    heads.push("the check that names it".into());
    let rule = format!("|{}\n", "---|".repeat(heads.len()));
    let rows = rows(&of_suite(reports), false).into_iter().map(|mut row| {
        let check = row.pop().unwrap_or_default();
        row.push(if check == NOTHING { check } else { format!("*{check}*") });
        line(row)
    });
    let table = line(heads) + &rule + &rows.collect::<String>();
    format!("{table}\n{}", notes())
}

const LEGEND: &str = "
T1 must be able to track idle limiter event; T2 limiterEvent.stop: found wrong event in p's limiter event
slot; T3 findrunnable: negative nmspinning; a hang is that nobody moves, or that the clock does not. In
percent: the share of the sampled executions that fail.
";

/// What stands where there is nothing to name.
const NOTHING: &str = "–";

fn of_suite(reports: &[Report]) -> Vec<&Report> {
    reports.iter().filter(|report| report.job.suite == SUITE).collect()
}

/// The cells of each line: what is left out, reality and model side by side, and the check.
fn rows(reports: &[&Report], shares: bool) -> Vec<Vec<String>> {
    let row = |line: &Line| {
        let mut row = vec![line.left_out.to_string()];
        for (program, real) in PROGRAMS.into_iter().zip(line.real) {
            row.push(real.to_string());
            row.extend(SIZES.map(|(_, suffix)| {
                let scenario = format!("{program}{suffix}");
                let reports = of(reports, line, &scenario, Mode::Symptoms);
                let share = share(&reports).filter(|_| shares);
                let share = share.map_or(String::new(), |percent| format!(" {percent} %"));
                cell(&reports, real) + &share
            }));
        }
        row.push(named(reports, line));
        row
    };
    LINES.iter().map(row).collect()
}

/// Where the model does more than the real runtime was seen to do: what lets it.
fn notes() -> String {
    let notes = allowed::all().into_iter().enumerate().map(|(n, (path, allowed))| {
        let lines = allowed.go.iter().map(|Lines { file, function, lines: [first, last], .. }| {
            format!("{file} {first}–{last} ({function})")
        });
        let (mark, ends, lines) = (mark(n), &allowed.ends, lines.collect::<Vec<_>>().join(", "));
        let text = format!(
            "{mark} The model finds more: `{ends}`, which Go {GO} allows, {lines}: `{path}` says why, and \
             has an execution."
        );
        wrap(&text, "", WIDTH)
    });
    notes.collect()
}

/// How a cell says which note is its.
fn mark(n: usize) -> String {
    format!("({})", char::from(b'a' + n as u8))
}

/// The reports of a line's scenario in that mode, of all engines.
fn of<'r>(reports: &[&'r Report], line: &Line, scenario: &str, mode: Mode) -> Vec<&'r Report> {
    let same = |report: &&&Report| {
        let job = &report.job;
        job.row == line.row && job.scenario == scenario && job.mode == mode
    };
    reports.iter().filter(same).copied().collect()
}

/// What the model does, and whether it is what the real runtime does.
fn cell(reports: &[&Report], real: Real) -> String {
    let stopped =
        |report: &&&Report| matches!(report.verdict, Verdict::Incomplete | Verdict::Error);
    if let Some(report) = reports.iter().find(stopped) {
        return report.verdict.to_string();
    }
    let (mut as_real, mut marks, mut more) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (report, told) in reports.iter().flat_map(|r| r.endings.keys().map(move |told| (r, told))) {
        let name = Real::of(told).map_or(told.clone(), |real| real.to_string());
        match note_of(report, told) {
            _ if real.how().contains(&&**told) => as_real.insert(name),
            Some(n) => marks.insert(mark(n)),
            None => more.insert(name),
        };
    }
    let words = |set: BTreeSet<String>, between| set.into_iter().collect::<Vec<_>>().join(between);
    let less = as_real.is_empty() && !matches!(real, Real::Ok | Real::Unknown);
    let model = match (more.is_empty(), as_real.is_empty(), marks.is_empty()) {
        (false, ..) => format!("model finds more: {}", words(more, " and ")),
        _ if less => "model finds less".into(),
        (true, true, true) => Real::Ok.to_string(),
        (true, true, false) => "model finds more".into(),
        (true, false, _) => words(as_real, " and "),
    };
    format!("{model} {}", words(marks, " ")).trim_end().into()
}

/// The note that allows this ending, if one does.
fn note_of(report: &Report, told: &str) -> Option<usize> {
    let job = &report.job;
    let of_cell = |allowed: &Allowed| allowed.row == job.row && allowed.scenario == job.scenario;
    allowed::all().iter().position(|(_, allowed)| of_cell(allowed) && allowed.ends == told)
}

/// The percentage of sampled executions that failed, if some did.
fn share(reports: &[&Report]) -> Option<u64> {
    let sampled = reports.iter().find(|report| report.engine == Engine::Shuttle.name())?;
    let failed: u64 = sampled.endings.values().sum();
    (failed > 0).then(|| failed * 100 / sampled.executions.max(1))
}

/// The check that fails in invariant mode, if it is the one it should be in all cells of the line.
fn named(reports: &[&Report], line: &Line) -> String {
    let mut of_line =
        reports.iter().filter(|r| r.job.row == line.row && r.job.mode == Mode::Invariants);
    match of_line.all(|report| report.verdict == Verdict::Held) {
        true => line.named.unwrap_or(NOTHING).into(),
        false => "not as it should be: see below".into(),
    }
}

fn totals(reports: &[&Report], seconds: f64) -> String {
    let runs = counted(reports.len() as u64, "run");
    let executions = counted(reports.iter().map(|report| report.executions).sum(), "execution");
    let extents: BTreeSet<String> =
        reports.iter().map(|r| format!("{} {}", r.engine, r.extent)).collect();
    let extents = extents.into_iter().collect::<Vec<_>>().join(", ");
    let worst = Verdict::worst(reports.iter().map(|report| report.verdict));
    format!("\n{runs} ({extents}), {executions} in {seconds:.1} s. Verdict: {worst}\n")
}

#[cfg(test)]
mod tests;
