//! Breaks of sysmon, and of what wakes it.

use regressions::sysmon_helpers;
use runtime_model::steps::{Steps, SysmonSteps, GO_1_19_FIXED, GO_FIXED, SYSMON, SYSMON_1_27};
use runtime_model::sysmon::Update;

use super::{of, of_newest, Break};

const SLEEPS_ON: &str =
    "sysmon does not sleep on when a call or the start of the world has made a P busy";

const SCAVENGER: &str = "the scavenger does not wait while sysmon makes rounds";
const LIVELOCK: &str = "the program gets on";
const IDLE: &str = "a helper of sysmon's is idle exactly while it waits";
const FOUND: &str = "GOMAXPROCS is what sysmon has found, once that has been set";
const GUARDED: &str = "what a lock guards is written under it";

/// Another sysmon.
const fn with(sysmon: SysmonSteps) -> Steps {
    Steps { sysmon, ..GO_1_19_FIXED }
}

/// The same since Go 1.26.
const fn newest(sysmon: SysmonSteps) -> Steps {
    Steps { sysmon, ..GO_FIXED }
}

const ENTRY: SysmonSteps = SysmonSteps { wake_at_entry: |_| {}, ..SYSMON };
const RETURN: SysmonSteps = SysmonSteps { wake_at_return: |_, _| {}, ..SYSMON };
const START: SysmonSteps = SysmonSteps { wake_at_start: |_, _| {}, ..SYSMON };
/// sysmon leaves the scavenger alone.
const FORGETS_SCAVENGER: SysmonSteps = SysmonSteps { wakes_scavenger: |_, _, _| false, ..SYSMON };
/// The same, and it says that it woke it.
const WAKES_NONE: SysmonSteps = SysmonSteps { wakes_scavenger: |_, _, _| true, ..SYSMON };
/// sysmon forces no garbage collection.
const FORGETS_GC: SysmonSteps = SysmonSteps { force_gc: |_, _, _, _| false, ..SYSMON };
/// sysmon asks for another GOMAXPROCS, and does not make the helper runnable.
const ASKS: SysmonSteps = SysmonSteps {
    update_gomaxprocs: Some(|sched, _, _, now| {
        let update = sched.procs_to_set(now).map(|procs| Update { procs, is_done: false });
        sched.sysmon.update.change(|last| *last = update.or(*last));
        false
    }),
    ..SYSMON_1_27
};
/// sysmon keeps the P that it has taken.
const FORGETS: SysmonSteps = SysmonSteps { hand_off: |_, _, _| {}, ..SYSMON };
/// sysmon hands the P to no M, and looks at nothing that it is asked.
const IDLES: SysmonSteps = SysmonSteps {
    hand_off: |sched, _, p| {
        sched.pidleput(&mut sched.lock.lock(), p, 0);
    },
    ..SYSMON
};
/// sysmon puts the P back into the call, which may be over by now.
const PUTS_BACK: SysmonSteps =
    SysmonSteps { hand_off: |sched, _, p| sched.put_in_syscall(p), ..SYSMON };
/// A safe point misses a system call that is being entered, as in Go.
const MISSES: Steps = Steps { entered_syscall: |_, _, _| {}, ..GO_1_19_FIXED };
/// sysmon counts an M more, and forgets to count it less.
const MISCOUNTS: SysmonSteps = SysmonSteps {
    incidlelocked: |sched, m, v| {
        if v < 0 {
            sched.incidlelocked(m, v);
        }
    },
    ..SYSMON
};

pub(super) const SYSMONS: &[Break] = &[
    of(SLEEPS_ON, "call-wakes-sysmon", with(ENTRY)),
    of(SLEEPS_ON, "return-wakes-sysmon", with(RETURN)),
    of(SLEEPS_ON, "sysmon-beside-stop", with(START)),
    of_newest(SLEEPS_ON, "call-wakes-sysmon", newest(ENTRY)),
    of_newest(SLEEPS_ON, "return-wakes-sysmon", newest(RETURN)),
    of_newest(SLEEPS_ON, "sysmon-beside-stop", newest(START)),
    // sysmon is a holder of a P.
    of("a P has one holder", "safe-point-beside-retake", with(FORGETS)),
    of_newest("a P has one holder", "safe-point-beside-retake", newest(FORGETS)),
    // What an M is asked that gives up its P, sysmon is asked, too.
    of("a stop of the world waits only for Ps that run", "stop-beside-retake", with(IDLES)),
    of_newest(
        "a stop of the world waits only for Ps that run",
        "stop-beside-retake",
        newest(IDLES),
    ),
    // The P was missed as it entered its call, and sysmon comes to it.
    Break {
        check: "a P that does not run has no safe point ahead of it",
        scenario: "safe-point-beside-retake",
        steps: Steps { sysmon: IDLES, ..MISSES },
        base: ("", MISSES),
    },
    of(IDLE, "forced-gc", with(FORGETS_GC)),
    of_newest(FOUND, "update-gomaxprocs", newest(ASKS)),
    of(SCAVENGER, "scavenger-beside-poll", with(FORGETS_SCAVENGER)),
    of(LIVELOCK, "scavenger-beside-poll", with(WAKES_NONE)),
    of(IDLE, "forced-gc", sysmon_helpers::BUG.mutants[2].steps),
    of_newest(FOUND, "update-gomaxprocs", sysmon_helpers::BUG.mutants[3].steps),
    // What waits for the lock of a helper is written without it.
    of(GUARDED, "forced-gc", sysmon_helpers::BUG.mutants[0].steps),
    of("the M of a P in a system call returns to it", "retake-beside-return", with(PUTS_BACK)),
    of(
        "nmidlelocked and nmsys count the Ms that are not to count as running",
        "retake-beside-return",
        with(MISCOUNTS),
    ),
];
