//! The verdict of each model, and that of all tests together.

use harness::verdict::Verdict;
use serde::Serialize;

use crate::loom_tests::ran::Ran;
use crate::loom_tests::tested::{End, Model, Tested};
use crate::text::output::counted;

/// The extent of a search without a bound that has ended.
const EXHAUSTIVE: &str = "exhaustive";

/// A model, or a test that did not get as far as a verdict by its models.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// The target: `lib`, `tests/loom`.
    pub(super) target: String,
    pub(super) test: String,
    pub(super) verdict: Verdict,
    /// Why, if there is something to say.
    pub(super) note: String,
    /// The numbers; none for a failure outside of models.
    #[serde(flatten)]
    pub(super) model: Option<Model>,
    /// How to run exactly the execution that failed.
    pub(super) again: Option<String>,
    /// The same model under the real loom.
    pub(super) loom: Option<Model>,
    /// The last lines that the test printed, if it failed outside of models.
    #[serde(skip)]
    pub(super) tail: String,
}

/// The results of all tests.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) models: Vec<Row>,
    /// What counts for the verdict beside the models: the verdict, and why.
    pub(super) remarks: Vec<(Verdict, String)>,
    /// What is worth knowing and counts for nothing.
    pub(super) asides: Vec<String>,
}

impl Judged {
    /// Judges the tests, and puts those of the real loom beside them.
    pub(super) fn new(ours: Ran<'_>, beside: Ran<'_>, filters: &[String]) -> Self {
        let mut rows: Vec<Row> = ours.tests.iter().flat_map(rows_of).collect();
        let mut remarks = nothing_explored(&ours, &rows, filters);
        for ran in [&ours, &beside] {
            if ran.left > 0 {
                let left = counted(ran.left as u64, "test");
                remarks.push((Verdict::Incomplete, format!("interrupted before {left} ran")));
            }
        }
        let (mut asides, mut missing) = (asides(&ours), Vec::new());
        for test in &beside.tests {
            missing.extend(put_beside(test, &mut rows, &mut remarks));
        }
        asides.append(&mut missing);
        let verdicts = rows.iter().map(|row| row.verdict);
        let verdict = Verdict::worst(verdicts.chain(remarks.iter().map(|(verdict, _)| *verdict)));
        Judged { verdict, models: rows, remarks, asides }
    }
}

/// The rows of a test: one for each model, and one for a failure that no model reports.
fn rows_of(test: &Tested) -> Vec<Row> {
    let mut rows: Vec<Row> = test.models.iter().map(|model| row_of(test, model)).collect();
    let fails = |row: &Row| row.verdict >= Verdict::Violated;
    let is_cut = rows.iter().any(|row| row.verdict == Verdict::Incomplete);
    let outside = match &test.end {
        End::Passed => None,
        End::Failed if rows.iter().any(fails) => None,
        End::Failed if is_cut => Some((
            Verdict::Incomplete,
            "the test fails after a model whose search did not end, and may depend on what was left out".into(),
        )),
        End::Failed => Some((Verdict::Violated, "the test fails, and none of its models does".into())),
        End::Interrupted => Some((Verdict::Incomplete, "interrupted".into())),
        End::Broken(why) => Some((Verdict::Error, why.clone())),
    };
    rows.extend(outside.map(|(verdict, note)| Row {
        target: test.target.clone(),
        test: test.name.clone(),
        verdict,
        note,
        model: None,
        again: None,
        loom: None,
        tail: test.tail.clone(),
    }));
    rows
}

