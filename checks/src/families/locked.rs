//! Verify that a G that is locked to its thread runs there and nowhere else, and that no other G does.

use runtime_model::g::GStatus;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "a G and the M that it is locked to name each other",
        invariant: "INV-LOCKED",
        holds: they_name_each_other,
    },
    Check {
        name: "a locked G runs on its M alone, and its M runs no other",
        invariant: "INV-LOCKED",
        holds: a_locked_g_runs_on_its_m,
    },
    Check {
        name: "an M that has ended has nothing",
        invariant: "INV-LOCKED",
        holds: an_m_that_has_ended_has_nothing,
    },
];

fn they_name_each_other(view: &View) -> Result<(), String> {
    for m in view.ms() {
        let Some(g) = view.lockedg_of(m) else { continue };
        let back = view.lockedm_of(g);
        ensure!(back == Some(m), "{m} is locked to {g}, and that to {back:?}");
    }
    for g in view.sched.allg.iter().map(|g| g.id) {
        let Some(m) = view.lockedm_of(g) else { continue };
        let back = view.lockedg_of(m);
        ensure!(back == Some(g), "{g} is locked to {m}, and that to {back:?}");
    }
    Ok(())
}

fn a_locked_g_runs_on_its_m(view: &View) -> Result<(), String> {
    for m in view.ms() {
        let Some(g) = view.curg_of(m) else { continue };
        let (of_m, of_g) = (view.lockedg_of(m), view.lockedm_of(g));
        ensure!(of_m.is_none_or(|of| of == g), "{m} executes {g}, and is locked to {of_m:?}");
        ensure!(of_g.is_none_or(|of| of == m), "{m} executes {g}, which is locked to {of_g:?}");
    }
    // Its P was given to another M, and its G makes no M look for work.
    for m in view.ms().filter(|&m| view.waits_for_locked_g(m)) {
        ensure!(view.p_of(m).is_none(), "{m} waits for its G, and has {:?}", view.p_of(m));
        ensure!(!view.spinning(m), "{m} waits for its G, and spins");
        let status = view.lockedg_of(m).map(|g| view.status(g));
        let waits = matches!(status, Some(GStatus::Waiting | GStatus::Runnable));
        ensure!(waits, "{m} waits for its G, which is {status:?}");
    }
    Ok(())
}

fn an_m_that_has_ended_has_nothing(view: &View) -> Result<(), String> {
    for m in view.ms().filter(|&m| view.exited(m)) {
        let (p, next) = (view.p_of(m), view.nextp_of(m));
        ensure!(p.is_none() && next.is_none(), "{m} has ended, and has {p:?} and {next:?}");
        let (g, of) = (view.curg_of(m), view.lockedg_of(m));
        ensure!(g.is_none() && of.is_none(), "{m} has ended, executes {g:?}, is locked to {of:?}");
        ensure!(!view.spinning(m), "{m} has ended, and spins");
        let Some(locked) = view.locked() else { continue };
        ensure!(!locked.idle_ms().contains(&m), "{m} has ended, and is on the idle list");
    }
    Ok(())
}
