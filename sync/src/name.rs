//! What objects and engines are called.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ::explore::allocate_outside;

/// The name of a shared object, as a counterexample shows it.
///
/// The text is outside of the executions, once for each name: each saved state would hold it for each object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(&'static Parts);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Parts {
    /// There is one: `npidle`.
    Global(&'static str),
    /// A field of the n-th of a kind: `P0.runqtail`.
    Of(&'static str, u32, &'static str),
    /// A slot of such a field: `P0.runq[1]`.
    Slot(&'static str, u32, &'static str, u32),
}

thread_local! {
    /// The names that objects have been given on this OS thread.
    static KEPT: RefCell<BTreeSet<&'static Parts>> = const { RefCell::new(BTreeSet::new()) };
}

impl Name {
    /// What a thread is called that is started.
    pub(crate) const THREAD: Name = Name(&Parts::Global("thread"));
    /// What a choice is called.
    pub(crate) const CHOICE: Name = Name(&Parts::Global("choice"));
    /// What an object is called that has no name.
    pub(crate) const GHOST: Name = Name(&Parts::Global("a ghost"));

    /// Programs have few names, so what is kept of them is never given back.
    ///
    /// Not inlined: what is left of it on a stack is not to be part of what lives there, as it is another thing when the
    /// name is new.
    #[inline(never)]
    fn kept(parts: Parts) -> Name {
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
        Name::kept(Parts::Global(name))
    }
}

impl From<(&'static str, u32, &'static str)> for Name {
    fn from((kind, id, field): (&'static str, u32, &'static str)) -> Name {
        Name::kept(Parts::Of(kind, id, field))
    }
}

impl From<(&'static str, u32, &'static str, u32)> for Name {
    fn from((kind, id, field, slot): (&'static str, u32, &'static str, u32)) -> Name {
        Name::kept(Parts::Slot(kind, id, field, slot))
    }
}

/// Who runs the threads of a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Engine {
    /// Real threads, one interleaving at a time.
    Std,
    /// All interleavings, under the weak memory model of C11.
    Loom,
    /// Sequentially consistent interleavings: sampled, or searched by replaying.
    Shuttle,
    /// Sequentially consistent interleavings: all of them, by a search that restores states.
    Explore,
}

impl Engine {
    /// Its name, as a feature and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Std => "std",
            Engine::Loom => "loom",
            Engine::Shuttle => "shuttle",
            Engine::Explore => "explore",
        }
    }

    /// Whether it runs many interleavings, so that a test may rely on an outcome being seen.
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

/// Not the name of an engine.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no engine is called {0:?}; there are std, loom, shuttle and explore")]
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
    fn an_engine_is_read_back_from_its_name() {
        for engine in [Engine::Std, Engine::Loom, Engine::Shuttle, Engine::Explore] {
            assert_eq!(engine.to_string().parse(), Ok(engine));
        }
        assert!("Loom".parse::<Engine>().is_err());
    }
}