fn row_of(test: &Tested, model: &Model) -> Row {
    let why = model.why.clone().unwrap_or_default();
    let (verdict, note) = match model.verdict {
        // With a bound that the user has chosen, one execution may be all there is.
        Verdict::Held
            if model.executions == 1 && model.concurrent && model.extent == EXHAUSTIVE =>
        {
            (
                Verdict::Vacuous,
                "two threads could move, but there was only one execution".to_owned(),
            )
        }
        // `should_panic`, or a test that catches the panic.
        Verdict::Violated if test.end == End::Passed => {
            (Verdict::Held, format!("fails, as the test expects: {}", first_line(&why)))
        }
        verdict => (verdict, why),
    };
    let again = model.schedule.as_ref().filter(|_| verdict == Verdict::Violated);
    let again = again.map(|schedule| {
        format!(
            "PIDLE_MODEL={} PIDLE_SCHEDULE='{schedule}' {} {} --exact --nocapture",
            model.model,
            test.program.display(),
            test.name
        )
    });
    Row {
        target: test.target.clone(),
        test: test.name.clone(),
        verdict,
        note,
        model: Some(model.clone()),
        again,
        loom: None,
        tail: String::new(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// In which way nothing was explored, if so.
fn nothing_explored(ran: &Ran<'_>, rows: &[Row], filters: &[String]) -> Vec<(Verdict, String)> {
    let mut remarks = Vec::new();
    let models = || rows.iter().filter_map(|row| row.model.as_ref());
    if ran.tests.is_empty() && ran.left == 0 {
        let what = match filters {
            [] => "there is no test: is it behind another --cfg or --features?".to_owned(),
            _ => format!("no test has {} in its name", filters.join(" or ")),
        };
        return vec![(Verdict::Vacuous, what)];
    }
    if models().next().is_none() {
        let what = "no test ran a model: is it behind another --cfg or --features?";
        return vec![(Verdict::Vacuous, what.into())];
    }
    if !models().any(|model| model.concurrent || model.verdict >= Verdict::Incomplete) {
        let what =
            "in no model could two threads move at the same time, so nothing was interleaved";
        remarks.push((Verdict::Vacuous, what.into()));
    }
    // With filters, that a program has no such test is nothing special.
    let wanted =
        ran.programs.iter().filter(|program| program.must_have_models && filters.is_empty());
    for program in wanted {
        let has = rows.iter().any(|row| row.target == program.target && row.model.is_some());
        if !has {
            let what = format!("{}: none of its tests ran a model", program.target);
            remarks.push((Verdict::Vacuous, what));
        }
    }
    remarks
}

fn asides(ran: &Ran<'_>) -> Vec<String> {
    let plain = |test: &&Tested| test.models.is_empty() && test.end == End::Passed;
    let plain = ran.tests.iter().filter(plain).count() as u64;
    let has = |plain| if plain == 1 { "has no model" } else { "have no model" };
    let mut asides = Vec::new();
    asides.extend(
        (plain > 0).then(|| format!("{} passed and {}", counted(plain, "other test"), has(plain))),
    );
    let ignored = ran.ignored as u64;
    asides.extend(
        (ignored > 0).then(|| format!("{} marked #[ignore] did not run", counted(ignored, "test"))),
    );
    asides
}

/// Puts the models of the real loom beside ours, and returns what it has to say of the test besides.
fn put_beside(
    test: &Tested,
    rows: &mut [Row],
    remarks: &mut Vec<(Verdict, String)>,
) -> Vec<String> {
    let mut asides = Vec::new();
    for model in &test.models {
        let is_it = |row: &&mut Row| {
            let ours = row.model.as_ref().is_some_and(|ours| ours.model == model.model);
            ours && row.target == test.target && row.test == test.name
        };
        let Some(row) = rows.iter_mut().find(is_it) else { continue };
        row.loom = Some(model.clone());
        let ours = row.model.as_ref().map(|ours| ours.verdict);
        if model.verdict == Verdict::Violated
            && ours != Some(Verdict::Violated)
            && test.end != End::Passed
        {
            let why = first_line(model.why.as_deref().unwrap_or_default());
            let what = format!(
                "{} {} fails under the real loom and not here: {why}. It may need weak memory, or be one of loom's false \
                 alarms (sequentially consistent accesses count as acquire and release there)",
                test.target, test.name
            );
            remarks.push((Verdict::Violated, what));
        }
    }
    let of_a_model = test.models.iter().any(|model| model.verdict == Verdict::Violated);
    let why = match &test.end {
        End::Broken(why) => Some(why.as_str()),
        End::Failed if !of_a_model => Some("the test fails, and none of its models does"),
        _ => None,
    };
    asides.extend(why.map(|why| format!("the real loom, {} {}: {why}", test.target, test.name)));
    asides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loom_tests::programs::Program;

    fn model(verdict: Verdict, executions: u64, concurrent: bool) -> Model {
        Model {
            model: 1,
            verdict,
            extent: EXHAUSTIVE.into(),
            why: (verdict > Verdict::Held).then(|| "deadlock".into()),
            states: 10,
            executions,
            steps: 5,
            cpu_seconds: 0.1,
            seconds: 0.1,
            concurrent,
            preemptions: None,
            schedule: (verdict == Verdict::Violated).then(|| "explore 1: 0".into()),
            interleaving: None,
        }
    }

    fn tested(models: Vec<Model>, end: End) -> Tested {
        let (target, name) = ("tests/a".into(), "t".into());
        Tested { target, name, models, end, tail: "the tail".into(), program: "a".into() }
    }

    fn judged(tests: Vec<Tested>, beside: Vec<Tested>, filters: &[&str]) -> Judged {
        let programs = [Program {
            target: "tests/a".into(),
            path: "a".into(),
            folder: ".".into(),
            must_have_models: true,
        }];
        let ran = |tests| Ran { programs: &programs, tests, ignored: 0, left: 0 };
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).into()).collect();
        Judged::new(ran(tests), ran(beside), &filters)
    }

    fn verdict(models: Vec<Model>, end: End) -> Verdict {
        judged(vec![tested(models, end)], Vec::new(), &[]).verdict
    }

    #[test]
    fn the_worst_model_counts() {
        use Verdict::{Error, Held, Incomplete, Violated};
        let held = || model(Held, 9, true);
        assert_eq!(verdict(vec![held(), held()], End::Passed), Held);
        assert_eq!(verdict(vec![held(), model(Incomplete, 9, true)], End::Passed), Incomplete);
        assert_eq!(verdict(vec![held(), model(Violated, 9, true)], End::Failed), Violated);
        assert_eq!(verdict(vec![held(), model(Error, 9, true)], End::Failed), Error);
        // An error that the test expects, as with `should_panic`, is an error all the same.
        assert_eq!(verdict(vec![held(), model(Error, 9, true)], End::Passed), Error);
    }

    #[test]
    fn what_explores_nothing_is_vacuous() {
        use Verdict::{Held, Vacuous};
        assert_eq!(verdict(vec![model(Held, 1, true)], End::Passed), Vacuous);
        let bounded = Model { extent: "bound 0".into(), ..model(Held, 1, true) };
        assert_eq!(verdict(vec![bounded], End::Passed), Held);
        let bounded = Model { extent: "bound 0".into(), ..model(Held, 1, true) };
        assert_eq!(verdict(vec![bounded], End::Passed), Held);
        assert_eq!(verdict(vec![model(Held, 1, false)], End::Passed), Vacuous, "one thread");
        assert_eq!(verdict(vec![model(Held, 1, false), model(Held, 9, true)], End::Passed), Held);
        assert_eq!(verdict(Vec::new(), End::Passed), Vacuous, "no model");
        assert_eq!(judged(Vec::new(), Vec::new(), &["x"]).verdict, Vacuous, "no test");
        let other =
            Tested { target: "lib".into(), ..tested(vec![model(Held, 9, true)], End::Passed) };
        let judged = |filters| judged(vec![other.clone()], Vec::new(), filters);
        assert_eq!(judged(&[]).verdict, Vacuous, "tests/a has no model");
        assert_eq!(judged(&["t"]).verdict, Held);
    }

    #[test]
    fn a_failure_counts_wherever_it_is_unless_it_is_expected() {
        use Verdict::{Error, Held, Incomplete, Violated};
        let held = || model(Held, 9, true);
        assert_eq!(verdict(vec![held()], End::Failed), Violated);
        assert_eq!(verdict(vec![held(), model(Incomplete, 9, true)], End::Failed), Incomplete);
        assert_eq!(verdict(vec![held()], End::Broken("signal 11".into())), Error);
        assert_eq!(verdict(vec![held()], End::Interrupted), Incomplete);
        let expected =
            judged(vec![tested(vec![model(Violated, 9, true)], End::Passed)], Vec::new(), &[]);
        assert_eq!(expected.verdict, Held);
        assert_eq!(expected.models[0].note, "fails, as the test expects: deadlock");
    }

    #[test]
    fn a_failure_of_the_real_loom_alone_counts_too() {
        use Verdict::{Held, Incomplete, Violated};
        let with = |ours: Verdict, loom: Verdict, end: End| {
            let of = |verdict| vec![model(verdict, 9, true)];
            judged(vec![tested(of(ours), End::Passed)], vec![tested(of(loom), end)], &[])
        };
        let found = with(Held, Violated, End::Failed);
        assert_eq!(found.verdict, Violated);
        assert!(found.remarks[0].1.contains("weak memory"), "{:?}", found.remarks);
        assert_eq!(
            with(Held, Incomplete, End::Passed).verdict,
            Held,
            "loom's own limits do not count"
        );
        let outside = with(Held, Held, End::Failed);
        assert_eq!((outside.verdict, outside.asides.len()), (Held, 1), "{:?}", outside.asides);
        assert_eq!(with(Held, Held, End::Passed).models[0].loom.as_ref().unwrap().executions, 9);
    }
}
