//! GC workers: what a search remembers of them.

use crate::common::no_checkpoint_forgets;

#[sync::test(restoring)]
fn no_checkpoint_of_a_gc_worker_forgets_what_matters() {
    no_checkpoint_forgets(&[
        "gc-assist",
        "gc-at-start",
        "gc-beside-busy",
        "gc-dedicated",
        "gc-long",
    ]);
}
