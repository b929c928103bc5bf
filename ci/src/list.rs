//! `pidle list`: all names that the other commands take.

use checks::{happenings, kernels, scenarios, suite};
use comfy_table::{presets, ContentArrangement, Table};
use harness::kernel::KERNEL;
use harness::report::Mode;
use harness::scenario_file;
use harness::variant::Variant;
use harness::verdict::Verdict;
use regressions::{rows, truth, BUGS, CONTENT};

use crate::engines;
use crate::error::Error;
use crate::text::output;
use crate::{cli, lookup};

/// The command.
///
/// # Errors
/// If the scenario does not exist, or stdout cannot be written.
pub fn list(arguments: &cli::List) -> Result<Verdict, Error> {
    let text = match &arguments.toml {
        Some(name) => {
            if lookup::is_kernel(name) {
                let what = format!("{name}: a kernel is written in Rust: see checks/src/kernels");
                return Err(Error::Usage(what));
            }
            let scenario = lookup::scenario(name)?;
            match scenarios::text(&scenario.name) {
                Some(text) => text.into(),
                None => scenario_file::write(&scenario),
            }
        }
        None => render(),
    };
    output::print(&text)?;
    Ok(Verdict::Held)
}

fn render() -> String {
    let engines = engines::ALL.map(|engine| [engine.name().into(), engines::about(engine).into()]);
    let suites = suite::all().map(|suite| [suite.name.into(), suite.about.into()]);
    let scenarios = scenarios::all().into_iter().map(|scenario| {
        let size = lookup::size(&scenario.name).unwrap_or_default();
        let aliases = scenarios::aliases(&scenario.name);
        [with_aliases(&scenario.name, &aliases), size, scenario.about]
    });
    let kernels = kernels::ALL.iter().map(|kernel| {
        let name = format!("{}{}", KERNEL, kernel.name);
        let size = lookup::size(&name).unwrap_or_default();
        [name, size, kernel.about.into()]
    });
    let (changed, rows): (Vec<_>, Vec<_>) =
        rows::all().into_iter().partition(|row| truth::is_changed(&row.name));
    let rows = rows.into_iter().filter(|row| !lookup::is_mutant(&row.name));
    // Their older names, which commands accept, follow from these, and would only take room.
    let named = |row: Variant| [row.name, row.about];
    let bugs = BUGS.iter().map(|bug| [bug.number.into(), bug.title.into()]);
    let mutants = BUGS.iter().flat_map(|bug| {
        bug.mutants.iter().map(|mutant| {
            let masked = mutant.masked.as_ref().map(|masked| match masked.unmasked_by {
                Some(other) => format!("; masked: it fails only in {other}"),
                None => "; causes no failure".into(),
            });
            [mutant.row(bug), format!("{}{}", mutant.about, masked.unwrap_or_default())]
        })
    });
    let checks = CONTENT.checks(Mode::Invariants).map(|check| [check.name.into()]);
    let sections = [
        section("engines", engines),
        section("suites of the gate", suites),
        section(
            "scenarios, and kernels (small programs that are explored without a bound)",
            scenarios.chain(kernels),
        ),
        section(
            "variants of the scheduler (an older form of +fix-45867 is +45867)",
            rows.map(named),
        ),
        section(
            "the release with another checkdead, as it was measured (cargo pidle truth)",
            changed.into_iter().map(named),
        ),
        section("variants with one bug each: bug/variant", mutants),
        section("bugs", bugs),
        section("checks", checks),
        section(
            "what must sometimes happen (each suite says which of them its programs must show)",
            happenings::ALL.iter().map(|some| [some.name.into()]),
        ),
    ];
    sections.join("\n")
}

/// The name, and older names in parentheses.
fn with_aliases(name: &str, aliases: &[String]) -> String {
    match aliases {
        [] => name.into(),
        _ => format!("{name} ({})", aliases.join(", ")),
    }
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
