//! Which function a line of the model belongs to.

use std::panic::Location;

/// A source file: the end of its path, and its text.
pub type Source = (&'static str, &'static str);

/// The name of the function that contains the location. The model spells it like Go: `pidleget`, and `findRunnable` as
/// `find_runnable`. A method of a type that has its name in Go has that before it: `limiterEvent.start`. A closure in the
/// step table has the name of its entry. If the source is not there, the file and line.
pub(crate) fn function_at(sources: &[Source], at: &Location<'_>) -> String {
    let source = sources.iter().find(|(file, _)| at.file().replace('\\', "/").ends_with(file));
    source
        .and_then(|(_, text)| {
            begun(text, at.line()).map(|(line, name)| full_name(text, line, name))
        })
        .unwrap_or_else(|| format!("{}:{}", at.file(), at.line()))
}

/// Where a function is that a recorded step names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, by its path within the workspace.
    pub file: &'static str,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The lines of Go that it mirrors, as its documentation cites them.
    pub go: Option<String>,
}

/// Where the function is that `function_at` has named so. An entry of the step table is where the table declares it.
pub fn place(sources: &'static [Source], name: &str) -> Option<Place> {
    // The model's files come last, and its functions are what most steps are of.
    let all = sources.iter().rev().flat_map(|&(file, text)| {
        let begins = text.lines().enumerate().filter_map(|(n, line)| {
            let found = function(line).or_else(|| entry(line))?;
            (full_name(text, n, found) == name).then_some(n)
        });
        let begins: Vec<usize> = begins.collect();
        begins.into_iter().map(move |n| Place { file, line: n + 1, go: citation(text, n) })
    });
    // A variant may have a function of the same name, and none of Go's.
    let mut all: Vec<Place> = all.collect();
    all.sort_by_key(|place| place.go.is_none());
    all.into_iter().next()
}

/// What the source says of that variant of that enum: its documentation, on one line. `None` if it has none.
pub fn documentation(sources: &[Source], of: &str, variant: &str) -> Option<String> {
    let head = format!("pub enum {of} {{");
    let text = sources.iter().map(|&(_, text)| text).find(|text| text.contains(&head))?;
    let (_, variants) = text.split_once(&head)?;
    let is_it = |line: &str| {
        let rest = line.trim_start().strip_prefix(variant);
        rest.is_some_and(|rest| rest.starts_with([',', '(', ' ']))
    };
    let mut doc = Vec::new();
    for line in variants.lines() {
        match line.trim_start().strip_prefix("///") {
            Some(line) => doc.push(line.trim()),
            None if is_it(line) => return (!doc.is_empty()).then(|| doc.join(" ")),
            None => doc.clear(),
        }
    }
    None
}

/// The name, after the type's name in Go if Go's function is a method and has the same name.
fn full_name(text: &str, line: usize, name: &str) -> String {
    let method = citation(text, line).and_then(|citation| {
        let (_, function) = citation.split_once(".go, (")?;
        let (of, function) = function.trim_start_matches('*').split_once(").")?;
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        let function = function.split(' ').next()?;
        (plain(function) == plain(name)).then(|| format!("{of}.{name}"))
    });
    method.unwrap_or_else(|| name.into())
}

/// The lines of Go that the documentation above that line cites: `proc.go, wakep 2422-2431 (1.19.8), …`.
fn citation(text: &str, line: usize) -> Option<String> {
    let above: Vec<&str> = text.lines().take(line).map(str::trim_start).collect();
    let doc =
        above.iter().rev().take_while(|line| line.starts_with("//") || line.starts_with("#["));
    let mut doc: Vec<&str> = doc.filter_map(|line| line.strip_prefix("///")).collect();
    doc.reverse();
    let doc = doc.concat();
    let (_, cited) = doc.split_once("Go: ")?;
    let version = cited.rfind("(1.")?;
    let end = version + cited[version..].find(')')? + 1;
    Some(cited[..end].into())
}

/// The function or closure that contains the line, counted from 1.
pub fn enclosing(text: &str, line: u32) -> Option<&str> {
    begun(text, line).map(|(_, name)| name)
}

