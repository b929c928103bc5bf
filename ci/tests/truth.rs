//! The table in `docs/truth.md` of the truth is what the runs come to.

use std::fs;
use std::num::NonZeroUsize;

use harness::report::Report;
use pidle::at_once;
use pidle::engines::builder;
use pidle::truth::table;
use regressions::{truth, CONTENT};
use sync::driver::{Control, Engine};

#[sync::test(restoring)]
fn the_document_has_the_table_that_the_command_prints() {
    let jobs = truth::jobs(Engine::Explore);
    let run =
        |job: &_| CONTENT.prepare(job).expect("a job").run(|_| Control::Go).expect("a run").report;
    let two = NonZeroUsize::MIN.saturating_add(1);
    let reports: Option<Vec<Report>> = at_once::map(&jobs, two, run).into_iter().collect();
    let table = table::markdown(&reports.expect("all were run"));
    let document = fs::read_to_string(builder::root().join("docs/truth.md")).unwrap();
    assert!(document.contains(&table), "`cargo pidle truth --markdown` prints another:\n{table}");
}
