//! Go 1.19's scheduler, written against the atomics, locks and threads of `sync`, and nothing else.
//!
//! A function that mirrors one of Go's has Go's name, and its doc ends with the source. Parts that a long function
//! was cut into cite that function. Where Go throws, the model panics with Go's text. The model does not know which
//! checks exist.
//!
//! | file | Go | holds |
//! |---|---|---|
//! | [`sched`], [`p`], [`m`], [`g`], [`mask`] | runtime2.go | the data, and the start of the world |
//! | [`idle`] | proc.go | idle Ps and Ms; who may own a P |
//! | [`runq`] | proc.go | rings, the global queue, stealing |
//! | [`wake`] | proc.go | waking and stopping Ms; readying Gs |
//! | [`find`] | proc.go | looking for work; the last look |
//! | [`timers`] | time.go | heaps, and who runs them |
//! | [`netpoll`] | proc.go, netpoll.go | the poller's post, as far as faketime has it |
//! | [`deadlock`] | proc.go | `checkdead`, the jump of the clock |
//! | [`limiter`] | mgclimit.go | limiter events |
//! | [`world`] | – | what Gs do, flags, the exit |
//! | [`program`] | – | scripts and sizes |
//! | [`steps`] | – | the step table |
//! | [`event`] | – | what the model tells of itself |
//! | [`by_hand`] | – | the regressions' door to the idle list |
//!
//! To come, each in a file of its own but for the first: descriptors and real time (`netpoll`), system calls (`syscall`),
//! `sysmon`, stopping the world (`stw`), the GC's workers (`gc`), and the timers' status machine.

pub mod deadlock;
pub mod event;
pub mod find;
pub mod g;
pub mod idle;
pub mod limiter;
pub mod m;
pub mod mask;
pub mod netpoll;
pub mod p;
pub mod program;
pub mod runq;
pub mod sched;
pub mod steps;
pub mod timers;
pub mod wake;
pub mod world;

pub use idle::by_hand;
pub use sched::Sched;

/// An instant or a length of time, in ticks. As an instant, 0 means "none".
pub type Time = i64;

/// The instant at which a program starts.
pub const START: Time = 1;

/// Later than every timer. Go: time.go, maxWhen (1.19).
pub const MAX_WHEN: Time = Time::MAX;

/// The model's own sources, so that a step can be told by the function it belongs to: the end of each
/// file's path, and its text.
pub const SOURCES: &[(&str, &str)] = &[
    ("runtime-model/src/deadlock.rs", include_str!("deadlock.rs")),
    ("runtime-model/src/find.rs", include_str!("find.rs")),
    ("runtime-model/src/idle.rs", include_str!("idle.rs")),
    ("runtime-model/src/limiter.rs", include_str!("limiter.rs")),
    ("runtime-model/src/netpoll.rs", include_str!("netpoll.rs")),
    ("runtime-model/src/runq.rs", include_str!("runq.rs")),
    ("runtime-model/src/sched.rs", include_str!("sched.rs")),
    ("runtime-model/src/steps.rs", include_str!("steps.rs")),
    ("runtime-model/src/timers.rs", include_str!("timers.rs")),
    ("runtime-model/src/wake.rs", include_str!("wake.rs")),
    ("runtime-model/src/world.rs", include_str!("world.rs")),
];
