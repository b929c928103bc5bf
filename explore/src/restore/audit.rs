//! Audits: compares a restored state with the same steps run from scratch.

use crate::current::STATE;
use crate::interface::{Pending, Pick, Search};
use crate::raw::{self, Driver, Live};
use crate::schedule;
use crate::state::{Fault, ObjectTable, State};

use super::driver::{Broken, Run};
use super::other_panic::OtherPanic;

/// The byte with which a run from scratch fills uninitialised memory, and by how many KiB the driver runs
/// further down its stack.
type Filling = (u8, usize);

/// In these two runs only bytes that the steps determine agree.
const FILLINGS: [Filling; 2] = [(0, 0), (0xFF, 0)];

/// Further runs that must agree before a byte counts as a difference. Two are almost enough, but
/// uninitialised bytes may have gone through an operation, and a part of an address in the driver's stack
/// is not recognised as one.
const MORE: [Filling; 4] = [(0x55, 4), (0xA6, 19), (0x01, 67), (0x80, 131)];

/// How many times in a row two runs with the same filling must differ.
const PAIRS: usize = 3;

impl<S: Search> Run<'_, S> {
    /// Checks that the state just restored is the one to which its path leads. `left` is the path on which
    /// the search was before.
    ///
    /// The state must be restored once more after this.
    pub(super) fn audit(&mut self, left: &[Pick]) -> Result<(), Broken> {
        let path = std::mem::take(&mut self.path);
        let object_table = STATE.with_borrow(|state| state.object_table.clone());
        let differs = self.differs(&path, &object_table);
        self.fills(None);
        // In the same memory: see `OBJECTS` in `object_table`.
        STATE.with_borrow_mut(|state| state.object_table.clone_from(&object_table));
        match differs? {
            Some(what) => Err(broken(what, &path, left)),
            None => {
                self.path = path;
                Ok(())
            }
        }
    }

    /// Describes the difference, if there is one.
    fn differs(
        &mut self,
        path: &[Pick],
        object_table: &ObjectTable,
    ) -> Result<Option<String>, Broken> {
        let driver = Driver::here();
        let here = self.arrive()?;
        let restored = (here.fingerprint, self.pending.clone());
        let outline = STATE.with_borrow(State::outline);
        let live = self.arena.live(self.images.places());
        let mut scratch: Vec<Live> = Vec::new();
        let mut differs = None;
        for (run, filling) in FILLINGS.into_iter().chain(MORE).enumerate() {
            let _one_more = differs.is_some().then(OtherPanic::begin);
            let Some(scratched) = self.run_from_scratch(path, filling, &live)? else {
                return Ok(Some("a run from scratch cannot take its steps".to_owned()));
            };
            let same_memory =
                restored.0 == scratched.0 || (self.memory.is_some() && filling != FILLINGS[0]);
            if !same_memory
                || restored.1 != scratched.1
                || outline != STATE.with_borrow(State::outline)
                || !STATE.with_borrow(|state| state.object_table.is_as(object_table))
            {
                let what = "its operations or values differ from a run from scratch";
                return Ok(Some(what.to_owned()));
            }
            scratch.push(self.arena.live(self.images.places()));
            if run + 1 < FILLINGS.len() {
                continue;
            }
            differs = live.differs(&scratch, &driver);
            if differs.is_none() {
                break;
            }
        }
        if differs.is_some() {
            return Ok(differs);
        }
        // If two runs of the same steps in the same memory differ, something outside influences the
        // program. They must differ each time, since another OS thread may have begun to panic between two
        // runs.
        let mut first = scratch.swap_remove(0);
        for _ in 0..PAIRS {
            if self.run_from_scratch(path, FILLINGS[0], &live)?.is_none() {
                break;
            }
            let again = self.arena.live(self.images.places());
            differs = again.differs_outside_stacks(&first, &driver);
            first = again;
            if differs.is_none() {
                break;
            }
        }
        Ok(differs.map(|what| format!("two runs from scratch differ: {what}")))
    }

    /// Runs the steps with the memory that was live filled. Returns the fingerprint and the pending
    /// operations; `None` if a thread cannot take its step.
    fn run_from_scratch(
        &mut self,
        path: &[Pick],
        (byte, kib): Filling,
        live: &Live,
    ) -> Result<Option<(u128, Vec<Pending>)>, Broken> {
        self.arena.fill(live, byte);
        self.fills(Some(byte));
        raw::further_down(kib, &mut || {
            raw::with_filled_registers(|| self.begin())?;
            let mut there = raw::with_filled_registers(|| self.arrive())?;
            for &pick in path {
                let can = self.pending.iter().any(|p| p.thread == pick.thread && p.enabled);
                if there.ended.is_some() || !can {
                    return Ok(None);
                }
                raw::with_filled_registers(|| self.step(pick))?;
                there = raw::with_filled_registers(|| self.arrive())?;
            }
            Ok(Some((there.fingerprint, self.pending.clone())))
        })
    }

    /// Sets the byte with which uninitialised memory is filled. Outside of audits that is 0 in a search in which a state
    /// is its memory, so that leftovers do not distinguish states, and otherwise none.
    pub(super) fn fills(&mut self, byte: Option<u8>) {
        let clears = self.memory.is_some() && self.options.fault != Some(Fault::MemoryNotCleared);
        self.fill = byte.or(clears.then_some(0));
        raw::set_fill(self.fill);
    }
}

fn broken(what: String, path: &[Pick], left: &[Pick]) -> Broken {
    Box::new(format!(
        "audit: a restored state differs from a run from scratch (or the program is not deterministic): {what}; \
         restored `{}`, coming from `{}`",
        schedule::write(path),
        schedule::write(left)
    ))
}
