//! From what a run has counted to its verdict.

use crate::report::{Expect, Found, KnownEnding, Report};
use crate::verdict::Verdict;

/// The verdict of a run whose counts are in `report`, and the reason. `stopped`: why it was not finished,
/// if it was not.
pub(crate) fn decide(
    report: &Report,
    stopped: Option<String>,
    variety: Variety,
) -> (Verdict, String) {
    if let (None, Some(stopped)) = (&report.found, stopped) {
        return (Verdict::Incomplete, stopped);
    }
    match (&report.job.expect, &report.found) {
        (Expect::Holds, Some(found)) => (Verdict::Violated, described(found)),
        (Expect::Fails { check, message, bug }, Some(found)) => {
            if is_expected(check, message, found) {
                return (Verdict::Held, format!("{}: {}", named(bug), described(found)));
            }
            let note =
                format!("expected {check}: {message} ({}), found {}", named(bug), described(found));
            (Verdict::Violated, note)
        }
        (Expect::Fails { check, message, bug }, None) => (
            Verdict::Violated,
            format!("expected {check}: {message} ({}), but nothing failed", named(bug)),
        ),
        (Expect::Ends { how, more }, _) => ends(report, how, more),
        (Expect::Holds, None) => held_or_vacuous(report, variety),
    }
}

/// Whether executions end as expected, and in no other way except the known ones.
fn ends(report: &Report, how: &[String], more: &[KnownEnding]) -> (Verdict, String) {
    let known = |ending: &String| more.iter().any(|more| more.ends == *ending);
    let others = report.endings.keys().filter(|ending| !how.contains(ending) && !known(ending));
    let others: Vec<&str> = others.map(|other| &**other).collect();
    let said = if how.is_empty() { "no failure".into() } else { how.join(" or ") };
    if !others.is_empty() {
        return (Verdict::Violated, format!("expected {said}, found {}", others.join(", ")));
    }
    let ends_so = report.endings.keys().any(|ending| how.contains(ending));
    match (report.executions, how.is_empty() || ends_so, report.endings.is_empty()) {
        (0, ..) => (Verdict::Vacuous, "nothing ran".into()),
        (_, true, _) => (Verdict::Held, String::new()),
        (_, false, true) => (Verdict::Violated, format!("expected {said}, but nothing failed")),
        (_, false, false) => {
            (Verdict::Violated, format!("expected {said}, but no execution ends like this"))
        }
    }
}

/// In what the executions of a program may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variety {
    /// In nothing: the program says that it has exactly one.
    None,
    /// In nothing that was seen: no two threads could move at once, and there was nothing to choose.
    Unseen,
    /// In nothing but choices.
    Choices,
    /// In the order in which threads move.
    Threads,
}

fn held_or_vacuous(report: &Report, variety: Variety) -> (Verdict, String) {
    let required = |name: &String| report.job.sometimes.contains(name);
    let unmet = report.sometimes.iter().filter(|(name, count)| *count == 0 && required(name));
    let unmet: Vec<&str> = unmet.map(|(name, _)| &**name).collect();
    if !unmet.is_empty() {
        return (Verdict::Vacuous, format!("never happened: {}", unmet.join(", ")));
    }
    if report.executions == 0 {
        return (Verdict::Vacuous, "nothing ran".into());
    }
    let why = match (variety, report.executions) {
        (Variety::Unseen, _) | (Variety::Choices, 1) => {
            "no two threads could run at once, so there was nothing to explore; if the program is meant to have one \
             execution, add `deterministic = true`"
        }
        (Variety::Threads, 1) => "two threads could run at once, but there was only one execution",
        (Variety::None | Variety::Choices | Variety::Threads, _) => {
            return (Verdict::Held, String::new())
        }
    };
    (Verdict::Vacuous, why.into())
}

/// The bug in words: its issue, if its name is a number.
fn named(bug: &str) -> String {
    if bug.split('/').next().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        format!("golang/go#{bug}")
    } else {
        bug.into()
    }
}

/// A throw has to have the exact text; of a check's message the part that is expected is enough.
fn is_expected(check: &str, message: &str, found: &Found) -> bool {
    let text = match check {
        "throw" => found.message == message,
        _ => found.message.contains(message),
    };
    found.check == check && text
}

fn described(found: &Found) -> String {
    format!("{}: {}", found.check, found.message)
}
