//! What `--json` and `--junit` write.

use std::fmt::Write;

use harness::verdict::Verdict;

use crate::loom_tests::judge::Judged;
use crate::loom_tests::table;

/// The results as JSON: the crate, and what [`Judged`] holds.
pub(super) fn json(judged: &Judged, crate_name: &str) -> String {
    let mut value = serde_json::to_value(judged).expect("plain data is always JSON");
    value["crate"] = crate_name.into();
    serde_json::to_string_pretty(&value).expect("a value is always JSON") + "\n"
}

/// The results as JUnit's XML: a test case for each model, and one for each remark that counts.
pub(super) fn junit(judged: &Judged, crate_name: &str) -> String {
    let mut cases = String::new();
    let (mut failures, mut errors) = (0, 0);
    let mut case = |class: &str, name: &str, seconds: f64, verdict: Verdict, text: &str| {
        let kind = match verdict {
            Verdict::Held => None,
            Verdict::Violated => Some("failure"),
            Verdict::Vacuous | Verdict::Incomplete | Verdict::Error => Some("error"),
        };
        failures += usize::from(kind == Some("failure"));
        errors += usize::from(kind == Some("error"));
        let (class, name, text) = (escaped(class), escaped(name), escaped(text));
        let _ = write!(
            cases,
            "  <testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\">"
        );
        if let Some(kind) = kind {
            let _ = write!(cases, "<{kind} message=\"{verdict}\">{text}</{kind}>");
        }
        cases += "</testcase>\n";
    };
    for row in &judged.models {
        let seconds = row.model.as_ref().map_or(0.0, |model| model.seconds);
        case(&row.target, &table::name(row), seconds, row.verdict, &table::paragraph(row));
    }
    for (verdict, what) in &judged.remarks {
        case("pidle", &format!("{verdict}: {what}"), 0.0, *verdict, what);
    }
    let tests = judged.models.len() + judged.remarks.len();
    let name = escaped(crate_name);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{cases}</testsuite>\n"
    )
}

/// The text as XML may have it, in an attribute too.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' => escaped.push(c),
            // XML 1.0 has no other control characters, and neither of the last two of the first plane.
            c if c.is_control() || ['\u{fffe}', '\u{ffff}'].contains(&c) => {
                escaped.push('\u{fffd}')
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{1b}[1m"),
            "a&lt;b&gt; &amp; &quot;c&quot;\n\u{fffd}[1m"
        );
    }
}
