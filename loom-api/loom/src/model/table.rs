//! The interleaving of an execution as a table, one column a thread.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use crate::rt::record::{Event, Record};

/// The bytes of a path that are shown.
const PLACE: usize = 40;

/// The table: a row for each operation, and what each thread waits for at the end.
pub(super) fn interleaving(record: &Record) -> String {
    let Record { events, pending, .. } = record;
    let of_events = events.iter().map(|event| event.thread + 1).max().unwrap_or(0);
    let threads = of_events.max(pending.len());
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let names = (0..threads).map(|thread| format!("thread {thread}"));
    table.set_header(std::iter::once("where".to_owned()).chain(names));
    for event in events {
        table.add_row(row(event, &event.text, threads));
    }
    for event in pending.iter().flatten() {
        table.add_row(row(event, &format!("… {}", event.text), threads));
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect::<String>().trim_end().to_owned()
}

fn row(event: &Event, text: &str, threads: usize) -> Vec<String> {
    let place = event.at.as_deref().map_or_else(String::new, shortened);
    let cells = (0..threads).map(|thread| match thread == event.thread {
        true => text.to_owned(),
        false => String::new(),
    });
    std::iter::once(place).chain(cells).collect()
}

/// The end of a long path, which is what distinguishes files.
fn shortened(place: &str) -> String {
    match place.char_indices().rev().nth(PLACE - 1) {
        Some((from, _)) if from > 0 => format!("…{}", &place[from..]),
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_a_column() {
        let event = |thread, text: &str, line| Event {
            thread,
            text: text.to_owned(),
            at: Some(format!("{}src/a.rs:{line}", "long/".repeat(10))),
        };
        let mut record = Record::default();
        record.events = vec![event(0, "store #1 0 → 1", 3), event(1, "load #1 1", 7)];
        record.pending = vec![None, Some(event(1, "Mutex::lock #2", 9))];
        let text = interleaving(&record);
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines.len(), 4, "{text}");
        let column = lines[0].find("thread 1").expect("a header");
        assert!(lines[1].ends_with("store #1 0 → 1"), "{text}");
        let at = lines[2].char_indices().nth(column).expect("a column").0;
        assert!(lines[2][at - 2..].contains("load #1 1"), "{text}");
        assert!(lines[3].contains("… Mutex::lock #2") && lines[3].contains("src/a.rs:9"), "{text}");
    }
}
