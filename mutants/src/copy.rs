//! The switched build: a copy of the workspace whose model has all mutants in it, and a worker made of that.
//!
//! A mutant that does not compile, as where a function has no such constant, is taken out, and the others are
//! written again: cargo's messages say where it is.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};

use fd_lock::RwLock;
use pidle::engines::builder::{cargo, compile, Wanted};
use pidle::engines::worker::Worker;
use pidle::error::Error;
use pidle::interrupt;
use serde_json::Value;
use sync::driver::Engine;

use crate::files;
use crate::population::{Population, MODEL};
use crate::switch::{module, switch, Span};

/// So often what does not compile is taken out; each time shows all errors of one kind.
const ROUNDS: usize = 20;

/// The file that the copy of the model has besides.
const MODULE: &str = "mutant.rs";

/// What is written into the copy besides the mutants: into which file, what is replaced, by what.
const DOOR: [(&str, &str, &str); 3] = [
    ("runtime-model/src/lib.rs", "\npub mod mask;", "\n#[allow(missing_docs)]\npub mod mutant;\npub mod mask;"),
    ("regressions/src/lib.rs", "\npub mod bug;", "\npub use runtime_model::mutant;\npub mod bug;"),
    (
        "ci/src/engine_main.rs",
        "\nfn main() -> ExitCode {",
        "\nfn main() -> ExitCode {\n    regressions::mutant::start();\n    let code = serve_one();\n    \
         regressions::mutant::end();\n    code\n}\n\nfn serve_one() -> ExitCode {",
    ),
];

/// The copy, and the worker that was built of it.
pub struct Copied {
    /// The worker: no mutant of it is on.
    pub worker: Worker,
    /// The same text has the same.
    pub fingerprint: String,
    /// The numbers of the mutants that do not compile.
    pub unviable: BTreeSet<u32>,
}

/// Copies the workspace in `root` to `folder`, switched, and builds its worker.
///
/// # Errors
/// If a file cannot be read or written, or the copy does not build and no mutant is to blame.
pub fn build(root: &Path, folder: &Path, population: &Population) -> Result<Copied, Error> {
    let copy = folder.join("workspace");
    let target = folder.join("build");
    let plain = files::read(root)?;
    let mut unviable = BTreeSet::new();
    for _ in 0..ROUNDS {
        let (texts, spans) = switched(&plain, population, &unviable)?;
        files::write(&copy, &texts)?;
        let blamed = blamed(&check(&copy, &target)?, &spans)?;
        if blamed.is_empty() {
            let wanted = Wanted::worker(copy, target, Engine::Explore);
            let what = "the model with its mutants".into();
            let program = compile(&Wanted { what, ..wanted })?;
            let worker = Worker::new(Engine::Explore, program);
            let fingerprint = fingerprint(&texts);
            return Ok(Copied { worker, fingerprint, unviable });
        }
        unviable.extend(blamed);
    }
    Err(failed(format!("after {ROUNDS} times there are mutants that do not compile")))
}

/// The bytes of each file, by its path.
type Files = Vec<(String, Vec<u8>)>;

/// Where the mutants of each file are, by its path.
type Spans = Vec<(String, Vec<Span>)>;

/// The files of the copy.
fn switched(
    plain: &[(String, Vec<u8>)],
    population: &Population,
    unviable: &BTreeSet<u32>,
) -> Result<(Files, Spans), Error> {
    let mut texts = plain.to_vec();
    let mut spans = Vec::new();
    for file in &population.files {
        let mut sites = population.of_file(&file.path);
        sites.retain(|(number, _)| !unviable.contains(number));
        let switched = switch(&file.text, &sites);
        replace(&mut texts, &file.path, switched.text.into_bytes())?;
        spans.push((file.path.clone(), switched.spans));
    }
    let path = format!("{MODEL}/{MODULE}");
    texts.push((path, module(population.sites.len()).into_bytes()));
    for (path, before, after) in DOOR {
        let text = texts.iter().find(|(name, _)| name == path).map(|(_, text)| text);
        let text = text.and_then(|text| String::from_utf8(text.clone()).ok()).unwrap_or_default();
        if text.matches(before).count() != 1 {
            return Err(failed(format!("{path}: `{}` is not there once", before.trim())));
        }
        replace(&mut texts, path, text.replace(before, after).into_bytes())?;
    }
    Ok((texts, spans))
}

