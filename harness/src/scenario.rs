//! Scenarios: a program of few Gs, written in lines such as `main: go A; sleep 10; ready A; park`.
//!
//! A line is a G's name and its actions:
//!
//! | action | what it does |
//! |---|---|
//! | `go X` | starts G X |
//! | `sleep N` | sleeps for N ticks |
//! | `after N X` | starts G X in N ticks, by a timer; after 0 ticks the timer is due at once |
//! | `ticker N X` | every N ticks it wakes X if it is parked, else leaves it one permit, unless it has one; it never ends |
//! | `ready X` | wakes X if it is parked, else leaves it one permit |
//! | `park` | waits to be readied |
//! | `gosched` | goes to the end of the global queue |
//! | `goyield` | goes to the end of its P's queue, without a wakeup |
//! | `busy-until f`, `busy-until f nudge` | keeps its P until flag f is set; with *nudge*, once, when nothing else moves, it starts an empty G |
//! | `set f` | sets flag f |
//! | `assist` | does a mark assist; in a program with `gc-start`, while workers mark, it marks a unit itself |
//! | `add T N FUNCTION` | adds timer T, which fires in N ticks: `go X` starts X, `send X` wakes X or leaves it one permit, unless it has one, `set f` sets flag f |
//! | `add T N every M FUNCTION` | the same, and fires again every M ticks; it must send |
//! | `modify T N`, `modify T N every M` | gives T another time, and another period |
//! | `reset T N` | gives T another time, and leaves its period |
//! | `stop T` | stops T, if it has not fired |
//! | `add T N chan`, `add T N every M chan` | the same, with a channel of its own for one value, as since Go 1.23 |
//! | `receive T`, `try-receive T` | waits for a value of T's channel; receives one, if it is there |
//! | `poll T N` | tries to receive a value of T's channel, N times, a tick apart; without one by then, it does not go on, and keeps its P |
//! | `preempt` | in the next action the G is preempted: at a point inside of it, if it has one, else at its end |
//! | `repeat N: a, b` | does the actions up to the next `;`, which commas separate, N times |
//! | `suspend X` | suspends G X where it is, and resumes it, as a mark worker does to scan its stack; X stops before its next action if it runs |
//! | `stop-the-world` | stops the world, and starts it again |
//! | `gomaxprocs N` | sets GOMAXPROCS to N: stops the world, and starts it with N Ps |
//! | `gc-start W` | begins a garbage collection: stops the world; from then on workers mark, W of them dedicated |
//! | `forced-gc W` | waits until sysmon forces a garbage collection (none has ended for 120,000 ticks, two minutes), and begins it as `gc-start W` does |
//! | `gc-end` | ends it, once all work is done: stops the world |
//! | `gc-wait` | waits until a worker or an assist finds that no work is left, as the G that ran a cycle did in Go 1.5 |
//! | `mark f`, `mark f long` | makes a unit of work for the workers, which sets flag f; a long one takes until no M can move |
//! | `scavenge-assist` | does a scavenge assist |
//! | `for-each-p` | runs a function on each P, at a safe point, and waits until all have |
//! | `lock-os-thread`, `unlock-os-thread` | locks the G to its thread (M), which then runs no other G; undoes one such lock, if there is one; a G that ends while it is locked ends its thread |
//! | `goexit` | ends the G, as the end of its script does; the program goes on without main |
//! | `scavenge` | the G is the runtime's own scavenger, and waits until sysmon wakes it; `checkdead` takes no notice of it |
//! | `lose-break` | the operating system may lose the next break that is sent to a poll, as NetBSD did |
//! | `cpus N` | the program may use N CPUs from now on; before, as many as there are Ps |
//! | `update-gomaxprocs` | waits until sysmon finds that GOMAXPROCS is not the number of CPUs, and sets it: stops the world (since Go 1.25) |
//! | `new-callback` | an M exists from now on for calls from other threads, as on Windows; it runs nothing here |
//! | `read d` | waits until something arrives at descriptor d, its deadline is over, or it is closed |
//! | `write d` | something arrives at d; if no G does so, the world does, whenever a read has found nothing |
//! | `deadline d N`, `no-deadline d` | reads of d give up in N ticks (after 0 ticks, at once); do not give up any more |
//! | `close d` | reads of d give up |
//! | `syscall short` | makes a system call that returns by itself, at any time |
//! | `syscall long`, `syscall blocking` | makes a system call that returns when the world moves: when no M can; if it is known to block, the P is handed off before |
//! | `syscall until f` | makes a system call that returns once flag f is set |
//!
//! A script's end is the G's exit; main's is the program's. The first line is main's. A G that has ended can be started
//! again by another `go` or a timer, under its own name.
//!
//! Each G that was started must finish, also if main ends before. Main keeps its P when it has ended, and the clock
//! stands from then on, as its M is on its way out: so a G that sleeps then, or is parked, cannot finish. A program in
//! which that may be so names the Gs that must (`must-finish`).

