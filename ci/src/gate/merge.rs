//! `pidle merge`: the parts of a gate, joined into one verdict. It is *held* only if all are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use harness::report::Report;
use harness::verdict::Verdict;

use crate::cli;
use crate::error::Error;
use crate::gate::gated::{judge, write, Gated, Part, Remark};
use crate::gate::shard::{self, Shard};
use crate::gate::table;
use crate::text::output;
use crate::truth::document;

/// The command.
///
/// # Errors
/// If a file was not written by `gate --json`, or if two files are the same part, or parts of different gates.
pub fn merge(arguments: &cli::Merge) -> Result<Verdict, Error> {
    for new in [&arguments.json, &arguments.costs].into_iter().flatten() {
        output::must_be_new(new)?;
    }
    let parts = arguments.parts.iter().map(|path| Ok((path, read(path)?)));
    let parts: Vec<(&PathBuf, Gated)> = parts.collect::<Result<_, Error>>()?;
    let gated = join(parts)?;
    output::print(&table::render(&gated))?;
    arguments.json.as_deref().map_or(Ok(()), |path| write(&gated, path))?;
    arguments.costs.as_deref().map_or(Ok(()), |path| write_costs(&gated.reports, path))?;
    Ok(gated.verdict)
}

fn read(path: &Path) -> Result<Gated, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::Io { path: path.into(), error })?;
    serde_json::from_str(&text).map_err(|error| {
        let what = format!("{}: not what `gate --json` writes: {error}", path.display());
        Error::Usage(what)
    })
}

/// One gate of its parts. What is not there makes it incomplete.
fn join(parts: Vec<(&PathBuf, Gated)>) -> Result<Gated, Error> {
    let mut seen: BTreeMap<usize, &PathBuf> = BTreeMap::new();
    let mut whole: Option<(&PathBuf, Part)> = None;
    let (mut reports, mut remarks, mut verdicts, mut seconds) = (vec![], vec![], vec![], 0.0);
    for (path, gated) in parts {
        let part = gated.part;
        let (first, of) = whole.get_or_insert_with(|| (path, part.clone()));
        if (part.shard.of, &part.gate) != (of.shard.of, &of.gate) {
            let (first, path) = (first.display(), path.display());
            return Err(Error::Usage(format!("{path} and {first} are not parts of one gate")));
        }
        if let Some(other) = seen.insert(part.shard.index, path) {
            let (other, path, shard) = (other.display(), path.display(), part.shard);
            return Err(Error::Usage(format!("{path} and {other} are both part {shard}")));
        }
        verdicts.push(gated.verdict);
        remarks.extend(gated.remarks);
        reports.extend(gated.reports);
        seconds += gated.seconds;
    }
    let Some((_, part)) = whole else { return Err(Error::Usage("no part to merge".into())) };
    let document = document::compare(&reports)?;
    let judged = judge(reports, &[], seconds);
    let missing = (1..=part.shard.of).filter(|index| !seen.contains_key(index));
    let missing = missing.map(|index| Remark {
        verdict: Verdict::Incomplete,
        what: format!("part {index}/{} is missing", part.shard.of),
    });
    // What a part remarked, it may be that the whole does, too.
    let remarks: BTreeSet<Remark> =
        remarks.into_iter().chain(judged.remarks).chain(document).chain(missing).collect();
    verdicts.push(judged.verdict);
    verdicts.extend(remarks.iter().map(|remark| remark.verdict));
    let (verdict, remarks) = (Verdict::worst(verdicts), remarks.into_iter().collect());
    let part = Part { shard: Shard::default(), ..part };
    Ok(Gated { part, verdict, remarks, reports: judged.reports, seconds })
}

/// What the longer runs have cost, for `gate --shard` and `gate --coverage --within` to go by.
fn write_costs(reports: &[Report], path: &Path) -> Result<(), Error> {
    let mut costs: BTreeMap<String, f64> = BTreeMap::new();
    for report in reports {
        let cost = costs.entry(shard::key(&report.engine, &report.job)).or_default();
        *cost = cost.max((report.seconds * 10.0).round() / 10.0);
    }
    costs.retain(|_, cost| *cost >= shard::SHORT);
    let json = serde_json::to_string_pretty(&costs).expect("plain data is always JSON");
    output::write_new(path, &(json + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::story::sample;

    fn part(index: usize, of: usize, gate: &str, verdict: Verdict) -> Gated {
        let report = Report { verdict, ..sample::report() };
        let part = Part { shard: Shard { index, of }, gate: gate.into() };
        Gated { part, ..judge(vec![report], &[], 1.0) }
    }

    fn joined(parts: Vec<Gated>) -> Result<Gated, Error> {
        let paths: Vec<PathBuf> = (0..parts.len()).map(|n| format!("{n}.json").into()).collect();
        join(paths.iter().zip(parts).collect())
    }

    #[test]
    fn all_parts_together_are_the_whole() {
        let parts = [1, 2].map(|index| part(index, 2, "g", Verdict::Held));
        let whole = joined(parts.into()).unwrap();
        assert_eq!((whole.verdict, whole.reports.len()), (Verdict::Held, 2));
        assert_eq!(whole.part.shard, Shard::default());
        let parts = vec![part(1, 2, "g", Verdict::Violated), part(2, 2, "g", Verdict::Held)];
        assert_eq!(joined(parts).unwrap().verdict, Verdict::Violated);
    }

    #[test]
    fn a_missing_part_is_incomplete_and_named() {
        let some = joined(vec![part(2, 3, "g", Verdict::Held)]).unwrap();
        assert_eq!(some.verdict, Verdict::Incomplete);
        let missing: Vec<&str> = some.remarks.iter().map(|remark| &*remark.what).collect();
        assert_eq!(missing, ["part 1/3 is missing", "part 3/3 is missing"]);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let twice = vec![part(1, 2, "g", Verdict::Held), part(1, 2, "g", Verdict::Held)];
        assert!(joined(twice).unwrap_err().to_string().contains("are both part 1/2"));
        let others = vec![part(1, 2, "g", Verdict::Held), part(2, 2, "h", Verdict::Held)];
        assert!(joined(others).unwrap_err().to_string().contains("are not parts of one gate"));
    }
}
