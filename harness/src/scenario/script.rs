//! The actions of a script, read from its text.

use runtime_model::g::GId;
use runtime_model::program::{Action, FdId, FlagId, Syscall};

/// The actions, for messages.
const ACTIONS: &str =
    "go X, sleep N, after N X, ticker N X, ready X, park, gosched, goyield, busy-until F [nudge], set F, assist, \
     read D, write D, deadline D N, no-deadline D, close D, \
     syscall short, syscall long, syscall blocking, stop-the-world, for-each-p";

/// What is wrong with an action: where, what, and what is allowed there.
pub(super) struct ScriptError {
    pub(super) place: String,
    pub(super) what: String,
    pub(super) allowed: String,
}

/// Reads scripts, and collects the flags that they name.
pub(super) struct Parser<'a> {
    /// The clock is real, so that there may be descriptors.
    pub(super) real: bool,
    pub(super) names: Vec<&'a str>,
    pub(super) flags: Vec<&'a str>,
    pub(super) descriptors: Vec<&'a str>,
}

impl<'a> Parser<'a> {
    /// The actions of the G of that name.
    pub(super) fn script(&mut self, name: &str, text: &'a str) -> Result<Vec<Action>, ScriptError> {
        let actions = text.split(';').map(str::trim).filter(|action| !action.is_empty());
        actions
            .enumerate()
            .map(|(i, action)| {
                self.action(action).map_err(|(what, allowed)| {
                    let place = format!("G {name}, action {} (`{action}`)", i + 1);
                    ScriptError { place, what, allowed }
                })
            })
            .collect()
    }

    fn action(&mut self, text: &'a str) -> Result<Action, (String, String)> {
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
            ["stop-the-world"] => Action::StopTheWorld,
            ["for-each-p"] => Action::ForEachP,
            ["read", fd] => Action::Read(self.descriptor(fd)?),
            ["write", fd] => Action::Write(self.descriptor(fd)?),
            ["deadline", fd, n] => Action::Deadline(self.descriptor(fd)?, ticks(n, 0)?),
            ["no-deadline", fd] => Action::NoDeadline(self.descriptor(fd)?),
            ["close", fd] => Action::Close(self.descriptor(fd)?),
            ["syscall", how] => Action::Syscall(syscall(how)?),
            _ => return Err(wrong(&words)),
        })
    }

    fn g(&self, name: &str) -> Result<GId, (String, String)> {
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

/// The action, as far as it has a right beginning, and what it should be.
fn wrong(words: &[&str]) -> (String, String) {
    let shapes: Vec<Vec<&str>> =
        ACTIONS.split(", ").map(|shape| shape.split(' ').collect()).collect();
    let shape = words.first().and_then(|first| shapes.iter().find(|shape| shape[0] == *first));
    let Some(shape) = shape else {
        return ("no such action".into(), format!("write one of {ACTIONS}"));
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
                Some(&"X") => "the name of a G is missing",
                Some(&"D") => "the name of a descriptor is missing",
                _ => "the name of a flag is missing",
            };
            (what.into(), format!("write `{whole}`"))
        }
        None => (format!("`{}` is too much", rest.join(" ")), format!("write `{whole}`")),
    }
}

fn ticks(text: &str, least: i64) -> Result<i64, (String, String)> {
    let n = text.parse().ok().filter(|n| (least..=1_000_000).contains(n));
    n.ok_or_else(|| {
        (format!("`{text}` is not a number of ticks"), format!("write {least} to 1000000"))
    })
}

/// The kind of a system call.
fn syscall(how: &str) -> Result<Syscall, (String, String)> {
    match how {
        "short" => Ok(Syscall::Short),
        "long" => Ok(Syscall::Long),
        "blocking" => Ok(Syscall::Blocking),
        _ => {
            let allowed = "write `syscall short`, `syscall long` or `syscall blocking`";
            Err((format!("`{how}` is not a kind of system call"), allowed.into()))
        }
    }
}

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
    let starts = matches!(action, Action::Sleep(_) | Action::After(..) | Action::Ticker(..));
    starts || matches!(action, Action::Deadline(_, 1..))
}
