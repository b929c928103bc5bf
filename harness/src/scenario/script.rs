//! The actions of a script, read from its text.

use runtime_model::g::GId;
use runtime_model::program::{Action, FdId, FlagId, Syscall, TimerId};
use runtime_model::timers::TimerFunc;

use crate::nearest::did_you_mean;

/// The most Ps that a scenario may have.
pub(crate) const MOST_PS: u32 = 8;

/// The actions, for messages.
const ACTIONS: &str =
    "go X, sleep N, after N X, ticker N X, ready X, park, gosched, goyield, busy-until F [nudge], set F, assist, \
     read D, write D, deadline D N, no-deadline D, close D, \
     syscall short, syscall long, syscall blocking, syscall until F, lock-os-thread, unlock-os-thread, goexit, scavenge, lose-break, new-callback, suspend X, stop-the-world, gomaxprocs P, \
     for-each-p, gc-start W, forced-gc W, gc-wait, gc-end, mark F [long], scavenge-assist, cpus N, update-gomaxprocs";

/// The actions on timers, and those on other actions.
const ON_TIMERS: &[&str] = &[
    "add T N [every N] FUNCTION",
    "modify T N [every N]",
    "reset T N",
    "stop T",
    "receive T",
    "try-receive T",
    "poll T N",
    "preempt",
    "repeat N: ACTION, ACTION",
];

/// What a timer can do, for messages.
const FUNCTIONS: &str = "go X, send X, set F, chan";

/// The most rounds of a `repeat`.
const MOST_ROUNDS: i64 = 100;

/// What is wrong with an action, and what is allowed instead.
type Wrong = (String, String);

/// What is wrong with an action: where, what, and what is allowed there.
pub(super) struct ScriptError {
    pub(super) place: String,
    pub(super) what: String,
    pub(super) allowed: String,
}

/// Reads scripts, and collects the flags and the timers that they name.
pub(super) struct Parser<'a> {
    /// The clock is real, so that there may be descriptors.
    pub(super) real: bool,
    pub(super) names: Vec<&'a str>,
    pub(super) flags: Vec<&'a str>,
    pub(super) descriptors: Vec<&'a str>,
    pub(super) timers: Vec<Named<'a>>,
}

/// A timer that actions name.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    /// What it does. None until it has been met in an `add`.
    pub(super) f: Option<TimerFunc>,
    /// How many actions add it.
    pub(super) added: usize,
    /// The line that names it first.
    pub(super) line: usize,
    /// An action makes it fire again and again.
    pub(super) periodic: bool,
}

impl<'a> Parser<'a> {
    /// The actions of the G that the scenario's line `line` is of.
    pub(super) fn script(
        &mut self,
        line: usize,
        name: &str,
        text: &'a str,
    ) -> Result<Vec<Action>, ScriptError> {
        let actions = text.split(';').map(str::trim).filter(|action| !action.is_empty());
        let mut script: Vec<Action> = Vec::new();
        let mut at = Vec::new();
        for (i, text) in actions.enumerate() {
            let place = format!("G {name}, action {} (`{text}`)", i + 1);
            let error =
                |(what, allowed): Wrong| ScriptError { place: place.clone(), what, allowed };
            let (rounds, body) = rounds(text).map_err(error)?;
            for _ in 0..rounds {
                for action in body.split(',').map(str::trim) {
                    script.push(self.action(line, action).map_err(error)?);
                    at.push(place.clone());
                }
            }
        }
        check_preemptions(&script, &at)?;
        Ok(script)
    }

