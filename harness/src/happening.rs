//! What must happen in some execution: without it, a run may not have exercised what it is for.

use runtime_model::event::{Event, Witness};
use runtime_model::m::MId;
use sync::driver::Outside;

/// Something that some execution must show. A scenario lists the happenings that it must show as its *sometimes*.
pub struct Happening {
    /// What, in words.
    pub name: &'static str,
    /// Whether this event of the model is it.
    pub is: fn(&Event) -> bool,
}

/// Counts what happens, over all executions of a run.
#[derive(Clone)]
pub struct Tally {
    happenings: &'static [Happening],
    counts: Outside<Vec<u64>>,
}

impl Tally {
    /// One that counts these.
    pub fn new(happenings: &'static [Happening]) -> Self {
        Tally { happenings, counts: Outside::new(vec![0; happenings.len()]) }
    }

    /// How often each of the named things happened.
    pub fn of(&self, names: &[String]) -> Vec<(String, u64)> {
        let all = self.happenings.iter().zip(self.counts.get());
        let named = all.filter(|(happening, _)| names.iter().any(|name| name == happening.name));
        named.map(|(happening, count)| (happening.name.to_string(), count)).collect()
    }
}

impl Witness for Tally {
    fn event(&self, _: MId, event: Event) {
        self.counts.with_mut(|counts| {
            for (happening, count) in self.happenings.iter().zip(counts) {
                *count += u64::from((happening.is)(&event));
            }
        });
    }
}
