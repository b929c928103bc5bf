//! Each kernel holds, without a bound; and with a broken function in the place of the right one, it fails.

use checks::kernels::{self, contract, decisions, queues};
use runtime_model::event::Event;
use runtime_model::find::Found;
use runtime_model::g::{GId, Guintptr};
use runtime_model::limiter::LimiterEventType;
use runtime_model::m::M;
use runtime_model::p::{OwnedP, PId};
use runtime_model::runq::GQueue;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::timers::Timer;
use runtime_model::{Sched, Time};
use sync::driver::{litmus, Engine, Plan, Sampler, ENGINE};

#[path = "kernels/clock.rs"]
mod clock;
#[path = "kernels/thieves.rs"]
mod thieves;
#[path = "kernels/workers.rs"]
mod workers;

fn plan(threads: usize) -> Plan {
    // shuttle's own search ends for the two-thread kernels; the others are sampled.
    let sampler = if threads == 2 { Sampler::Urw } else { Sampler::Random };
    Plan { bound: None, threads, sampler, executions: 5_000, ..Plan::default() }
}

#[track_caller]
fn fails_with(text: &str, threads: usize, program: fn()) {
    let failure = litmus::failure(&plan(threads), program).expect("a failure");
    assert!(failure.message.contains(text), "{failure:?}");
}

#[sync::test(exploring)]
fn each_kernel_holds() {
    for kernel in kernels::ALL {
        // Each state that is gone back to is compared with the same steps from scratch: kernels are small.
        let plan = Plan { audit: 1, ..plan(kernel.threads) };
        let failure = litmus::failure(&plan, || (kernel.program)(GO_1_19_FIXED));
        assert_eq!(failure, None, "{}", kernel.name);
    }
}

/// The event is stopped with a time from before the update: what lies between is lost.
#[sync::test(exploring)]
fn a_stale_time_loses_idle_ticks() {
    fails_with("idle ticks counted", 3, || {
        kernels::limiter_slot(GO_1_19_FIXED, |sched, locked, _| sched.pidleget(locked, 12 as Time));
    });
}

/// The head is moved without looking whether another thief has moved it.
#[sync::test(exploring)]
fn a_thief_who_does_not_compare_takes_a_g_twice() {
    fails_with("of three Gs", 2, || kernels::ring(GO_1_19_FIXED, steal_without_compare));
}

/// The slots are read once the head has been moved past them: the owner may have filled one again.
#[sync::test(exploring)]
fn a_thief_who_reads_after_the_swap_takes_what_is_not_there() {
    fails_with("of five Gs", 2, || kernels::ring_wraps(GO_1_19_FIXED, read_after_swap));
}

/// The Gs that are stolen beside the one that is run are not published.
#[sync::test(exploring)]
fn a_thief_who_does_not_publish_the_others_loses_them() {
    fails_with("of five Gs", 2, || {
        kernels::ring_wraps(GO_1_19_FIXED, |sched, m, victim| {
            let tail = &sched.p(m.p()).runqtail;
            let before = tail.load();
            let g = sched.runqsteal(m, victim, false);
            tail.store_rel(before);
            g
        });
    });
}

/// The assist ends with a time from before the update: what lies between is lost.
#[sync::test(exploring)]
fn a_stale_time_loses_ticks_of_an_assist() {
    fails_with("ticks of an assist counted", 2, || {
        kernels::limiter_assist(GO_1_19_FIXED, |event, typ, _, limiter| {
            event.stop(typ, 12, limiter)
        });
    });
}

/// golang's CL 20858: without the second look at the tail.
#[sync::test(exploring)]
fn without_a_second_look_at_the_tail_a_full_queue_seems_empty() {
    fails_with("never empty", 2, || {
        kernels::runqempty(GO_1_19_FIXED, |sched, p| {
            let p = &sched.allp[p.index()];
            p.runqhead.load() == p.runqtail.load() && p.runnext.load().ptr().is_none()
        });
    });
}

/// loom sees the race itself; for the others there is an operation in between.
#[sync::test(exploring)]
fn who_is_woken_first_and_served_later_finds_nothing() {
    fails_with("", 2, || {
        kernels::note(|nextp, park| {
            park.wakeup();
            sync::Atomic::new("between", 0).load();
            nextp.set(Some(1));
        });
    });
}

/// The event is started and stopped, and the limiter is not updated.
#[sync::test(exploring)]
fn an_assist_without_an_update_leaves_idle_ticks() {
    fails_with("assist-updates", 2, || {
        contract::assist_updates(GO_1_19_FIXED, |sched, m| {
            let event = &sched.p(m.p()).limiter_event;
            event.start(LimiterEventType::MarkAssist, sched.nanotime());
            event.stop(LimiterEventType::MarkAssist, sched.nanotime(), &sched.limiter);
        });
    });
}

#[sync::test(exploring)]
fn an_assist_that_does_nothing_leaves_idle_ticks() {
    fails_with("assist-updates", 2, || contract::assist_updates(GO_1_19_FIXED, |_, _| {}));
}

