//! What a test may need of the engine, and whether the one that is built has it.

/// What a test needs.
pub(crate) struct Need {
    /// Whether this engine has it.
    pub(crate) is_met: bool,
    /// Why others ignore the test.
    pub(crate) reason: &'static str,
}

const LOOM: bool = cfg!(feature = "loom");
const SHUTTLE: bool = cfg!(feature = "shuttle");
const EXPLORE: bool = cfg!(feature = "explore");

/// The need of that name. `sync/build.rs` has the same names for conditions.
pub(crate) fn named(name: &str) -> Option<Need> {
    let (is_met, reason) = match name {
        "exploring" => (
            LOOM || SHUTTLE || EXPLORE,
            "std runs one interleaving; needs --features loom, shuttle or explore",
        ),
        "systematic" => (
            LOOM || EXPLORE,
            "shuttle samples the same in `cargo pidle matrix`; needs --features loom or explore",
        ),
        "searching" => (
            (SHUTTLE || EXPLORE) && !LOOM,
            "this engine does not search; needs --features explore or shuttle",
        ),
        "restoring" => (
            EXPLORE && !LOOM && !SHUTTLE,
            "only the explore engine visits all states; needs --features explore",
        ),
        _ => return None,
    };
    Some(Need { is_met, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_restores_searches_and_one_that_searches_explores() {
        let met = ["restoring", "searching", "exploring"].map(|name| named(name).unwrap().is_met);
        assert!(met.is_sorted(), "{met:?}");
        assert_eq!(met.contains(&true), LOOM || SHUTTLE || EXPLORE);
        assert!(named("fast").is_none());
    }
}
