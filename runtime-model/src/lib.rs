//! Go's scheduler, of 1.19 and of 1.27, written against the atomics, locks and threads of `sync`, and nothing else.
//!
//! A function that mirrors one of Go's has Go's name, and its doc ends with the lines in Go 1.19.8 and 1.27.3. Parts
//! that a long function was cut into cite their lines of it. Where Go throws, the model panics with Go's text. The
//! model does not know which checks exist.
//!
//! | file | Go | holds |
//! |---|---|---|
//! | [`sched`], [`p`], [`m`], [`g`], [`ids`], [`mask`], [`sizes`] | runtime2.go | the data, and the start of the world |
//! | [`allp`], [`resize`] | proc.go | the Ps that there are, and changes of GOMAXPROCS |
//! | [`idle`] | proc.go | idle Ps and Ms; ownership of Ps |
//! | [`runq`] | proc.go | rings, the global queue, stealing |
//! | [`ready`] | proc.go | making Gs runnable |
//! | [`wake`] | proc.go | waking and stopping Ms |
//! | [`handoff`] | proc.go | handing off a P |
//! | [`locked`] | proc.go | Gs that are locked to their thread |
//! | [`syscall`] | proc.go | system calls: a module for each way in which Go's have worked |
//! | [`sysmon`] | proc.go | sysmon: its sleep, polling, taking Ps from system calls, preempting |
//! | [`suspend`] | preempt.go | suspending another G |
//! | [`stw`], [`safepoint`] | proc.go | stopping the world; a function on each P |
//! | [`find`] | proc.go | finding work; stealing; the last look |
//! | [`timers`] | time.go | the heaps, and running timers: a module for each way in which Go's timers have worked |
//! | [`netpoll`] | proc.go, netpoll.go, netpoll_epoll.go | the poller's post; descriptors; the Gs that a poll finds |
//! | [`deadlock`] | proc.go | `checkdead`, the jump of the clock |
//! | [`gc`] | mgc.go, mgcpacer.go | mark workers: which M runs one, and when |
//! | [`limiter`] | mgclimit.go | limiter events, the bucket |
//! | [`world`] | – | what Gs do, flags, the exit; in real time the operating system, and what happens by itself |
//! | [`program`] | – | scripts and sizes |
//! | [`steps`] | – | the step table |
//! | [`event`] | – | what the model reports |
//! | [`by_hand`] | – | for regressions: the idle list without its bookkeeping |
//!
//! # Where Go's functions are
//!
//! Of proc.go, where no other file is named. What Go 1.27.3 calls otherwise is in parentheses.
//!
//! | Go | here |
//! |---|---|
//! | `acquirep`, `wirep`, `releasep`, `execute`, `dropg` | [`world`] |
//! | `casgstatus` | [`g`]; the scan bit, `castogscanstatus` and `casfrom_Gscanstatus` in [`suspend`], and in [`syscall`]: v1_26.rs |
//! | `checkdead` | [`deadlock`] |
//! | `checkIdleGCNoP` | [`gc`]: find.rs |
//! | `checkRunqsNoP`, `schedule` | [`find`] |
//! | `checkTimers` (time.go, `(*timers).check`), `checkTimersNoP` | [`timers`] |
//! | `findRunnable` | [`find`]: `find_runnable` lists its parts |
//! | `findRunnableGCWorker`, `assignWaitingGCWorker`, `releaseNextGCMarkWorker` (since 1.26), `enlistWorker`, `addIdleMarkWorker`, `needIdleMarkWorker`, `removeIdleMarkWorker`, `markWorkerStop` (mgcpacer.go) | [`gc`]: find.rs |
//! | `gcStart`, `gcMarkDone` (mgc.go), `startCycle`, `setMaxIdleMarkWorkers` (mgcpacer.go) | [`gc`]: cycle.rs, their part that schedules |
//! | `gcBgMarkWorker`, `gcMarkWorkAvailable` (`gcShouldScheduleWorker`) (mgc.go), `gcDrain` (mgcmark.go) | [`gc`]; units of work that set flags |
//! | `gcAssistAlloc1` (mgcmark.go), `allocSpan` (mheap.go) | [`gc`]: `gc_assist`, `scavenge_assist`, the limiter's part |
//! | `gcBgMarkStartWorkers` (mgc.go), `gcParkAssist`, `gcWakeAllAssists` (mgcmark.go), `pollFractionalWorkerExit` (mgc.go) | left out: workers exist from the start, no assist waits for others, and no worker has a fraction of a P |
//! | `suspendG`, `resumeG` (preempt.go), `preemptPark`, `casGToPreemptScan`, `casGFromPreempted`, `casGToWaitingForSuspendG` (since 1.22) | [`suspend`]; what is done with the suspended G (`scanstack`) is left out |
//! | `gcCPULimiterState.update`, `needUpdate`, `accumulate`, `startGCTransition`, `finishGCTransition`, `resetCapacity`, `limiterEvent.start`, `stop`, `consume` (mgclimit.go) | [`limiter`] |
//! | `gcstopm`, `stopTheWorldWithSema`, `startTheWorldWithSema`, `preemptall` | [`stw`] |
//! | `forEachP` (`forEachPInternal`), `runSafePointFn` | [`safepoint`] |
//! | `entersyscall_gcwait` (`entersyscallHandleGCWait`) | [`syscall`] |
//! | `globrunqput`, `globrunqputhead`, `globrunqget`, `globrunqgetbatch` (since 1.25), `runqputbatch` | [`runq`] |
//! | `globrunqputbatch` | [`netpoll`]; in `runqputslow`, one `globrunqput` a G, under one hold of the lock |
//! | `Goexit` (panic.go), `goexit0` (`gdestroy`), `main` | [`world`]: `goexit`, `exit` |
//! | `LockOSThread`, `UnlockOSThread`, `dolockOSThread`, `dounlockOSThread`, `stoplockedm`, `startlockedm`, `mexit` | [`locked`] |
//! | `lockOSThread`, `unlockOSThread`, `templateThread`, `startTemplateThread` | left out: the runtime's own Gs lock themselves for nothing that the model has; [`locked`] says why no template thread is needed |
//! | `gopark`, `park_m` | [`world`]: `gopark` |
//! | `goschedImpl`, `goyield_m`, `newproc`, `ready` | [`ready`] |
//! | `goroutineReady` (time.go), `goFunc`, `sendTime` (time/sleep.go) | [`timers`]: [`TimerFunc`](timers::TimerFunc) |
//! | `handoffp` | [`handoff`] |
//! | `retake`, `sysmon`, `incidlelocked` | [`sysmon`] |
//! | `forcegchelper`, `updateMaxProcsGoroutine`, `sysmonUpdateGOMAXPROCS` (since 1.25), `(gcTrigger).test` (mgc.go) | [`sysmon`]: helper.rs; of the triggers, time alone |
//! | `defaultGOMAXPROCS` (cgroup, affinity; since 1.25) | [`world`]: the number of CPUs, which an action changes |
//! | `(*scavengerState).wake` (mgcscavenge.go) | [`sysmon`]; what the scavenger does is left out |
//! | `isSystemGoroutine` (traceback.go) | [`sched`]: of the scavenger, the mark workers, and the Gs that sysmon readies |
//! | `oneNewExtraM` (`newextram`) | [`world`]: for `checkdead` alone; no thread calls in |
//! | `preemptone` | [`sysmon`], for sysmon; in `preemptall`, merged into [`stw`] |
//! | `entersyscall` | merged into `reentersyscall` |
//! | `reentersyscall`, `entersyscallblock`, `exitsyscall`, `exitsyscallfast`, `exitsyscallfast_reacquired`, `exitsyscallfast_pidle`, `exitsyscall0` (`exitsyscallNoP`) | [`syscall`]; as up to 1.25: v1_19.rs |
//! | `entersyscall_sysmon` (`entersyscallWakeSysmon`) | [`sysmon`] |
//! | `reentersyscall`, `entersyscallblock`, `exitsyscall`, `exitsyscallTryGetP`, `setBlockOnExitSyscall`, `takeP`, `gcstopP`, `resume` as since 1.26 | [`syscall`]: v1_26.rs |
//! | `injectglist`, `netpoll` (netpoll_epoll.go), `netpollready` (netpoll.go) | [`netpoll`] |
//! | `pollReset`, `pollWait`, `pollSetDeadline`, `pollUnblock`, `netpollblock`, `netpollblockcommit`, `netpollunblock`, `netpollcheckerr`, `netpollgoready`, `netpolldeadlineimpl`, `netpollAnyWaiters`, `netpollAdjustWaiters` (netpoll.go) | [`netpoll`]; reads alone |
//! | `pollWork` | [`gc`]: `poll_work` |
//! | `pollOpen`, `pollClose` (netpoll.go) | left out: descriptors are open from the start, and none is used again |
//! | `mcount` | [`sched`]: a field |
//! | `mget`, `mput` | [`idle`] |
//! | `mPark` | merged into `stopm` |
//! | `mReserveID`, `newm`, `startm`, `stopm`, `wakep`, `resetspinning`, `becomeSpinning` (since 1.20) | [`wake`] |
//! | `mspinning` | merged into `newm`, as `give_spin` |
//! | `mstart1` | [`world`]: `mstart`, and the thread's start in `newm` |
//! | `netpollBreak` (netpoll_epoll.go), `netpollGenericInit` (netpoll.go), `wakeNetPoller` | [`netpoll`] |
//! | `pidleget`, `pidlegetSpinning` (since 1.20), `pidleput`, `updateTimerPMask` (in `pidleput`) | [`idle`] |
//! | `pMask.read`, `set`, `clear`, `resize` (since 1.26; before, in `procresize`) | [`mask`] |
//! | `GOMAXPROCS` (debug.go), `procresize`, `(*p).init`, `(*p).destroy` | [`resize`] |
//! | `schedinit` | merged into [`Sched::new`] and [`Sched::start`] |
//! | `randomOrder` | [`find`]: all orders that Go may take, made beforehand |
//! | `runqdrain`, `runqempty`, `runqget`, `runqgrab`, `runqput`, `runqputslow`, `runqsteal` | [`runq`] |
//! | `stealWork` | [`find`] |
//! | `addtimer`, `deltimer`, `modtimer`, `resettimer`, `updateTimerModifiedEarliest`, `nobarrierWakeTime` (time.go; up to 1.22) | [`timers`]: v1_19.rs |
//! | `adjusttimers`, `addAdjustedTimers`, `cleantimers`, `clearDeletedTimers`, `doaddtimer`, `dodeltimer`, `dodeltimer0` (time.go; up to 1.22) | [`timers`]: v1_19/clean.rs |
//! | `runtimer`, `runOneTimer` (time.go; up to 1.22) | [`timers`]: v1_19/run.rs |
//! | `newTimer`, `(*timer).modify`, `maybeAdd`, `reset`, `stop`, `(*timers).wakeTime`, `updateMinWhenModified` (time.go; since 1.23) | [`timers`]: v1_23.rs |
//! | `(*timer).lock`, `unlock`, `needsAdd` (time.go; since 1.23) | [`timers`]: v1_23/state.rs |
//! | `(*timers).unlock`, `addHeap`, `adjust`, `cleanHead`, `deleteMin`, `updateMinWhenHeap`, `(*timer).updateHeap` (time.go; since 1.23) | [`timers`]: v1_23/heap.rs |
//! | `(*timers).check`, `run`, `(*timer).unlockAndRun` (time.go; since 1.23) | [`timers`]: v1_23/run.rs |
//! | `siftupTimer`, `siftdownTimer` (`siftUp`, `siftDown`), `initHeap` (time.go) | [`timers`]: heap.rs |
//! | `blockTimerChan`, `unblockTimerChan`, `maybeRunChan`, `(*timer).hchan` (time.go), `chanrecv`, `chansend`, `empty`, `timerchandrain` (chan.go; since 1.23) | [`timers`]: v1_23/receive.rs; of a timer's channel alone |
//! | `timeSleepUntil`, `timeSleep` (time.go) | [`timers`] |
//! | `updateTimer0When` (time.go) | merged into `dodeltimer0`, `dodeltimer`, `clear_deleted_timers` and `postpone` |
//! | `moveTimers` (time.go; up to 1.22) | [`timers`]: `move_timers`, v1_19/moved.rs |
//! | `(*timers).take` (time.go; since 1.23) | [`timers`]: `move_timers`, v1_23/taken.rs |
//! | `gopreempt_m` | [`world`]: what an action `preempt` does |
//! | tracing, cgo, finalizers, wasm, profiling, debug settings, signals | left out: they schedule nothing that the model has |
//!
//! # Circles of imports
//! `sched`, `steps`, `idle`, `m` and `p` import each other, because they are one thing: a scheduler carries the table of
//! its steps, and a step is a function of the scheduler, of Ms, and of Ps that an M owns. The idle list is the
//! scheduler's. Only the file that has the list can make an owned P, so the scheduler's functions that put one on the
//! list and take one off are in that file, too. An M holds an owned P, and `p` has its name beside `P`. All other files
//! come before these five, or after them.

pub mod allp;
pub mod deadlock;
pub mod event;
pub mod find;
pub mod g;
pub mod gc;
pub mod handoff;
pub mod idle;
pub mod ids;
pub mod limiter;
pub mod locked;
pub mod m;
pub mod mask;
pub mod netpoll;
pub mod p;
pub mod program;
pub mod ready;
pub mod resize;
pub mod runq;
pub mod safepoint;
pub mod sched;
pub mod sizes;
pub mod steps;
pub mod stw;
pub mod suspend;
pub mod syscall;
pub mod sysmon;
pub mod timers;
pub mod wake;
pub mod world;

pub use idle::by_hand;
pub use sched::Sched;

/// An instant or a length of time, in ticks. As an instant, 0 means "none".
pub type Time = i64;

/// The instant at which a program starts.
pub const START: Time = 1;

/// Later than every timer. Go: time.go, maxWhen 164 (1.19.8), 321 (1.27.3).
pub const MAX_WHEN: Time = Time::MAX;
