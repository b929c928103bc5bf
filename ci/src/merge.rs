//! `pidle merge`: the parts of a gate, joined into one verdict. It is *held* only if all are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use checks::report::Report;
use checks::verdict::Verdict;

use crate::error::Error;
use crate::gate::{judge, write, Gated, Part};
use crate::shard::{self, Shard};
use crate::{cli, gate_table, output};

/// The command.
///
/// # Errors
/// If a file is none that `gate --json` has written, or two are not parts of one gate, or the same part.
pub fn merge(arguments: &cli::Merge) -> Result<Verdict, Error> {
    for new in [&arguments.json, &arguments.costs].into_iter().flatten() {
        output::must_be_new(new)?;
    }
    let parts = arguments.parts.iter().map(|path| Ok((path, read(path)?)));
    let parts: Vec<(&PathBuf, Gated)> = parts.collect::<Result<_, Error>>()?;
    let gated = join(parts)?;
    output::print(&gate_table::render(&gated))?;
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
    let judged = judge(reports, &[], seconds);
    let missing = (1..=part.shard.of).filter(|index| !seen.contains_key(index));
    let missing: Vec<String> =
        missing.map(|index| format!("part {index}/{} is missing", part.shard.of)).collect();
    if !missing.is_empty() {
        verdicts.push(Verdict::Incomplete);
    }
    verdicts.push(judged.verdict);
    // What a part remarked, it may be that the whole does, too.
    let remarks: BTreeSet<String> =
        remarks.into_iter().chain(judged.remarks).chain(missing).collect();
    let (verdict, remarks) = (Verdict::worst(verdicts), remarks.into_iter().collect());
    let part = Part { shard: Shard::default(), ..part };
    Ok(Gated { part, verdict, remarks, reports: judged.reports, seconds })
}

/// What each scenario has cost on each engine, for `gate --shard` to go by.
fn write_costs(reports: &[Report], path: &Path) -> Result<(), Error> {
    let mut costs: BTreeMap<String, f64> = BTreeMap::new();
    for report in reports {
        *costs.entry(shard::key(&report.engine, &report.job.scenario)).or_default() +=
            report.seconds;
    }
    for cost in costs.values_mut() {
        *cost = (*cost * 100.0).round() / 100.0;
    }
    let json = serde_json::to_string_pretty(&costs).expect("plain data is always JSON");
    output::write_new(path, &(json + "\n"))
}
