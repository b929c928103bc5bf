//! Data races: a hand-over in the wrong order is found by the mode that looks for them, and by the name of what was
//! handed over late; no other mode of a search sees it, since a plain access belongs to the operation before it.

use crate::common::{failing, job, message, run_with};
use checks::kernels::{self, Publish};
use checks::suite;
use harness::report::{Fewest, Mode, Report};
use harness::verdict::Verdict;
use regressions::CONTENT;
use runtime_model::g::{GStatus, Guintptr};
use runtime_model::m::{MId, M};
use runtime_model::p::OwnedP;
use runtime_model::sched::SpinIncrement;
use runtime_model::steps::{Steps, SyscallVerbs, GO_1_19_FIXED, SYSCALLS_1_19};
use runtime_model::syscall::AfterCall;
use runtime_model::Sched;
use sync::driver::{litmus, Cause, Control, Engine, Failure, Plan, Sampler, ENGINE};

/// Takes an idle P and an idle M, and wakes the one with the other by `wake`.
fn wakep(sched: &Sched, m: &M, wake: fn(&Sched, MId, OwnedP, SpinIncrement)) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget(&mut locked, 0) else {
        sched.undo_spin(m, spin, "wakep");
        sched.needspinning.store(1);
        return;
    };
    let Some(nm) = sched.mget(&mut locked) else {
        drop(locked);
        return sched.startm(m, Some(p), Some(spin));
    };
    drop(locked);
    wake(sched, nm, p, spin);
}

/// As `startm` does it.
const IN_ORDER: Steps = Steps {
    wakep: |sched, m| {
        wakep(sched, m, |sched, nm, p, spin| {
            sched.give_spin(nm, Some(spin));
            sched.m(nm).nextp.set(Some(p));
            sched.m(nm).park.wakeup();
        });
    },
    ..GO_1_19_FIXED
};

const NEXTP_LATE: Steps = Steps {
    wakep: |sched, m| {
        wakep(sched, m, |sched, nm, p, spin| {
            sched.give_spin(nm, Some(spin));
            sched.m(nm).park.wakeup();
            sched.m(nm).nextp.set(Some(p));
        });
    },
    ..GO_1_19_FIXED
};

const SPINNING_LATE: Steps = Steps {
    wakep: |sched, m| {
        wakep(sched, m, |sched, nm, p, spin| {
            sched.m(nm).nextp.set(Some(p));
            sched.m(nm).park.wakeup();
            sched.give_spin(nm, Some(spin));
        });
    },
    ..GO_1_19_FIXED
};

/// A program in which an M that sleeps is woken for work.
const WAKES: &str = "sleep-ready-park";

/// Preemptions of the smallest execution with a race around its wakeup.
const FEWEST: u32 = 1;

fn held(report: &Report) {
    assert_eq!((failing(report), report.verdict), (None, Verdict::Held), "{report:?}");
}

/// Both modes hold in every state, and races mode tells a race on one of the names; how far it had to look.
fn found_by_races_alone(steps: Steps, names: &[&str]) {
    for mode in [Mode::Symptoms, Mode::Invariants] {
        held(&run_with(steps, &job(WAKES, mode)));
    }
    let prepared = CONTENT.prepare_with(&job(WAKES, Mode::Races), steps).expect("a job");
    let found = prepared.run(|_| Control::Go).expect("a run");
    let report = prepared.smallest(found, |_| Control::Go).expect("a run").report;
    assert_eq!(failing(&report), Some("race"), "{report:?}");
    let text = message(&report).expect("a message");
    let named = |name: &&str| text.starts_with(&format!("data race on {name}, by "));
    assert!(names.iter().any(named), "{text}");
    let found = report.found.as_ref().expect("found");
    assert_eq!((found.preemptions, found.fewest), (Some(FEWEST), Fewest::Steps), "{found:?}");
    println!("{text}: execution {}, {:?} steps", found.execution, found.steps);
}

/// The scenario's races, within its bound in the gate.
fn race_in(scenario: &str, steps: Steps) -> Option<String> {
    let mut job = job(scenario, Mode::Races);
    job.limits.bound = suite::within(scenario).or(Some(2));
    let report = run_with(steps, &job);
    assert!(failing(&report).is_none_or(|check| check == "race"), "{report:?}");
    message(&report).map(String::from)
}

