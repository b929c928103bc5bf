//! Scenarios: a program of few Gs, written in lines such as `main: go A; sleep 10; ready A; park`.
//!
//! A line is a G's name and its actions:
//!
//! | action | what it does |
//! |---|---|
//! | `go X` | starts G X |
//! | `sleep N` | sleeps for N ticks |
//! | `after N X` | starts G X in N ticks, by a timer; after 0 ticks the timer is due at once |
//! | `ready X` | wakes X if it is parked, else leaves it one permit |
//! | `park` | waits to be readied |
//! | `gosched` | goes to the end of the global queue |
//! | `goyield` | goes to the end of its P's queue, which it wakes nobody for |
//! | `busy-until f` | keeps its P until flag f is set |
//! | `busy-until f nudge` | the same; once, when nothing else moves, it starts an empty G |
//! | `set f` | sets flag f |
//! | `assist` | does a mark assist |
//!
//! A script's end is the G's exit; main's is the program's. The first line is main's.

use runtime_model::g::GId;
use runtime_model::program::{Action, FlagId, Program};

/// The actions, for messages.
const ACTIONS: &str =
    "go X, sleep N, after N X, ready X, park, gosched, goyield, busy-until F [nudge], set F, assist";

/// What a program may use of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock stands while an M runs, and jumps when none does. Go's `faketime`.
    Fake,
    /// The clock of the world. It needs the poller, which the model does not have yet.
    Real,
}

/// A program with its sizes, as written. [`Scenario::program`] checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Ps.
    pub ps: u32,
    /// Ms that may exist, M0 included.
    pub ms: u32,
    /// Slots of each P's ring: a power of two, at least 2.
    pub ring: u32,
    /// Passes of one attempt to steal, at least 2. Go's number is 4.
    pub steal_tries: u32,
    /// Any look for work may begin with the global queue.
    pub fairness: bool,
    /// What it may use of time.
    pub clock: Clock,
    /// A line for each G.
    pub lines: Vec<String>,
    /// The Gs that must have finished in the end. Main, if none is named.
    pub must_finish: Vec<String>,
    /// It has exactly one execution, so one is enough.
    pub deterministic: bool,
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scenario {scenario}: {place}: {what}; {allowed}")]
pub struct ScenarioError {
    /// Its name.
    pub scenario: String,
    /// Where in it.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What is allowed there.
    pub allowed: String,
}

/// A scenario that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What the model runs.
    pub program: Program,
    /// The Gs' names, by number.
    pub names: Vec<String>,
    /// The Gs that must have finished in the end.
    pub must_finish: Vec<GId>,
    /// Its size, such as `2P/2M/3G/1T`.
    pub size: String,
    /// It has exactly one execution.
    pub deterministic: bool,
}

impl Scenario {
    /// A scenario under faketime, with rings of 4 slots and two passes of stealing.
    pub fn new(name: &str, about: &str, ps: u32, ms: u32, lines: &[&str]) -> Self {
        Scenario {
            name: name.into(),
            about: about.into(),
            ps,
            ms,
            ring: 4,
            steal_tries: 2,
            fairness: false,
            clock: Clock::Fake,
            lines: lines.iter().map(|&line| line.into()).collect(),
            must_finish: Vec::new(),
            deterministic: false,
        }
    }

    /// Checks it, and turns it into what the model runs.
    ///
    /// # Errors
    /// If a number is out of range, an action is none, a name is nobody's, or the program could not do
    /// what it says.
    pub fn program(&self) -> Result<Checked, ScenarioError> {
        self.check_numbers()?;
        let gs = self.gs()?;
        let mut parser =
            Parser { scenario: self, names: gs.iter().map(|g| g.0).collect(), flags: vec![] };
        let mut scripts = Vec::new();
        for &(name, text) in &gs {
            scripts.push(parser.script(name, text)?);
        }
        let Parser { names, flags, .. } = parser;
        let mut names: Vec<String> = names.into_iter().map(String::from).collect();
        self.check_whole(&scripts, &names, &flags)?;
        add_empty(&mut scripts);
        names.extend((names.len()..scripts.len()).map(|i| format!("empty{i}")));
        let must_finish = self.must_finish(&names)?;
        let timers = scripts.iter().flatten().filter(|a| starts_timer(a)).count();
        Ok(Checked {
            size: format!("{}P/{}M/{}G/{timers}T", self.ps, self.ms, scripts.len()),
            program: Program {
                ps: self.ps,
                ms: self.ms,
                ring: self.ring,
                steal_tries: self.steal_tries,
                fairness: self.fairness,
                scripts,
                flags: flags.into_iter().map(|flag| &*flag.to_string().leak()).collect(),
            },
            names,
            must_finish,
            deterministic: self.deterministic,
        })
    }