    fn action(&mut self, line: usize, text: &'a str) -> Result<Action, Wrong> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words[..] {
            ["go", g] => Action::Go(self.g(g)?),
            ["sleep", n] => Action::Sleep(ticks(n, 1)?),
            ["after", n, g] => Action::After(ticks(n, 0)?, self.g(g)?),
            ["ticker", n, g] => Action::Ticker(ticks(n, 1)?, self.g(g)?),
            ["ready", g] => Action::Ready(self.g(g)?),
            ["park"] => Action::Park,
            ["gosched"] => Action::Gosched,
            ["goyield"] => Action::Goyield,
            ["busy-until", flag] => Action::BusyUntil { flag: self.flag(flag), nudge: None },
            ["busy-until", flag, "nudge"] => {
                Action::BusyUntil { flag: self.flag(flag), nudge: Some(UNKNOWN) }
            }
            ["set", flag] => Action::Set(self.flag(flag)),
            ["assist"] => Action::Assist,
            ["add", t, n, "every", period, ref f @ ..] => {
                let f = self.function(f)?;
                let period = ticks(period, 1)?;
                Action::Add(self.added(line, t, f, true), ticks(n, 0)?, period)
            }
            ["add", t, n, ref f @ ..] => {
                let f = self.function(f)?;
                Action::Add(self.added(line, t, f, false), ticks(n, 0)?, 0)
            }
            ["modify", t, n, "every", period] => {
                let (t, period) = (self.timer(line, t), ticks(period, 1)?);
                self.timers[t.index()].periodic = true;
                Action::Modify(t, ticks(n, 0)?, period)
            }
            ["modify", t, n] => Action::Modify(self.timer(line, t), ticks(n, 0)?, 0),
            ["reset", t, n] => Action::Reset(self.timer(line, t), ticks(n, 0)?),
            ["stop", t] => Action::Stop(self.timer(line, t)),
            ["receive", t] => Action::Receive(self.timer(line, t)),
            ["try-receive", t] => Action::TryReceive(self.timer(line, t)),
            ["poll", t, n] => Action::Poll(self.timer(line, t), times(n)?),
            ["preempt"] => Action::Preempt,
            ["suspend", g] => Action::Suspend(self.g(g)?),
            ["stop-the-world"] => Action::StopTheWorld,
            ["gomaxprocs", ps] => Action::Gomaxprocs(number_of_ps(ps)?),
            ["for-each-p"] => Action::ForEachP,
            ["goexit"] => Action::Goexit,
            ["scavenge"] => Action::Scavenge,
            ["lose-break"] => Action::LoseBreak,
            ["cpus", n] => Action::Cpus(number_of_cpus(n)?),
            ["update-gomaxprocs"] => Action::UpdateGomaxprocs,
            ["new-callback"] => Action::NewCallback,
            ["lock-os-thread"] => Action::LockOsThread,
            ["unlock-os-thread"] => Action::UnlockOsThread,
            ["read", fd] => Action::Read(self.descriptor(fd)?),
            ["write", fd] => Action::Write(self.descriptor(fd)?),
            ["deadline", fd, n] => Action::Deadline(self.descriptor(fd)?, ticks(n, 0)?),
            ["no-deadline", fd] => Action::NoDeadline(self.descriptor(fd)?),
            ["close", fd] => Action::Close(self.descriptor(fd)?),
            ["syscall", "until", flag] => Action::Syscall(Syscall::Until(self.flag(flag))),
            ["syscall", how] => Action::Syscall(syscall(how)?),
            _ => return self.about_gc(&words),
        })
    }

    /// An action about a garbage collection.
    fn about_gc(&mut self, words: &[&'a str]) -> Result<Action, Wrong> {
        Ok(match *words {
            ["scavenge-assist"] => Action::ScavengeAssist,
            ["gc-start", dedicated] => Action::GcStart(number_of_workers(dedicated)?),
            ["forced-gc", dedicated] => Action::ForcedGc(number_of_workers(dedicated)?),
            ["gc-wait"] => Action::GcWait,
            ["gc-end"] => Action::GcEnd,
            ["mark", flag] => Action::Mark { flag: self.flag(flag), long: false },
            ["mark", flag, "long"] => Action::Mark { flag: self.flag(flag), long: true },
            _ => return Err(wrong(words)),
        })
    }

    /// What a timer does.
    fn function(&mut self, words: &[&'a str]) -> Result<TimerFunc, Wrong> {
        Ok(match *words {
            ["go", g] => TimerFunc::Start(self.g(g)?),
            ["send", g] => TimerFunc::SendTime(self.g(g)?),
            ["set", flag] => TimerFunc::Set(self.flag(flag)),
            ["chan"] => TimerFunc::Channel(UNKNOWN_TIMER, 0),
            _ => {
                let what = format!("`{}` is nothing that a timer does", words.join(" "));
                return Err((what, format!("write one of {FUNCTIONS}")));
            }
        })
    }

    fn timer(&mut self, line: usize, name: &'a str) -> TimerId {
        let at = self.timers.iter().position(|t| t.name == name).unwrap_or_else(|| {
            self.timers.push(Named { name, f: None, added: 0, line, periodic: false });
            self.timers.len() - 1
        });
        TimerId(at as u32)
    }

    /// The timer that an action adds.
    fn added(&mut self, line: usize, name: &'a str, f: TimerFunc, periodic: bool) -> TimerId {
        let id = self.timer(line, name);
        let t = &mut self.timers[id.index()];
        t.f.get_or_insert(match f {
            TimerFunc::Channel(..) => TimerFunc::Channel(id, 0),
            other => other,
        });
        t.added += 1;
        t.periodic |= periodic;
        id
    }

    fn g(&self, name: &str) -> Result<GId, Wrong> {
        let at = self.names.iter().position(|&n| n == name).map(|i| GId(i as u32));
        at.ok_or_else(|| (format!("no G {name}"), format!("the Gs are {}", self.names.join(", "))))
    }

    /// The descriptor of that name, which needs no other mention.
    fn descriptor(&mut self, name: &'a str) -> Result<FdId, (String, String)> {
        if !self.real {
            let what = "descriptors need a real clock: under faketime no M waits for them";
            return Err((what.into(), "add clock = \"real\" to the scenario".into()));
        }
        let at = self.descriptors.iter().position(|&n| n == name);
        Ok(FdId(at.unwrap_or_else(|| {
            self.descriptors.push(name);
            self.descriptors.len() - 1
        }) as u32))
    }

    fn flag(&mut self, name: &'a str) -> FlagId {
        let at = self.flags.iter().position(|&n| n == name);
        FlagId(at.unwrap_or_else(|| {
            self.flags.push(name);
            self.flags.len() - 1
        }))
    }
}

/// Each `preempt` comes before an action in which a G can be preempted.
fn check_preemptions(script: &[Action], at: &[String]) -> Result<(), ScriptError> {
    for (i, place) in at.iter().enumerate().filter(|&(i, _)| script[i] == Action::Preempt) {
        let next = script.get(i + 1);
        if !next.is_some_and(|next| next.is_preemptible()) {
            let what = match next {
                Some(_) => "the next action gives up the M itself, or keeps it",
                None => "no action comes after it",
            };
            let allowed = "write it before one of go, after, ticker, ready, set, assist, mark, add, modify, reset, stop";
            return Err(ScriptError {
                place: place.clone(),
                what: what.into(),
                allowed: allowed.into(),
            });
        }
    }
    Ok(())
}

/// The action, as far as it has a right beginning, and what it should be.
fn wrong(words: &[&str]) -> Wrong {
    let on_timers =
        ON_TIMERS.iter().find(|shape| words.first() == shape.split(' ').next().as_ref());
    if let Some(shape) = on_timers {
        return (
            format!("`{}` is not whole, or too much", words.join(" ")),
            format!("write `{shape}`"),
        );
    }
    let shapes: Vec<Vec<&str>> =
        ACTIONS.split(", ").map(|shape| shape.split(' ').collect()).collect();
    let shape = words.first().and_then(|first| shapes.iter().find(|shape| shape[0] == *first));
    let Some(shape) = shape else {
        let known = shapes.iter().map(|shape| shape[0]).chain(ON_TIMERS.iter().filter_map(first));
        let meant = did_you_mean(words.first().copied().unwrap_or_default(), known);
        return (
            format!("no such action{meant}"),
            format!("write one of {ACTIONS}, {}", ON_TIMERS.join(", ")),
        );
    };
    let whole = shape.join(" ");
    // Another action follows where this one has all of its words.
    let rest = words.get(shape.len()..).unwrap_or_default();
    let another = |word: &str| shapes.iter().any(|shape| shape[0] == word);
    let optional = usize::from(whole.ends_with(']'));
    let next = words.iter().skip(shape.len() - optional).position(|word| another(word));
    match next {
        Some(next) => {
            let (this, that) = words.split_at(shape.len() - optional + next);
            let what = format!("`;` is missing before `{}`", that.join(" "));
            (what, format!("write `{}; {}`", this.join(" "), that.join(" ")))
        }
        None if rest.is_empty() => {
            let what = match shape.get(words.len()) {
                Some(&"N") => "the number of ticks is missing",
                Some(&"P") => "the number of Ps is missing",
                Some(&"W") => "the number of dedicated workers is missing",
                Some(&"X") => "the name of a G is missing",
                Some(&"D") => "the name of a descriptor is missing",
                _ => "the name of a flag is missing",
            };
            (what.into(), format!("write `{whole}`"))
        }
        None => (format!("`{}` is too much", rest.join(" ")), format!("write `{whole}`")),
    }
}

/// The word that an action begins with.
fn first<'s>(shape: &&'s str) -> Option<&'s str> {
    shape.split(' ').next()
}

