//! scratch
use checks::report::*;
use std::sync::Arc;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let engine = sync::ENGINE;
    let mut limits = checks::suite::limits(engine);
    if let Some(b) = a.get(4) {
        limits.bound = if b == "none" { None } else { Some(b.parse().unwrap()) };
        limits.executions = a.get(5).map_or(limits.executions, |n| n.parse().unwrap());
    }
    let list = |s: &str, all: Vec<String>| {
        if s == "all" {
            all
        } else {
            s.split(',').map(String::from).collect::<Vec<_>>()
        }
    };
    for row in list(&a[1], regressions::rows::all().into_iter().map(|r| r.name).collect()) {
        for scenario in list(&a[2], checks::scenarios::all().into_iter().map(|s| s.name).collect())
        {
            let job = Job {
                suite: "try".into(),
                scenario: scenario.clone(),
                row: row.clone(),
                only: std::env::var("ONLY").ok(),
                mode: if a[3] == "s" { Mode::Symptoms } else { Mode::Invariants },
                limits: limits.clone(),
                sometimes: if std::env::var("S").is_ok() {
                    checks::sometimes::ALL.iter().map(|s| s.name.to_string()).collect()
                } else {
                    vec![]
                },
                expect: Expect::Holds,
            };
            let max: u64 = std::env::var("MAX").map_or(2_000_000, |m| m.parse().unwrap());
            let out = match regressions::runs::run(&job, move |n| {
                if n >= max {
                    sync::Control::Stop
                } else {
                    sync::Control::Go
                }
            }) {
                Ok(o) => o,
                Err(e) => {
                    println!("{row} {scenario}: {e}");
                    continue;
                }
            };
            let r = &out.report;
            println!(
                "{row} {scenario} {} {:?} {} ex {} {:.2}s found {:?}",
                r.size,
                r.verdict,
                r.extent,
                r.executions,
                r.seconds,
                r.found.as_ref().map(|f| (&f.check, &f.message))
            );
            if std::env::var("S").is_ok() {
                println!("   {:?}", r.sometimes);
            }
            if std::env::var("CEX").is_ok() {
                if let Some(c) = regressions::runs::record(&out).unwrap() {
                    for s in &c.steps {
                        println!(
                            "{:4} M{} P{:?} G{:?} {:22} {} {} {} {:?}",
                            s.step,
                            s.thread,
                            s.p,
                            s.g,
                            s.function,
                            s.action,
                            s.object,
                            s.value,
                            s.changed
                        );
                    }
                    println!("{:?}", regressions::runs::replay(&c));
                }
            }
        }
    }
    let _ = Arc::new(0);
}
