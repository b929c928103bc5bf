//! `pidle soundness`: searches compared with plainer ones, on generated programs.

use std::time::{Duration, Instant};

use ::soundness::tally::{Row, Tally};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use harness::verdict::Verdict;
use indicatif::{ProgressBar, ProgressStyle};
use sync::driver::Engine;

use crate::engines::builder;
use crate::engines::protocol::{Answer, Request};
use crate::engines::worker::{End, Worker};
use crate::error::Error;
use crate::text::output::{self, count, counted, remark};
use crate::{cli, interrupt, trace};

/// The time between two lines of progress, without a terminal.
const LINE: Duration = Duration::from_secs(20);

/// The command. *Held* only if all programs that were asked for were compared, and agree.
///
/// # Errors
/// If the engine cannot be built, or ends without an answer.
pub fn soundness(arguments: &cli::Soundness) -> Result<Verdict, Error> {
    let engine = arguments.engine;
    if ![Engine::Explore, Engine::Shuttle].contains(&engine) {
        let what = format!("--engine {engine} cannot search: use explore or shuttle");
        return Err(Error::Usage(what));
    }
    interrupt::catch()?;
    let worker = builder::build(engine)?;
    let start = Instant::now();
    let tally = compare(&worker, arguments)?;
    let verdict = verdict(&tally, arguments.cases);
    output::print(&summary(&tally, arguments, verdict, start.elapsed()))?;
    Ok(verdict)
}

/// Has the programs compared.
fn compare(worker: &Worker, arguments: &cli::Soundness) -> Result<Tally, Error> {
    let cli::Soundness { cases, seed, .. } = *arguments;
    let bar = if trace::is_on() { ProgressBar::hidden() } else { ProgressBar::new(cases) };
    let style = ProgressStyle::with_template("[{pos}/{len}] {elapsed} {wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (mut tally, mut refused, mut reported) = (None::<Tally>, None, Instant::now());
    let end = worker.ask(&Request::Soundness { cases, seed }, None, |answer| match answer {
        Answer::Compared(so_far) => {
            bar.set_position(so_far.cases());
            if bar.is_hidden() && reported.elapsed() > LINE {
                reported = Instant::now();
                remark(&format!("{} of {}", count(so_far.cases()), counted(cases, "program")));
            }
            tally = Some(so_far);
        }
        Answer::Refused(why) => refused = Some(why),
        other => refused = Some(format!("unexpected reply from the worker: {other:?}")),
    });
    bar.finish_and_clear();
    let failed = |why| Error::Worker { engine: worker.engine, why };
    match (refused, end) {
        (Some(why), _) => Err(failed(why)),
        // It was stopped within a program: what it had said before still stands.
        (None, End { stopped: true, .. }) => tally.ok_or(Error::Interrupted),
        (None, End { trouble: Some(why), .. }) => Err(failed(why)),
        (None, _) => tally.ok_or_else(|| failed("it did not answer".into())),
    }
}

fn verdict(tally: &Tally, cases: u64) -> Verdict {
    match tally {
        Tally { differ: Some(_), .. } => Verdict::Violated,
        _ if tally.cases() < cases => Verdict::Incomplete,
        _ => Verdict::Held,
    }
}

/// A line for each family, and what differs, if anything does.
fn summary(tally: &Tally, arguments: &cli::Soundness, verdict: Verdict, took: Duration) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(["programs", "agree", "too large", "executions"]);
    for Row { family, same, too_large, executions } in &tally.families {
        let ways = family.way_names().into_iter().zip(executions);
        let ways: Vec<String> =
            ways.map(|(way, executions)| format!("{way} {}", count(*executions))).collect();
        let cells = [family.name().into(), count(*same), count(*too_large), ways.join("; ")];
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1).take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
    text += &format!(
        "{verdict}: {} of {} of each kind, from seed {}, {:.1} s\n",
        count(tally.cases()),
        counted(arguments.cases, "program"),
        arguments.seed,
        took.as_secs_f64()
    );
    if let Some(differ) = &tally.differ {
        text += &format!("\nthe searches differ: {differ}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::soundness::compare::Family;
    use ::soundness::tally::Differ;

    fn tally(same: u64) -> Tally {
        let mut tally = Tally::default();
        tally.families.iter_mut().for_each(|row| row.same = same);
        tally
    }

    #[test]
    fn fewer_programs_than_asked_for_are_incomplete() {
        assert_eq!(verdict(&tally(9), 10), Verdict::Incomplete);
        assert_eq!(verdict(&tally(10), 10), Verdict::Held);
        let mut one_short = tally(10);
        one_short.families[2].same = 9;
        assert_eq!(verdict(&one_short, 10), Verdict::Incomplete);
    }

    #[test]
    fn a_difference_is_a_violation_and_told_with_its_seed_and_program() {
        let differ = Differ {
            family: Family::Looping,
            seed: 17,
            what: "cache and both: states: 9 and 8".into(),
            program: "thread 0: Load(0)\n".into(),
            smallest: "cache and both: states: 3 and 2".into(),
        };
        let tally = Tally { differ: Some(differ), ..tally(4) };
        assert_eq!(verdict(&tally, 4), Verdict::Violated);
        let arguments = cli::Soundness { cases: 4, seed: 1, engine: sync::driver::Engine::Explore };
        let text = summary(&tally, &arguments, Verdict::Violated, Duration::from_secs(1));
        assert!(
            text.contains("violated: 4 of 4 programs of each kind, from seed 1, 1.0 s"),
            "{text}"
        );
        assert!(text.contains("seed 17, with loops: cache and both: states: 9 and 8"), "{text}");
        assert!(text.ends_with("states: 3 and 2\nthread 0: Load(0)\n"), "{text}");
    }
}
