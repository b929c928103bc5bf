//! What the reader sees of a run with `--coverage`.

use harness::report::Report;
use harness::verdict::Verdict;
use pidle::text::output::{count, counted, wrap};

use crate::excuses::Judged;
use crate::regions::{Place, MODEL};

/// Columns of a reason.
const WIDTH: usize = 100;

/// The regions that no run reached, and how many were.
pub fn render(
    judged: &Judged,
    reports: &[Report],
    places: &[Place],
    left_out: usize,
    seconds: f64,
) -> String {
    let mut text = String::new();
    for report in failed(reports) {
        let Report { job, engine, verdict, note, .. } = report;
        text += &format!("{} with {} on {engine}: {verdict}: {note}\n", job.scenario, job.row);
    }
    section(&mut text, "no run reaches", judged.missing.iter().map(described));
    let excused = judged.excused.iter();
    let excused =
        excused.map(|(place, excuse)| described(place) + &wrap(&excuse.reason, "      ", WIDTH));
    section(&mut text, "no run reaches, with the reason from ci/unreached.toml", excused);
    let wrong = judged.wrong.iter().map(|(excuse, why)| {
        format!("  {} in {}: {}\n      {why}\n", excuse.file, excuse.function, excuse.region)
    });
    section(&mut text, "ci/unreached.toml is wrong", wrong);
    let reached = places.iter().filter(|place| place.reached).count() as u64;
    let runs = counted(reports.len() as u64, "run");
    let runs = match left_out {
        0 => runs,
        longer => format!("{runs}, without {} that take longer,", count(longer as u64)),
    };
    text += &format!(
        "reached {} of {} of {MODEL}; of the others, {} have a reason and {} have none; {runs} in {seconds:.0} s\n",
        count(reached),
        counted(places.len() as u64, "region"),
        judged.excused.len(),
        judged.missing.len(),
    );
    text
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.collect();
    if !lines.is_empty() {
        *text += &format!("{title}:\n{lines}\n");
    }
}

/// Where it is, in which function, and what stands there.
fn described(place: &Place) -> String {
    let Place { region, function, text, .. } = place;
    let (file, from, to) = (&region.file, region.from.0, region.to.0);
    format!("  {MODEL}/{file}:{from}-{to} in {function}: {text}\n")
}

/// All runs that were not as they should be.
pub fn failed(reports: &[Report]) -> impl Iterator<Item = &Report> {
    reports.iter().filter(|report| report.verdict != Verdict::Held)
}
