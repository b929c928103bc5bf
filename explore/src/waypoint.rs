//! A state on a path, to be recognised when a replay reaches it again.

use crate::interface::{Diverged, Ended, Pending, Pick};
use crate::operation::{Operation, ThreadId};

/// A state on the path.
pub(crate) struct Waypoint {
    pending: Box<[(ThreadId, Operation)]>,
}

impl Waypoint {
    pub(crate) fn new(pending: &[Pending]) -> Waypoint {
        Waypoint { pending: pending.iter().map(|p| (p.thread, p.operation)).collect() }
    }

    /// Compares the state with its replay after `step` steps, where `pick` is the next step. Returns the
    /// first difference: in the operations, in the values (the caller compares those), or that the
    /// execution has ended.
    pub(crate) fn differs(
        &self,
        step: usize,
        now: (&[Pending], bool, Option<Ended>),
        pick: Pick,
    ) -> Option<Diverged> {
        let (pending, same_values, ended) = now;
        let same = self.pending.iter().copied().eq(pending.iter().map(|p| (p.thread, p.operation)));
        let can = pending.iter().any(|now| now.thread == pick.thread && now.enabled);
        if same && same_values && ended.is_none() && can {
            return None;
        }
        let show = |(thread, operation): &(ThreadId, Operation)| format!("{thread}: {operation}");
        let now: Vec<_> = pending.iter().map(|p| (p.thread, p.operation)).collect();
        let different = self.pending.iter().find(|&known| !now.contains(known));
        let (expected, got) = match different {
            Some(known) => {
                let got = now.iter().find(|now| now.0 == known.0);
                (show(known), got.map_or(format!("{}: no operation", known.0), show))
            }
            None if self.pending.len() != now.len() => {
                let new = now.iter().find(|now| !self.pending.contains(now));
                ("fewer threads".to_owned(), new.map_or("more".to_owned(), show))
            }
            None => ("other values".to_owned(), "the same operations".to_owned()),
        };
        Some(Diverged { step, expected, got })
    }
}
