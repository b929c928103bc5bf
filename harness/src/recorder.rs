//! Writes down an execution, step by step: what was done, in which Go function, and what changed.

use std::collections::BTreeMap;

use runtime_model::event::{Event, Witness};
use runtime_model::g::GId;
use runtime_model::m::MId;
use runtime_model::program::Clock;
use runtime_model::Sched;
use sync::driver::{Operation, Outside};

use crate::cex::Step;
use crate::source::{function_at, Source};

/// The steps so far of one execution.
pub(crate) struct Recorder {
    sources: &'static [Source],
    log: Outside<Log>,
}

/// What has been written down.
#[derive(Clone, Default)]
pub(crate) struct Log {
    pub(crate) steps: Vec<Step>,
    last: Snapshot,
    /// The thread of the last operation.
    runs: usize,
    /// The function of each thread's last operation: events that the model reports after it happen there.
    functions: BTreeMap<usize, String>,
}

/// What a reader wants to see change: a name and a value for each item.
type Snapshot = Vec<(String, String)>;

impl Recorder {
    /// A recorder that writes to `log`, which it empties first.
    pub(crate) fn new(sources: &'static [Source], log: Outside<Log>) -> Self {
        log.set(&Log::default());
        Recorder { sources, log }
    }

    /// Writes down an operation, and what is different after it.
    pub(crate) fn write(&self, sched: Option<&Sched>, op: &Operation) {
        let function = function_at(self.sources, op.function);
        let thread = sched.map_or(op.thread, |sched| number(sched, op.thread));
        let now = sched.map(snapshot).unwrap_or_default();
        self.log.with_mut(|log| {
            let changed = differences(&log.last, &now);
            // What outlives the execution is copied here.
            log.last = now.clone();
            let step = Step {
                step: log.steps.len() as u64 + 1,
                thread,
                p: None,
                g: None,
                action: op.kind.to_string(),
                function: function.clone(),
                object: op.name.to_string(),
                value: op.value.clone(),
                changed,
            };
            log.functions.insert(thread, function.clone());
            log.runs = thread;
            log.steps.push(sched.map_or(step.clone(), |sched| with_m(step, sched)));
        });
    }

    /// Writes down an event that the model reports: of this M, or of the thread that made the last operation. An event comes
    /// between two operations of one thread, so that is the thread that runs.
    fn event(&self, m: Option<MId>, event: Event) {
        self.log.with_mut(|log| {
            let thread = m.map_or(log.runs, MId::index);
            let function = log.functions.get(&thread).cloned();
            log.steps.push(Step {
                step: log.steps.len() as u64 + 1,
                thread,
                p: None,
                g: None,
                action: "event".into(),
                // An M whose thread has just begun.
                function: function.unwrap_or("mstart".into()),
                object: String::new(),
                value: format!("{event:?}"),
                changed: Vec::new(),
            });
        });
    }
}

impl Witness for Recorder {
    fn event(&self, m: Option<MId>, event: Event) {
        // The others of no M are in the operations that are written down: they change `npidle`.
        if m.is_some() || is_of_a_bug(event) {
            Recorder::event(self, m, event);
        }
    }
}

/// Whether it is the step in which a bug shows, of which the model, as it should be, has none.
fn is_of_a_bug(event: Event) -> bool {
    use Event::{GlobalQueueOverwritten, LeftOut, TakenAndLeft, UnlinkedByHand};
    matches!(event, UnlinkedByHand(_) | TakenAndLeft(_) | GlobalQueueOverwritten | LeftOut(_))
}

/// The number of the thread as its name has it: that of its M. In real time the world's thread is started first, and its
/// number is the one after those of all Ms. sysmon is started next, if the program has it.
fn number(sched: &Sched, thread: usize) -> usize {
    let world = (sched.clock() != Clock::Fake).then_some(sched.allm.len());
    let sysmon = sched.has_sysmon().then_some(MId::SYSMON.index());
    let others: Vec<usize> = world.into_iter().chain(sysmon).collect();
    match thread.checked_sub(1) {
        None => 0,
        Some(i) => others.get(i).copied().unwrap_or_else(|| thread - others.len()),
    }
}

/// Adds the P and the G that the thread's M has now.
fn with_m(step: Step, sched: &Sched) -> Step {
    let Some(m) = sched.allm.get(step.thread) else { return step };
    Step { p: m.p.peek(|p| p.map(|p| p.0)), g: m.curg.peek(|g| g.map(|g| g.0)), ..step }
}

fn differences(old: &Snapshot, new: &Snapshot) -> Vec<String> {
    let pairs = old.iter().zip(new).filter(|(old, new)| old.1 != new.1);
    pairs.map(|(old, new)| format!("{} {} → {}", new.0, old.1, new.1)).collect()
}

fn snapshot(sched: &Sched) -> Snapshot {
    let mut items: Snapshot = Vec::new();
    let mut item = |name: String, value: String| items.push((name, value));
    item("npidle".into(), sched.npidle.peek().to_string());
    item("nmspinning".into(), sched.nmspinning.peek().to_string());
    item("needspinning".into(), sched.needspinning.peek().to_string());
    item("clock".into(), sched.peek_now().to_string());
    let mask = |has: &dyn Fn(runtime_model::p::PId) -> bool| {
        list(sched.peek_ps().iter().map(|p| p.id).filter(|&p| has(p)))
    };
    item("idlepMask".into(), mask(&|p| sched.idlep_mask.peek(p)));
    item("timerpMask".into(), mask(&|p| sched.timerp_mask.peek(p)));
    for p in &sched.allp {
        item(format!("{} runs on", p.id), p.m.peek(|m| m.map_or("no M".into(), |m| m.to_string())));
        item(format!("{}'s queue", p.id), list(p.peek_runq()));
        item(format!("{}'s next timer", p.id), p.peek_wake_time().to_string());
        item(format!("{}'s limiter event", p.id), format!("{:?}", p.limiter_event.peek()));
    }
    for t in &sched.timers {
        item(t.id.to_string(), format!("{:?}", t.status.peek()));
    }
    for (m, shared) in sched.allm.iter().enumerate() {
        let g = |g: &Option<GId>| g.map_or("nothing".into(), |g| g.to_string());
        item(format!("M{m} executes"), shared.curg.peek(g));
        item(format!("M{m} spins"), shared.spinning.peek(|s| s.to_string()));
    }
    for g in &sched.allg {
        item(g.id.to_string(), g.status.peek(|s| format!("{s:?}").to_lowercase()));
    }
    items
}

fn list<T: std::fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(" "))
}
