//! `pidle list`: all that there is to name.

use checks::{happenings, kernels, scenarios, suite};
use comfy_table::{presets, ContentArrangement, Table};
use harness::kernel::KERNEL;
use harness::report::Mode;
use harness::scenario_file;
use harness::verdict::Verdict;
use regressions::{rows, BUGS, CONTENT};

use crate::error::Error;
use crate::{cli, engine, lookup, output};

/// The command.
///
/// # Errors
/// If there is no scenario of that name, or it cannot be printed.
pub fn list(arguments: &cli::List) -> Result<Verdict, Error> {
    let text = match &arguments.toml {
        Some(name) => match scenarios::text(name) {
            Some(text) => text.into(),
            None => scenario_file::write(&lookup::scenario(name)?),
        },
        None => render(),
    };
    output::print(&text)?;
    Ok(Verdict::Held)
}

fn render() -> String {
    let engines = engine::ALL.map(|engine| [engine.name().into(), engine::about(engine).into()]);
    let suites = suite::ALL.iter().map(|suite| [suite.name.into(), suite.about.into()]);
    let scenarios = scenarios::all().into_iter().map(|scenario| {
        let size = lookup::size(&scenario.name).unwrap_or_default();
        [scenario.name, size, scenario.about]
    });
    let kernels = kernels::ALL.iter().map(|kernel| {
        let name = format!("{}{}", KERNEL, kernel.name);
        let size = lookup::size(&name).unwrap_or_default();
        [name, size, kernel.about.into()]
    });
    let rows = rows::all().into_iter().filter(|row| !lookup::is_mutant(&row.name));
    let bugs = BUGS.iter().map(|bug| [bug.number.into(), bug.title.into()]);
    let mutants = BUGS.iter().flat_map(|bug| {
        bug.mutants.iter().map(|mutant| {
            let masked = mutant.masked.as_ref().map(|masked| match masked.unmasked_by {
                Some(other) => format!("; masked, shows in {other}"),
                None => "; shows nothing".into(),
            });
            [mutant.row(bug), format!("{}{}", mutant.about, masked.unwrap_or_default())]
        })
    });
    let checks =
        CONTENT.checks(Mode::Invariants).map(|check| [check.invariant.into(), check.name.into()]);
    let sections = [
        section("engines", engines),
        section("suites of the gate", suites),
        section(
            "scenarios, and kernels, which are explored without a bound",
            scenarios.chain(kernels),
        ),
        section("rows of the step table", rows.map(|row| [row.name, row.about])),
        section("rows of the bugs' mutants: bug/mutant", mutants),
        section("bugs", bugs),
        section("checks", checks),
        section(
            "what must sometimes happen",
            happenings::ALL.iter().map(|some| [some.name.into()]),
        ),
    ];
    sections.join("\n")
}

/// A title, and a line for each row.
fn section<const N: usize>(title: &str, rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(output::WIDTH as u16);
    }
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((2, 0));
    }
    format!("{title}:\n{}\n", table.trim_fmt())
}
