//! The table of all kernels.

use runtime_model::runq::GQueue;
use runtime_model::steps::{below_spin_limit_1_19, SYSCALLS_1_27};

use super::*;

/// All kernels.
pub const ALL: &[Kernel] = &[
    Kernel {
        name: "limiter-slot",
        about: "pidleput, pidleget and consume: each idle tick is counted once",
        threads: 3,
        program: |steps| limiter_slot(steps, Sched::pidleget),
    },
    Kernel {
        name: "ring",
        about: "owner and thief: each G is taken once",
        threads: 2,
        program: |steps| ring(steps, |sched, m, victim| sched.runqsteal(m, victim, true)),
    },
    Kernel {
        name: "ring-wraps",
        about: "the same on a ring that wraps, and of which the thief takes several: each G is taken once",
        threads: 2,
        program: |steps| ring_wraps(steps, |sched, m, victim| sched.runqsteal(m, victim, false)),
    },
    Kernel {
        name: "limiter-assist",
        about: "an assist that takes time, beside an update: each of its ticks is counted once",
        threads: 2,
        program: |steps| limiter_assist(steps, LimiterEvent::stop),
    },
    Kernel {
        name: "runqempty",
        about: "runqempty beside the owner: never true of a queue that was never empty",
        threads: 2,
        program: |steps| runqempty(steps, Sched::runqempty),
    },
    Kernel {
        name: "note",
        about: "an M that is woken finds what was left for it, and is woken once",
        threads: 2,
        program: |_| {
            note(|nextp, park| {
                nextp.set(Some(1));
                park.wakeup();
            })
        },
    },
    Kernel {
        name: "submit-last-look",
        about: "new work is seen by the last look, or the M that made it sees that no M spins",
        threads: 2,
        program: |steps| {
            submit_last_look(steps, |sched, m| {
                sched.stop_spinning(m);
                sched.has_work(m, PId(0))
            })
        },
    },
    Kernel {
        name: "runqdrain",
        about: "draining beside a thief: each G is taken once, and linked by who took it",
        threads: 2,
        program: drain::runqdrain,
    },
    Kernel {
        name: "runqdrain-one",
        about: "draining a queue of one G beside a thief: one of them gets it",
        threads: 2,
        program: |steps| drain::beside_a_thief(steps, &[(GId(0), false)]),
    },
    Kernel {
        name: "publish",
        about: "a G is runnable before a thief can take it",
        threads: 2,
        program: |steps| {
            publish(steps, |sched, m, g| {
                sched.g(g).casgstatus(GStatus::Idle, GStatus::Runnable);
                sched.runqput(m, m.p(), g, true);
            })
        },
    },
    Kernel {
        name: "early-pass",
        about: "a thief beside the owner: runnext is stolen in the last pass alone",
        threads: 2,
        program: |steps| contract::early_pass(steps, false),
    },
    Kernel {
        name: "global-share",
        about: "two take from the global queue: each gets its share",
        threads: 2,
        program: |steps| contract::global_share(steps, 8, contract::SHARE, &[0, 1, 2], &[3, 4]),
    },
    Kernel {
        name: "global-one",
        about: "two take one each from the global queue: neither gets more",
        threads: 2,
        program: |steps| contract::global_share(steps, 8, contract::ONE, &[0], &[1]),
    },
    Kernel {
        name: "global-half",
        about: "the same with rings of two slots: neither gets more than half a ring",
        threads: 2,
        program: |steps| contract::global_share(steps, 2, contract::SHARE, &[0], &[1]),
    },
    Kernel {
        name: "limiter-update",
        about:
            "an update beside a late one: each event is counted up to the latest, and no further",
        threads: 2,
        program: |steps| contract::limiter_update(steps, contract::UPDATE),
    },
    Kernel {
        name: "steal-in-turn",
        about: "a thief takes from a ring before it runs timers, and from runnext last",
        threads: 2,
        program: |steps| contract::steal_in_turn(steps, Sched::steal_work),
    },
    Kernel {
        name: "look-in-turn",
        about: "an M looks at its own queue, then at the global one, and then it steals",
        threads: 2,
        program: |steps| contract::look_in_turn(steps, Sched::look_with_p),
    },
    Kernel {
        name: "assist-updates",
        about: "an assist counts what another P has idled until then",
        threads: 2,
        program: |steps| contract::assist_updates(steps, Sched::gc_assist),
    },
    Kernel {
        name: "late-tick",
        about: "a tick that is late, beside a thief: it fires once, and next at the first of its times to come",
        threads: 2,
        program: |steps| decisions::late_tick(steps, decisions::RUN),
    },
    Kernel {
        name: "spin-limit",
        about: "an M begins to spin while fewer than half as many spin as Ps are busy",
        threads: 2,
        program: |steps| decisions::spin_limit(steps, Sched::look_with_p, decisions::SPIN_LIMIT),
    },
    Kernel {
        name: "spin-limit-1.19",
        about: "the same in uint32: no limit once more Ps count as idle than there are",
        threads: 2,
        program: |steps| {
            let steps = Steps { below_spin_limit: below_spin_limit_1_19, ..steps };
            decisions::spin_limit(steps, Sched::look_with_p, decisions::SPIN_LIMIT_1_19);
        },
    },
    Kernel {
        name: "poll-broken",
        about: "a timer that is added breaks a poll that would last longer, and no other",
        threads: 2,
        program: |steps| decisions::poll_broken(steps, Sched::addtimer),
    },
    Kernel {
        name: "broken-poll",
        about: "a break ends the poll that it was sent to, beside an M that polls without waiting",
        threads: 3,
        program: breaks::broken_poll,
    },
    Kernel {
        name: "event-in-flight",
        about: "an assist within another event leaves that one as it is",
        threads: 2,
        program: |steps| decisions::event_in_flight(steps, Sched::gc_assist),
    },
    Kernel {
        name: "two-poll",
        about: "two Ms poll: one at a time, and the post of the poller is free again in the end",
        threads: 2,
        program: |steps| decisions::two_poll(steps, decisions::poll_as_it_is),
    },
    Kernel {
        name: "waker-without-p",
        about: "a waker that finds no P is not counted in the end, and has left word for an M that drops one",
        threads: 2,
        program: |steps| decisions::waker_without_p(steps, Sched::wakep),
    },
    Kernel {
        name: "steal-never-empty",
        about: "a thief in its last pass gets a G of a queue that is never empty",
        threads: 2,
        program: |steps| queues::steal_never_empty(steps, |sched, m, victim| sched.runqsteal(m, victim, true)),
    },
    Kernel {
        name: "steal-again",
        about: "a thief that has run a timer and got no G looks again",
        threads: 2,
        program: |steps| contract::steal_again(steps, Sched::steal_work),
    },
    Kernel {
        name: "drained-again",
        about: "a G that is drained again has no link of the time before",
        threads: 2,
        program: |steps| queues::drained_again(steps, GQueue::push_back),
    },
    Kernel {
        name: "heap-order",
        about: "timers fire in the order of their times, in whatever order they were added",
        threads: 2,
        program: |steps| queues::heap_order(steps, Sched::addtimer),
    },
    Kernel {
        name: "idle-workers",
        about: "two Ms count idle mark workers: each is counted once, and each may run",
        threads: 2,
        program: |steps| {
            workers::idle_workers(steps, 2, Sched::add_idle_mark_worker, Sched::remove_idle_mark_worker);
        },
    },
    Kernel {
        name: "one-idle-worker",
        about: "the same if one may run: two never do",
        threads: 2,
        program: |steps| {
            workers::idle_workers(steps, 1, Sched::add_idle_mark_worker, Sched::remove_idle_mark_worker);
        },
    },
    Kernel {
        name: "worker-goes-back",
        about: "an M gives up a P that has been assigned a mark worker: the worker is free again",
        threads: 2,
        program: |steps| workers::worker_goes_back(steps, Sched::drop_p),
    },
    Kernel {
        name: "limiter-over-time",
        about: "a cycle, and GOMAXPROCS that changes: how full the limiter's bucket is, and whether assists are left out",
        threads: 2,
        program: |steps| limiter::over_time(steps.gc.resize_bucket),
    },
    Kernel {
        name: "updated-by-a-look",
        about: "an M that looks for a G while workers may mark updates the limiter, if nothing has for 10 ms",
        threads: 2,
        program: |steps| limiter::updated_by_a_look(steps, Sched::look_with_p),
    },
    Kernel {
        name: "handoff",
        about: "an M is started for a P that is handed off if it would find something to do, and not otherwise",
        threads: 2,
        program: |steps| handoff::decides(steps, Sched::handoffp_unless_needed),
    },
    Kernel {
        name: "locks",
        about: "a G is locked to its thread until it has been unlocked as often as locked",
        threads: 2,
        program: |steps| locks::locks(steps, Sched::unlock_os_thread),
    },
    Kernel {
        name: "retake",
        about: "sysmon takes a P out of a system call at the second look, or after 10 ms if no G needs it",
        threads: 2,
        program: |steps| sysmon::retakes(steps, Sched::retake_by_cas),
    },
    Kernel {
        name: "retake-by-scan-bit",
        about: "the same, as since Go 1.26",
        threads: 2,
        program: |steps| {
            let steps = Steps { syscalls: SYSCALLS_1_27, ..steps };
            sysmon::retakes(steps, Sched::retake_by_scan_bit);
        },
    },
    Kernel {
        name: "sysmon-polls",
        about: "sysmon polls if no M has for 10 ms, and none does now",
        threads: 2,
        program: |steps| sysmon::polls(steps, Sched::poll_if_late),
    },
    Kernel {
        name: "cpus",
        about: "sysmon looks at the number of CPUs once a second, and is to set that number if GOMAXPROCS is another",
        threads: 2,
        program: |steps| sysmon::cpus(steps, Sched::procs_to_set),
    },
    Kernel {
        name: "forced",
        about: "a garbage collection is forced two minutes after the last, while none goes on",
        threads: 2,
        program: |steps| sysmon::forced(steps, Sched::gc_is_to_be_forced),
    },
];