mod descriptors;
mod fits;
mod gc;
mod helpers;
mod locked;
mod ps;
mod script;
mod whole;

use runtime_model::g::GId;
use runtime_model::program::{self, Program, ProgramTimer};
use serde::{Deserialize, Serialize};

pub(crate) use script::MOST_PS;
use script::{add_empty, starts_timer, Parser, ScriptError};

/// What a program may use of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The clock stands while an M runs, and jumps when none does. Go's `faketime`.
    Fake,
    /// The world moves the clock.
    Real,
}

/// The most Ms that a scenario may have.
pub(crate) const MOST_MS: u32 = 16;

/// The most moves of the world that may come early.
pub(crate) const MOST_EARLY: u32 = 8;

/// The most rounds of sysmon that may come while Ms run.
pub(crate) const MOST_TICKS: u32 = 8;

/// A program with its sizes, as written. [`Scenario::program`] checks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Ps at the start.
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
    /// With a real clock: so many of the world's moves may come while Ms run.
    pub early: u32,
    /// sysmon exists.
    pub sysmon: bool,
    /// With sysmon: so many of its rounds may come while Ms run.
    pub ticks: u32,
    /// Bits of a word of the masks of Ps. Go's number is 32.
    #[serde(default = "bits_of_a_word")]
    pub mask_word: u32,
    /// A crash prints the scheduler's state first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub schedtrace: bool,
    /// A line for each G.
    pub lines: Vec<String>,
    /// The Gs that must have finished in the end; if none is named, each that was started.
    pub must_finish: Vec<String>,
    /// It has exactly one execution, so one is enough.
    pub deterministic: bool,
}

