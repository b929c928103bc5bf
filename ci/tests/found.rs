//! The table in `docs/found.md` of what was found is what the runs come to.

use std::fs;

use harness::report::Found;
use pidle::engines::builder;
use pidle::engines::run::Ran;
use pidle::repro::all;
use pidle::text::story;
use regressions::CONTENT;
use sync::driver::Control;

#[sync::test(restoring)]
fn the_document_has_the_table_of_what_was_found() {
    let lines = all::lines().expect("each bug has a run");
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
        Some(Ran { report: smallest.report, counterexample: Some(recorded) })
    };
    let table = all::markdown(&lines, &lines.iter().map(run).collect::<Vec<_>>());
    let document = fs::read_to_string(builder::root().join(all::DOCUMENT)).unwrap();
    assert!(
        document.contains(&table),
        "`cargo pidle matrix --write` takes this one, which `repro --all` prints:\n{table}"
    );
    assert!(!table.contains("not reproduced"), "{table}");
}
