//! Where a function of the model says that it comes from Go, it says from which file, function and version.

use super::source::Source;

/// Public functions of the model that cite Go, but not as `Go: proc.go, pidleget (1.19).`. More may be
/// said after the version.
pub(super) fn broken(source: &Source) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    if source.krate() != "runtime-model" {
        return broken;
    }
    let mut doc = String::new();
    for ((line, text), (_, code)) in source.lines().zip(source.code_lines()) {
        let text = text.trim();
        if let Some(more) = text.strip_prefix("///") {
            doc.push_str(more);
        } else if code.trim_start().starts_with("pub fn ") {
            if doc.split("Go: ").skip(1).any(|citation| !is_whole(citation)) {
                broken.push((line, "cite Go as `Go: file.go, function (version).`".into()));
            }
            doc.clear();
        } else if !text.starts_with("#[") {
            doc.clear();
        }
    }
    broken
}

/// It has a file, something in it, and in parentheses a version, where the name or a sentence ends.
fn is_whole(citation: &str) -> bool {
    let Some((file, rest)) = citation.split_once(".go, ") else { return false };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let versions =
        rest.match_indices(" (").map(|(at, open)| (&rest[..at], &rest[at + open.len()..]));
    let version = |(function, after): (&str, &str)| {
        let end = after.split_once(')').filter(|(version, _)| !version.is_empty());
        !function.is_empty() && end.is_some_and(|(_, end)| end.starts_with(['.', ',', ':', ';']))
    };
    !file.is_empty() && file.chars().all(plain) && versions.into_iter().any(version)
}

#[cfg(test)]
mod tests {
    use crate::tidy::planted;

    fn citing(citation: &str) -> Vec<(usize, &'static str)> {
        let text = format!("//! A.\n/// B. Go: {citation}\n#[must_use]\npub fn f() {{}}\n");
        planted("runtime-model/src/a.rs", &text)
    }

    #[test]
    fn a_citation_has_file_function_and_version() {
        let whole = [
            "proc.go, pidleget (1.19).",
            "mgclimit.go, (*limiterEvent).stop (1.19).",
            "a.go, b (1.19): c.",
        ];
        for citation in whole {
            assert_eq!(citing(citation), [], "{citation}");
        }
        for citation in
            ["`mcount()`.", "proc.go, pidleget.", "proc.go (1.19).", "Proc.go, f (1.19)."]
        {
            assert_eq!(citing(citation), [(4, "provenance")], "{citation}");
        }
    }

    #[test]
    fn a_citation_may_go_over_lines_and_belongs_to_its_function_alone() {
        let text = "//! A.\n/// Go: proc.go,\n/// f (1.19).\npub fn f() {}\n/// Go: x\nstruct S;\npub fn g() {}\n";
        assert_eq!(planted("runtime-model/src/a.rs", text), []);
    }

    #[test]
    fn others_may_speak_of_go_as_they_like() {
        assert_eq!(planted("checks/src/a.rs", "//! A.\n/// Go: x\npub fn f() {}\n"), []);
    }
}
