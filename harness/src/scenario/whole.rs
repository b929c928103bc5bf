//! Checks of a scenario as a whole: what is started, readied, waited for and set.

use runtime_model::g::GId;
use runtime_model::program::{Action, FlagId, Syscall, TimerId};
use runtime_model::timers::TimerFunc;

use super::script::Named;
use super::{At, Clock, Scenario, ScenarioError};

type Scripts<'a> = &'a [Vec<Action>];

impl Scenario {
    /// All Gs are started once, and readied only if they park; and flags that are waited for are set.
    pub(super) fn check_whole(
        &self,
        scripts: Scripts,
        names: &[String],
        flags: &[&str],
        timers: &[Named],
    ) -> Result<(), ScenarioError> {
        self.check_timers(timers)?;
        self.check_channels(scripts, names, timers)?;
        for (i, name) in names.iter().enumerate() {
            self.check_g(scripts, GId(i as u32), name, timers)?;
        }
        self.check_stops(scripts, names)?;
        self.check_sysmon(scripts)?;
        let reached = reached(scripts, timers);
        if let Some(i) = reached.iter().position(|reached| !reached) {
            let what = "never started";
            let allowed = "add a `go` for it to main, or to a G that main starts";
            return Err(self.error(At::G(i), &format!("G {}", names[i]), what, allowed));
        }
        for (i, flag) in flags.iter().enumerate() {
            let by_timer = timers.iter().any(|t| t.f == Some(TimerFunc::Set(FlagId(i))));
            let sets = |a: &Action| match a {
                Action::Set(flag) | Action::Mark { flag, .. } => flag.0 == i,
                _ => false,
            };
            if !by_timer && !scripts.iter().flatten().any(sets) {
                let waits = |a: &Action| waits_for(a) == Some(FlagId(i));
                let at = scripts.iter().position(|script| script.iter().any(waits)).unwrap_or(0);
                let allowed = "add a `set` for it to some G, or a timer that sets it";
                let place = format!("flag {flag}");
                return Err(self.error(At::G(at), &place, "never set", allowed));
            }
        }
        Ok(())
    }

    /// Each timer is added once, and ticks only if that wakes a G.
    fn check_timers(&self, timers: &[Named]) -> Result<(), ScenarioError> {
        for t in timers {
            let wrong = |what: &str, allowed: &str| {
                Err(self.error(At::G(t.line), &format!("timer {}", t.name), what, allowed))
            };
            match t.added {
                0 => {
                    return wrong(
                        "never added",
                        &format!("add an `add {} N go X` to some G", t.name),
                    )
                }
                1 => {}
                n => {
                    let allowed =
                        format!("leave one `add`, and write `reset {} N` for the others", t.name);
                    return wrong(&format!("added {n} times"), &allowed);
                }
            }
            if t.periodic && !matches!(t.f, Some(TimerFunc::SendTime(_) | TimerFunc::Channel(..))) {
                let allowed = "write `send X` or `chan` for what it does, or leave `every` out";
                return wrong("fires again and again, and does not send", allowed);
            }
        }
        Ok(())
    }

