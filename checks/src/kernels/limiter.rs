//! Kernels of the limiter over time: what each update, stop of the world and change of GOMAXPROCS leaves in its bucket, and who
//! updates it.

use runtime_model::event::NoWitness;
use runtime_model::find::Found;
use runtime_model::limiter::LimiterEventType::{
    self, Idle, IdleMarkWork, MarkAssist, ScavengeAssist,
};
use runtime_model::limiter::{Bucket, GcCpuLimiter, LimiterEvent, IDLE_TIME};
use runtime_model::m::M;
use runtime_model::program::{Action, Program};
use runtime_model::steps::Steps;
use runtime_model::{Sched, Time};
use sync::Arc;

use super::{program, start};

/// What happens to the limiter of two Ps.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// An update.
    Update,
    /// The GC begins or ends, and the world is stopped for it.
    Stops { gc: bool },
    /// The world has started after that.
    Starts,
    /// GOMAXPROCS changes.
    Procs(u32),
    /// An event of the P begins.
    Begins(usize, LimiterEventType),
    /// It ends.
    Ends(usize, LimiterEventType),
}
use Happens::*;

/// At that time that happens, and leaves the bucket so full, so much that did not fit in, and assists left out or not.
type Step = (Time, Happens, [u64; 2], bool);

/// A garbage collection on two Ps, of which the world's stop at its end fills the bucket; then GOMAXPROCS is one for a while.
///
/// The bucket loses the program's time, and gets the GC's: assists, a quarter of all time while workers mark, and all of a stop. It
/// holds 1,000 for each P.
const HISTORY: &[Step] = &[
    // The program's: 1,000 on each P.
    (1_000, Update, [0, 0], false),
    // The stop is the GC's: 100 on each P.
    (1_100, Stops { gc: true }, [0, 0], false),
    (1_200, Starts, [200, 0], false),
    // Of 200, 60 are an assist's and 20 idle; 50 are the background's, so 70 the program's.
    (1_240, Begins(0, MarkAssist), [200, 0], false),
    (1_280, Begins(1, Idle), [200, 0], false),
    (1_300, Update, [240, 0], false),
    // Of 200, 20 are an assist's and 80 idle; 50 are the background's, and the other 50 the program's.
    (1_320, Ends(0, MarkAssist), [240, 0], false),
    (1_340, Ends(1, Idle), [240, 0], false),
    (1_360, Begins(1, IdleMarkWork), [240, 0], false),
    (1_400, Update, [260, 0], false),
    // It comes late, and counts nothing.
    (1_390, Update, [260, 0], false),
    // Of 100, 50 are the idle worker's and 25 the background's, so 25 the program's. The stop just fills the bucket.
    (1_450, Stops { gc: false }, [260, 0], false),
    (1_450, Ends(1, IdleMarkWork), [260, 0], false),
    (2_320, Starts, [2_000, 0], true),
    // Half of the time is the GC's: the bucket stays as it is.
    (2_320, Begins(0, MarkAssist), [2_000, 0], true),
    (2_420, Update, [2_000, 0], true),
    // All of it is.
    (2_420, Begins(1, ScavengeAssist), [2_000, 0], true),
    (2_440, Update, [2_000, 40], true),
    (2_440, Ends(0, MarkAssist), [2_000, 40], true),
    (2_440, Ends(1, ScavengeAssist), [2_000, 40], true),
    // None is.
    (2_450, Update, [1_980, 40], false),
    // Up to then there are two Ps. What is in the bucket is too much for one.
    (2_500, Procs(1), [1_000, 40], true),
    (2_550, Update, [950, 40], false),
    (2_600, Procs(2), [900, 40], false),
    (2_650, Update, [800, 40], false),
    // A stop that ends with a time from before it began is no time, and the next update begins there.
    (2_700, Stops { gc: true }, [700, 40], false),
    (2_690, Starts, [700, 40], false),
    // Of 40, 10 are the background's.
    (2_710, Update, [680, 40], false),
];

