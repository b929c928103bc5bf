//! The names of objects and engines.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ::explore::allocate_outside;
use serde::{Deserialize, Serialize};

/// The name of a shared object, as a counterexample shows it.
///
/// The text lies outside the executions, once for each name: otherwise each saved state would hold it for
/// each object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(&'static Parts);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Parts {
    /// A single object: `npidle`.
    Global(&'static str),
    /// A field of the n-th of a kind: `P0.runqtail`.
    Of(&'static str, u32, &'static str),
    /// A slot of such a field: `P0.runq[1]`.
    Slot(&'static str, u32, &'static str, u32),
}

thread_local! {
    /// The names that are in use on this OS thread.
    static KEPT: RefCell<BTreeSet<&'static Parts>> = const { RefCell::new(BTreeSet::new()) };
}

impl Name {
    /// The name of a spawned thread.
    pub(crate) const THREAD: Name = Name(&Parts::Global("thread"));
    /// The name of a choice.
    pub(crate) const CHOICE: Name = Name(&Parts::Global("choice"));
    /// The name of a fence.
    pub(crate) const FENCE: Name = Name(&Parts::Global("memory"));
    /// The name of what a loop waits for.
    pub(crate) const SPIN: Name = Name(&Parts::Global("others"));
    /// The name of an object without a name.
    pub(crate) const GHOST: Name = Name(&Parts::Global("a ghost"));

    /// Interns a name. Programs have few names, so they are never freed.
    ///
    /// Not inlined: its leftovers on a stack must not be in live memory, since they differ when the name is
    /// new.
    #[inline(never)]
    fn intern(parts: Parts) -> Name {
        Name(allocate_outside(|| {
            KEPT.with_borrow_mut(|kept| match kept.get(&parts) {
                Some(known) => known,
                None => {
                    let new: &'static Parts = Box::leak(Box::new(parts));
                    kept.insert(new);
                    new
                }
            })
        }))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.0 {
            Parts::Global(name) => f.pad(name),
            Parts::Of(kind, id, field) => f.pad(&format!("{kind}{id}.{field}")),
            Parts::Slot(kind, id, field, slot) => f.pad(&format!("{kind}{id}.{field}[{slot}]")),
        }
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Name {
        Name::intern(Parts::Global(name))
    }
}

impl From<(&'static str, u32, &'static str)> for Name {
    fn from((kind, id, field): (&'static str, u32, &'static str)) -> Name {
        Name::intern(Parts::Of(kind, id, field))
    }
}

impl From<(&'static str, u32, &'static str, u32)> for Name {
    fn from((kind, id, field, slot): (&'static str, u32, &'static str, u32)) -> Name {
        Name::intern(Parts::Slot(kind, id, field, slot))
    }
}

/// The engine that runs the threads of a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Real threads, one interleaving at a time.
    Std,
    /// All interleavings, with the weak memory of C11.
    Loom,
    /// Sequentially consistent interleavings: sampled, or searched by replaying.
    Shuttle,
    /// Sequentially consistent interleavings: all of them, by a search that restores states.
    Explore,
}

impl Engine {
    /// Its name as a cargo feature and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Std => "std",
            Engine::Loom => "loom",
            Engine::Shuttle => "shuttle",
            Engine::Explore => "explore",
        }
    }

    /// Whether it runs many interleavings, so that a test may expect to see an outcome.
    #[inline]
    pub fn explores(self) -> bool {
        self != Engine::Std
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text is not the name of an engine.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown engine {0:?}: use std, loom, shuttle or explore")]
pub struct UnknownEngine(String);

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Engine, UnknownEngine> {
        [Engine::Std, Engine::Loom, Engine::Shuttle, Engine::Explore]
            .into_iter()
            .find(|engine| engine.name() == name)
            .ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_like_the_fields_of_go() {
        assert_eq!(Name::from("npidle").to_string(), "npidle");
        assert_eq!(Name::from(("P", 0, "runqtail")).to_string(), "P0.runqtail");
        assert_eq!(Name::from(("P", 0, "runq", 1)).to_string(), "P0.runq[1]");
        assert_eq!(format!("{:>8}", Name::from("npidle")), "  npidle");
    }

    #[test]
    fn an_engine_is_parsed_from_its_name() {
        for engine in [Engine::Std, Engine::Loom, Engine::Shuttle, Engine::Explore] {
            assert_eq!(engine.to_string().parse(), Ok(engine));
        }
        assert!("Loom".parse::<Engine>().is_err());
    }
}
