//! Kernels of what sysmon decides by the clock: when it polls, when it looks at the number of CPUs, and when it forces a garbage
//! collection. A program gets on as well if it does so too often.

use runtime_model::event::NoWitness;
use runtime_model::m::{MId, M};
use runtime_model::program::{Action, Clock, Descriptor, Program};
use runtime_model::steps::Steps;
use runtime_model::{Sched, Time};
use sync::Arc;

use super::{program, start};

/// The world of a program with sysmon, in real time, and with a descriptor; beside a thread that asks how many spin.
fn world(steps: Steps, script: Vec<Action>) -> Arc<Sched> {
    let program = Program {
        clock: Clock::Real { early: 0 },
        descriptors: vec![Descriptor { name: "fd", outside: false }],
        sysmon: Some(0),
        scripts: vec![script],
        ..program(2, 1)
    };
    let (sched, _m, _others) = start(program, steps, Arc::new(NoWitness));
    let other = sched.clone();
    sync::spawn(move || {
        (other.steps().spinners)(&other);
    });
    sched
}

/// How sysmon polls, at that time.
pub type Poll = fn(&Sched, &M, Time) -> bool;

/// `lastpoll`, the time, and `lastpoll` once sysmon has made its round: the time, if it has polled. 0 is an M that polls.
const POLLS: &[(Time, Time, Time)] =
    &[(1, 10, 1), (1, 11, 1), (1, 12, 12), (0, 12, 0), (0, 100, 0), (90, 100, 90), (89, 100, 100)];

/// sysmon polls if no M has polled for 10 ms, and none polls now.
pub fn polls(steps: Steps, poll: Poll) {
    let sched = world(steps, vec![]);
    let sysmon = M::of_kernel(MId::SYSMON);
    for &(last, now, after) in POLLS {
        sched.lastpoll.store(last);
        let found = poll(&sched, &sysmon, now);
        let left = sched.lastpoll.load();
        assert!(
            left == after && !found,
            "sysmon-polls: {left} is left of {last} at {now}, not {after}; a G is found: {found}"
        );
    }
}

/// The GOMAXPROCS that sysmon is to set, at that time.
pub type ProcsToSet = fn(&Sched, Time) -> Option<u32>;

/// The time, the number of CPUs, and what sysmon is to set: GOMAXPROCS is 2.
const CPUS: &[(Time, u32, Option<u32>)] = &[
    (2_000, 2, None),
    // It has just looked.
    (2_001, 3, None),
    (2_999, 3, None),
    (3_000, 3, Some(3)),
    (3_999, 1, None),
    (4_000, 1, Some(1)),
    (5_000, 2, None),
    (5_500, 1, None),
];

/// sysmon looks at the number of CPUs once a second, and is to set that number if GOMAXPROCS is another.
pub fn cpus(steps: Steps, procs_to_set: ProcsToSet) {
    let sched = world(steps, vec![Action::UpdateGomaxprocs]);
    for &(now, cpus, expected) in CPUS {
        sched.world.cpus.store(cpus);
        let procs = procs_to_set(&sched, now);
        assert!(
            procs == expected,
            "cpus: {procs:?} is to be set at {now}, not {expected:?}: there are {cpus} CPUs"
        );
    }
}

/// Whether a garbage collection is to be forced, at that time.
pub type IsToBeForced = fn(&Sched, Time) -> bool;

/// The end of the last cycle, or 0 if there was none; the time; whether workers mark; and whether one is to be forced.
const FORCED: &[(Time, Time, bool, bool)] = &[
    (0, 500_000, false, false),
    (5, 120_005, false, false),
    (5, 120_006, false, true),
    (5, 120_006, true, false),
    (5, 6, false, false),
];

/// A garbage collection is forced if none goes on, and more than two minutes are over since the last.
pub fn forced(steps: Steps, is_to_be_forced: IsToBeForced) {
    let sched = world(steps, vec![Action::ForcedGc(0)]);
    for &(last, now, marking, expected) in FORCED {
        sched.gc.last_gc.store(last);
        sched.gc.blacken_enabled.store(marking);
        let forces = is_to_be_forced(&sched, now);
        assert!(
            forces == expected,
            "forced: {forces} at {now}, not {expected}: the last cycle ended at {last}; marking: {marking}"
        );
    }
}