/// A kernel with a broken function, searched with or without plain accesses as steps.
fn kernel(races: bool, program: fn()) -> Option<Failure> {
    let plan = Plan { sampler: Sampler::Exhaustive, races, ..Plan::default() };
    litmus::failure(&plan, program)
}

fn race_in_kernel(name: &str, program: fn()) {
    assert_eq!(kernel(false, program), None);
    race_in_kernel_that_fails_anyhow(name, program);
}

fn race_in_kernel_that_fails_anyhow(name: &str, program: fn()) {
    let failure = kernel(true, program).expect("a race");
    assert_eq!(failure.cause, Cause::Race, "{failure}");
    assert!(failure.message.starts_with(&format!("data race on {name}, by ")), "{failure}");
    println!("{failure}");
}

/// The G is on the global queue, where any M may take it, and its script's place is read.
const READS_G_LATE: Steps = Steps {
    p_or_global: |sched, m, g| {
        let after = sched.p_or_global(m, g);
        if matches!(after, AfterCall::Queued { .. }) {
            sched.g(g).pc.get();
        }
        after
    },
    ..GO_1_19_FIXED
};

/// The thief may find a G of which this is still to be said.
const STATUS_LATE: Publish = |sched, m, g| {
    sched.runqput(m, m.p(), g, false);
    sched.g(g).status.set(GStatus::Runnable);
};

/// The tail is moved, and then the slot filled: the thief reads what was there before.
const TAIL_FIRST: Publish = |sched, m, g| {
    sched.g(g).casgstatus(GStatus::Idle, GStatus::Runnable);
    let p = sched.p(m.p());
    let tail = p.runqtail.owner_load();
    p.runqtail.store_rel(tail + 1);
    p.slot(tail).store_relaxed(Guintptr::of(g));
};

#[sync::test(restoring)]
fn in_the_right_order_all_modes_hold() {
    for mode in [Mode::Symptoms, Mode::Invariants, Mode::Races] {
        held(&run_with(IN_ORDER, &job(WAKES, mode)));
    }
}

#[sync::test(restoring)]
fn a_p_that_is_handed_over_after_the_wakeup_is_found() {
    found_by_races_alone(NEXTP_LATE, &["M0.nextp", "M1.nextp"]);
}

#[sync::test(restoring)]
fn a_mark_that_is_set_after_the_wakeup_is_found() {
    found_by_races_alone(SPINNING_LATE, &["M0.spinning", "M1.spinning"]);
}

#[sync::test(restoring)]
fn a_g_that_is_read_after_it_was_put_on_the_global_queue_is_found() {
    assert_eq!(race_in("syscalls-one-p", GO_1_19_FIXED), None);
    let text = race_in("syscalls-one-p", READS_G_LATE).expect("a race");
    assert!(text.starts_with("data race on G") && text.contains(".pc, by "), "{text}");
}

/// sysmon reads what an M writes that is in a call, without a lock and without that M's consent.
const READS_PLAINLY: Steps = Steps {
    syscalls: SyscallVerbs {
        retake_for_sysmon: |sched, m, p, now| {
            sched.allp[p.index()].syscalltick.get();
            sched.retake_by_cas(m, p, now)
        },
        ..SYSCALLS_1_19
    },
    ..GO_1_19_FIXED
};

#[sync::test(restoring)]
fn what_sysmon_reads_of_a_p_is_read_atomically() {
    let scenario = "retake-beside-return";
    assert_eq!(race_in(scenario, GO_1_19_FIXED), None);
    let text = race_in(scenario, READS_PLAINLY).expect("a race");
    assert!(text.starts_with("data race on P0.syscalltick, by "), "{text}");
}

/// The lock is what makes sysmon wait until the helper has parked.
#[sync::test(restoring)]
fn a_helper_has_parked_when_sysmon_readies_it() {
    let scenario = "forced-gc";
    assert_eq!(race_in(scenario, GO_1_19_FIXED), None);
    let unlocked = regressions::sysmon_helpers::BUG.mutants[0].steps;
    let text = race_in(scenario, unlocked).expect("a race");
    assert!(text.starts_with("data race on G1.status, by "), "{text}");
}

