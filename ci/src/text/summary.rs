//! What `check` and `repro` print of a run: a line for each key, the values aligned.

use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Fewest, Job, Report};
use harness::verdict::Verdict;
use sync::driver::Statistics;

use crate::text::output::{count, counted, wrap, WIDTH};
use crate::text::words::{mode, verdict};

/// Columns of the keys, with the space after them.
const KEY: usize = 12;

/// A run: its name, its verdict, its numbers, and the reason of the verdict.
pub fn summary(report: &Report) -> String {
    let Report { job, engine, size, seconds, found, note, .. } = report;
    let variant = if job.row == NO_VARIANT { "" } else { &job.row };
    let mut lines = vec![
        ("scenario", job.scenario.clone()),
        ("variant", variant.into()),
        ("size", size.clone()),
        ("engine", engine.clone()),
        ("mode", mode(job.mode).into()),
        ("verdict", verdict(report)),
        ("why", note.clone()),
        ("sometimes", sometimes(report)),
        ("extent", searched_part(report)),
        ("seconds", format!("{seconds:.1}")),
        ("executions", executions(report)),
    ];
    if let Some(statistics) = &report.searched {
        lines.extend(searched(job, statistics, *seconds, found.is_none()));
    }
    lines.iter().map(|(key, value)| line(key, value)).collect()
}

/// `key  value`, a long value on several lines; empty if there is no value.
fn line(key: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let indent = " ".repeat(KEY);
    let text = wrap(value, &indent, WIDTH);
    format!("{key:KEY$}{}", text.strip_prefix(&indent).unwrap_or(&text))
}

/// How much of what the gate requires some execution to show has happened, and what has not. A failure ends a run early, so
/// nothing is said of it then.
fn sometimes(Report { sometimes, found, verdict, .. }: &Report) -> String {
    let unmet = sometimes.iter().filter(|(_, count)| *count == 0);
    let unmet: Vec<String> = unmet.map(|(name, _)| format!("`{name}`")).collect();
    match (found, sometimes.len(), unmet.len()) {
        (Some(_), ..) | (None, 0, _) => String::new(),
        (None, all, 0) => format!("{all} of {all} happened"),
        (None, all, never) => {
            let hint = match verdict {
                Verdict::Held => " (the gate requires it; so does --sometimes)",
                _ => "",
            };
            format!("{} of {all} happened; never: {}{hint}", all - never, unmet.join(", "))
        }
    }
}

/// Which part of all executions was run. A run ends with its failure, unless it counts them.
fn searched_part(Report { job, extent, found, .. }: &Report) -> String {
    let Some(found) = found else { return extent.clone() };
    match (&job.expect, found.fewest) {
        (Expect::Ends { .. }, _) => extent.clone(),
        (_, Fewest::Steps) => "up to the smallest failure".into(),
        (_, Fewest::Preemptions) => "up to a failure of the fewest preemptions".into(),
        _ if extent == "exhaustive" => "up to this failure".into(),
        _ => format!("{extent}, up to this failure"),
    }
}

/// How many executions were run; for a search, how they ended.
fn executions(report: &Report) -> String {
    let total = count(report.executions);
    let Some(Statistics { complete, cut_by_cache, cut_by_sleep, failed, .. }) = &report.searched
    else {
        return total;
    };
    let [complete, cache, sleep] = [complete, cut_by_cache, cut_by_sleep].map(|n| count(*n));
    let failed = if *failed > 0 { format!(", {} failed", count(*failed)) } else { String::new() };
    format!(
        "{total}: {complete} complete, {cache} cut by the cache, {sleep} cut by sleep sets{failed}"
    )
}

