//! Where the tests of a crate are one program, each file of them is a module of it: one that is forgotten would not run.

use super::source::Source;

/// Files beside `tests/main.rs` that it does not name: the file's path, its first line, and what is wrong.
pub(super) fn unlisted(sources: &[Source]) -> Vec<(String, usize, String)> {
    let mut broken = Vec::new();
    for main in sources.iter().filter(|source| source.path.ends_with("/tests/main.rs")) {
        let folder = main.path.trim_end_matches("main.rs");
        let lists = |line: &str| main.code_lines().any(|(_, code)| code.trim() == line);
        for source in sources.iter().filter(|source| source.path != main.path) {
            let Some(name) = module_in(folder, &source.path) else { continue };
            if !lists(&format!("mod {name};")) {
                let what = format!("its tests do not run: add `mod {name};` to {}", main.path);
                broken.push((source.path.clone(), 1, what));
            }
        }
    }
    broken
}

/// The module of a folder's program that the file is the root of.
fn module_in<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let name = path.strip_prefix(folder)?.strip_suffix(".rs")?;
    let name = name.strip_suffix("/mod").unwrap_or(name);
    (!name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(main: &str, others: &[&str]) -> Vec<String> {
        let main = Source::new("k/tests/main.rs", main);
        let others = others.iter().map(|path| Source::new(path, "//! Tests.\n"));
        let sources: Vec<_> = std::iter::once(main).chain(others).collect();
        unlisted(&sources).into_iter().map(|(path, ..)| path).collect()
    }

    #[test]
    fn a_file_that_is_no_module_of_the_program_is_broken() {
        let files = ["k/tests/a.rs", "k/tests/b/mod.rs", "k/tests/a/inner.rs", "k/src/c.rs"];
        assert_eq!(of("mod a;\nmod b;\n", &files), [""; 0]);
        assert_eq!(of("mod a;\n// mod b;\n", &files), ["k/tests/b/mod.rs"]);
        assert_eq!(of("mod ab;\n", &files), ["k/tests/a.rs", "k/tests/b/mod.rs"]);
    }

    #[test]
    fn tests_that_are_programs_of_their_own_are_not_listed() {
        let source = Source::new("k/tests/a.rs", "//! Tests.\n");
        assert_eq!(unlisted(&[source]), []);
    }
}
