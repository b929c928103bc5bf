//! Which mutants are run: drawn, written to a file, and found again.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use mutants::command::stale_entries;
use mutants::population::{Population, Source};
use mutants::sample::{draw, only, read, to_text};
use pidle::error::Error;

fn model() -> Population {
    Population::read(&pidle::engines::builder::root()).unwrap()
}

fn of(path: &str, text: &str) -> Population {
    Population::of(vec![Source { path: path.into(), text: text.into() }]).unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_seed_draws_the_same_mutants_each_time_and_none_that_does_not_compile() {
    let model = model();
    let all = BTreeSet::new();
    let numbers = only(&model, &[]).unwrap();
    let drawn = |seed| draw(numbers.clone(), &all, seed, 100).unwrap();
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    let unviable: BTreeSet<u32> = drawn(1).into_iter().collect();
    let count = model.sites.len() - unviable.len();
    let rest = draw(numbers.clone(), &unviable, 1, count).unwrap();
    assert!(rest.len() == count && rest.iter().all(|number| !unviable.contains(number)));
    let more = draw(numbers, &unviable, 1, count + 1);
    assert!(
        matches!(more, Err(Error::Usage(why)) if why.contains(&format!("there are {count} mutants")))
    );
}

#[test]
fn mutants_are_drawn_from_the_files_that_are_named() {
    let model = model();
    let paths = ["limiter", "gc/find.rs"].map(String::from);
    let numbers = only(&model, &paths).unwrap();
    let files: BTreeSet<&str> =
        numbers.iter().map(|n| &*model.sites[*n as usize - 1].place.file).collect();
    let named = ["gc/find.rs", "limiter.rs", "limiter/bucket.rs", "limiter/event.rs"];
    let named = named.map(|file| format!("runtime-model/src/{file}"));
    assert_eq!(files.into_iter().collect::<Vec<_>>(), named);
    let unknown = only(&model, &["limiter".into(), "lmiter.rs".into()]);
    let Err(Error::Usage(why)) = unknown else { panic!("{unknown:?}") };
    assert_eq!(
        why,
        "--only lmiter.rs: no file in runtime-model/src begins so; did you mean `limiter.rs`?"
    );
}

#[test]
fn a_sample_is_read_as_it_was_written() {
    let model = model();
    let numbers = draw(only(&model, &[]).unwrap(), &BTreeSet::new(), 3, 50).unwrap();
    let path = file("sample.toml", &to_text(&model, &numbers));
    assert_eq!(read(&path, &model).unwrap(), (numbers, Vec::new()));
}

#[test]
fn mutants_are_found_again_when_the_source_has_moved() {
    let before = of("src/a.rs", "fn f() -> T { g(a == b); g(a == b); c != d }");
    assert_eq!(before.sites.len(), 5);
    let path = file("moved.toml", &to_text(&before, &[2, 4, 5]));
    let after =
        of("src/b.rs", "fn new() {}\n\nfn f() -> T { g(a == b);\n\n if x { y } g( a ==\n b); e }");
    let (found, gone) = read(&path, &after).unwrap();
    let texts: Vec<_> = found.iter().map(|n| &after.sites[*n as usize - 1]).collect();
    assert_eq!(
        texts.iter().map(|site| &*site.place.text).collect::<Vec<_>>(),
        ["a == b", "a == b"]
    );
    assert_eq!(texts[1].line, 5);
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].text, "c != d");
}

#[test]
fn a_file_that_has_no_mutants_is_told() {
    let model = model();
    for (name, text, words) in [
        ("none.toml", "", "has no [[mutant]]"),
        ("foreign.toml", "[[mutants]]\n", "not a file of mutants"),
        ("half.toml", "[[mutant]]\nfile = \"a.rs\"\n", "missing field"),
    ] {
        let error = read(&file(name, text), &model).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    }
    assert!(matches!(read("no-such.toml".as_ref(), &model), Err(Error::Io { .. })));
}

#[test]
fn each_mutant_that_is_listed_as_equivalent_is_there() {
    assert_eq!(stale_entries(&pidle::engines::builder::root()).unwrap(), Vec::<String>::new());
}
