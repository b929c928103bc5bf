//! Breaks of changes of GOMAXPROCS.

use regressions::{issue_23098, resize};
use runtime_model::limiter::LimiterEventType;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_1_27};
use runtime_model::Sched;

use super::{of, of_newest, Break};

const QUEUE: &str = "resize-beside-queue";
const TIMER: &str = "resize-beside-timer";
const NOTHING: &str = "a destroyed P has nothing";

/// P0 is in an assist when its M stops.
fn assists(sched: &Sched, locked: &mut SchedLocked) {
    sched.collect_ps_in_syscalls(locked);
    sched.allp[0].limiter_event.start(LimiterEventType::MarkAssist, sched.nanotime());
}

pub(super) const RESIZES: &[Break] = &[
    of(NOTHING, QUEUE, resize::LEAVES_GS),
    of(NOTHING, TIMER, resize::LEAVES_TIMERS),
    of_newest(NOTHING, TIMER, resize::LEAVES_TIMERS_IN_1_27),
    // A G, and a timer, are with a P that is destroyed.
    of("a G is in one place", QUEUE, resize::LEAVES_GS),
    of("a G is in one place", TIMER, resize::LEAVES_TIMERS),
    of("a timer is where its state says", "revived-p", resize::LEAVES_TIMERS),
    of_newest(
        "a timer is on the heap that its bits and ts say",
        "revived-p",
        resize::LEAVES_TIMERS_IN_1_27,
    ),
    of_newest("astate is the state of a timer that is not locked", "polled-after-resize", GO_1_27),
    // A P is on no list when the world has started.
    of(
        "a P has one holder",
        "grown-masks",
        Steps {
            order_idle: |idle| {
                idle.pop();
            },
            ..GO_1_19_FIXED
        },
    ),
    of(
        "an M without a P looks at the Ps of its snapshot",
        "shrunk-beside-last-look",
        issue_23098::BARE,
    ),
    of(
        "no limiter event is in flight while the world is stopped",
        "stop-beside-work",
        Steps { collect_from_syscalls: assists, ..GO_1_19_FIXED },
    ),
];