/// Go's masks are arrays of 32-bit words.
fn bits_of_a_word() -> u32 {
    32
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scenario {scenario}: {place}: {what}; {allowed}")]
pub struct ScenarioError {
    /// Its name.
    pub scenario: String,
    /// Where in it, as a file would have it.
    pub at: At,
    /// Where in it, in words.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What is allowed there.
    pub allowed: String,
}

/// A place in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A number or a switch, by the name that it has in a file.
    Field(&'static str),
    /// The line of a G, counted from 0.
    G(usize),
    /// A run in the gate, counted from 0.
    Run(usize),
}

/// A scenario that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What the model runs.
    pub program: Program,
    /// The Gs' names, by number.
    pub names: Vec<String>,
    /// The Gs that must have finished in the end; if there are none, each that was started.
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
            early: 0,
            sysmon: false,
            ticks: 0,
            mask_word: bits_of_a_word(),
            schedtrace: false,
            lines: lines.iter().map(|&line| line.into()).collect(),
            must_finish: Vec::new(),
            deterministic: false,
        }
    }

    /// Checks it, and turns it into what the model runs.
    ///
    /// # Errors
    /// If a number is out of range, an action or a name does not exist, or the program could not do what it says.
    pub fn program(&self) -> Result<Checked, ScenarioError> {
        self.check_numbers()?;
        let gs = self.gs()?;
        let mut parser = Parser {
            real: self.clock == Clock::Real,
            names: gs.iter().map(|g| g.0).collect(),
            flags: vec![],
            descriptors: vec![],
            timers: vec![],
        };
        let mut scripts = Vec::new();
        for (g, &(name, text)) in gs.iter().enumerate() {
            let script = parser.script(g, name, text);
            scripts.push(script.map_err(|ScriptError { place, what, allowed }| {
                self.error(At::G(g), &place, what, &allowed)
            })?);
        }
        let Parser { names, flags, descriptors, timers, .. } = parser;
        let mut names: Vec<String> = names.into_iter().map(String::from).collect();
        self.check_ps(&scripts, &names)?;
        self.check_gc(&scripts, &names)?;
        self.check_whole(&scripts, &names, &flags, &timers)?;
        self.check_locked(&scripts, &names, &timers)?;
        self.check_descriptors(&scripts, &names)?;
        let descriptors = Self::described(&scripts, &descriptors);
        add_empty(&mut scripts);
        names.extend((names.len()..scripts.len()).map(|i| format!("empty{i}")));
        let must_finish = self.must_finish(&names)?;
        self.check_tickers(&scripts, &names, &must_finish, &timers)?;
        let leak = |name: &str| &*name.to_string().leak();
        let named =
            timers.iter().filter_map(|t| Some(ProgramTimer { name: leak(t.name), f: t.f? }));
        let named = named.collect();
        let timers = scripts.iter().flatten().filter(|a| starts_timer(a)).count();
        let workers = self.add_workers(&mut scripts, &mut names);
        Ok(Checked {
            size: self.size(&scripts, timers, descriptors.len(), workers),
            program: Program {
                ps: self.ps,
                ms: self.ms,
                ring: self.ring,
                steal_tries: self.steal_tries,
                fairness: self.fairness,
                scripts,
                flags: flags.into_iter().map(leak).collect(),
                timers: named,
                clock: match self.clock {
                    Clock::Fake => program::Clock::Fake,
                    Clock::Real => program::Clock::Real { early: self.early },
                },
                descriptors,
                sysmon: self.sysmon.then_some(self.ticks),
                mask_bits: self.mask_word,
                schedtrace: self.schedtrace,
            },
            names,
            must_finish,
            deterministic: self.deterministic,
        })
    }

    fn error(&self, at: At, place: &str, what: impl Into<String>, allowed: &str) -> ScenarioError {
        ScenarioError {
            scenario: self.name.clone(),
            at,
            place: place.into(),
            what: what.into(),
            allowed: allowed.into(),
        }
    }

    fn check_numbers(&self) -> Result<(), ScenarioError> {
        let wrong = |field, what: String, instead: &str| {
            Err(self.error(At::Field(field), field, what, instead))
        };
        for (field, n, most) in [("ps", self.ps, MOST_PS), ("ms", self.ms, MOST_MS)] {
            if !(1..=most).contains(&n) {
                return wrong(field, format!("{n} is out of range"), &format!("write 1 to {most}"));
            }
        }
        if self.ms < self.ps {
            let (ps, ms) = (self.ps, self.ms);
            let what = format!(
                "{ms} is less than the {ps} Ps: a P with work would find no M, where Go starts one"
            );
            return wrong("ms", what, &format!("write at least {ps}"));
        }
        if self.clock == Clock::Real && self.ms == self.ps {
            let ms = self.ms;
            let what = format!(
                "{ms} is as many as the Ps: one M may wait in a poll, and a P with work would find no M"
            );
            return wrong("ms", what, &format!("write at least {} (the clock is real)", ms + 1));
        }
        if !self.ring.is_power_of_two() || !(2..=256).contains(&self.ring) {
            let what = format!("{} is not a power of two from 2 to 256", self.ring);
            return wrong("ring", what, "write 2, 4, 8, … or 256");
        }
        if !(2..=4).contains(&self.steal_tries) {
            let what = format!("{} is out of range", self.steal_tries);
            return wrong("steal-tries", what, "write 2 to 4 (Go has 4)");
        }
        if !(1..=32).contains(&self.mask_word) {
            let what = format!("{} is out of range", self.mask_word);
            return wrong("mask-word", what, "write 1 to 32 (Go has 32)");
        }
        if self.early > MOST_EARLY {
            let what = format!("{} is out of range", self.early);
            return wrong("early", what, &format!("write 0 to {MOST_EARLY}"));
        }
        if self.early > 0 && self.clock == Clock::Fake {
            let what = format!("{}, but the clock is not real: the world has no moves", self.early);
            return wrong("early", what, "add clock = \"real\", or leave early out");
        }
        if self.ticks > MOST_TICKS {
            let what = format!("{} is out of range", self.ticks);
            return wrong("ticks", what, &format!("write 0 to {MOST_TICKS}"));
        }
        if self.ticks > 0 && !self.sysmon {
            let what = format!("{}, but there is no sysmon whose rounds they are", self.ticks);
            return wrong("ticks", what, "add sysmon = true, or leave ticks out");
        }
        Ok(())
    }

    /// Each G's name and the text of its actions.
    fn gs(&self) -> Result<Vec<(&str, &str)>, ScenarioError> {
        let mut gs: Vec<(&str, &str)> = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            let place = format!("entry {}", i + 1);
            let shape = "an entry is `name: action; action; …`";
            let (name, text) = line
                .split_once(':')
                .ok_or_else(|| self.error(At::G(i), &place, format!("`{line}`"), shape))?;
            let name = name.trim();
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(self.error(
                    At::G(i),
                    &place,
                    format!("the name `{name}`"),
                    "a name is one word",
                ));
            }
            if gs.iter().any(|g| g.0 == name) {
                return Err(self.error(
                    At::G(i),
                    &place,
                    format!("a second G {name}"),
                    "each G has one line",
                ));
            }
            gs.push((name, text));
        }
        match gs.first() {
            Some(&("main", _)) => Ok(gs),
            _ => {
                Err(self.error(At::G(0), "entry 1", "not main's", "the first is main's: `main: …`"))
            }
        }
    }

    fn must_finish(&self, names: &[String]) -> Result<Vec<GId>, ScenarioError> {
        let find = |name: &String| {
            let at = names.iter().position(|n| n == name).map(|i| GId(i as u32));
            let allowed = format!("the Gs are {}", names.join(", "));
            at.ok_or_else(|| {
                self.error(
                    At::Field("must-finish"),
                    "must-finish",
                    format!("no G {name}"),
                    &allowed,
                )
            })
        };
        self.must_finish.iter().map(find).collect()
    }
}

#[cfg(test)]
mod tests;
