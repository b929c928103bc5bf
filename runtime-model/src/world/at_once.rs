//! Actions after which the G goes on with its M, whatever they do to others.

use crate::g::GId;
use crate::m::M;
use crate::program::Action;
use crate::sched::Sched;
use crate::timers::TimerFunc;

impl Sched {
    /// `g` performs the action, which is one of these, and goes on.
    pub(super) fn act_at_once(&self, m: &mut M, g: GId, action: Action) {
        match action {
            Action::Go(other) => self.newproc(m, other),
            Action::After(ticks, other) => {
                m.preempted = (self.preempts && self.is_to_be_preempted(g)).then_some(g);
                self.start_timer(m, ticks, 0, TimerFunc::Start(other));
                m.preempted = None;
            }
            Action::Ticker(ticks, other) => {
                self.start_timer(m, ticks, ticks, TimerFunc::SendTime(other));
            }
            Action::Ready(other) => self.ready_or_permit(m, other),
            Action::StopTheWorld => self.stop_and_start(m, self.gomaxprocs()),
            Action::Gomaxprocs(procs) => self.set_gomaxprocs(m, procs),
            Action::ForEachP => self.for_each_p(m),
            Action::Set(flag) => self.world.flags[flag.0].set(),
            Action::LockOsThread => self.lock_os_thread(m, g),
            Action::UnlockOsThread => self.unlock_os_thread(m, g),
            Action::Cpus(n) => self.world.cpus.store(n),
            Action::LoseBreak => {
                self.world.kernel.change("fault", |kernel| kernel.may_lose_a_break());
            }
            Action::NewCallback => self.newextram(),
            Action::Assist => self.gc_assist(m),
            Action::ScavengeAssist => self.scavenge_assist(m),
            Action::GcStart(dedicated) => self.gc_start(m, dedicated),
            Action::GcEnd => self.gc_end(m),
            Action::Mark { flag, long } => self.submit_mark_work(m, flag, long),
            Action::Suspend(other) => self.suspend_and_resume(m, other),
            Action::Preempt => {}
            Action::Write(fd) => self.write(fd),
            Action::Deadline(fd, ticks) => self.set_deadline(m, fd, Some(ticks)),
            Action::NoDeadline(fd) => self.set_deadline(m, fd, None),
            Action::Close(fd) => self.close(m, fd),
            other => panic!("{other:?}: the G may give up its M"),
        }
    }

    /// One more M exists. It is there for calls from threads that are not the runtime's.
    ///
    /// Go: proc.go, oneNewExtraM 1906-1950 (1.19.8), 2523-2566 (1.27.3).
    fn newextram(&self) {
        let mut locked = self.lock.lock();
        locked.mcount += 1;
        locked.extra_ms += 1;
    }
}
