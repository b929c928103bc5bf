//! Verdicts: what a check came to, and the exit code for it.

use serde::{Deserialize, Serialize};

/// What a check came to. The order is from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every execution was explored, or every one within the bound, or of the sample, that was declared.
    Held,
    /// Nothing was really checked: something that must sometimes happen never did, or nothing ran at once.
    Vacuous,
    /// Stopped by time, memory or an interrupt.
    Incomplete,
    /// There is a counterexample.
    Violated,
    /// The harness could not do its work.
    Error,
}

impl Verdict {
    /// The exit code of a command that ends with this verdict.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Held => 0,
            Verdict::Violated => 1,
            Verdict::Vacuous => 2,
            Verdict::Incomplete => 3,
            Verdict::Error => 4,
        }
    }

    /// The worst of several verdicts; vacuous if there are none, since then nothing was checked.
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().max().unwrap_or(Verdict::Vacuous)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Verdict::Held => "held",
            Verdict::Vacuous => "vacuous",
            Verdict::Incomplete => "incomplete",
            Verdict::Violated => "violated",
            Verdict::Error => "error",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_wins() {
        use Verdict::*;
        let from_worst = [Error, Violated, Incomplete, Vacuous, Held];
        for (i, &worst) in from_worst.iter().enumerate() {
            assert_eq!(Verdict::worst(from_worst[i..].iter().copied()), worst);
        }
    }

    #[test]
    fn no_verdict_at_all_is_vacuous() {
        assert_eq!(Verdict::worst([]), Verdict::Vacuous);
    }

    #[test]
    fn each_verdict_has_an_exit_code_of_its_own() {
        use Verdict::*;
        let codes = [Held, Violated, Vacuous, Incomplete, Error].map(Verdict::exit_code);
        assert_eq!(codes, [0, 1, 2, 3, 4]);
    }
}