    fn error(&self, place: &str, what: impl Into<String>, allowed: &str) -> ScenarioError {
        ScenarioError {
            scenario: self.name.clone(),
            place: place.into(),
            what: what.into(),
            allowed: allowed.into(),
        }
    }

    fn check_numbers(&self) -> Result<(), ScenarioError> {
        let range = |what: &str, n: u32, most: u32| match (1..=most).contains(&n) {
            true => Ok(()),
            false => Err(self.error(what, format!("{n}"), &format!("allowed are 1 to {most}"))),
        };
        range("number of Ps", self.ps, 8)?;
        range("number of Ms", self.ms, 16)?;
        if !self.ring.is_power_of_two() || !(2..=256).contains(&self.ring) {
            let what = format!("{}", self.ring);
            return Err(self.error(
                "size of the rings",
                what,
                "allowed are powers of two from 2 to 256",
            ));
        }
        if !(2..=4).contains(&self.steal_tries) {
            let what = format!("{}", self.steal_tries);
            return Err(self.error(
                "passes of stealing",
                what,
                "allowed are 2 to 4; Go's number is 4",
            ));
        }
        if self.clock == Clock::Real {
            let allowed = "only faketime is there: real time needs the poller, which the model does not have yet";
            return Err(self.error("clock", "real time", allowed));
        }
        Ok(())
    }

    /// Each G's name and the text of its actions.
    fn gs(&self) -> Result<Vec<(&str, &str)>, ScenarioError> {
        let mut gs: Vec<(&str, &str)> = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            let place = format!("line {}", i + 1);
            let shape = "a line is `name: action; action; …`";
            let (name, text) = line
                .split_once(':')
                .ok_or_else(|| self.error(&place, format!("`{line}`"), shape))?;
            let name = name.trim();
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(self.error(&place, format!("the name `{name}`"), "a name is one word"));
            }
            if gs.iter().any(|g| g.0 == name) {
                return Err(self.error(
                    &place,
                    format!("a second G {name}"),
                    "each G has one line",
                ));
            }
            gs.push((name, text));
        }
        match gs.first() {
            Some(&("main", _)) => Ok(gs),
            _ => Err(self.error("line 1", "not main's", "the first line is main's: `main: …`")),
        }
    }

    /// What no single action shows: that all is started once, readied where it parks, and set.
    fn check_whole(
        &self,
        scripts: &[Vec<Action>],
        names: &[String],
        flags: &[&str],
    ) -> Result<(), ScenarioError> {
        let all = || scripts.iter().flatten();
        for (i, name) in names.iter().enumerate() {
            let id = GId(i as u32);
            let place = format!("G {name}");
            let starts = |a: &&Action| matches!(a, Action::Go(g) | Action::After(_, g) if *g == id);
            let wanted = usize::from(id != GId::MAIN);
            let started = all().filter(starts).count();
            if started != wanted {
                let allowed = match wanted {
                    0 => "main is started by the world",
                    _ => "each G is started by exactly one `go` or `after`",
                };
                return Err(self.error(&place, format!("started {started} times"), allowed));
            }
            let readied = all().any(|a| matches!(a, Action::Ready(g) if *g == id));
            if readied && !scripts[i].contains(&Action::Park) {
                return Err(self.error(&place, "readied, but it never parks", "give it a `park`"));
            }
        }
        for (i, flag) in flags.iter().enumerate() {
            if !all().any(|a| *a == Action::Set(FlagId(i))) {
                let allowed = "give some G a `set` for it";
                return Err(self.error(&format!("flag {flag}"), "nobody sets it", allowed));
            }
        }
        Ok(())
    }

    fn must_finish(&self, names: &[String]) -> Result<Vec<GId>, ScenarioError> {
        if self.must_finish.is_empty() {
            return Ok(vec![GId::MAIN]);
        }
        let find = |name: &String| {
            let at = names.iter().position(|n| n == name).map(|i| GId(i as u32));
            let allowed = format!("the Gs are {}", names.join(", "));
            at.ok_or_else(|| self.error("must finish", format!("no G {name}"), &allowed))
        };
        self.must_finish.iter().map(find).collect()
    }
}

struct Parser<'a> {
    scenario: &'a Scenario,
    names: Vec<&'a str>,
    flags: Vec<&'a str>,
}