/// The time from which the missed ticks are counted is an older one.
#[sync::test(exploring)]
fn a_late_tick_that_counts_from_an_old_time_fires_too_early() {
    fails_with("late-tick", 2, || {
        decisions::late_tick(GO_1_19_FIXED, |sched, m, p, now| {
            let next = sched.check_timers(m, p, now - 4).1;
            (next, true)
        });
    });
}

/// It looks again if a timer may have started a G, and none ran.
#[sync::test(exploring)]
fn an_m_that_says_it_ran_a_timer_that_another_ran() {
    fails_with("2 Ms have run one timer", 2, || {
        decisions::late_tick(GO_1_19_FIXED, |sched, m, p, now| {
            (decisions::RUN(sched, m, p, now).0, true)
        });
    });
}

#[sync::test(exploring)]
fn an_m_that_spins_at_the_limit_is_one_too_many() {
    fails_with("spin-limit: true, with 1 that spin and 0 Ps idle of 2", 2, || {
        let below_or_at = |sched: &Sched| {
            let busy = sched.gomaxprocs() as i32 - sched.npidle.load();
            2 * sched.nmspinning.load() <= busy
        };
        let steps = Steps { below_spin_limit: below_or_at, ..GO_1_19_FIXED };
        decisions::spin_limit(steps, Sched::look_with_p, &[(0, 1, false)]);
    });
}

/// The right limit of 1.20, where 1.19 has none.
#[sync::test(exploring)]
fn with_more_ps_idle_than_there_are_the_limit_of_1_20_is_another() {
    fails_with("spin-limit: false, with 1 that spin and 3 Ps idle of 2", 2, || {
        decisions::spin_limit(GO_1_19_FIXED, Sched::look_with_p, &[(3, 1, true)]);
    });
}

/// Whether one is under way is not asked.
#[sync::test(exploring)]
fn an_m_that_breaks_a_poll_that_nobody_makes() {
    fails_with("poll-broken: 3 breaks", 2, || {
        decisions::poll_broken(GO_1_19_FIXED, |sched, m, t| {
            sched.addtimer(m, t);
            if sched.poll_until.load() == 0 && sched.lastpoll.load() != 0 {
                sched.emit(m, Event::NetpollBreak);
            }
        });
    });
}

/// It takes the post that another has.
#[sync::test(exploring)]
fn an_m_that_polls_beside_another_does_so_at_once() {
    fails_with("two-poll: at once", 2, || {
        decisions::two_poll(GO_1_19_FIXED, |sched, m, until| {
            if sched.lastpoll.load() == 0 && sched.poll_until.load() > until {
                sched.emit(m, Event::NetpollBreak);
                sched.emit(m, Event::Polls);
            }
            decisions::poll_as_it_is(sched, m, until);
        });
    });
}

#[sync::test(exploring)]
fn an_m_that_keeps_the_post_of_the_poller() {
    fails_with("is left", 2, || {
        decisions::two_poll(GO_1_19_FIXED, |sched, m, until| {
            decisions::poll_as_it_is(sched, m, until);
            sched.lastpoll.store(0);
        });
    });
}

/// As in Go 1.19.
#[sync::test(exploring)]
fn a_waker_that_finds_no_p_leaves_no_word() {
    fails_with("waker-without-p: word 0", 2, || {
        decisions::waker_without_p(GO_13F6BE28, Sched::wakep);
    });
}

/// `runnext` was another, and it does not look again.
#[sync::test(exploring)]
fn a_thief_who_gives_up_goes_without() {
    fails_with("goes without", 2, || {
        queues::steal_never_empty(GO_1_19_FIXED, |sched, _, victim| {
            let next = &sched.allp[victim.index()].runnext;
            let g = next.load();
            g.ptr().filter(|_| next.cas(g, Guintptr::NIL))
        });
    });
}

/// The G at the end has a link left from somewhere else.
#[sync::test(exploring)]
fn a_g_that_keeps_its_link_brings_others() {
    fails_with("drained-again", 2, || {
        queues::drained_again(GO_1_19_FIXED, |queue, allg, g| {
            queue.push_back(allg, g);
            allg[g.index()].schedlink.set(Guintptr::of(GId(4)));
        });
    });
}

#[sync::test(exploring)]
fn a_timer_that_is_added_for_another_time_fires_out_of_turn() {
    fails_with("heap-order", 2, || {
        queues::heap_order(GO_1_19_FIXED, |sched, m, t| {
            sched.addtimer(m, Timer { when: t.when + t.when % 2, ..t });
        });
    });
}

/// It takes its share, whatever its ring has room for.
#[sync::test(exploring)]
fn one_who_takes_more_than_half_a_ring() {
    fails_with("of five Gs", 2, || {
        let two: contract::TakeShare = |sched, locked, m| {
            let first = sched.globrunqget(locked, m, m.p(), 0);
            let more = sched.globrunqget(locked, m, m.p(), 0);
            more.into_iter().for_each(|g| sched.runqput(m, m.p(), g, false));
            first
        };
        contract::global_share(GO_1_19_FIXED, 2, two, &[0], &[1]);
    });
}

