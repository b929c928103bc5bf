//! What the reader sees of the truth: for each change of `checkdead`, how the real runtime's programs end,
//! and how the model's do.

use std::collections::BTreeSet;

use checks::report::{Mode, Report};
use checks::verdict::Verdict;
use regressions::truth::{Line, Real, ALSO, LINES, PROGRAMS, SIZES, SUITE, WHY_ALSO};
use sync::Engine;

use crate::gate_table::{plain_table, spaced};
use crate::output::{counted, wrap, WIDTH};

/// All that is printed. Reports of other suites are passed by.
pub fn render(reports: &[Report], seconds: f64) -> String {
    let reports: Vec<&Report> = reports.iter().filter(|r| r.job.suite == SUITE).collect();
    let mut table = plain_table();
    let mut heads = vec!["left out of checkdead".to_string()];
    for program in PROGRAMS {
        heads.push(format!("{program}: Go"));
        heads.extend(SIZES.map(|(ps, _)| format!("model, {ps} Ps")));
    }
    heads.push("the check that names it".into());
    table.set_header(heads);
    for line in LINES {
        let mut row = vec![line.left_out.to_string()];
        for (program, real) in PROGRAMS.into_iter().zip(line.real) {
            row.push(real.to_string());
            row.extend(SIZES.map(|(_, suffix)| {
                let scenario = format!("{program}{suffix}");
                cell(&of(&reports, line, &scenario, Mode::Symptoms), real)
            }));
        }
        row.push(named(&reports, line));
        table.add_row(row);
    }
    let mut text = spaced(table) + "\n" + LEGEND + WHY_ALSO;
    for report in reports.iter().filter(|report| report.verdict != Verdict::Held) {
        let (job, verdict, note) = (&report.job, report.verdict, &report.note);
        let what =
            format!("{verdict}: {} with {} on {}: {note}", job.scenario, job.row, report.engine);
        text += &format!("\n{}", wrap(&what, "", WIDTH));
    }
    text + &totals(&reports, seconds)
}

const LEGEND: &str = "
T1 must be able to track idle limiter event; T2 limiterEvent.stop: found wrong event in p's limiter event
slot; T3 findrunnable: negative nmspinning; a hang is that nobody moves, or that the clock does not. In
percent: the share of the sampled executions that end so; none ends in another way.
";

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
    let names = |report: &&Report| -> Vec<String> {
        report.endings.keys().map(|told| name(report, told)).collect()
    };
    let endings: BTreeSet<String> = reports.iter().flat_map(names).collect();
    let marked = endings.contains("(a)");
    let endings: Vec<String> = endings.into_iter().filter(|name| name != "(a)").collect();
    let model = if endings.is_empty() { "ok".into() } else { endings.join(" and ") };
    let agrees = model == real.to_string() || real == Real::Unknown;
    let model = if marked { model + " (a)" } else { model };
    let share = share(reports).map_or(String::new(), |percent| format!(" {percent} %"));
    match (agrees, real) {
        (true, _) => model + &share,
        (false, Real::Ok) => format!("model finds more: {model}{share}"),
        (false, _) if endings.is_empty() => "model finds less".into(),
        (false, _) => format!("model differs: {model}{share}"),
    }
}

/// A failure in the words of the table, if it has one for it. The second throw of a cell that has one is a
/// mark of the first.
fn name(report: &Report, told: &str) -> String {
    let job = &report.job;
    let also = ALSO
        .iter()
        .any(|also| also.throws == told && also.row == job.row && also.scenario == job.scenario);
    match Real::of(told) {
        Some(real) => real.to_string(),
        None if also => "(a)".into(),
        None => told.into(),
    }
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
        true => line.named.unwrap_or("–").into(),
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
