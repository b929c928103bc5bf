//! All rows of the step table, by name: the bases, the releases, and the mutants of each bug.

use harness::variant::Variant;
use runtime_model::steps::{GO_13F6BE28, GO_1_19, GO_1_27, GO_FIXED};

use crate::{bug, release, truth, BUGS};

/// All rows.
pub fn all() -> Vec<Variant> {
    let mut rows = (checks::CONTENT.variants)();
    rows.extend([
        Variant::new(
            "GO_13F6BE28",
            "commit 13f6be28, the fix of golang/go#53294, as it was",
            GO_13F6BE28,
        ),
        Variant::new("GO_1_19", "Go 1.19, the release", GO_1_19),
        Variant::new("GO_1_27", "Go 1.27.3, the newest release", GO_1_27),
        Variant::new(
            "GO_FIXED",
            "Go 1.27.3 with every known bug mended: what has to hold, holds",
            GO_FIXED,
        ),
    ]);
    for known in release::expected() {
        for row in [known.row, known.fixed_row] {
            if rows.iter().all(|other| other.name != row) {
                let steps = release::steps_of(row);
                rows.push(Variant::new(row, &about(row), steps.expect("a release with mends")));
            }
        }
    }
    for row in truth::rows() {
        if rows.iter().all(|other| other.name != row.name) {
            rows.push(Variant::new(&row.name, &row.about, row.steps));
        }
    }
    for bug in BUGS {
        rows.extend(bug.mutants.iter().map(|m| Variant {
            aliases: bug.aliases.iter().map(|alias| format!("{alias}/{}", m.name)).collect(),
            ..Variant::new(&m.row(bug), m.about, m.steps)
        }));
    }
    for row in &mut rows {
        row.aliases.extend(row.name.contains(bug::FIX).then(|| older(&row.name)));
    }
    rows
}

/// What a row is in which bugs are mended, by its name: the release, and the bugs; of one alone, what it is, too.
fn about(row: &str) -> String {
    let (release, mended) = row.split_once(bug::FIX).unwrap_or((row, ""));
    let names: Vec<&str> = mended.split(bug::FIX).flat_map(|all| all.split(bug::AND)).collect();
    let bug = |name: &str| BUGS.iter().find(|bug| bug.number == name);
    let called = |name: &&str| match (bug(name), name.split_once("-as-in-")) {
        (Some(bug), _) => bug.name(),
        (None, Some((name, release))) => {
            let of = bug(name).map_or_else(|| name.into(), |bug| bug.name());
            format!("{of} as Go {release} has it")
        }
        (None, None) => (*name).into(),
    };
    let all = names.iter().map(called).collect::<Vec<_>>().join(" and ");
    let title = match names[..] {
        [one] => bug(one).map_or_else(String::new, |bug| format!(": {}", bug.title)),
        _ => String::new(),
    };
    format!("{release} with the mend of {all}{title}")
}

/// The older name of a row in which bugs are mended.
fn older(name: &str) -> String {
    let name = name.replace("due-timer-and-pollers-window", "defects-2-and-3");
    name.replace("due-timer", "defect-2").replace(bug::FIX, "+")
}

/// The row of that name, or of that older name.
pub fn find(name: &str) -> Option<Variant> {
    all().into_iter().find(|row| row.is_called(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_name_of_its_own() {
        let names = all().into_iter().flat_map(|row| row.aliases.into_iter().chain([row.name]));
        let mut names: Vec<String> = names.collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(find("GO_13F6BE28+45867").is_some_and(|row| row.name == "GO_13F6BE28+fix-45867"));
        assert!(find("GO_1_27+defect-2").is_some_and(|row| row.name == "GO_1_27+fix-due-timer"));
        assert!(
            find("N4/as-in-1.20").is_some_and(|row| row.name == "handoff-beside-wakep/as-in-1.20")
        );
    }

    #[test]
    fn a_row_with_mends_says_of_which_release_and_of_which_bugs() {
        let about = |name| find(name).expect("a row").about;
        let title = "an M that never spun drops its P while a waker finds none";
        let one = format!("GO_13F6BE28 with the mend of golang/go#45867: {title}");
        assert_eq!(about("GO_13F6BE28+fix-45867"), one);
        let two = "GO_13F6BE28 with the mend of golang/go#45867 and golang/go#63555";
        assert_eq!(about("GO_13F6BE28+fix-45867-and-63555"), two);
        let as_in_go = "GO_13F6BE28 with the mend of golang/go#45867 as Go 1.20 has it";
        assert_eq!(about("GO_13F6BE28+fix-45867-as-in-1.20"), as_in_go);
    }

    #[test]
    fn a_row_with_mends_is_the_release_with_each_of_them() {
        let of = |row| {
            let steps = release::steps_of(row)?;
            Some((steps.p_for_due_timer as usize, steps.asked_at_handoff as usize))
        };
        let (timer, handoff) = of("GO_1_27").expect("a release");
        let (fixed_timer, fixed_handoff) =
            of("GO_1_27+fix-due-timer-and-handoff-beside-wakep").expect("two mends");
        assert!(fixed_timer != timer && fixed_handoff != handoff);
        assert_eq!(of("GO_1_27+fix-due-timer"), Some((fixed_timer, handoff)));
        let chained = "GO_1_27+fix-handoff-beside-wakep+fix-due-timer";
        assert_eq!(of(chained), Some((fixed_timer, fixed_handoff)));
        assert_eq!((of("GO_1_27+fix-nothing"), of("GO_1_4")), (None, None));
    }
}
