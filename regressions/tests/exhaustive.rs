//! The core holds in every state that it can reach.

mod common;

use checks::report::Mode;
use checks::run::{self, Subject, What};
use checks::{scenarios, suite};
use regressions::rows;
use sync::{End, Explored, Options};

fn search(scenario: &str, options: Options) -> Explored {
    let steps = rows::find(suite::FIXED).expect("the row").steps;
    let what = What::Scenario(scenarios::find(scenario).expect("a scenario of that name"));
    let subject = Subject { what, steps, sources: Vec::new() };
    let mut job = common::job(scenario, Mode::Invariants);
    job.limits.bound = None;
    job.limits.audit = std::env::var("AUDIT").map_or(0, |k| k.parse().expect("AUDIT: a number"));
    run::search(&subject, &job, options).expect("a search").0
}

/// Not a test of anything: how much there is to search. `SEARCH=S1,S1-3m` says of what.
#[test]
#[ignore = "prints figures"]
fn figures() {
    let names = std::env::var("SEARCH").unwrap_or_else(|_| "S1,S2,S3,S4".into());
    for name in names.split(',') {
        let began = std::time::Instant::now();
        let explored = search(name, Options::default());
        let seconds = began.elapsed().as_secs_f64();
        let searched = explored.searched.expect("searched");
        println!(
            "{name}: {:.2} s {:?} {:?} {:?}",
            seconds, explored.end, searched.incomplete, searched.statistics
        );
    }
}

sync::searched! {
    /// S2's number is the model's: it changes with every operation and every checkpoint of it.
    fn s2_holds_in_every_state() {
        let explored = search("S2", Options::default());
        assert_eq!(explored.end, End::Complete);
        let searched = explored.searched.expect("searched");
        assert_eq!((searched.incomplete, searched.bound), (None, None));
        assert_eq!(searched.statistics.states, 204);
    }
}
