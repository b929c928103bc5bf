//! What must hold at the end of each execution.

type Check = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What must hold when no thread of the program can move any more.
///
/// It is asked in each execution that ends, whether all threads have finished or some wait for ever. The program's first
/// thread, which returns this, must always get there.
pub struct AtEnd {
    threads_may_wait: bool,
    checks: Vec<(&'static str, Check)>,
}

impl AtEnd {
    /// All threads have finished.
    #[must_use]
    pub fn finished() -> AtEnd {
        AtEnd { threads_may_wait: false, checks: Vec::new() }
    }

    /// Each thread but the first has finished, or waits for ever, as the workers of a pool do. Something should hold then:
    /// see [`AtEnd::holds`].
    #[must_use]
    pub fn at_rest() -> AtEnd {
        AtEnd { threads_may_wait: true, checks: Vec::new() }
    }

    /// And this holds. `check` reads by `peek` and performs no operation; its error says what is wrong.
    #[must_use]
    pub fn holds(
        mut self,
        name: &'static str,
        check: impl Fn() -> Result<(), String> + Send + Sync + 'static,
    ) -> AtEnd {
        self.checks.push((name, Box::new(check)));
        self
    }

    /// Whether threads may wait for ever.
    pub(crate) fn threads_may_wait(&self) -> bool {
        self.threads_may_wait
    }

    /// Whether anything must hold.
    pub(crate) fn says_something(&self) -> bool {
        !self.threads_may_wait || !self.checks.is_empty()
    }

    /// The first check that does not hold, and what is wrong.
    pub(crate) fn broken(&self) -> Option<(&'static str, String)> {
        self.checks.iter().find_map(|(name, check)| Some((*name, check().err()?)))
    }
}