/// In the end so many ticks of assists, so many idle ones, and so many of Ps that were on the idle list.
const TOTALS: (Time, Time, Option<Time>) = (60 + 20 + 120 + 20, 20 + 40 + 90, Some(60));

/// How a bucket becomes one for so many Ps.
pub type Resize = fn(&mut Bucket, u32) -> Option<bool>;

/// All of that happens, beside one that consumes what comes to nothing.
pub fn over_time(resize: Resize) {
    let limiter = Arc::new(GcCpuLimiter::new(2, Some(IDLE_TIME)));
    let slots: Arc<[LimiterEvent; 2]> =
        Arc::new([0, 1].map(|p| LimiterEvent::new(("P", p, "limiterEvent"))));
    let other = slots.clone();
    sync::spawn(move || {
        other[0].consume(1);
    });
    let this = limiter.clone();
    sync::driver::at_end(move || {
        let counted = (this.peek_assist(), this.peek_idle(), this.peek_sched_idle_time());
        assert!(
            counted == TOTALS,
            "limiter-over-time: {counted:?} ticks in the end, not {TOTALS:?}"
        );
    });
    let mut before = limiter.peek_bucket();
    for &(now, happens, [fill, overflow], limits) in HISTORY {
        match happens {
            Update => {
                limiter.update(slots.iter(), now);
            }
            Stops { gc } => limiter.start_gc_transition(gc, slots.iter(), now),
            Starts => limiter.finish_gc_transition(now),
            Procs(procs) => limiter.reset_capacity(slots.iter(), now, procs, resize),
            Begins(p, typ) => assert!(slots[p].start(typ, now), "limiter-over-time: no {typ:?}"),
            Ends(p, typ) => slots[p].stop(typ, now, &limiter),
        }
        let bucket = limiter.peek_bucket();
        let found = (bucket.fill, bucket.overflow, limiter.limiting());
        assert!(
            found == (fill, overflow, limits),
            "limiter-over-time: {happens:?} at {now} leaves {found:?} of {before:?}, not {:?}",
            (fill, overflow, limits)
        );
        let stopped = matches!(happens, Stops { .. }) || bucket.transitioning;
        assert!(
            limiter.peek_unlocked() != stopped,
            "limiter-over-time: {happens:?} leaves {bucket:?}"
        );
        before = bucket;
    }
}

/// How an M that has a P looks for a G.
pub type Look = fn(&Sched, &M) -> Found;

/// So many ticks after the last update, whether a look updates the limiter.
const LATE: &[(Time, bool)] = &[(1, false), (10, false), (11, true), (10, false), (25, true)];

/// While workers may mark, an M on P0 looks for a G, and P1 idles. The look updates the limiter if nothing else has for 10 ms.
pub fn updated_by_a_look(steps: Steps, look: Look) {
    let scripts = vec![vec![Action::GcStart(0)], vec![Action::MarkWorker]];
    let (sched, m, mut others) =
        start(Program { scripts, ..program(2, 2) }, steps, Arc::new(NoWitness));
    let mut now = sched.nanotime();
    let events = || sched.allp.iter().map(|p| &p.limiter_event);
    sched.limiter.start_gc_transition(true, events(), now);
    sched.gc.blacken_enabled.store(true);
    sched.limiter.finish_gc_transition(now);
    others.pop().into_iter().for_each(|p| {
        sched.pidleput(&mut sched.lock.lock(), p, now);
    });
    let other = sched.clone();
    sync::spawn(move || {
        other.allp[0].limiter_event.consume(1);
    });
    let mut last = now;
    for &(late, updates) in LATE {
        now = last + late;
        sched.faketime.set(now);
        look(&sched, &m);
        if updates {
            last = now;
        }
        let since = (sched.limiter.peek_last_update(), sched.allp[1].limiter_event.peek_since());
        assert!(
            since == (last, last),
            "updated-by-a-look: {since:?} is updated at {now}, not {last}"
        );
    }
}
