//! golang/go#61454: a G that a poll has found counts as waiting no longer, before it can run.
//!
//! The number of Gs that wait for descriptors says whether an M need poll before it stops. If a poll counts a G off as soon as it
//! has found it, the G is nowhere for a moment: it does not wait, and is on no queue. An M that looks just then does not poll. If
//! sysmon has the G in its hands, which is no M, that M may be the last one that runs:
//!
//! ```text
//! sysmon                              M0
//! polls: A no longer waits
//!                                     finds nothing to do; no G waits for a descriptor
//!                                     parks; checkdead: no M runs, and no G can
//! would count one M more
//! ```
//!
//! Go counts the Gs off once they are runnable.

use runtime_model::netpoll::Polled;
use runtime_model::steps::{Steps, SysmonSteps, GO_FIXED, SYSMON};
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];

const AT_ONCE: Steps = Steps {
    sysmon: SysmonSteps {
        polls: |sched, m| {
            let Polled { gs, delta } = sched.netpoll(m, None);
            (sched.steps().poll.adjust_waiters)(sched, delta);
            Polled { gs, delta: 0 }
        },
        ..SYSMON
    },
    ..GO_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "61454",
    aliases: &["B17"],
    title: "a G that a poll has found counts as waiting no longer, before it can run",
    saw: "fatal error: all goroutines are asleep - deadlock! while data arrives",
    releases: "none; two days of the development of 1.22",
    references: &[
        "https://go.dev/issue/61454",
        "https://go.dev/issue/60782",
        "https://go.dev/cl/503923",
        "https://go.dev/cl/511455",
    ],
    fixed: "commit f51c55bfc3 (CL 511455; Go 1.22)",
    release: None,
    mutants: &[Mutant {
        name: "counted-off-at-once",
        about: "sysmon counts the Gs that it has found off before they are runnable",
        steps: AT_ONCE,
        shows: &[Shows::symptom(
            "sysmon-polls-beside-park",
            Throw("all goroutines are asleep - deadlock!"),
        )
        .on(EXPLORE)],
        masked: None,
    }],
};
