//! The masks of Ps, in the one way in which a story shows them: `[P0 P2]`, where a recorded operation has the number 5.

use harness::cex::{Counterexample, Step};

/// The counterexample with its masks as lists of Ps. A mask's word has so many bits.
pub(super) fn as_lists(mut counterexample: Counterexample, bits: u32) -> Counterexample {
    for step in &mut counterexample.steps {
        if let Some(first) = first_p(step, bits) {
            step.value = listed(&step.value, first);
        }
    }
    counterexample
}

/// The P of a word's lowest bit; `None` if the step is not about a mask. A mask of several words is recorded by word:
/// `timerpMask1.word[2]` is the third of the mask's second array.
fn first_p(step: &Step, bits: u32) -> Option<u32> {
    let rest = ["idlepMask", "timerpMask"].iter().find_map(|m| step.object.strip_prefix(m))?;
    if rest.is_empty() {
        return Some(0);
    }
    let (_, word) = rest.split_once(".word[")?;
    word.strip_suffix(']')?.parse::<u32>().ok().map(|word| word * bits)
}

/// The text with each number as a list: a change has two.
fn listed(value: &str, first: u32) -> String {
    let of_digits = |a: &char, b: &char| a.is_ascii_digit() == b.is_ascii_digit();
    let chars: Vec<char> = value.chars().collect();
    let parts = chars.chunk_by(of_digits).map(|part| {
        let text: String = part.iter().collect();
        text.parse::<u32>().map_or(text, |mask| list(mask, first))
    });
    parts.collect()
}

fn list(mask: u32, first: u32) -> String {
    let set = (0..u32::BITS).filter(|bit| mask & (1 << bit) != 0);
    let ps: Vec<String> = set.map(|bit| format!("P{}", first + bit)).collect();
    format!("[{}]", ps.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{counterexample, records};
    use super::*;

    /// The value of that operation, where a word has 2 bits.
    fn shown(object: &str, value: &str) -> String {
        let mut counterexample = counterexample();
        counterexample.steps = records(&format!("0 load {object}"));
        counterexample.steps[0].value = value.into();
        as_lists(counterexample, 2).steps.remove(0).value
    }

    #[test]
    fn a_mask_is_a_list_of_ps_and_other_numbers_stay() {
        assert_eq!(shown("timerpMask", "5"), "[P0 P2]");
        assert_eq!(shown("idlepMask", "3 -> 0"), "[P0 P1] -> []");
        assert_eq!(
            shown("idlepMask", "1 (stale: the latest is 3)"),
            "[P0] (stale: the latest is [P0 P1])"
        );
        assert_eq!(shown("timerpMask1.word[2]", "2"), "[P5]");
        assert_eq!(shown("timerpMask0.slice", "7"), "7");
        assert_eq!(shown("npidle", "2"), "2");
    }
}
