//! What the reader sees of a matrix: a line for each row and engine, and what came of all.

use comfy_table::Cell as Field;
use harness::report::{Found, Mode};
use regressions::bug::Bug;
use regressions::BUGS;
use sync::driver::Engine;

use crate::matrix::cells::{Cell, Kind, Tried, ENGINES, NO_PROGRAM};
use crate::text::output::{count, counted};
use crate::text::table::{number, plain_table, spaced};

type Done = [(Cell, Tried)];

/// All that is printed of a matrix.
pub fn render(done: &Done, seconds: f64) -> String {
    let mut table = plain_table();
    table.set_header([
        "variant",
        "engine",
        "scenario",
        "killed by",
        "preemptions",
        "executions",
        "seconds",
        "what a user sees",
        "on a general program",
    ]);
    for line in lines(done) {
        let [row, engine, scenario, killer, symptom, general] = line.words.map(Field::new);
        let preemptions = line.tried.and_then(Tried::preemptions);
        let preemptions = preemptions.map_or(String::new(), |n| n.to_string());
        let executions = line.tried.map_or(String::new(), |tried| count(tried.executions));
        let seconds = line.tried.map_or(String::new(), |tried| format!("{:.2}", tried.seconds));
        let numbers = [preemptions, executions, seconds].map(number);
        let words = [row, engine, scenario, killer].into_iter();
        table.add_row(words.chain(numbers).chain([symptom, general]));
    }
    format!("{}\n\n{}", spaced(table), totals(done, seconds))
}

/// The same without what changes from machine to machine and from model to model: what is committed.
pub fn without_numbers(done: &Done) -> String {
    let mut table = plain_table();
    let heads = ["variant", "engine", "scenario", "killed by", "what a user sees"];
    table.set_header(heads.into_iter().chain(["on a general program"]));
    for line in lines(done) {
        table.add_row(line.words);
    }
    spaced(table).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A line of the table.
struct Line<'d> {
    /// Row, engine, scenario, killer, symptom, and the kill by a general program.
    words: [String; 6],
    /// What its numbers are of.
    tried: Option<&'d Tried>,
}

/// A line for each row and engine.
fn lines(done: &Done) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for (bug, mutant) in BUGS.iter().flat_map(|bug| bug.mutants.iter().map(move |m| (bug, m))) {
        let row = mutant.row(bug);
        let general = |(cell, _): &&(Cell, Tried)| {
            cell.kind == Kind::General && cell.mutant.row(cell.bug) == row
        };
        let general = done.iter().find(general).and_then(|(_, tried)| general_kill(tried));
        for engine in ENGINES {
            let own = |mode| {
                let here = |(other, _): &&(Cell, Tried)| {
                    other.kind == Kind::Own(engine, mode) && other.mutant.row(other.bug) == row
                };
                done.iter().find(here).map(|(_, tried)| tried)
            };
            let (invariants, symptoms) = (own(Mode::Invariants), own(Mode::Symptoms));
            let tried = invariants.or(symptoms);
            let killer = killer(tried, mutant.masked.is_some());
            let symptom = symptoms.and_then(|tried| tried.last.found.as_ref());
            let scenario = tried.map_or("–".into(), |tried| tried.last.job.scenario.clone());
            let words = [
                row.clone(),
                engine.name().into(),
                scenario,
                killer,
                symptom.map_or("nothing".into(), seen),
                general.clone().unwrap_or(NO_PROGRAM.into()),
            ];
            lines.push(Line { words, tried });
        }
    }
    lines
}

fn killer(tried: Option<&Tried>, masked: bool) -> String {
    match tried.map(|tried| tried.last.found.as_ref()) {
        Some(Some(found)) => found.ending().into(),
        Some(None) if masked => "survives, masked".into(),
        Some(None) => "survives".into(),
        None => "not found on this engine".into(),
    }
}

/// A failure, as a user would tell it.
fn seen(found: &Found) -> String {
    match found.check.as_str() {
        checks::HANG => "hang".into(),
        checks::LIVELOCK => "livelock".into(),
        _ => found.ending().into(),
    }
}

fn general_kill(tried: &Tried) -> Option<String> {
    let found = tried.last.found.as_ref()?;
    Some(format!("{}: {}", tried.last.job.scenario, found.ending()))
}

/// Whether a general program kills one of the bug's rows.
pub fn is_killed_by_general(done: &Done, bug: &Bug) -> bool {
    let of_bug = |cell: &Cell| cell.kind == Kind::General && cell.bug.number == bug.number;
    done.iter().any(|(cell, tried)| of_bug(cell) && tried.last.found.is_some())
}

/// The seconds to the first failure of the bug's first row, on the engine that is the quickest to find it.
pub fn seconds(done: &Done, bug: &Bug) -> Option<f64> {
    let killed = done.iter().filter(|(cell, tried)| {
        let own = matches!(cell.kind, Kind::Own(..)) && cell.fails;
        let first = cell.mutant.name == bug.mutants[0].name;
        own && first && cell.bug.number == bug.number && tried.last.found.is_some()
    });
    killed.map(|(_, tried)| tried.seconds).min_by(f64::total_cmp)
}

fn totals(done: &Done, wall: f64) -> String {
    let mut each: Vec<f64> = BUGS.iter().filter_map(|bug| seconds(done, bug)).collect();
    each.sort_by(f64::total_cmp);
    let median = each.get(each.len() / 2).copied().unwrap_or(f64::NAN);
    let slowest = each.last().copied().unwrap_or(f64::NAN);
    let (bugs, killed) = (BUGS.len(), each.len());
    let general = BUGS.iter().filter(|bug| is_killed_by_general(done, bug)).count();
    let rows = counted(BUGS.iter().map(|bug| bug.mutants.len() as u64).sum(), "variant");
    let engines = ENGINES.map(Engine::name).join(" and ");
    format!(
        "{killed} of {bugs} bugs killed ({rows}, on {engines}); {general} of them by a general \
         program too.\nSeconds to a bug on the quicker engine: median {median:.2}, most \
         {slowest:.2}. All of it: {wall:.0} s\n"
    )
}