/// The lines that only a search has. What is of all states is left out unless it `held`.
fn searched(
    job: &Job,
    searched: &Statistics,
    seconds: f64,
    held: bool,
) -> Vec<(&'static str, String)> {
    let Statistics { executions, states, depth, transitions, probes, traces, .. } = searched;
    let Statistics { estimated, digest, edges, .. } = searched;
    let rate = count((*states as f64 / seconds.max(0.001)) as u64);
    // n² / 2 pairs, each with a chance of 2⁻¹²⁸, or less than four times that where a state is known by the least of
    // six fingerprints. The next power of ten.
    let chance = 2.0 * (*states as f64).powi(2) / 2f64.powi(128);
    let chance = 10f64.powf(chance.log10().ceil());
    let asked = job.limits.search.as_ref().is_some_and(|search| search.probes > 0);
    let estimate = match (estimated, asked) {
        (Some(estimated), _) => format!("{estimated} (all executions)"),
        (None, true) => "none: no probe finished".into(),
        (None, false) => String::new(),
    };
    let some = |n: u64, text: String| if n > 0 { text } else { String::new() };
    let of_all = if held { *states } else { 0 };
    let redundancy = *executions as f64 / *traces as f64;
    vec![
        ("states", format!("{} ({rate} a second)", count(*states))),
        ("steps", count(*transitions)),
        ("graph", some(*edges, format!("{} states, {} steps", count(*states), count(*edges)))),
        ("depth", counted(*depth, "step")),
        (
            "collision",
            some(
                of_all,
                format!("two states were taken for one with a probability below {chance:.0e}"),
            ),
        ),
        (
            "digest",
            some(
                of_all,
                format!("{digest:016x} (of all states; compare it with another search's)"),
            ),
        ),
        ("estimate", estimate),
        ("probes", some(*probes, format!("{} beyond known states", count(*probes)))),
        ("traces", some(*traces, format!("{}; {redundancy:.2} executions each", count(*traces)))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::story::sample;

    #[test]
    fn a_summary_has_a_line_for_each_key_and_the_values_are_aligned() {
        let expected = "\
scenario    sleep-ready-park
variant     UNLINKED_BY_HAND
size        2P/2M/3G/1T
engine      loom
mode        symptoms
verdict     violated
why         must be able to track idle limiter event
extent      bound 2, up to this failure
seconds     0.5
executions  1,234
";
        assert_eq!(summary(&sample::report()), expected);
    }

    #[test]
    fn what_must_sometimes_happen_is_counted_unless_a_failure_came_first() {
        let some = |counts: &[u64], verdict| {
            let names = ["an M is started", "a timer is stolen"].map(String::from);
            let sometimes = names.into_iter().zip(counts.iter().copied()).collect();
            let found = None;
            let text = summary(&Report { sometimes, verdict, found, ..sample::report() });
            text.lines().find(|line| line.starts_with("sometimes")).map(String::from)
        };
        let found = some(&[3, 1], Verdict::Held);
        assert_eq!(found.as_deref(), Some("sometimes   2 of 2 happened"));
        let found = some(&[3, 0], Verdict::Held).unwrap();
        assert!(found.starts_with("sometimes   1 of 2 happened; never: `a timer is stolen` (the"));
        let found = some(&[3, 0], Verdict::Vacuous);
        let expected = "sometimes   1 of 2 happened; never: `a timer is stolen`";
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(some(&[], Verdict::Held), None);
        assert!(!summary(&sample::report()).contains("sometimes"), "it is violated");
    }

    #[test]
    fn a_long_value_stays_in_its_column() {
        let note = "a reason that is longer than a line ".repeat(5);
        let text = summary(&Report { note, ..sample::report() });
        let why: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("why")).collect();
        assert!(why[1].starts_with("            longer"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn a_search_has_its_states_and_how_its_executions_ended() {
        let statistics =
            Statistics { states: 1_500, complete: 2, cut_by_cache: 1, ..Statistics::default() };
        let text = summary(&Report { searched: Some(statistics), ..sample::report() });
        let executions = "executions  1,234: 2 complete, 1 cut by the cache, 0 cut by sleep sets\n";
        assert!(text.contains(executions), "{text}");
        let failing =
            Report { searched: Some(Statistics { failed: 1, ..statistics }), ..sample::report() };
        assert!(summary(&failing).contains("cut by sleep sets, 1 failed\n"), "{failing:?}");
        assert!(text.contains("states      1,500 (3,000 a second)\n"), "{text}");
        assert!(!text.contains("traces") && !text.contains("probes"), "{text}");
    }
}