fn replace(texts: &mut [(String, Vec<u8>)], path: &str, new: Vec<u8>) -> Result<(), Error> {
    let found = texts.iter_mut().find(|(name, _)| name == path);
    found.ok_or_else(|| failed(format!("{path} is not there")))?.1 = new;
    Ok(())
}

/// The same for the same worker: this package is no part of it, nor are texts for readers.
fn fingerprint(texts: &[(String, Vec<u8>)]) -> String {
    let part = |path: &str| path.ends_with(".rs") || path.ends_with(".toml");
    let of_worker = |path: &str| {
        part(path)
            && !path.starts_with("mutants/")
            && !path.starts_with("coverage/")
            && !path.contains("/tests/")
    };
    let texts: Vec<_> = texts.iter().filter(|(path, _)| of_worker(path)).collect();
    format!("{:032x}", explore::fingerprint::of(texts))
}

/// Checks the copy of the model, and returns cargo's messages.
fn check(copy: &Path, target: &Path) -> Result<Vec<Value>, Error> {
    let mut command = cargo();
    command.args(["check", "--locked", "--message-format", "json", "--package", "runtime-model"]);
    command.args(["--features", "explore", "--target-dir"]).arg(target);
    command.arg("--manifest-path").arg(copy.join("Cargo.toml"));
    let output = command.output();
    let output = output.map_err(|error| failed(format!("cargo could not be started: {error}")))?;
    if interrupt::requested() {
        return Err(Error::Interrupted);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> =
        messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let errors: Vec<Value> = messages.into_iter().filter(is_error).collect();
    if errors.is_empty() && !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim_end().into()));
    }
    Ok(errors)
}

fn is_error(message: &Value) -> bool {
    message["reason"] == "compiler-message" && message["message"]["level"] == "error"
}

/// The mutants that are to blame for the errors.
fn blamed(errors: &[Value], spans: &Spans) -> Result<BTreeSet<u32>, Error> {
    let mut blamed = BTreeSet::new();
    let mut other = None;
    for error in errors {
        let message = &error["message"];
        let places: Vec<Within> =
            message["spans"].as_array().into_iter().flatten().filter_map(Within::of).collect();
        let found = to_blame(message["code"]["code"].as_str(), &places, spans);
        // At the end there is an error that counts the others, and is nowhere.
        if found.is_empty() && !places.is_empty() {
            other = other.or(message["rendered"].as_str());
        }
        blamed.extend(found);
    }
    match (blamed.is_empty(), other) {
        (true, Some(other)) => Err(failed(other.into())),
        _ => Ok(blamed),
    }
}

/// A place that an error names.
struct Within<'v> {
    file: &'v str,
    bytes: Range<usize>,
    primary: bool,
}

impl<'v> Within<'v> {
    fn of(place: &'v Value) -> Option<Self> {
        let byte = |name: &str| place[name].as_u64().map(|byte| byte as usize);
        let bytes = byte("byte_start")?..byte("byte_end")?;
        let primary = place["is_primary"].as_bool()?;
        Some(Within { file: place["file_name"].as_str()?, bytes, primary })
    }

    fn spans<'s>(&self, spans: &'s Spans) -> &'s [Span] {
        let found = spans.iter().find(|(path, _)| self.file.ends_with(path.as_str()));
        found.map_or(&[], |(_, spans)| spans)
    }
}

/// The code of the error that something is used after it was moved.
const MOVED: &str = "E0382";

