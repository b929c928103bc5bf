//! What is printed: a line for each run.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::peer::{INVARIANTS, SEARCH};
use crate::spin::MEMORY;
use pidle::engines::measure::Measured;
use pidle::text::output::count;

/// A run.
pub struct Row {
    /// The scenario.
    pub scenario: String,
    /// At how many Ms.
    pub ms: u32,
    /// Who.
    pub peer: &'static str,
    /// What came of it, or why nothing did.
    pub came: Result<Measured, String>,
}

impl Row {
    /// As a line by itself.
    pub fn line(&self) -> String {
        let Row { scenario, ms, peer, .. } = self;
        format!("{scenario} at {ms} Ms, {peer}: {}", self.outcome())
    }

    /// What became of it, in words.
    fn outcome(&self) -> String {
        match &self.came {
            Err(why) => format!("error: {}", why.lines().next().unwrap_or_default()),
            Ok(Measured { failed: Some(failure), .. }) => format!("failed: {failure}"),
            Ok(Measured { finished: false, stopped: Some(by), .. }) => format!("stopped by {by}"),
            Ok(Measured { finished: false, .. }) => "did not finish".into(),
            Ok(Measured { sampled: true, .. }) => "a sample".into(),
            Ok(_) => "finished".into(),
        }
    }

    fn cells(&self, search: Option<f64>) -> [String; 8] {
        let Row { scenario, ms, peer, came } = self;
        let none = Measured::default();
        let Measured { executions, states, cpu, memory, finished, .. } =
            came.as_ref().unwrap_or(&none);
        let finished = *finished || came.as_ref().is_ok_and(|came| came.failed.is_some());
        let or_dash = |text: Option<String>| text.unwrap_or("–".into());
        let per_state = memory.zip(*states).filter(|&(_, states)| states > 0);
        let ratio = cpu.zip(search).filter(|&(_, search)| search > 0.0);
        [
            scenario.clone(),
            ms.to_string(),
            peer.to_string(),
            or_dash(executions.map(count)),
            or_dash(states.map(count)),
            or_dash(cpu.map(|cpu| format!("{cpu:.2}"))),
            or_dash(per_state.map(|(memory, states)| count(memory / states))),
            or_dash(ratio.map(|(cpu, search)| {
                let at_least = if finished { "" } else { "> " };
                format!("{at_least}{:.1}", cpu / search)
            })),
        ]
    }
}

/// All runs; those of one program are compared with its search, if that finished.
pub fn render(rows: &[Row], max_seconds: u64) -> String {
    let mut table = Table::new();
    let head = ["", "Ms", "", "executions", "states", "CPU s", "B/state", "CPU/search", ""];
    table.load_preset(NOTHING).set_header(head);
    for row in rows {
        let same = |other: &&Row| {
            (&other.scenario, other.ms, other.peer) == (&row.scenario, row.ms, SEARCH)
        };
        let search = rows.iter().find(same).and_then(|search| search.came.as_ref().ok());
        let search = search.filter(|search| search.finished).and_then(|search| search.cpu);
        table.add_row(row.cells(search).into_iter().chain([row.outcome()]));
    }
    for column in table.column_iter_mut().skip(3).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect::<String>()
        + &format!(
            "Each run is stopped after {max_seconds} s of CPU time, and Spin's also at {MEMORY} MB. CPU s: seconds to the \
             verdict. B/state: growth of the peak of memory for each state.\n\
             Spin's steps are finer, so that it has more states of the same program; it asks the assertions that its \
             model has. `{INVARIANTS}` asks each check of the gate in each state; the others ask only for what a user \
             would see.\n"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(peer: &'static str, cpu: f64, finished: bool) -> Row {
        let measured = Measured {
            executions: Some(1000),
            states: Some(10),
            cpu: Some(cpu),
            memory: Some(640),
            finished,
            ..Measured::default()
        };
        Row { scenario: "sleep-ready-park".into(), ms: 2, peer, came: Ok(measured) }
    }

    fn line_of(rows: &[Row], peer: &str) -> String {
        let text = render(rows, 60);
        let found =
            text.lines().find(|line| line.contains("sleep-ready-park") && line.contains(peer));
        found.map(String::from).unwrap_or(text)
    }

    #[test]
    fn what_did_not_finish_is_more_times_the_search() {
        let rows = [row(SEARCH, 2.0, true), row("loom", 30.0, false)];
        let line = line_of(&rows, "loom");
        assert!(line.contains("1,000") && line.contains("> 15.0"), "{line}");
        assert!(line.ends_with("did not finish"), "{line}");
        assert!(line_of(&rows, SEARCH).contains("64"));
    }

    #[test]
    fn nothing_is_compared_with_a_search_that_did_not_finish() {
        let rows = [row(SEARCH, 2.0, false), row("loom", 30.0, true)];
        let line = line_of(&rows, "loom");
        assert!(line.contains('–') && !line.contains("15.0"), "{line}");
    }

    #[test]
    fn an_error_is_told_in_its_row() {
        let failed = Row { came: Err("5 threads: loom has 4".into()), ..row("loom", 0.0, false) };
        assert!(line_of(&[failed], "loom").ends_with("error: 5 threads: loom has 4"));
    }
}
