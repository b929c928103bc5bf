//! Names for what an engine does, in place of the features that choose it. `tests` have them too.

use cfg_aliases::cfg_aliases;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    cfg_aliases! {
        // More than one interleaving is tried.
        exploring: { any(feature = "loom", feature = "shuttle", feature = "explore") },
        // All states are visited.
        searching: { all(any(feature = "shuttle", feature = "explore"), not(feature = "loom")) },
        // States are restored, which only the engine explore does.
        restoring: { all(feature = "explore", not(any(feature = "loom", feature = "shuttle"))) },
    }
}
