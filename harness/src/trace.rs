//! `--trace`: the model's events as events of `tracing`. Nothing else turns one into the other.

use runtime_model::event::{AnyWitness, Event, Witness};
use runtime_model::m::MId;
use sync::Arc;

/// What the lines that show the model's events begin with: a target of `tracing`.
pub const TARGET: &str = "pidle::model";

/// Passes events on, and shows them to a subscriber, if there is one.
struct Traced(AnyWitness);

/// The witness, with each event shown to a subscriber of `tracing` first.
pub fn traced(witness: AnyWitness) -> AnyWitness {
    Arc::new(Traced(witness))
}

impl Witness for Traced {
    fn event(&self, m: Option<MId>, event: Event) {
        match m {
            Some(m) => tracing::debug!(target: TARGET, m = %m, ?event),
            None => tracing::trace!(target: TARGET, ?event),
        }
        self.0.event(m, event);
    }
}
