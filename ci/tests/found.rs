//! The table in `docs/found.md` of what was found is what the runs come to.

use std::cell::RefCell;
use std::fs;

use harness::report::Found;
use pidle::engines::builder;
use pidle::engines::run::Ran;
use pidle::repro::all;
use pidle::text::story;
use regressions::CONTENT;
use sync::driver::Control;

/// Variants whose stories show what they do by what comes of it alone: their entries do no operation, and know of no scheduler that
/// could report an event, or they are functions of the model, which other variants have too.
const SILENT: [&str; 8] = [
    "69312/not-counted",
    "timer-before-park/with-the-timers-of-1.19",
    "19112/wakes-none",
    "cl-496117/forgotten",
    "42237/preempted-with-a-p",
    "extra-m/counts-as-running",
    "revived-p/kept",
    "full-bucket/as-in-1.19",
];

#[sync::test(restoring)]
fn the_document_has_the_table_of_what_was_found() {
    let lines = all::lines().expect("each bug has a run");
    let silent = RefCell::new(Vec::new());
    let run = |line: &all::Line| -> Option<Ran> {
        let prepared = CONTENT.prepare(line.job.as_ref()?).expect("a job");
        let outcome = prepared.run(|_| Control::Go).expect("a run");
        let smallest = prepared.smallest(outcome, |_| Control::Go).expect("a run");
        let recorded = prepared.record(&smallest).expect("a run").expect("a failure");
        // Also of the entries of the step table and of the variants.
        let nameless = recorded.steps.iter().find(|step| step.function.contains(".rs:"));
        assert_eq!(nameless, None, "each step is in a function");
        let Found { steps, preemptions, .. } = smallest.report.found.clone().expect("a failure");
        // The table counts what the search has counted.
        let text = story::render(&recorded, true, Some(200));
        let numbers = format!("\n{} steps in ", steps.expect("a search counts its steps"));
        assert!(text.contains(&numbers), "{numbers:?} is not below {text}");
        let marked = text.matches("P (preempted)").count();
        assert_eq!(Some(marked), preemptions.map(|n| n as usize), "{text}");
        // The step that the story is about has a mark, or an event.
        let shown = story::render(&recorded, false, Some(200));
        let marks = [
            "\n* is the variant's own",
            "leaves out ",
            "ByHand(",
            "PreemptedInside(",
            "Schedtrace",
        ];
        if marks.iter().all(|mark| !shown.contains(mark)) {
            silent.borrow_mut().push(recorded.header.job.row.clone());
        }
        Some(Ran { report: smallest.report, counterexample: Some(recorded) })
    };
    let table = all::markdown(&lines, &lines.iter().map(run).collect::<Vec<_>>());
    let document = fs::read_to_string(builder::root().join(all::DOCUMENT)).unwrap();
    assert!(
        document.contains(&table),
        "`cargo pidle matrix --write` takes this one, which `repro --all` prints:\n{table}"
    );
    assert!(!table.contains("not reproduced"), "{table}");
    assert_eq!(*silent.borrow(), SILENT, "nothing in these stories shows what the variant does");
}
