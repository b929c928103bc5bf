//! What the reader sees of the mutants: a line for each, and what they come to together.

use std::collections::BTreeMap;
use std::fmt::Write;

use harness::verdict::Verdict;

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

fn runs(Survival { runs: [all, ended], notes, seconds, .. }: &Survival) -> String {
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
        let vacuous = matches!(&survivor.fate, Fate::Survived(Survival { is_vacuous: true, .. }));
        let more = if vacuous { ", though a run of the gate becomes vacuous" } else { "" };
        let _ = writeln!(text, "  survives{more}: {}", survivor.site);
    }
    for listed in &wrong {
        let _ = writeln!(text, "  killed, but listed as equivalent: {}", listed.site);
    }
    let many = equivalent * EQUIVALENT_ONE_IN > done.len();
    if many {
        let _ = writeln!(text, "  more than one in {EQUIVALENT_ONE_IN} are listed as equivalent");
    }
    let verdict = match survivors.is_empty() && wrong.is_empty() && !many {
        _ if done.is_empty() => Verdict::Vacuous,
        true => Verdict::Held,
        false => Verdict::Violated,
    };
    (text, verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Place;

    fn site() -> Site {
        let place = Place {
            file: "a.rs".into(),
            function: "f".into(),
            mutation: "leave out !".into(),
            text: "!a".into(),
            nth: 0,
        };
        Site {
            place,
            line: 3,
            range: 0..0,
            open: String::new(),
            close: String::new(),
            stays: false,
        }
    }

    /// So many that are killed, survive, are equivalent, and are killed though listed.
    fn of(site: &Site, counts: [usize; 4]) -> (String, Verdict) {
        let killed = || {
            let kill = Kill {
                kind: Kind::Suite,
                by: "a check".into(),
                run: "core/sleep-ready-park".into(),
                seconds: [0.0, 0.0],
            };
            Fate::Killed(kill)
        };
        let survived = || Fate::Survived(Survival::default());
        let fates: [(&dyn Fn() -> Fate, Option<&str>); 4] =
            [(&killed, None), (&survived, None), (&survived, Some("why")), (&killed, Some("why"))];
        let done = fates.iter().zip(counts).flat_map(|((fate, listed), n)| {
            (0..n).map(move |_| Done { site, listed: *listed, fate: fate() })
        });
        summary(&done.collect::<Vec<_>>(), 1.0)
    }

    #[test]
    fn all_have_to_be_killed_but_those_that_are_listed() {
        let site = site();
        assert_eq!(of(&site, [9, 0, 1, 0]).1, Verdict::Held);
        assert_eq!(of(&site, [0; 4]).1, Verdict::Vacuous);
        let (text, verdict) = of(&site, [8, 1, 1, 0]);
        assert_eq!(verdict, Verdict::Violated);
        assert!(
            text.contains("10 mutants: 8 killed (suites 8), 1 equivalent, 1 survive: 88.9 % of 9"),
            "{text}"
        );
        assert!(text.contains("  survives: a.rs:3: f: leave out !: `!a`"), "{text}");
    }

    #[test]
    fn a_list_that_is_wrong_or_too_long_is_told() {
        let site = site();
        let (text, verdict) = of(&site, [8, 0, 2, 0]);
        assert_eq!(verdict, Verdict::Violated);
        assert!(text.contains("more than one in 10 are listed as equivalent"), "{text}");
        let (text, verdict) = of(&site, [9, 0, 0, 1]);
        assert_eq!(verdict, Verdict::Violated);
        assert!(text.contains("killed, but listed as equivalent: a.rs:3"), "{text}");
    }
}
