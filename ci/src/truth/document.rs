//! Whether `docs/truth.md` has the table that the runs come to: a gate and `pidle truth` compare them.

use std::fs;

use harness::report::{Job, Report};
use harness::verdict::Verdict;
use regressions::truth;
use sync::driver::Engine;

use crate::engines::builder;
use crate::error::Error;
use crate::gate::gated::Remark;
use crate::truth::table;

/// The document, in the workspace.
const DOCUMENT: &str = "docs/truth.md";

/// What is wrong if the document has another table. The table is of searches that were run to their ends, so nothing is
/// compared if one is missing: in a part of a gate, or in a gate without the engine.
///
/// # Errors
/// If the document cannot be read.
pub fn compare(reports: &[Report]) -> Result<Option<Remark>, Error> {
    let path = builder::root().join(DOCUMENT);
    let document = fs::read_to_string(&path).map_err(|error| Error::Io { path, error })?;
    Ok(other_table(&document, reports))
}

fn other_table(document: &str, reports: &[Report]) -> Option<Remark> {
    let search = |job: &Job| {
        let of_job =
            |report: &&Report| report.engine == Engine::Explore.name() && report.job == *job;
        let report = reports.iter().find(of_job)?;
        let stopped = matches!(report.verdict, Verdict::Incomplete | Verdict::Error);
        (!stopped).then(|| report.clone())
    };
    let searches: Vec<Report> =
        truth::jobs(Engine::Explore).iter().map(search).collect::<Option<_>>()?;
    let table = table::markdown(&searches);
    (!document.contains(&table)).then(|| Remark {
        verdict: Verdict::Violated,
        what: format!(
            "{DOCUMENT} has another table than these runs (`cargo pidle truth --markdown` prints it):\n{table}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::gated::judge;
    use crate::text::story::sample;

    /// The searches of all cells, in none of which anything failed.
    fn searches() -> Vec<Report> {
        let report = |job| Report {
            job,
            engine: Engine::Explore.name().into(),
            verdict: Verdict::Held,
            found: None,
            ..sample::report()
        };
        truth::jobs(Engine::Explore).into_iter().map(report).collect()
    }

    #[test]
    fn a_document_with_another_table_is_violated() {
        let reports = searches();
        let document = format!("# Truth\n\n{}\nMore.\n", table::markdown(&reports));
        assert_eq!(other_table(&document, &reports), None);
        let stale = document.replacen("| ok |", "| hang |", 1);
        assert_ne!(stale, document);
        let remark = other_table(&stale, &reports).expect("another table");
        assert_eq!(remark.verdict, Verdict::Violated);
        assert!(remark.what.starts_with("docs/truth.md has another table"), "{}", remark.what);
        assert!(remark.what.contains("| as fixed | sleepers |"), "{}", remark.what);
        // What is committed has cells that fail.
        let remark = compare(&reports).unwrap().expect("another table");
        assert_eq!(judge(reports, &[], 1.0).and(vec![remark]).verdict, Verdict::Violated);
    }

    #[test]
    fn without_a_search_of_each_cell_nothing_is_compared() {
        let reports = searches();
        for n in [0, reports.len() / 2, reports.len() - 1] {
            let mut others = reports.clone();
            others[n].verdict = Verdict::Incomplete;
            assert_eq!(other_table("", &others), None);
            others[n] = Report { engine: Engine::Shuttle.name().into(), ..reports[n].clone() };
            assert_eq!(other_table("", &others), None);
            others.remove(n);
            assert_eq!(other_table("", &others), None);
        }
        assert!(other_table("", &reports).is_some());
    }
}