/// The last function that begins at or before the line, and its first line, counted from 0; in a constant, the last entry
/// whose value is a closure.
fn begun(text: &str, line: u32) -> Option<(usize, &str)> {
    let mut last = None;
    let mut in_constant = false;
    for (n, line) in text.lines().enumerate().take(line as usize) {
        let indented = line.starts_with(char::is_whitespace);
        if let Some(name) = function(line) {
            (last, in_constant) = (Some((n, name)), false);
        } else if !indented && is_constant(line) {
            in_constant = true;
        }
        if in_constant {
            last = closure(line).map(|name| (n, name)).or(last);
        }
    }
    last
}

/// The name of the field that this line declares, which may be an entry of the step table: `pub name: Type,`.
fn entry(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix("pub ")?.split_once(": ")?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// The line begins a constant: `const NAME: Type = …`.
fn is_constant(line: &str) -> bool {
    ["const ", "pub const ", "pub(crate) const ", "static ", "pub static "]
        .iter()
        .any(|begin| line.starts_with(begin))
}

/// The name of the entry that this line gives a closure: `name: |…| …`, alone or after `Type {`.
fn closure(line: &str) -> Option<&str> {
    let (before, _) = line.split_once(": |")?;
    before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

/// The name of the function that this line begins, if it begins one.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mut code = line;
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const "] {
        code = code.strip_prefix(prefix).unwrap_or(code);
    }
    let name = code.strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_the_function_that_began_last() {
        let text = "fn a() {\n  x\n}\n\npub(crate) fn b<T>() {\n  y\n}\n";
        assert_eq!(
            [1, 2, 5, 6].map(|line| enclosing(text, line)),
            [Some("a"), Some("a"), Some("b"), Some("b")]
        );
        assert_eq!(enclosing("//! x\n", 1), None);
    }

    const FILES: &[Source] = &[
        ("a.rs", "/// Its own.\nfn wakep() {}\n"),
        (
            "b.rs",
            "/// Starts. Go: a.go, (*limiterEvent).start 4-5\n/// (1.19.8), 6 (1.27.3), more.\n#[x]\npub fn start() {\n\
             }\n/// Go: b.go, wakep 2 (1.19.8).\npub fn wakep() {}\npub struct Steps {\n    /// Go: b.go, f 3 (1.27.3).\n    \
             pub spinners: fn(&Sched) -> i32,\n}\n",
        ),
    ];

    #[test]
    fn a_function_has_a_place_and_lines_of_go() {
        let found = |name| {
            let Place { file, line, go } = place(FILES, name)?;
            Some((file, line, go.unwrap_or_default()))
        };
        let start = "a.go, (*limiterEvent).start 4-5 (1.19.8), 6 (1.27.3)".to_string();
        assert_eq!(found("limiterEvent.start"), Some(("b.rs", 4, start)));
        assert_eq!(found("start"), None);
        assert_eq!(found("wakep"), Some(("b.rs", 7, "b.go, wakep 2 (1.19.8)".into())));
        assert_eq!(found("spinners"), Some(("b.rs", 10, "b.go, f 3 (1.27.3)".into())));
    }

    #[test]
    fn a_variant_has_its_documentation() {
        let text = "pub enum Other {\n    /// No.\n    Park,\n}\npub enum Event {\n    /// It runs\n    /// the G.\n    \
                    Execute(GId),\n    Bare,\n    /// It parks.\n    Park,\n}\n";
        let found = |name| documentation(&[("e.rs", text)], "Event", name);
        assert_eq!(found("Execute").as_deref(), Some("It runs the G."));
        assert_eq!(found("Park").as_deref(), Some("It parks."));
        assert_eq!([found("Bare"), found("Exec"), found("Gone")], [None, None, None]);
    }

    #[test]
    fn a_closure_of_the_step_table_has_the_name_of_its_entry() {
        let text = "fn a() {}\n\npub const T: Steps = Steps {\n    wakep: |s, m| {\n        s.x();\n    },\n    \
                    spinners: |s| s.y(),\n};\n\nconst U: Steps = Steps { drop_p: |_| z(), ..T };\nfn b() {\n    \
                    f(S { c: |x| x });\n    g();\n}\n";
        let found = [1, 4, 5, 7, 10, 11, 12, 13].map(|line| enclosing(text, line).unwrap());
        assert_eq!(found, ["a", "wakep", "wakep", "spinners", "drop_p", "b", "b", "b"]);
    }
}