    /// Only a timer with a channel is received from; and one that ticks, ticks for ever.
    fn check_channels(
        &self,
        scripts: Scripts,
        names: &[String],
        timers: &[Named],
    ) -> Result<(), ScenarioError> {
        let has_channel =
            |id: &TimerId| matches!(timers[id.index()].f, Some(TimerFunc::Channel(..)));
        let all = || scripts.iter().flatten();
        for (g, script) in scripts.iter().enumerate() {
            for action in script {
                let wrong = |id: &TimerId, what: &str, allowed: &str| {
                    let place = format!("G {}, timer {}", names[g], timers[id.index()].name);
                    Err(self.error(At::G(g), &place, what, allowed))
                };
                match action {
                    Action::Receive(id) | Action::TryReceive(id) | Action::Poll(id, _)
                        if !has_channel(id) =>
                    {
                        let allowed = format!("write `add {} N chan`", timers[id.index()].name);
                        return wrong(id, "received from, and it has no channel", &allowed);
                    }
                    Action::Modify(id, _, period) if has_channel(id) => {
                        let ticks = all().any(
                            |a| matches!(a, Action::Add(of, _, every) if of == id && *every > 0),
                        );
                        if ticks != (*period > 0) {
                            let allowed =
                                "write `every M` in both its `add` and its `modify`, or in neither";
                            return wrong(
                                id,
                                "a ticker in one action, and not in the other",
                                allowed,
                            );
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// A ticker, or a timer that sends, is for a G that waits for nothing else; it ticks until main exits.
    pub(super) fn check_tickers(
        &self,
        scripts: Scripts,
        names: &[String],
        must_finish: &[GId],
        timers: &[Named],
    ) -> Result<(), ScenarioError> {
        let all = || scripts.iter().flatten();
        for (i, name) in names.iter().enumerate() {
            let g = GId(i as u32);
            let tickers = all().filter(|a| matches!(a, Action::Ticker(_, other) if *other == g));
            let wrong = |what: &str, allowed| {
                Err(self.error(At::G(i), &format!("G {name}"), what, allowed))
            };
            let senders = timers.iter().filter(|t| t.f == Some(TimerFunc::SendTime(g))).count();
            match tickers.count() + senders {
                0 => continue,
                1 => {}
                n => {
                    let allowed = "a G waits for one of them at most: leave one out";
                    let what = if senders > 0 { "tickers and timers that send" } else { "tickers" };
                    return wrong(&format!("has {n} {what}"), allowed);
                }
            }
            if all().any(|action| *action == Action::Ready(g)) {
                let allowed = "a park waits for one of the two: leave the other out";
                let what = if senders > 0 { "a timer that sends" } else { "a ticker" };
                return wrong(&format!("has {what} and is readied as well"), allowed);
            }
            if !scripts[i].contains(&Action::Park) {
                let what = if senders > 0 { "a timer that sends" } else { "a ticker" };
                return wrong(&format!("has {what}, but it never parks"), "give it a `park`");
            }
        }
        let ticks = all().any(|action| matches!(action, Action::Ticker(..)))
            || timers.iter().any(|t| t.periodic);
        if ticks && self.clock == Clock::Real {
            let what = "real, but there is a ticker: the world would move for it for ever";
            let allowed = "write \"fake\", or leave the ticker out";
            return Err(self.error(At::Field("clock"), "clock", what, allowed));
        }
        // Without names, each G that is started must finish, and main is one.
        if ticks && !must_finish.is_empty() && !must_finish.contains(&GId::MAIN) {
            let allowed = "a ticker ticks until main exits: name main too";
            return Err(self.error(At::Field("must-finish"), "must-finish", "not main", allowed));
        }
        Ok(())
    }

    /// One G stops the world; a busy G that may be preempted is not nudged.
    fn check_stops(&self, scripts: Scripts, names: &[String]) -> Result<(), ScenarioError> {
        let mut stoppers =
            (0..scripts.len()).filter(|&g| scripts[g].iter().any(Action::stops_or_asks));
        let slices = self.sysmon && self.clock == Clock::Real;
        let first = stoppers.next();
        if first.is_none() && !slices {
            return Ok(());
        }
        if let (Some(first), Some(second)) = (first, stoppers.next()) {
            let place = format!("G {}", names[second]);
            let what = format!("stops the world, or asks each P, as {} does", names[first]);
            let allowed = "one G may do so: move the actions to one of them";
            return Err(self.error(At::G(second), &place, what, allowed));
        }
        let nudged = |action: &Action| matches!(action, Action::BusyUntil { nudge: Some(_), .. });
        if let Some(g) = scripts.iter().position(|script| script.iter().any(nudged)) {
            let place = format!("G {}", names[g]);
            let allowed = "a busy G is preempted there: leave out `nudge`";
            return Err(self.error(
                At::G(g),
                &place,
                "nudged, in a program that stops the world, or in which sysmon preempts",
                allowed,
            ));
        }
        Ok(())
    }

    /// sysmon may take a P out of a system call, and hands it to another M than that of the call.
    fn check_sysmon(&self, scripts: Scripts) -> Result<(), ScenarioError> {
        self.check_helpers(scripts)?;
        let calls = |action: &Action| matches!(action, Action::Syscall(_));
        if self.sysmon && self.ms == self.ps && scripts.iter().flatten().any(calls) {
            let ms = self.ms;
            let what = format!(
                "{ms} is as many as the Ps: sysmon may take a P out of a system call, and it would find no M"
            );
            let allowed = format!("write at least {} (a G makes a system call)", ms + 1);
            return Err(self.error(At::Field("ms"), "ms", what, &allowed));
        }
        Ok(())
    }

    fn check_g(
        &self,
        scripts: Scripts,
        g: GId,
        name: &str,
        timers: &[Named],
    ) -> Result<(), ScenarioError> {
        let all = || scripts.iter().flatten();
        let (at, place) = (At::G(g.0 as usize), format!("G {name}"));
        let started = all().filter(|action| starts(action, timers) == Some(g)).count();
        if g == GId::MAIN && started > 0 {
            let allowed = "the runtime starts main: leave the action out";
            return Err(self.error(at, &place, "started by an action", allowed));
        }
        if g != GId::MAIN && started == 0 {
            let allowed =
                format!("write `go {name}` or `after N {name}` in some G, or a timer that does it");
            return Err(self.error(at, &place, "never started", &allowed));
        }
        // Its timer is a place of the G, and it can be in one.
        let after = all().any(|action| matches!(action, Action::After(_, other) if *other == g));
        if after && started > 1 {
            let allowed = "a G that an `after` starts is started by nothing else; write `add T N go X` for the others, or \
                           another G";
            return Err(self.error(at, &place, format!("started {started} times"), allowed));
        }
        let readied = all().any(|action| matches!(action, Action::Ready(other) if *other == g));
        if readied && !scripts[g.0 as usize].contains(&Action::Park) {
            let what = "readied, but it never parks";
            return Err(self.error(at, &place, what, "give it a `park`"));
        }
        Ok(())
    }
}

/// The G that the action starts, in the end.
pub(super) fn starts(action: &Action, timers: &[Named]) -> Option<GId> {
    match action {
        Action::Go(g) | Action::After(_, g) => Some(*g),
        Action::Add(id, ..) => match timers[id.index()].f {
            Some(TimerFunc::Start(g)) => Some(g),
            _ => None,
        },
        _ => None,
    }
}

/// Which Gs are started in the end, beginning with main.
fn reached(scripts: Scripts, timers: &[Named]) -> Vec<bool> {
    let mut reached = vec![false; scripts.len()];
    let mut next = vec![GId::MAIN.0 as usize];
    while let Some(g) = next.pop() {
        if !std::mem::replace(&mut reached[g], true) {
            let started = scripts[g].iter().filter_map(|action| starts(action, timers));
            next.extend(started.map(|g| g.0 as usize));
        }
    }
    reached
}

/// The flag that the action waits for.
fn waits_for(action: &Action) -> Option<FlagId> {
    match *action {
        Action::BusyUntil { flag, .. } | Action::Syscall(Syscall::Until(flag)) => Some(flag),
        _ => None,
    }
}
