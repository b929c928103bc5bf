//! What the reader sees of the truth: for each change of `checkdead`, how the real runtime's programs end,
//! and how the model's do.

use std::collections::BTreeSet;

use harness::report::{Mode, Report};
use harness::verdict::Verdict;
use regressions::allowed::{self, Allowed, Lines};
use regressions::truth::{self, Line, Real, LINES, MOST, PROGRAMS, SIZES, SUITE};
use sync::driver::Engine;

use crate::text::output::{counted, wrap, WIDTH};
use crate::text::table::{plain_table, spaced};

/// All that is printed. Reports of other suites are passed by.
pub fn render(reports: &[Report], seconds: f64) -> String {
    let reports = of_suite(reports);
    let mut table = plain_table();
    table.set_header(heads());
    table.add_rows(rows(&reports, true));
    let mut text = spaced(table) + "\n" + LEGEND + &extents() + &notes();
    for report in reports.iter().filter(|report| report.verdict != Verdict::Held) {
        let (job, verdict, note) = (&report.job, report.verdict, &report.note);
        let what =
            format!("{verdict}: {} with {} on {}: {note}", job.scenario, job.row, report.engine);
        text += &format!("\n{}", wrap(&what, "", WIDTH));
    }
    text + &totals(&reports, seconds)
}

/// The table as `docs/truth.md` has it: without shares, which are of samples.
pub fn markdown(reports: &[Report]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = heads();
    let rule = format!("|{}\n", "---|".repeat(heads.len()));
    let rows = rows(&of_suite(reports), false).into_iter().map(|mut row| {
        let check = row.pop().unwrap_or_default();
        row.push(if [NOTHING, ""].contains(&&*check) { check } else { format!("*{check}*") });
        line(row)
    });
    let table = line(heads) + &rule + &rows.collect::<String>();
    format!("{table}\n{}\n{}", extents(), notes())
}

fn heads() -> Vec<String> {
    let mut heads = vec!["left out of checkdead".to_string(), "program".into(), "Go (at P)".into()];
    heads.extend(SIZES.map(|(ps, _)| format!("GO_1_19, {ps} Ps")));
    heads.extend(["GO_1_19_FIXED, if not the same".into(), "the check that names it".into()]);
    heads
}

const LEGEND: &str = "
GO_1_19 is the release with only checkdead changed, as it was measured; GO_1_19_FIXED has its bugs mended as well.
T1 must be able to track idle limiter event; T2 limiterEvent.stop: found wrong event in p's limiter event
slot; T3 findrunnable: negative nmspinning; a hang is that no M moves, or that the clock does not. In
percent: the share of the sampled executions that fail.
";

/// What stands where there is nothing to name.
const NOTHING: &str = "–";

fn of_suite(reports: &[Report]) -> Vec<&Report> {
    reports.iter().filter(|report| report.job.suite == SUITE).collect()
}

/// The cells of each line and program: what is left out, reality and the release, how `GO_1_19_FIXED` differs, and the
/// check. What is left out and the check stand in a line's first row.
fn rows(reports: &[&Report], shares: bool) -> Vec<Vec<String>> {
    let of_line = |line: &'static Line| {
        line.programs().enumerate().map(move |(n, (program, real))| {
            let first = |text: String| if n == 0 { text } else { String::new() };
            let in_go = measured(real, line.measured_at(program));
            let mut row = vec![first(line.left_out.into()), program.name.into(), in_go];
            let mut differs = Vec::new();
            for (ps, suffix) in SIZES {
                let scenario = program.scenario(suffix);
                let release = of(reports, &line.release_row(), &scenario);
                let share = share(&release).filter(|_| shares);
                let share = share.map_or(String::new(), |percent| format!(" {percent} %"));
                let fixed = of(reports, line.row, &scenario);
                row.push(cell(&release, real) + &mended(reports, line, &scenario, real) + &share);
                if endings(&release) != endings(&fixed) {
                    differs.push(format!("{ps} Ps: {}", cell(&fixed, real)));
                }
            }
            row.push(differs.join("; "));
            row.push(first(named(reports, line)));
            row
        })
    };
    LINES.iter().flat_map(of_line).collect()
}

/// How far each program is searched.
fn extents() -> String {
    let bound = |bound: Option<usize>| match bound {
        None => "every execution".to_string(),
        Some(n) => format!("those with at most {}", counted(n as u64, "preemption")),
    };
    let mut text = "Searched:".to_string();
    // Programs that are searched alike stand next to each other.
    for alike in PROGRAMS.chunk_by(|one, other| one.bounds == other.bounds) {
        let names: Vec<&str> = alike.iter().map(|program| program.name).collect();
        let sizes = SIZES.iter().zip(alike[0].bounds);
        let sizes: Vec<String> =
            sizes.map(|((ps, _), most)| format!("{} at {ps} Ps", bound(most))).collect();
        text += &format!(" {}: {}.", names.join(", "), sizes.join(", "));
    }
    for line in LINES.iter().filter(|line| line.bound < MOST) {
        let most = bound(Some(line.bound));
        text += &format!(" Without {}: at 3 Ps {most}.", line.left_out);
    }
    wrap(&text, "", WIDTH)
}