/// It ends the event that was in flight.
#[sync::test(exploring)]
fn an_assist_that_takes_the_place_of_another_event_loses_its_time() {
    fails_with("event-in-flight", 2, || {
        decisions::event_in_flight(GO_1_19_FIXED, |sched, m| {
            let event = &sched.p(m.p()).limiter_event;
            event.stop(event.peek(), 1, &sched.limiter);
            sched.gc_assist(m);
        });
    });
}

/// Times are taken from the events, and lost.
#[sync::test(exploring)]
fn an_update_that_counts_nothing_loses_ticks() {
    fails_with("ticks counted", 2, || {
        contract::limiter_update(GO_1_19_FIXED, |sched, now| {
            sched.allp.iter().for_each(|p| {
                p.limiter_event.consume(now);
            });
        });
    });
}

#[sync::test(exploring)]
fn waking_twice_throws() {
    fails_with("notewakeup - double wakeup", 2, || {
        kernels::note(|nextp, park| {
            nextp.set(Some(1));
            park.wakeup();
            park.wakeup();
        });
    });
}

/// A change of the engine or of the model shows in the numbers of those that leave nothing out.
#[sync::test(exploring)]
fn the_kernels_have_as_many_executions_as_they_had() {
    let executions = |kernel: &'static harness::kernel::Kernel| {
        sync::driver::run_all(&plan(kernel.threads), || (kernel.program)(GO_1_19_FIXED))
            .expect("a plan")
            .executions
    };
    let counts: Vec<u64> = kernels::ALL.iter().map(executions).collect();
    let expected = match ENGINE {
        Engine::Loom => vec![
            777, 25_651, 1_349, 45, 489, 3, 14, 25, 25, 133, 63, 4, 4, 4, 7, 27_753, 140, 21, 25,
            120, 253, 3, 89, 21, 84, 15, 39, 52, 96, 231, 381, 66, 323, 351, 6, 3, 45, 1_895,
            1_895, 300, 91, 66,
        ],
        Engine::Explore => vec![
            75, 48, 35, 39, 23, 2, 11, 13, 10, 17, 13, 30, 8, 8, 14, 39, 25, 17, 17, 111, 149, 67,
            25, 16, 12, 19, 15, 30, 28, 417, 57, 12, 50, 197, 81, 374, 10, 1_410, 1_940, 37, 22,
            19,
        ],
        _ => vec![5_000; kernels::ALL.len()],
    };
    assert_eq!(counts, expected);
}

/// The head is moved without looking whether a thief has moved it.
#[sync::test(exploring)]
fn who_drains_and_does_not_compare_takes_a_g_that_is_stolen() {
    let steps = Steps { runqdrain: drain_without_compare, ..GO_1_19_FIXED };
    let kernel =
        kernels::ALL.iter().find(|kernel| kernel.name == "runqdrain-one").expect("a kernel");
    let failure = litmus::failure(&plan(2), move || (kernel.program)(steps)).expect("a failure");
    // loom sees before that the two write one link.
    let expected = match ENGINE {
        Engine::Loom => {
            "G0.schedlink: Causality violation: Concurrent write accesses to `UnsafeCell`."
        }
        _ => "runqdrain: a G is in two queues, or in none",
    };
    assert_eq!(failure.message, expected);
}

/// The last look before the decrement: work made between the two is lost.
#[sync::test(exploring)]
fn a_last_look_before_the_decrement_loses_work() {
    fails_with("no M noticed it", 2, || kernels::submit_last_look(GO_1_19_FIXED, look_first));
}

fn steal_without_compare(sched: &Sched, _: &M, victim: PId) -> Option<runtime_model::g::GId> {
    let p = &sched.allp[victim.index()];
    let head = p.runqhead.load();
    if head == p.runqtail.load() {
        return None;
    }
    let g = p.runq[head as usize % p.runq.len()].load_relaxed().ptr();
    p.runqhead.store(head + 1);
    g
}

fn drain_without_compare(sched: &Sched, owned: &OwnedP) -> GQueue {
    let p = sched.p(owned);
    let mut drained = GQueue::default();
    let (head, tail) = (p.runqhead.load(), p.runqtail.load());
    let gs: Vec<_> = (head..tail).filter_map(|i| p.slot(i).load_relaxed().ptr()).collect();
    p.runqhead.store(tail);
    gs.into_iter().for_each(|g| drained.push_back(&sched.allg, g));
    drained
}

fn read_after_swap(sched: &Sched, _: &M, victim: PId) -> Option<runtime_model::g::GId> {
    let p = &sched.allp[victim.index()];
    let head = p.runqhead.load_acq();
    if head == p.runqtail.load_acq() || !p.runqhead.cas_rel(head, head + 1) {
        return None;
    }
    p.slot(head).load_relaxed().ptr()
}

fn look_first(sched: &Sched, m: &M) -> bool {
    let found = !sched.runqempty(PId(0));
    sched.stop_spinning(m);
    found
}
