//! smol-rs/event-listener#138: `notify` looks first whether there are listeners at all. Without a barrier between the store
//! before the look and the look, it may miss a listener that misses the store.

use programs::{spawn, Arc, AtEnd, Atomic, Parker, Program, Report, Verdict, ENGINE};

const NOTIFIED: &str = "a listener is notified";

/// Which threads order their store before their load.
#[derive(Clone, Copy)]
enum Barriers {
    None,
    Notifier,
    Both,
}

struct Event {
    listeners: Atomic<u32>,
    flag: Atomic<u32>,
    listener: Parker,
}

fn program(looks_first: bool, barriers: Barriers) -> AtEnd {
    let event = Arc::new(Event {
        listeners: Atomic::new("listeners", 0),
        flag: Atomic::new("flag", 0),
        listener: Parker::new("listener"),
    });
    let (listens, notifies) = (event.clone(), event.clone());
    spawn(move || {
        let seen = match barriers {
            Barriers::Both => {
                listens.listeners.store(1);
                listens.flag.load()
            }
            Barriers::None | Barriers::Notifier => {
                listens.listeners.store_rel(1);
                listens.flag.load_acq()
            }
        };
        if seen == 0 {
            listens.listener.park();
        }
    });
    spawn(move || {
        let seen = match barriers {
            Barriers::None => {
                notifies.flag.store_rel(1);
                notifies.listeners.load_acq()
            }
            Barriers::Notifier => {
                notifies.flag.store(1);
                notifies.listeners.load_acq()
            }
            Barriers::Both => {
                notifies.flag.store(1);
                notifies.listeners.load()
            }
        };
        if seen == 1 || !looks_first {
            notifies.listener.unpark();
        }
    });
    AtEnd::at_rest().holds(NOTIFIED, move || {
        if event.listener.is_parked() {
            Err("it is parked for good".to_owned())
        } else {
            Ok(())
        }
    })
}

fn run(start: fn() -> AtEnd) -> Report {
    Program::new("event-listener 138", start).run()
}

/// loom alone has weak memory. A stale value is marked where it is read.
#[programs::test(exploring)]
fn the_early_look_needs_barriers_on_both_sides() {
    let none = run(|| program(true, Barriers::None));
    let one = run(|| program(true, Barriers::Notifier));
    if ENGINE.name() == "loom" {
        for report in [&none, &one] {
            assert_eq!(report.verdict, Verdict::Violated, "{report}");
            let found = report.found.as_ref().expect("a failure");
            assert_eq!(found.check, NOTIFIED);
            let stale =
                |step: &&programs::report::Step| step.value.contains("stale: the latest is 1");
            assert!(found.story.iter().any(|step| stale(&step)), "{report}");
        }
        return;
    }
    // The others take weak operations for strong ones, and say so.
    assert_eq!(none.verdict, Verdict::Vacuous, "{none}");
    assert!(none.why.contains("programs/loom"), "{none}");
    assert_eq!(one.verdict, Verdict::Held, "{one}");
    assert!(one.warnings.iter().any(|warning| warning.contains("run it with loom")), "{one}");
}

#[programs::test(exploring)]
fn with_both_barriers_or_without_the_look_it_holds() {
    let both = run(|| program(true, Barriers::Both));
    assert_eq!((both.verdict, both.warnings.len()), (Verdict::Held, 0), "{both}");
    let no_look = run(|| program(false, Barriers::None));
    // Nothing but weak operations: no verdict but loom's.
    let loom = ENGINE.name() == "loom";
    assert_eq!(no_look.verdict, if loom { Verdict::Held } else { Verdict::Vacuous }, "{no_look}");
}
