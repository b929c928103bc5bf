//! A kernel of what `handoffp` decides: whether an M is started for a P that is handed off. One that is started for nothing only
//! costs, so no program tells.

use runtime_model::event::{AnyWitness, Event, Witness};
use runtime_model::g::{GId, Guintptr};
use runtime_model::gc::{MarkUnit, MarkWork};
use runtime_model::m::{MId, M};
use runtime_model::p::OwnedP;
use runtime_model::program::{Action, FlagId, Program};
use runtime_model::steps::Steps;
use runtime_model::{Sched, Time};
use sync::{Arc, Ghost};

use super::{program, start};

/// What is so when P1 of three Ps is handed off. P0 runs, P2 does unless it is said to be idle, no M spins, and none polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// P2 is idle.
    OtherIdle,
    /// P0 counts as idle.
    FirstIdle,
    /// A G is on P1's queue.
    LocalG,
    /// A G is on the global queue.
    GlobalG,
    /// An M spins.
    Spinner,
    /// A waker has found no P, and has left word.
    Asked,
    /// Workers may mark.
    Marking,
    /// There is work for them.
    GcWork,
    /// An M polls.
    Poller,
    /// P1 has a timer.
    Timer,
}
use Is::*;

/// What is so, and whether an M is started.
const CASES: &[(&[Is], bool)] = &[
    (&[OtherIdle], false),
    (&[OtherIdle, LocalG], true),
    (&[OtherIdle, GlobalG], true),
    // All other Ps run, and no M looks for work.
    (&[], true),
    (&[Spinner], false),
    (&[Spinner, Asked], true),
    (&[OtherIdle, Marking, GcWork], true),
    (&[OtherIdle, Marking], false),
    (&[OtherIdle, GcWork], false),
    // It is the last P that runs: an M has to poll.
    (&[OtherIdle, FirstIdle], true),
    (&[OtherIdle, FirstIdle, Poller], false),
    // And the M that polls is told when the timer fires.
    (&[OtherIdle, Timer], false),
];

/// When P1's timer fires.
const WHEN: Time = 7;

/// Of each case that was tried, whether an M was started for P1 (1), or P1 went on the idle list (0).
type Log = Arc<Ghost<Vec<[u32; 2]>>>;

/// Writes down what becomes of P1 in the case of that number.
struct Started(u32, Log);

impl Witness for Started {
    fn event(&self, _: Option<MId>, event: Event) {
        let started = match event {
            // The program may have no second M, so one is reserved.
            Event::NewmReserved(_) => 1,
            Event::HandedOffIdle(_) => 0,
            _ => return,
        };
        self.1.change(|log| log.push([self.0, started]));
    }
}

/// How a P is handed off.
pub type HandOff = fn(&Sched, &M, OwnedP);

/// P1 is handed off in each of the cases, beside one that asks how many spin.
pub fn decides(steps: Steps, hand_off: HandOff) {
    let log: Log = Arc::new(Ghost::new(Vec::new()));
    let tried = log.clone();
    sync::driver::at_end(move || {
        let found = tried.get();
        for (n, &(is, expected)) in (0..).zip(CASES) {
            let of_case = found.iter().filter(|[case, _]| *case == n);
            let started: Vec<bool> = of_case.map(|[_, started]| *started == 1).collect();
            assert!(
                started == [expected],
                "handoff: {started:?} of {is:?}: an M is to be started: {expected}"
            );
        }
    });
    // Whom it tells is none of its business.
    let steps = Steps { wake_at_handoff: |sched, _, when| sched.poll_until.store(when), ..steps };
    for (n, (is, _)) in (0..).zip(CASES) {
        one(steps, is, Arc::new(Started(n, log.clone())), n == 0, hand_off);
    }
}

/// `beside`: one asks how many spin.
fn one(steps: Steps, is: &[Is], witness: AnyWitness, beside: bool, hand_off: HandOff) {
    let scripts = vec![vec![Action::GcStart(0)], vec![Action::MarkWorker]];
    let flags = vec!["marked"];
    let program = Program { ms: 1, scripts, flags, ..program(3, 2) };
    let (sched, m, mut others) = start(program, steps, witness);
    if beside {
        let other = sched.clone();
        sync::spawn(move || {
            (other.steps().spinners)(&other);
        });
    }
    let (p2, p1) = (others.pop(), others.pop());
    let mut locked = sched.lock.lock();
    if is.contains(&OtherIdle) {
        p2.into_iter().for_each(|p| {
            sched.pidleput(&mut locked, p, 0);
        });
    }
    if is.contains(&FirstIdle) {
        sched.npidle.add(1);
    }
    if is.contains(&GlobalG) {
        sched.globrunqput(&mut locked, GId(0));
    }
    drop(locked);
    sched.needspinning.store(u32::from(is.contains(&Asked)));
    sched.lastpoll.store(i64::from(!is.contains(&Poller)));
    if is.contains(&Spinner) {
        sched.nmspinning.add(1);
    }
    sched.gc.blacken_enabled.store(is.contains(&Marking));
    if is.contains(&GcWork) {
        sched.gc.work.store(MarkWork::default().push(MarkUnit::new(FlagId(0), false)));
    }
    let Some(p1) = p1 else { return };
    if is.contains(&LocalG) {
        sched.p(&p1).runnext.store(Guintptr::of(GId(0)));
    }
    if is.contains(&Timer) {
        sched.p(&p1).timer0_when.store(WHEN);
    }
    hand_off(&sched, &m, p1);
    let (told, expected) = (sched.poll_until.load(), if is.contains(&Timer) { WHEN } else { 0 });
    assert!(told == expected, "handoff: the M that polls is told of {told}, not {expected}");
}