/// Who is to blame for an error: the innermost mutant around its place. What is used after it was moved was moved
/// by the source itself, just before it leaves: there, whatever stays instead is.
fn to_blame(code: Option<&str>, places: &[Within], spans: &Spans) -> Vec<u32> {
    if let (Some(MOVED), Some(first)) = (code, places.first()) {
        let from = places.iter().map(|place| place.bytes.start).min().unwrap_or_default();
        let to = places.iter().map(|place| place.bytes.end).max().unwrap_or_default();
        let between = |span: &&Span| span.stays && from <= span.bytes.start && span.bytes.end <= to;
        let found: Vec<u32> =
            first.spans(spans).iter().filter(between).map(|span| span.number).collect();
        if !found.is_empty() {
            return found;
        }
        // A checkpoint that an attribute puts in has its place at the attribute, before the move.
        let used_before = places.iter().any(|place| place.primary && place.bytes.start == from);
        let after = |span: &&Span| used_before && span.stays && to <= span.bytes.start;
        let next = first.spans(spans).iter().filter(after).min_by_key(|span| span.bytes.start);
        if let Some(next) = next {
            return vec![next.number];
        }
    }
    let innermost = |place: &Within| {
        let (start, end) = (place.bytes.start, place.bytes.end);
        let around = place.spans(spans).iter();
        let around = around.filter(|span| span.bytes.start <= start && end <= span.bytes.end);
        around.min_by_key(|span| span.bytes.len()).map(|span| span.number)
    };
    let of = |primary: bool| -> Vec<u32> {
        places.iter().filter(|place| place.primary == primary).filter_map(innermost).collect()
    };
    let primary = of(true);
    if primary.is_empty() {
        of(false)
    } else {
        primary
    }
}

fn failed(why: String) -> Error {
    Error::Build { what: "the model with its mutants".into(), why }
}

/// What is to be locked before anything is written in `folder`.
///
/// # Errors
/// If it cannot be made.
pub fn lock_file(folder: &Path) -> Result<RwLock<File>, Error> {
    let path = folder.join("lock");
    let made = fs::create_dir_all(folder).and_then(|()| File::create(&path));
    made.map(RwLock::new).map_err(|error| Error::Io { path, error })
}

/// Where the copy of the workspace, and what is built of it, are.
pub fn folder() -> PathBuf {
    pidle::engines::builder::target().join("mutants")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Mutant 1 from 0 to 100, 2 from 10 to 30 in it, and 3, which stays where the source leaves, from 40 to 50.
    fn spans() -> Spans {
        let span = |number, bytes, stays| Span { number, bytes, stays };
        let spans = vec![span(1, 0..100, false), span(2, 10..30, false), span(3, 40..50, true)];
        vec![("src/a.rs".into(), spans)]
    }

    fn error(code: &str, places: &[(u64, u64, bool)]) -> Value {
        let place = |(start, end, primary): &(u64, u64, bool)| json!({"file_name": "x/src/a.rs", "byte_start": start, "byte_end": end, "is_primary": primary});
        let spans: Vec<Value> = places.iter().map(place).collect();
        json!({"message": {"code": {"code": code}, "spans": spans, "rendered": "why"}})
    }

    #[test]
    fn the_innermost_mutant_around_an_error_is_to_blame() {
        let errors = [error("E0308", &[(60, 70, false), (12, 20, true)]), error("E0308", &[])];
        assert_eq!(blamed(&errors, &spans()).unwrap(), [2].into());
        assert_eq!(blamed(&[error("E0308", &[(5, 35, false)])], &spans()).unwrap(), [1].into());
    }

    #[test]
    fn what_stays_is_to_blame_for_a_use_after_a_move() {
        let moved = |to| error("E0382", &[(12, 20, false), (to, to + 5, true)]);
        assert_eq!(blamed(&[moved(60)], &spans()).unwrap(), [3].into());
        assert_eq!(blamed(&[moved(20)], &spans()).unwrap(), [2].into());
        let at_the_attribute = error("E0382", &[(1, 3, true), (12, 20, false), (32, 38, false)]);
        assert_eq!(blamed(&[at_the_attribute], &spans()).unwrap(), [3].into());
    }

    #[test]
    fn an_error_of_the_source_itself_is_told() {
        let failed = blamed(&[error("E0308", &[(200, 210, true)])], &spans());
        assert!(failed.unwrap_err().to_string().ends_with("why"));
    }
}
