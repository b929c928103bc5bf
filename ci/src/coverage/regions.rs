//! The regions of the model, and whether they were reached: from what rustc wrote into a worker, and what
//! its processes counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use llvm_profparser::coverage::coverage_mapping::read_object_file;
use llvm_profparser::coverage::{
    Counter, CounterType, CoverageMappingInfo, ExprKind, Expression, FunctionRecordV3, RegionKind,
};
use llvm_profparser::merge_profiles;

use super::MODEL;
use crate::builder;
use crate::error::Error;

/// Functions that an M is in when a program ends: parked, busy, or on the way there.
pub const WAITS: &[&str] = &[
    "start",
    "mstart",
    "newm",
    "schedule",
    "find_runnable",
    "stopm",
    "execute",
    "act",
    "busy_until",
    "goexit",
];

/// A source file of the model.
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// All of them.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn all() -> Result<Vec<Source>, Error> {
        let mut sources = Vec::new();
        read(&builder::root().join(MODEL), "", &mut sources)?;
        Ok(sources)
    }

    /// It is the file of that name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// A line of the function has that text.
    pub fn has(&self, function: &str, text: &str) -> bool {
        let of = |line: usize| checks::source::enclosing(&self.text, line as u32);
        let mut lines = (1..).zip(self.text.lines());
        lines.any(|(n, line)| line.contains(text) && of(n) == Some(function))
    }
}

/// The files in `folder`, which is called `prefix`, and in the folders in it.
fn read(folder: &Path, prefix: &str, sources: &mut Vec<Source>) -> Result<(), Error> {
    let io = |error| Error::Io { path: folder.into(), error };
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = format!("{prefix}{}", name.unwrap_or_default());
        if path.is_dir() {
            read(&path, &format!("{name}/"), sources)?;
        } else {
            let text = fs::read_to_string(&path).map_err(io)?;
            sources.push(Source { name, text });
        }
    }
    Ok(())
}

/// A place in the model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// The file, in the model's folder.
    pub file: String,
    /// First line and column, last line and column, from 1.
    pub from: (usize, usize),
    /// The end.
    pub to: (usize, usize),
}

/// What one worker's processes came to: for each function, its parts, each with the regions that belong to
/// it and whether it was reached.
pub struct Counted(Vec<Part>);

/// Regions that are entered together.
struct Part {
    regions: Vec<Region>,
    reached: bool,
}

impl Counted {
    /// Reads what `program` is made of, and what its processes wrote. With `waits`, each execution
    /// went from its start to its end, and differences are believed: in a function of [`WAITS`], if they exceed
    /// that number of Ms.
    ///
    /// # Errors
    /// If that cannot be read: rustc writes a format that the reader does not know, or nothing ran.
    pub fn read(program: &Path, profiles: &[PathBuf], waits: Option<u64>) -> Result<Self, Error> {
        let failed = |what: String| Error::Coverage(format!("{}: {what}", program.display()));
        let profile = merge_profiles(profiles).map_err(|error| failed(error.to_string()))?;
        let version =
            profile.version().ok_or_else(|| failed("no process wrote what it counted".into()))?;
        let info = read_object_file(program, version).map_err(|error| failed(error.to_string()))?;
        let mut parts = Vec::new();
        for function in &info.cov_fun {
            let record = profile.find_record_by_hash(function.header.name_hash);
            let counts = record.map_or(&[][..], |record| record.counts());
            parts_of(&info, function, counts, waits, &mut parts);
        }
        match parts.is_empty() {
            true => Err(failed(format!("nothing in it is of {MODEL}"))),
            false => Ok(Counted(parts)),
        }
    }
}

