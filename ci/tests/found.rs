//! The table in `docs/found.md` of what was found is what the runs come to.

use std::fs;

use harness::report::Report;
use pidle::engines::builder;
use pidle::repro::all;
use regressions::CONTENT;
use sync::driver::Control;

sync::exhausted! {
    fn the_document_has_the_table_of_what_was_found() {
        let lines = all::lines().expect("each bug is told");
        let run = |line: &all::Line| -> Option<Report> {
            let prepared = CONTENT.prepare(line.job.as_ref()?).expect("a job");
            let outcome = prepared.run(|_| Control::Go).expect("a run");
            let smallest = prepared.smallest(outcome, |_| Control::Go).expect("a run");
            let recorded = prepared.record(&smallest).expect("a run").expect("a failure");
            // Also of the entries of the step table and of the variants.
            let nameless = recorded.steps.iter().find(|step| step.function.contains(".rs:"));
            assert_eq!(nameless, None, "each step is in a function");
            Some(smallest.report)
        };
        let table = all::markdown(&lines, &lines.iter().map(run).collect::<Vec<_>>());
        let document = fs::read_to_string(builder::root().join("docs/found.md")).unwrap();
        assert!(document.contains(&table), "`cargo pidle repro --all` prints another:\n{table}");
        assert!(!table.contains("not reproduced"), "{table}");
    }
}
