//! What Gs wait for when nothing moves any more, in words: a reader of *hang* wants to know whether the program or the
//! scheduler is to blame.

use runtime_model::g::{GId, GStatus};
use runtime_model::program::{Action, Clock};
use runtime_model::Time;

use harness::view::View;

use super::super::timers::known_times;

/// What each of these Gs waits for, and why no timer helps, if one is pending.
pub(super) fn reasons(view: &View, gs: &[GId]) -> String {
    let each: Vec<String> = gs.iter().map(|&g| format!("{g} {}", reason(view, g))).collect();
    each.join(", ") + &clock(view)
}

/// What the G waits for.
fn reason(view: &View, g: GId) -> String {
    let rest = view.sched.rest_of_script(g);
    match (view.status(g), rest.first()) {
        (GStatus::Idle, _) => "was never started".into(),
        (GStatus::Runnable, _) => "is runnable but no M executes it".into(),
        (GStatus::Syscall, _) => "is in a system call".into(),
        (GStatus::Running, Some(Action::BusyUntil { flag, .. })) => {
            format!("keeps its P until the flag {} is set", view.sched.flag_name(*flag))
        }
        (GStatus::Waiting, Some(Action::Park)) => parked(view, g),
        (GStatus::Waiting, Some(Action::GcWait)) => "waits for the end of marking".into(),
        (GStatus::Waiting, Some(Action::Sleep(_))) => "sleeps".into(),
        (GStatus::Waiting, Some(Action::Read(fd))) => format!("waits for the descriptor {fd}"),
        (GStatus::Waiting, Some(Action::Receive(t))) => format!("waits for a value of timer {t}"),
        (status, _) => format!("is {status:?}").to_lowercase(),
    }
}

/// A permit would have let it go on, so some other G has still to ready it, or none will.
fn parked(view: &View, g: GId) -> String {
    let readies = |other: &GId| view.sched.rest_of_script(*other).contains(&Action::Ready(g));
    let gs = view.sched.allg.iter().map(|other| other.id).filter(|&other| !view.finished(other));
    let others: Vec<String> = gs.filter(readies).map(|other| other.to_string()).collect();
    if others.is_empty() {
        "is parked and no action is left that readies it".into()
    } else {
        format!("is parked until {} readies it", others.join(" or "))
    }
}

/// Why the clock stands, if it does while a timer is pending.
fn clock(view: &View) -> String {
    let times = view.ps().iter().flat_map(|p| known_times(view, p));
    let next: Option<Time> = times.filter(|&when| when > view.now()).min();
    let Some(when) = next.filter(|_| view.sched.clock() == Clock::Fake) else {
        return String::new();
    };
    let now = view.now();
    let stands = format!("; a timer is pending for {when}, and the clock stands at {now}");
    if view.finished(GId::MAIN) {
        return stands
            + ", as main has ended (`must-finish` can leave out the Gs that wait for it)";
    }
    let busy = |g: GId| {
        let action = view.sched.rest_of_script(g).first();
        view.status(g) == GStatus::Running && matches!(action, Some(Action::BusyUntil { .. }))
    };
    match view.sched.allg.iter().map(|g| g.id).find(|&g| busy(g)) {
        Some(g) => format!(
            "{stands}: with a fake clock no time passes while an M runs, and {g} keeps one busy (write clock = \"real\" to \
             let it pass)"
        ),
        None => String::new(),
    }
}