impl<'a> Parser<'a> {
    fn script(&mut self, name: &str, text: &'a str) -> Result<Vec<Action>, ScenarioError> {
        let actions = text.split(';').map(str::trim).filter(|action| !action.is_empty());
        actions
            .enumerate()
            .map(|(i, action)| {
                self.action(action).map_err(|(what, allowed)| {
                    let place = format!("G {name}, action {} (`{action}`)", i + 1);
                    self.scenario.error(&place, what, &allowed)
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
            _ => return Err(("no such action".into(), format!("allowed are {ACTIONS}"))),
        })
    }

    fn g(&self, name: &str) -> Result<GId, (String, String)> {
        let at = self.names.iter().position(|&n| n == name).map(|i| GId(i as u32));
        at.ok_or_else(|| (format!("no G {name}"), format!("the Gs are {}", self.names.join(", "))))
    }

    fn flag(&mut self, name: &'a str) -> FlagId {
        let at = self.flags.iter().position(|&n| n == name);
        FlagId(at.unwrap_or_else(|| {
            self.flags.push(name);
            self.flags.len() - 1
        }))
    }
}

fn ticks(text: &str, least: i64) -> Result<i64, (String, String)> {
    let n = text.parse().ok().filter(|n| (least..=1_000_000).contains(n));
    n.ok_or_else(|| (format!("`{text}` ticks"), format!("allowed are {least} to 1000000")))
}

/// Stands for the empty Gs until they have their numbers.
const UNKNOWN: GId = GId(u32::MAX);

/// Adds an empty G for each nudge.
fn add_empty(scripts: &mut Vec<Vec<Action>>) {
    let mut next = scripts.len();
    for action in scripts.iter_mut().flatten() {
        if let Action::BusyUntil { nudge: Some(g), .. } = action {
            *g = GId(next as u32);
            next += 1;
        }
    }
    scripts.resize(next, Vec::new());
}

fn starts_timer(action: &Action) -> bool {
    matches!(action, Action::Sleep(_) | Action::After(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(ps: u32, ms: u32, lines: &[&str]) -> String {
        Scenario::new("bad", "", ps, ms, lines).program().unwrap_err().to_string()
    }

    #[test]
    fn a_line_becomes_a_script() {
        let lines = ["main: go A; sleep 10; ready A; busy-until a nudge", "A: park; set a"];
        let checked = Scenario::new("good", "", 2, 2, &lines).program().unwrap();
        let a = GId(1);
        let busy = Action::BusyUntil { flag: FlagId(0), nudge: Some(GId(2)) };
        let main = vec![Action::Go(a), Action::Sleep(10), Action::Ready(a), busy];
        assert_eq!(
            checked.program.scripts,
            [main, vec![Action::Park, Action::Set(FlagId(0))], vec![]]
        );
        assert_eq!(checked.size, "2P/2M/3G/1T");
        assert_eq!(checked.must_finish, [GId::MAIN]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_is_allowed() {
        let cases: &[(String, &str)] = &[
            (error(0, 1, &["main:"]), "number of Ps: 0; allowed are 1 to 8"),
            (error(1, 0, &["main:"]), "number of Ms: 0; allowed are 1 to 16"),
            (error(1, 1, &["A:"]), "line 1: not main's"),
            (error(1, 1, &["main"]), "line 1: `main`; a line is `name: action"),
            (error(1, 1, &["main: go A"]), "G main, action 1 (`go A`): no G A; the Gs are main"),
            (error(1, 1, &["main: nap 3"]), "(`nap 3`): no such action; allowed are go X"),
            (error(1, 1, &["main: sleep 0"]), "`0` ticks; allowed are 1"),
            (
                error(1, 1, &["main:", "A:"]),
                "G A: started 0 times; each G is started by exactly one",
            ),
            (error(1, 1, &["main: go A; go A", "A:"]), "G A: started 2 times"),
            (
                error(1, 1, &["main: go main"]),
                "G main: started 1 times; main is started by the world",
            ),
            (error(1, 1, &["main: go A; ready A", "A:"]), "G A: readied, but it never parks"),
            (error(1, 1, &["main: busy-until a"]), "flag a: nobody sets it"),
        ];
        for (got, wanted) in cases {
            assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
        }
    }

    #[test]
    fn real_time_is_refused_until_there_is_a_poller() {
        let scenario =
            Scenario { clock: Clock::Real, ..Scenario::new("real", "", 1, 1, &["main:"]) };
        let error = scenario.program().unwrap_err().to_string();
        assert!(error.contains("real time needs the poller"), "{error}");
    }

    #[test]
    fn a_g_that_must_finish_is_one_of_the_scenarios() {
        let scenario =
            Scenario { must_finish: vec!["B".into()], ..Scenario::new("x", "", 1, 1, &["main:"]) };
        assert!(scenario.program().unwrap_err().to_string().contains("no G B; the Gs are main"));
    }
}
