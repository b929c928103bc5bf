//! The README's table of what was found is what the runs come to.

use std::fs;

use ci::{builder, found};
use harness::report::Report;
use regressions::CONTENT;
use sync::driver::Control;

sync::exhausted! {
    fn the_readme_has_the_table_of_what_was_found() {
        let lines = found::lines().expect("each bug is told");
        let run = |line: &found::Line| -> Option<Report> {
            let prepared = CONTENT.prepare(line.job.as_ref()?).expect("a job");
            let outcome = prepared.run(|_| Control::Go).expect("a run");
            Some(prepared.smallest(outcome, |_| Control::Go).expect("a run").report)
        };
        let table = found::markdown(&lines, &lines.iter().map(run).collect::<Vec<_>>());
        let readme = fs::read_to_string(builder::root().join("README.md")).unwrap();
        assert!(readme.contains(&table), "`cargo pidle repro --all` prints another:\n{table}");
        assert!(!table.contains("not reproduced"), "{table}");
    }
}
