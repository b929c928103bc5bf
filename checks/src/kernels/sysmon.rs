//! Kernels of what sysmon decides by the clock: when it polls, when it looks at the number of CPUs, when it forces a garbage
//! collection, and when it takes a P out of a system call. A program gets on as well if it does so too often.

use runtime_model::event::NoWitness;
use runtime_model::g::{GId, GStatus};
use runtime_model::m::{MId, M};
use runtime_model::p::PId;
use runtime_model::program::{Action, Clock, Descriptor, Program};
use runtime_model::steps::{Steps, SysmonSteps};
use runtime_model::sysmon::SLICE;
use runtime_model::{Sched, Time};
use sync::Arc;

use super::{program, start};

/// The world of a program with sysmon, in real time, and with a descriptor; beside a thread that reads what the
/// kernel writes.
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
        other.lastpoll.load();
        other.world.cpus.load();
        other.gc.last_gc.load();
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

/// A garbage collection is forced if none goes on, and more than two minutes are over since the last. The G that begins it is
/// the runtime's own: a program is deadlocked, whatever it does.
pub fn forced(steps: Steps, is_to_be_forced: IsToBeForced) {
    let sched = world(steps, vec![Action::ForcedGc(0)]);
    let own = sched.sysmon.helpers().map(|helper| sched.is_system_goroutine(helper.g()));
    assert!(own.eq([true]), "forced: the helper is no G of the runtime's own");
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

/// How sysmon looks at a P, at that time. Returns whether it has taken it out of a system call.
pub type Retake = fn(&Sched, &M, PId, Time) -> bool;

/// A system call of P0, which sysmon sees for the first time.
struct Call {
    /// A G is on the queue of P0.
    queue: bool,
    /// P1 is idle.
    idle: bool,
    /// An M spins.
    spinner: bool,
    /// So many ticks after the first look, sysmon takes P0.
    after: Time,
}

const CALLS: &[Call] = &[
    Call { queue: true, idle: true, spinner: false, after: 1 },
    Call { queue: false, idle: false, spinner: false, after: 1 },
    Call { queue: false, idle: true, spinner: false, after: SLICE },
    Call { queue: false, idle: false, spinner: true, after: SLICE },
];

/// sysmon looks at P0, at once, after a tick and so on, until it takes it out of its call.
pub fn retakes(steps: Steps, retake: Retake) {
    let sysmon = SysmonSteps {
        incidlelocked: |_, _, _| {},
        // It is in another call, then, and no M has to run it.
        hand_off: |sched, _, p| sched.put_in_syscall(p),
        ..steps.sysmon
    };
    let steps = Steps { sysmon, ..steps };
    for (n, call) in CALLS.iter().enumerate() {
        let taken = one_call(steps, call, n == 0, retake);
        assert!(
            taken == Some(call.after),
            "retake: P0 is taken after {taken:?} ticks, not {}, from call {n}",
            call.after
        );
    }
}

/// After how many ticks P0 is taken; none if it is not.
fn one_call(steps: Steps, call: &Call, beside: bool, retake: Retake) -> Option<Time> {
    let program = Program { sysmon: Some(0), ..program(2, 2) };
    let (sched, mut m, mut others) = start(program, steps, Arc::new(NoWitness));
    if beside {
        let other = sched.clone();
        sync::spawn(move || {
            other.runqempty(PId(0));
        });
    }
    if call.idle {
        others.pop().into_iter().for_each(|p| {
            sched.pidleput(&mut sched.lock.lock(), p, 0);
        });
    }
    if call.spinner {
        sched.nmspinning.add(1);
    }
    let g = GId(0);
    sched.g(g).casgstatus(GStatus::Idle, GStatus::Runnable);
    sched.g(g).casgstatus(GStatus::Runnable, GStatus::Running);
    let verbs = steps.syscalls;
    // A P that has seen no call is taken at once, as it has been in that call for ever.
    let entered = (verbs.enter)(&sched, &mut m, g);
    (verbs.exit)(&sched, &mut m, g, entered);
    if call.queue {
        sched.runqput(&m, m.p(), GId(1), false);
    }
    // It does not return.
    let _ = (verbs.enter)(&sched, &mut m, g);
    let m = M::of_kernel(MId::SYSMON);
    (0..=SLICE).find(|after| retake(&sched, &m, PId(0), 1_000 + after))
}