/// The rounds of a `repeat`, and its actions; any other text is one action, once.
pub(super) fn rounds(text: &str) -> Result<(i64, &str), Wrong> {
    let Some(rest) = text.strip_prefix("repeat ") else { return Ok((1, text)) };
    let Some((n, body)) = rest.split_once(':') else {
        let allowed = "write `repeat N: action, action, …`: it ends at the next `;`";
        return Err(("it has no `:`".into(), allowed.into()));
    };
    let n = n.trim();
    let rounds = n.parse().ok().filter(|n| (1..=MOST_ROUNDS).contains(n));
    let rounds = rounds.ok_or_else(|| {
        (format!("`{n}` is not a number of rounds"), format!("write 1 to {MOST_ROUNDS}"))
    })?;
    Ok((rounds, body))
}

fn ticks(text: &str, least: i64) -> Result<i64, Wrong> {
    let n = text.parse().ok().filter(|n| (least..=1_000_000).contains(n));
    n.ok_or_else(|| {
        (format!("`{text}` is not a number of ticks"), format!("write {least} to 1000000"))
    })
}

fn times(text: &str) -> Result<u32, Wrong> {
    let n = text.parse().ok().filter(|n| (1..=100).contains(n));
    n.ok_or_else(|| (format!("`{text}` is not a number of times"), "write 1 to 100".into()))
}