/// Adds the parts of one function, if it is the model's.
fn parts_of(
    info: &CoverageMappingInfo,
    function: &FunctionRecordV3,
    counts: &[u64],
    waits: Option<u64>,
    parts: &mut Vec<Part>,
) {
    let files = info.get_files_from_id(function.header.filenames_ref);
    let name = info.prof_names.get(&function.header.name_hash).map_or("", String::as_str);
    let waiting =
        match WAITS.iter().any(|waits| name.contains(&format!("5Sched{}{waits}", waits.len()))) {
            true => waits.map_or(0, i128::from),
            false => 0,
        };
    let values = Values { counts, expressions: &function.expressions };
    let mut own: BTreeMap<Counter, Vec<Region>> = BTreeMap::new();
    for region in function.regions.iter().filter(|region| region.kind == RegionKind::Code) {
        let Some(file) = files.get(region.file_id).and_then(|path| in_model(path)) else {
            continue;
        };
        let at = &region.loc;
        own.entry(region.count).or_default().push(Region {
            file,
            from: (at.line_start, at.column_start),
            to: (at.line_end, at.column_end),
        });
    }
    parts.extend(own.into_iter().map(|(counter, regions)| {
        let reached = match waits {
            None => values.counted(counter),
            Some(_) => values.counted(counter) || values.value(counter) > waiting,
        };
        Part { regions, reached }
    }));
}

/// The path in the model's folder.
fn in_model(path: &Path) -> Option<String> {
    let path = path.to_string_lossy().replace('\\', "/");
    path.split_once(&format!("{MODEL}/")).map(|(_, name)| name.to_string())
}

/// What the counters of a function came to.
struct Values<'a> {
    counts: &'a [u64],
    expressions: &'a [Expression],
}

impl Values<'_> {
    fn count(&self, counter: Counter) -> u64 {
        self.counts.get(counter.id as usize).copied().unwrap_or(0)
    }

    fn expression(&self, counter: Counter) -> Option<&Expression> {
        self.expressions.get(counter.id as usize)
    }

    /// Reached, by what was counted itself: differences prove nothing.
    fn counted(&self, counter: Counter) -> bool {
        match counter.kind {
            CounterType::Zero => false,
            CounterType::ProfileInstrumentation => self.count(counter) > 0,
            CounterType::Expression(ExprKind::Subtract) => false,
            CounterType::Expression(ExprKind::Add) => self
                .expression(counter)
                .is_some_and(|sum| self.counted(sum.lhs) || self.counted(sum.rhs)),
        }
    }

    /// How often it was entered, if all functions have returned.
    fn value(&self, counter: Counter) -> i128 {
        let of = |kind| {
            let Some(expression) = self.expression(counter) else { return 0 };
            let (lhs, rhs) = (self.value(expression.lhs), self.value(expression.rhs));
            match kind {
                ExprKind::Add => lhs + rhs,
                ExprKind::Subtract => lhs - rhs,
            }
        };
        match counter.kind {
            CounterType::Zero => 0,
            CounterType::ProfileInstrumentation => self.count(counter).into(),
            CounterType::Expression(kind) => of(kind),
        }
    }
}

/// A part of a function, as a reader finds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Where it begins to differ from what is around it.
    pub region: Region,
    /// The function's name, which is Go's where Go has it.
    pub function: String,
    /// The source text, as far as it is on the first line.
    pub text: String,
    /// Some run reached it.
    pub reached: bool,
}

/// All parts of the model, each once however often it was compiled, in the order of the sources.
pub fn places(counted: &[Counted], sources: &[Source]) -> Vec<Place> {
    let parts = || counted.iter().flat_map(|counted| &counted.0);
    let reached: BTreeSet<&Region> =
        parts().filter(|part| part.reached).flat_map(|part| &part.regions).collect();
    let mut places: BTreeMap<Region, Place> = BTreeMap::new();
    for part in parts() {
        let mut regions = part.regions.clone();
        regions.sort();
        let told =
            regions.iter().find(|region| text_of(sources, region).contains(char::is_alphanumeric));
        let Some(region) = told.or(regions.first()) else { continue };
        let reached = part.regions.iter().any(|region| reached.contains(region));
        let place = || Place {
            region: region.clone(),
            function: function_of(sources, region),
            text: text_of(sources, region),
            reached,
        };
        places.entry(region.clone()).or_insert_with(place).reached |= reached;
    }
    places.into_values().filter(|place| place.function != "fmt").collect()
}

