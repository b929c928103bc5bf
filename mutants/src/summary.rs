//! What the reader sees of the mutants: a line for each, and what they come to together.

use std::collections::BTreeMap;
use std::fmt::Write;

use checks::verdict::Verdict;

use crate::baseline::Kind;
use crate::site::Site;
use crate::trial::{Fate, Kill, Survival};

/// A mutant, and what came of it.
pub struct Done<'p> {
    /// Which.
    pub site: &'p Site,
    /// Why it is listed as one that changes nothing, if it is.
    pub listed: Option<&'p str>,
    /// What came of it.
    pub fate: Fate,
}

/// At most one in so many may be equivalent.
const EQUIVALENT_ONE_IN: usize = 10;

/// The line of a mutant, the `n`-th of so many.
pub fn line(done: &Done, n: usize, of: usize) -> String {
    let fate = match (&done.fate, done.listed) {
        (Fate::Killed(Kill { by, run, seconds, .. }), _) => {
            format!("killed by {by}, on {run}, in {:.1} s of {:.1}", seconds[0], seconds[1])
        }
        (Fate::Survived(survival), None) => format!("SURVIVED {}", runs(survival)),
        (Fate::Survived(survival), Some(_)) => format!("equivalent, {}", runs(survival)),
    };
    format!("[{n}/{of}] {}\n    {fate}\n", done.site)
}

fn runs(Survival { runs: [all, ended], notes, seconds }: &Survival) -> String {
    let mut text = match all {
        0 => "no run reaches it".to_string(),
        _ => format!("{ended} of the {all} runs that reach it hold, {seconds:.0} s"),
    };
    for note in notes {
        let _ = write!(text, "\n      {}", note.lines().next().unwrap_or_default());
    }
    text
}

/// All of them, and the verdict: held if all are killed but those that are listed.
pub fn summary(done: &[Done], seconds: f64) -> (String, Verdict) {
    let killed = done.iter().filter(|done| matches!(done.fate, Fate::Killed(_)));
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for done in killed.clone() {
        if let Fate::Killed(kill) = &done.fate {
            *kinds.entry(kill.kind).or_default() += 1;
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{} {n}", kind.name())).collect();
    let wrong: Vec<&Done> = killed.clone().filter(|done| done.listed.is_some()).collect();
    let survived = done.iter().filter(|done| matches!(done.fate, Fate::Survived(_)));
    let equivalent = survived.clone().filter(|done| done.listed.is_some()).count();
    let survivors: Vec<&Done> = survived.filter(|done| done.listed.is_none()).collect();
    let killed = killed.count();
    let counted = done.len() - equivalent;
    let share = 100.0 * killed as f64 / counted.max(1) as f64;
    let mut text = format!(
        "\n{} mutants: {killed} killed ({}), {equivalent} equivalent, {} survive: {share:.1} % of {counted} are \
         killed, in {seconds:.0} s\n",
        done.len(),
        kinds.join(", "),
        survivors.len(),
    );
    for survivor in &survivors {
        let _ = writeln!(text, "  survives: {}", survivor.site);
    }
    for listed in &wrong {
        let _ = writeln!(text, "  killed, but listed as equivalent: {}", listed.site);
    }
    let many = equivalent * EQUIVALENT_ONE_IN > done.len();
    if many {
        let _ = writeln!(text, "  more than one in {EQUIVALENT_ONE_IN} are listed as equivalent");
    }
    let good = survivors.is_empty() && wrong.is_empty() && !many;
    (text, if good { Verdict::Held } else { Verdict::Violated })
}
