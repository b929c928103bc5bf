//! A kernel of a poll that is broken, in real time.

use runtime_model::event::NoWitness;
use runtime_model::m::{MId, M};
use runtime_model::program::{Clock, Program};
use runtime_model::steps::Steps;
use runtime_model::Time;
use sync::Arc;

use super::{program, start};

/// Until when the M polls.
const UNTIL: Time = 9;

/// An M waits in a poll. Another adds an earlier timer, and a third, which saw that no M polls a moment before, polls without
/// waiting. The first does not wait any longer in the end; and no break is under way, so that the next can be sent.
pub fn broken_poll(steps: Steps) {
    let program = Program { ms: 3, clock: Clock::Real { early: 0 }, ..program(2, 1) };
    let (sched, m, _others) = start(program, steps, Arc::new(NoWitness));
    sched.lastpoll.store(0);
    sched.poll_until.store(UNTIL);
    let poller = sched.clone();
    sync::spawn(move || {
        poller.netpoll(&M::of_kernel(MId(1)), Some(UNTIL));
    });
    let other = sched.clone();
    sync::spawn(move || {
        (other.steps().poll.netpoll0)(&other, &M::of_kernel(MId(2)));
    });
    let this = sched.clone();
    sync::driver::at_end(move || {
        let sig = this.netpoll_wake_sig.peek();
        let byte = this.world.kernel.peek(|kernel| kernel.byte());
        assert!(
            sig == 0 && !byte,
            "broken-poll: netpollWakeSig is {sig}, its byte is there: {byte}"
        );
    });
    sched.wake_net_poller(&m, UNTIL - 1);
}
