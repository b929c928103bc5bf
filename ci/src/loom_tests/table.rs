//! What is printed: a table with a line for each model, then each failure with its interleaving, and the verdict.

use comfy_table::Cell;
use harness::verdict::Verdict;

use crate::loom_tests::judge::{Judged, Row};
use crate::loom_tests::tested::Model;
use crate::text::output::{count, counted, wrap, WIDTH};
use crate::text::table::{number, plain_table, spaced};

/// All that is printed.
pub(super) fn render(judged: &Judged, crate_name: &str) -> String {
    let mut text = String::new();
    if !judged.models.is_empty() {
        text += &(table(judged) + "\n");
    }
    for row in judged.models.iter().filter(|row| row.verdict != Verdict::Held) {
        text += &format!("\n{}", paragraph(row));
    }
    for (verdict, what) in &judged.remarks {
        text += &format!("\n{}", wrap(&format!("{verdict}: {what}"), "", WIDTH));
    }
    let models = judged.models.iter().filter_map(|row| row.model.as_ref());
    let (models, cpu) = models.fold((0, 0.0), |(n, cpu), model| (n + 1, cpu + model.cpu_seconds));
    let mut totals = vec![counted(models, "model"), format!("{cpu:.2} CPU s")];
    totals.extend(judged.asides.iter().cloned());
    text += &format!("\n{}", wrap(&format!("{crate_name}: {}", totals.join("; ")), "", WIDTH));
    text + &format!("Verdict: {}\n", judged.verdict)
}

fn table(judged: &Judged) -> String {
    let beside = judged.models.iter().any(|row| row.loom.is_some());
    let mut table = plain_table();
    let mut heads = vec!["test", "states", "executions", "CPU s", "extent", "verdict"];
    heads.extend(["loom: executions", "CPU s", "extent", "verdict"].into_iter().filter(|_| beside));
    table.set_header(heads);
    for row in &judged.models {
        let model = row.model.as_ref();
        let mut cells = vec![Cell::new(name(row))];
        cells.push(number(model.map_or(String::new(), |model| count(model.states))));
        cells.extend(numbers(model));
        cells.push(Cell::new(row.verdict));
        if beside {
            cells.extend(numbers(row.loom.as_ref()));
            cells.push(Cell::new(
                row.loom.as_ref().map_or(String::new(), |loom| loom.verdict.to_string()),
            ));
        }
        table.add_row(cells);
    }
    spaced(table)
}

fn numbers(model: Option<&Model>) -> [Cell; 3] {
    let text = |text: &dyn Fn(&Model) -> String| model.map_or(String::new(), text);
    [
        number(text(&|model| count(model.executions))),
        number(text(&|model| format!("{:.2}", model.cpu_seconds))),
        Cell::new(text(&|model| {
            if model.verdict == Verdict::Violated {
                String::new()
            } else {
                model.extent.clone()
            }
        })),
    ]
}

/// The target, the test, and which model of it.
pub(super) fn name(row: &Row) -> String {
    let number = row.model.as_ref().map(|model| model.model).filter(|number| *number > 1);
    let number = number.map_or(String::new(), |number| format!(" #{number}"));
    let target = row.target.strip_prefix("tests/").unwrap_or(&row.target);
    format!("{target}: {}{number}", row.test)
}

/// What there is to say of a model that does not hold.
pub(super) fn paragraph(row: &Row) -> String {
    let mut text = format!("{}: {}: {}\n", row.verdict, name(row), row.note);
    if !row.tail.is_empty() {
        text += &format!("the last lines that it printed:\n{}\n", row.tail);
    }
    let Some(model) = row.model.as_ref().filter(|_| row.verdict == Verdict::Violated) else {
        return text;
    };
    if let Some(interleaving) = &model.interleaving {
        text += &format!("\n{interleaving}\n\n");
    }
    if let Some(preemptions) = model.preemptions {
        text += &format!("{}\n", counted(preemptions.into(), "preemption"));
    }
    if let Some(again) = &row.again {
        text +=
            &format!("to run exactly this execution again, also under a debugger:\n    {again}\n");
    }
    text
}