/// golang/go#46524: `lockedm` of a G that another M may have.
#[sync::test(restoring)]
fn whether_a_g_is_locked_is_not_read_when_another_m_may_have_it() {
    let scenario = "locked-after-return";
    assert_eq!(race_in(scenario, GO_1_19_FIXED), None);
    let read_late = regressions::issue_46524::BUG.mutants[0].steps;
    let text = race_in(scenario, read_late).expect("a race");
    assert!(text.starts_with("data race on G0.lockedm, by "), "{text}");
}

/// golang/go#23098: the length of `allp`, and the slices of the masks, are read by an M without a P.
#[sync::test(restoring)]
fn what_changes_with_gomaxprocs_is_not_read_without_a_p() {
    let scenario = "shrunk-beside-last-look";
    assert_eq!(race_in(scenario, GO_1_19_FIXED), None);
    let text = race_in(scenario, regressions::issue_23098::BARE).expect("a race");
    let named = |name| text.starts_with(&format!("data race on {name}, by "));
    assert!(
        ["len(allp)", "timerpMask0.slice", "idlepMask0.slice"].into_iter().any(named),
        "{text}"
    );
}

#[sync::test(restoring)]
fn a_status_that_is_set_after_the_g_is_published_is_found() {
    race_in_kernel("G0.status", || kernels::publish(GO_1_19_FIXED, STATUS_LATE));
}

/// golang's CL 310149: a G is linked that may be a thief's.
#[sync::test(restoring)]
fn a_link_that_is_written_before_the_g_is_taken_is_found() {
    race_in_kernel_that_fails_anyhow("G0.schedlink", || {
        let row = regressions::rows::find("cl-310149/linked-before-the-swap").expect("a row");
        kernels::drain::runqdrain(row.steps);
    });
}

/// The tail is its owner's: it reads it plainly.
#[sync::test(restoring)]
fn a_tail_that_another_thread_moves_is_found() {
    race_in_kernel_that_fails_anyhow("P0.runqtail", || {
        kernels::ring(GO_1_19_FIXED, |sched, _, victim| {
            let p = &sched.allp[victim.index()];
            p.runqtail.store_rel(p.runqtail.load_acq());
            None
        });
    });
}

/// A slot is no plain field: Go's thieves read it while its owner may write, and what they read is void then. So
/// this is for the kernel's own check to find, in any mode.
#[sync::test(restoring)]
fn a_slot_that_is_filled_after_the_tail_is_moved_loses_a_g() {
    for races in [false, true] {
        let failure =
            kernel(races, || kernels::publish(GO_1_19_FIXED, TAIL_FIRST)).expect("a G is lost");
        assert!(failure.message.contains("of two Gs"), "{failure}");
    }
}

#[sync::test(restoring)]
fn the_gate_looks_for_races_in_the_core_and_the_kernels() {
    let jobs = suite::jobs(Engine::Explore);
    let races: Vec<_> = jobs.iter().filter(|job| job.mode == Mode::Races).collect();
    for scenario in [
        "sleep-ready-park",
        "two-timers-relay",
        "overflow",
        "two-timers-relay-3m",
        "three-ps",
        "kernel/publish",
    ] {
        assert!(races.iter().any(|job| job.scenario == scenario), "{scenario}");
    }
}

/// loom looks for races in any mode; in this one it tries the orders around plain accesses. (A schedule of another
/// engine has each access in the step of the operation before it.)
#[sync::test(exploring)]
fn on_loom_symptom_mode_finds_what_is_handed_over_late() {
    held(&run_with(IN_ORDER, &job(WAKES, Mode::Symptoms)));
    for steps in [NEXTP_LATE, SPINNING_LATE] {
        let report = run_with(steps, &job(WAKES, Mode::Symptoms));
        assert_eq!(failing(&report), (ENGINE == Engine::Loom).then_some("race"), "{report:?}");
    }
}