fn number_of_ps(text: &str) -> Result<u32, Wrong> {
    let n = text.parse().ok().filter(|n| (1..=MOST_PS).contains(n));
    n.ok_or_else(|| (format!("`{text}` is not a number of Ps"), format!("write 1 to {MOST_PS}")))
}

fn number_of_cpus(text: &str) -> Result<u32, Wrong> {
    let n = text.parse().ok().filter(|n| (1..=MOST_PS).contains(n));
    n.ok_or_else(|| (format!("`{text}` is not a number of CPUs"), format!("write 1 to {MOST_PS}")))
}

fn number_of_workers(text: &str) -> Result<u32, Wrong> {
    let n = text.parse().ok().filter(|n| (0..=MOST_PS).contains(n));
    n.ok_or_else(|| {
        let what = format!("`{text}` is not a number of dedicated workers");
        (what, format!("write 0 to {MOST_PS}"))
    })
}

/// The kind of a system call.
fn syscall(how: &str) -> Result<Syscall, (String, String)> {
    match how {
        "short" => Ok(Syscall::Short),
        "long" => Ok(Syscall::Long),
        "blocking" => Ok(Syscall::Blocking),
        _ => {
            let allowed =
                "write `syscall short`, `syscall long`, `syscall blocking` or `syscall until F`";
            Err((format!("`{how}` is not a kind of system call"), allowed.into()))
        }
    }
}

/// Stands for a timer with a channel until it has its number.
const UNKNOWN_TIMER: TimerId = TimerId(u32::MAX);

/// Stands for the empty Gs until they have their numbers.
const UNKNOWN: GId = GId(u32::MAX);

/// Adds an empty G for each nudge.
pub(super) fn add_empty(scripts: &mut Vec<Vec<Action>>) {
    let mut next = scripts.len();
    for action in scripts.iter_mut().flatten() {
        if let Action::BusyUntil { nudge: Some(g), .. } = action {
            *g = GId(next as u32);
            next += 1;
        }
    }
    scripts.resize(next, Vec::new());
}

/// The action adds a timer.
pub(super) fn starts_timer(action: &Action) -> bool {
    let starts = matches!(
        action,
        Action::Sleep(_) | Action::After(..) | Action::Ticker(..) | Action::Add(..)
    );
    starts || matches!(action, Action::Deadline(_, 1..))
}
