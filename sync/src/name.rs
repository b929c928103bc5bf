//! What objects and engines are called.

use std::fmt;
use std::str::FromStr;

/// The name of a shared object, as a counterexample shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Name {
    /// There is one: `npidle`.
    Global(&'static str),
    /// A field of the n-th of a kind: `P0.runqtail`.
    Of(&'static str, u32, &'static str),
    /// A slot of such a field: `P0.runq[1]`.
    Slot(&'static str, u32, &'static str, u32),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Name::Global(name) => f.pad(name),
            Name::Of(kind, id, field) => f.pad(&format!("{kind}{id}.{field}")),
            Name::Slot(kind, id, field, slot) => f.pad(&format!("{kind}{id}.{field}[{slot}]")),
        }
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Name {
        Name::Global(name)
    }
}

impl From<(&'static str, u32, &'static str)> for Name {
    fn from((kind, id, field): (&'static str, u32, &'static str)) -> Name {
        Name::Of(kind, id, field)
    }
}

impl From<(&'static str, u32, &'static str, u32)> for Name {
    fn from((kind, id, field, slot): (&'static str, u32, &'static str, u32)) -> Name {
        Name::Slot(kind, id, field, slot)
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
