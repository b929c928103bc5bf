//! The engines, and the workers that run them: how they are built, started and asked.

pub mod builder;
pub mod measure;
pub mod protocol;
pub mod run;
pub mod serve;
pub mod worker;
pub mod workers;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sync::driver::Engine;

/// All of them.
pub const ALL: [Engine; 4] = [Engine::Std, Engine::Loom, Engine::Shuttle, Engine::Explore];

/// The cargo feature that chooses it. std is what there is without one.
pub fn feature(engine: Engine) -> Option<&'static str> {
    (engine != Engine::Std).then(|| engine.name())
}

/// The most threads that a program may have there, if there is such a number. A program that chooses takes
/// one more.
pub fn most_threads(engine: Engine) -> Option<usize> {
    (engine == Engine::Loom).then_some(5)
}

/// What it is for, in a sentence.
pub fn about(engine: Engine) -> &'static str {
    match engine {
        Engine::Std => "real threads, repeated; explores nothing",
        Engine::Loom => "every execution within a bound of preemptions, under weak memory",
        Engine::Shuttle => "sampled schedules, from seeds; sizes that nothing exhausts",
        Engine::Explore => "every state, sequentially consistent: a search that restores states",
    }
}

/// Reads one from the command line; an error lists them.
pub fn parser() -> impl TypedValueParser<Value = Engine> {
    PossibleValuesParser::new(ALL.map(Engine::name)).try_map(|name| name.parse::<Engine>())
}