/// The text of the region, as far as it is on its first line.
fn text_of(sources: &[Source], region: &Region) -> String {
    let source = sources.iter().find(|source| source.name == region.file);
    let line = source.and_then(|source| source.text.lines().nth(region.from.0 - 1)).unwrap_or("");
    let end = if region.to.0 == region.from.0 { region.to.1 - 1 } else { usize::MAX };
    let text: String = line.chars().take(end).skip(region.from.1 - 1).collect();
    text.trim().into()
}

fn function_of(sources: &[Source], region: &Region) -> String {
    let source = sources.iter().find(|source| source.name == region.file);
    let function = source.and_then(|source| {
        checks::source::enclosing(&source.text, u32::try_from(region.from.0).ok()?)
    });
    function.unwrap_or("").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(id: u64) -> Counter {
        Counter { kind: CounterType::ProfileInstrumentation, id }
    }

    fn derived(kind: ExprKind, id: u64) -> Counter {
        Counter { kind: CounterType::Expression(kind), id }
    }

    fn expression(kind: ExprKind, lhs: Counter, rhs: Counter) -> Expression {
        Expression { kind, lhs, rhs }
    }

    #[test]
    fn a_difference_is_believed_only_of_executions_from_start_to_end() {
        let expressions = [
            expression(ExprKind::Subtract, counted(0), counted(1)),
            expression(ExprKind::Add, counted(1), counted(2)),
            expression(ExprKind::Subtract, counted(1), counted(0)),
        ];
        let values = Values { counts: &[5, 3, 0], expressions: &expressions };
        let [less, more, negative] =
            [(ExprKind::Subtract, 0), (ExprKind::Add, 1), (ExprKind::Subtract, 2)]
                .map(|(kind, id)| derived(kind, id));
        let all = [counted(0), counted(2), less, more, negative];
        assert_eq!(all.map(|c| values.counted(c)), [true, false, false, true, false]);
        assert_eq!(all.map(|c| values.value(c)), [5, 0, 2, 3, -2]);
    }

    #[test]
    fn what_no_process_wrote_was_not_reached() {
        let values = Values { counts: &[], expressions: &[] };
        assert!(!values.counted(counted(0)));
        assert_eq!(values.value(derived(ExprKind::Add, 7)), 0);
    }

    fn region(from: (usize, usize), to: (usize, usize)) -> Region {
        Region { file: "a.rs".into(), from, to }
    }

    #[test]
    fn a_part_is_told_by_its_first_text_and_reached_if_any_compilation_of_it_was() {
        let sources = [Source {
            name: "a.rs".into(),
            text: "fn first() {\n    if x {\n        y();\n    }\n}\n".into(),
        }];
        let part = |reached| {
            let regions = vec![region((2, 10), (2, 11)), region((3, 9), (3, 12))];
            Counted(vec![Part { regions, reached }])
        };
        let places = |parts: &[bool]| {
            places(&parts.iter().map(|&reached| part(reached)).collect::<Vec<_>>(), &sources)
        };
        let [place] = &places(&[false])[..] else { panic!("one part is one place") };
        assert_eq!((&*place.function, &*place.text, place.reached), ("first", "y()", false));
        assert!(places(&[false, true])[0].reached);
        assert!(places(&[true, false])[0].reached);
    }

    #[test]
    fn a_path_is_told_from_the_models_folder_on() {
        let name = |path: &str| in_model(Path::new(path));
        assert_eq!(name("/x/runtime-model/src/timers/heap.rs"), Some("timers/heap.rs".into()));
        assert_eq!(name("/x/checks/src/lib.rs"), None);
    }
}