/// What the real runtime did, and with which GOMAXPROCS.
fn measured(real: Real, at: &[u32]) -> String {
    if at.is_empty() {
        return Real::Unknown.to_string();
    }
    let at: Vec<String> = at.iter().map(u32::to_string).collect();
    format!("{real} ({})", at.join(", "))
}

/// How the row ends in which the bugs are mended that show in the release's, if any do.
fn mended(reports: &[&Report], line: &Line, scenario: &str, real: Real) -> String {
    let rows = truth::with_mended(line.release_row(), scenario);
    let all_mended = rows.iter().skip(1).find(|row| allowed::bugs(row, scenario).is_empty());
    all_mended.map_or(String::new(), |row| {
        format!("; mended: {}", cell(&of(reports, row, scenario), real))
    })
}

/// How the searched executions end, in the words of the table.
fn endings(reports: &[&Report]) -> BTreeSet<String> {
    let searched = reports.iter().filter(|report| report.engine == Engine::Explore.name());
    searched.flat_map(|report| report.endings.keys()).map(|ending| in_words(ending)).collect()
}

fn in_words(ending: &str) -> String {
    Real::of(ending).map_or(ending.into(), |real| real.to_string())
}

/// Why the model does more in a cell than the real runtime was seen to do.
fn notes() -> String {
    let notes = allowed::all().into_iter().enumerate().map(|(n, (path, allowed))| {
        let lines =
            allowed.go.iter().map(|Lines { file, function, lines: [first, last], .. }| {
                format!("{file} {first}–{last} ({function})")
            });
        let throw = || format!("`{}`", allowed.ends);
        let ends = Real::of(&allowed.ends).map_or_else(throw, |real| real.to_string());
        let version = &allowed.version;
        let (mark, lines) = (mark(n), lines.collect::<Vec<_>>().join(", "));
        let reason = match allowed.mend() {
            Some(mend) => format!("{ends} by {}, which Go {version} has: {lines}", mend.bug),
            None => format!("{ends}, which Go {version} allows: {lines}"),
        };
        let text = format!(
            "{mark} The model finds more: {reason}. `{path}` says why, and has an execution."
        );
        wrap(&text, "", WIDTH)
    });
    notes.collect()
}

/// How a cell says which note is its.
fn mark(n: usize) -> String {
    format!("({})", char::from(b'a' + n as u8))
}

/// The symptoms of a row on a scenario, by all engines. Where the symptoms were not asked for alone, the invariants hold,
/// which include them.
fn of<'r>(reports: &[&'r Report], row: &str, scenario: &str) -> Vec<&'r Report> {
    let in_mode = |mode| {
        let same = move |report: &&&Report| {
            let job = &report.job;
            job.row == row && job.scenario == scenario && job.mode == mode
        };
        reports.iter().filter(same).copied().collect::<Vec<_>>()
    };
    let symptoms = in_mode(Mode::Symptoms);
    if symptoms.is_empty() {
        in_mode(Mode::Invariants)
    } else {
        symptoms
    }
}

/// What the model does, and whether it is what the real runtime does.
fn cell(reports: &[&Report], real: Real) -> String {
    if reports.is_empty() {
        return "not run".into();
    }
    let stopped =
        |report: &&&Report| matches!(report.verdict, Verdict::Incomplete | Verdict::Error);
    if let Some(report) = reports.iter().find(stopped) {
        return report.verdict.to_string();
    }
    let (mut as_real, mut marks, mut more) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (report, ending) in
        reports.iter().flat_map(|r| r.endings.keys().map(move |ending| (r, ending)))
    {
        match note_of(report, ending) {
            _ if real.how().contains(&&**ending) => as_real.insert(in_words(ending)),
            Some(n) => marks.insert(n),
            None => more.insert(in_words(ending)),
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

/// The note that allows this ending, if one does; with the bug that it comes from.
fn note_of(report: &Report, ending: &str) -> Option<String> {
    let job = &report.job;
    let allows =
        |allowed: &Allowed| allowed.is_of(&job.row, &job.scenario) && allowed.ends == ending;
    let all = allowed::all().into_iter().enumerate();
    let note = all.into_iter().find(|(_, (_, allowed))| allows(allowed));
    note.map(|(n, (_, allowed))| {
        allowed.mend().map_or(String::new(), |mend| format!("by {} ", mend.bug)) + &mark(n)
    })
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
    if of_line.all(|report| report.verdict == Verdict::Held) {
        line.named.unwrap_or(NOTHING).into()
    } else {
        "not as it should be: see below".into()
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
