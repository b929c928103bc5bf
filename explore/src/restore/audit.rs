//! What has been restored, compared with the same steps from scratch.

use crate::raw::Driver;
use crate::schedule;
use crate::seam::Search;

use super::driver::{Broken, Run};

impl<S: Search> Run<'_, S> {
    /// The state that has just been restored has to be what its path leads to. `left` is where the search
    /// was before.
    ///
    /// The state has to be restored once more after this.
    pub(super) fn audit(&mut self, left: &[crate::seam::Pick]) -> Result<(), Broken> {
        let driver = Driver::here();
        let here = self.arrive()?;
        let restored = (here.fingerprint, self.pending.clone());
        let live = self.arena.live(self.images.places());
        let mut scratch = Vec::new();
        let path = std::mem::take(&mut self.path);
        for byte in [0, 0xFF, 0] {
            self.arena.fill(&live, byte);
            self.fill = Some(byte);
            self.begin()?;
            let mut there = self.arrive()?;
            for &pick in &path {
                self.arena.fill_below(byte);
                self.step(pick)?;
                there = self.arrive()?;
            }
            if restored != (there.fingerprint, self.pending.clone()) {
                let what = "its operations or values are others than from scratch".to_owned();
                return Err(broken(what, &path, left));
            }
            scratch.push(self.arena.live(self.images.places()));
        }
        self.fill = None;
        let [one, two, again] = &scratch[..] else { unreachable!("three times") };
        // What two executions of the same steps in the same memory do not agree on comes from outside.
        let differs = again
            .differs_beside_stacks(one, &driver)
            .map(|what| format!("twice from scratch: {what}"));
        match differs.or_else(|| live.differs([one, two], &driver)) {
            Some(what) => Err(broken(what, &path, left)),
            None => {
                self.path = path;
                Ok(())
            }
        }
    }
}

fn broken(what: String, path: &[crate::seam::Pick], left: &[crate::seam::Pick]) -> Broken {
    Box::new(format!(
        "audit: a restored state is not what it was (or the program is not deterministic): {what}; \
         restored `{}`, coming from `{}`",
        schedule::write(path),
        schedule::write(left)
    ))
}
