//! What is wrong with a file that is not TOML, or not a scenario's, in words.

use crate::nearest::did_you_mean;

/// The fields of a file, for messages.
const FIELDS: &str =
    "name, ps, ms and gs, and if wanted about, ring, steal-tries, fairness, must-finish, \
                      deterministic, clock, early, sysmon, ticks, mask-word, schedtrace, aliases, sizes and run";

/// The error, with the nearest known name in it if a field or a value does not exist; and which fields there are, if one is missing.
pub(super) fn in_words(error: &toml::de::Error) -> String {
    let text = error.to_string();
    for (unknown, kind) in [("unknown field `", "field"), ("unknown variant `", "value")] {
        let Some((before, rest)) = text.split_once(unknown) else { continue };
        let Some((name, after)) = rest.split_once('`') else { continue };
        // `, expected one of `name`, `aliases`, …`: each second part is a name.
        let meant = did_you_mean(name, after.split('`').skip(1).step_by(2));
        let known = after.replacen(", expected", "; expected", 1);
        let known = if meant.is_empty() { known } else { known.replacen("; e", " E", 1) };
        return format!("{before}unknown {kind} `{name}`{meant}{known}");
    }
    if text.contains("missing field") {
        return format!("{text}a file has {FIELDS}\n");
    }
    text
}
