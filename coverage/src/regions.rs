//! The regions of the model, and whether they were reached: from what rustc wrote into a worker, and what
//! its processes counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use llvm_profparser::coverage::coverage_mapping::read_object_file;
use llvm_profparser::coverage::{
    Counter, CounterType, CoverageMappingInfo, ExprKind, Expression, FunctionRecordV3, RegionKind,
};
use llvm_profparser::instrumentation_profile::types::InstrumentationProfile;
use llvm_profparser::merge_profiles;
use pidle::engines::builder;
use pidle::error::Error;

use crate::marked::{At, Marked, MODULE};

/// The folder of the functions that are to be reached.
pub const MODEL: &str = "runtime-model/src";

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

    /// A file of that name, in the model's folder.
    pub fn new(name: &str, text: &str) -> Self {
        Source { name: name.into(), text: text.into() }
    }

    /// It is the file of that name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// A line of the function has that text.
    pub fn has(&self, function: &str, text: &str) -> bool {
        let of = |line: usize| harness::source::enclosing(&self.text, line as u32);
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
    /// First line and column, from 1.
    pub from: At,
    /// The end: line and column.
    pub to: At,
}

/// What a worker's processes came to: for each function, its parts, each with the regions that belong to
/// it and whether it was reached.
pub struct Counted(Vec<Part>);

/// Regions that are entered together.
#[derive(Debug)]
struct Part {
    regions: Vec<Region>,
    reached: bool,
}

impl Counted {
    /// Reads what `program` is made of, and what its processes wrote.
    ///
    /// # Errors
    /// If that cannot be read: rustc writes a format that the reader does not know, or nothing ran.
    pub fn read(program: &Path, profiles: &[PathBuf], marked: &[Marked]) -> Result<Self, Error> {
        let failed = |what: String| Error::Coverage(format!("{}: {what}", program.display()));
        let profile = merge_profiles(profiles).map_err(|error| failed(error.to_string()))?;
        let version =
            profile.version().ok_or_else(|| failed("no process wrote what it counted".into()))?;
        let info = read_object_file(program, version).map_err(|error| failed(error.to_string()))?;
        let hit = hit(&info, &profile);
        let parts: Vec<Part> = info
            .cov_fun
            .iter()
            .flat_map(|function| {
                parts_of(&info, function, counts(&profile, function), marked, &hit)
            })
            .collect();
        if parts.is_empty() {
            Err(failed(format!("nothing in it is of {MODEL}")))
        } else {
            Ok(Counted(parts))
        }
    }
}

/// What a function's counters came to; nothing, if no process ran it.
fn counts<'p>(profile: &'p InstrumentationProfile, function: &FunctionRecordV3) -> &'p [u64] {
    let record = profile.find_record_by_hash(function.header.name_hash);
    record.map_or(&[][..], |record| record.counts())
}

/// The numbers of the marks that were called: of each, the line in its module is the number.
fn hit(info: &CoverageMappingInfo, profile: &InstrumentationProfile) -> BTreeSet<usize> {
    let mut hit = BTreeSet::new();
    for function in &info.cov_fun {
        let values =
            Values { counts: counts(profile, function), expressions: &function.expressions };
        let files = info.get_files_from_id(function.header.filenames_ref);
        for region in &function.regions {
            let file = files.get(region.file_id).and_then(|path| in_model(path));
            if file.as_deref() == Some(MODULE) && values.counted(region.count) {
                hit.insert(region.loc.line_start);
            }
        }
    }
    hit
}

/// The parts of one function, if it is the model's. One was reached if its counter was, or a mark in it.
fn parts_of(
    info: &CoverageMappingInfo,
    function: &FunctionRecordV3,
    counts: &[u64],
    marked: &[Marked],
    hit: &BTreeSet<usize>,
) -> Vec<Part> {
    let files = info.get_files_from_id(function.header.filenames_ref);
    let values = Values { counts, expressions: &function.expressions };
    let mut own: BTreeMap<Counter, Vec<Region>> = BTreeMap::new();
    for region in function.regions.iter().filter(|region| region.kind == RegionKind::Code) {
        let file = files.get(region.file_id).and_then(|path| in_model(path));
        let Some(file) = file.filter(|file| file != MODULE) else { continue };
        let at = &region.loc;
        own.entry(region.count).or_default().push(Region {
            file,
            from: (at.line_start, at.column_start),
            to: (at.line_end, at.column_end),
        });
    }
    let all: Vec<Region> = own.values().flatten().cloned().collect();
    let marks = marks_in(&all, marked, hit);
    let parts = own.into_iter().map(|(counter, regions)| Part {
        reached: values.counted(counter) || regions.iter().any(|region| marks.contains(region)),
        regions: regions.into_iter().map(|region| region.of_source(marked)).collect(),
    });
    parts.collect()
}

/// Those of the regions in which a mark was hit: of each mark, the smallest around it.
fn marks_in(regions: &[Region], marked: &[Marked], hit: &BTreeSet<usize>) -> BTreeSet<Region> {
    let mut found = BTreeSet::new();
    let files: BTreeSet<&str> = regions.iter().map(|region| &*region.file).collect();
    for file in marked.iter().filter(|marked| files.contains(&*marked.file)) {
        for (_, at) in file.marks.iter().filter(|(number, _)| hit.contains(number)) {
            let around =
                regions.iter().filter(|r| r.file == file.file && r.from <= *at && *at < r.to);
            found.extend(
                around.min_by_key(|r| (r.to.0 - r.from.0, r.to.1.abs_diff(r.from.1))).cloned(),
            );
        }
    }
    found
}

impl Region {
    /// The same in the source. An `else` that only the marked text has is the brace before it.
    fn of_source(self, marked: &[Marked]) -> Region {
        let Some(file) = marked.iter().find(|marked| marked.file == self.file) else { return self };
        let (from, to) = (file.source(self.from), file.source(self.to));
        let from = if from == to { (from.0, from.1.saturating_sub(1).max(1)) } else { from };
        Region { from, to, ..self }
    }
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

    /// Reached, by what was counted itself. A difference proves nothing: the search leaves functions in the middle.
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
pub fn places(counted: &Counted, sources: &[Source]) -> Vec<Place> {
    let parts = || counted.0.iter();
    let reached: BTreeSet<&Region> =
        parts().filter(|part| part.reached).flat_map(|part| &part.regions).collect();
    let mut places: BTreeMap<Region, Place> = BTreeMap::new();
    for part in parts() {
        let mut regions = part.regions.clone();
        regions.sort();
        let named =
            regions.iter().find(|region| text_of(sources, region).contains(char::is_alphanumeric));
        let Some(region) = named.or(regions.first()) else { continue };
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
    let text = line.get(region.from.1 - 1..end.min(line.len())).unwrap_or("");
    text.trim().into()
}

fn function_of(sources: &[Source], region: &Region) -> String {
    let source = sources.iter().find(|source| source.name == region.file);
    let function = source.and_then(|source| {
        harness::source::enclosing(&source.text, u32::try_from(region.from.0).ok()?)
    });
    function.unwrap_or("").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marked::mark;

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
    fn a_sum_is_believed_and_a_difference_is_not() {
        let expressions = [
            expression(ExprKind::Subtract, counted(0), counted(1)),
            expression(ExprKind::Add, counted(1), counted(2)),
            expression(ExprKind::Add, counted(2), derived(ExprKind::Subtract, 0)),
        ];
        let values = Values { counts: &[5, 3, 0], expressions: &expressions };
        let [difference, sum, of_difference] =
            [(ExprKind::Subtract, 0), (ExprKind::Add, 1), (ExprKind::Add, 2)]
                .map(|(kind, id)| derived(kind, id));
        let all = [counted(0), counted(2), difference, sum, of_difference];
        assert_eq!(all.map(|c| values.counted(c)), [true, false, false, true, false]);
    }

    #[test]
    fn what_no_process_wrote_was_not_reached() {
        let values = Values { counts: &[], expressions: &[] };
        assert!(!values.counted(counted(0)));
        assert!(!values.counted(derived(ExprKind::Add, 7)));
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
        let part = |&reached: &bool| {
            let regions = vec![region((2, 10), (2, 11)), region((3, 9), (3, 12))];
            Part { regions, reached }
        };
        let places = |parts: &[bool]| places(&Counted(parts.iter().map(part).collect()), &sources);
        let [place] = &places(&[false])[..] else { panic!("one part is one place") };
        assert_eq!((&*place.function, &*place.text, place.reached), ("first", "y()", false));
        assert!(places(&[false, true])[0].reached);
        assert!(places(&[true, false])[0].reached);
    }

    #[test]
    fn a_mark_belongs_to_the_smallest_region_around_it() {
        let marked = mark("a.rs", "fn f() { if a { b } c }", 1).unwrap();
        let of = |number: usize| marked.marks.iter().find(|mark| mark.0 == number).unwrap().1;
        let (whole, then) = (region((1, 8), (1, 999)), region((1, of(3).1 - 2), (1, of(3).1 + 30)));
        let regions = [whole.clone(), then.clone()];
        let found = |hit: &[usize]| {
            let hit = hit.iter().copied().collect();
            Vec::from_iter(marks_in(&regions, std::slice::from_ref(&marked), &hit))
        };
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[1]), [whole]);
        assert_eq!(found(&[3]), [then]);
    }

    #[test]
    fn an_else_that_was_added_is_the_brace_before_it() {
        let marked = mark("a.rs", "fn f() { if a { b } c }", 1).unwrap();
        let (_, at) = marked.marks[2];
        let of_else = region((1, at.1 - 2), (1, at.1 + 3)).of_source(&[marked]);
        assert_eq!((of_else.from, of_else.to), ((1, 19), (1, 20)));
    }

    #[test]
    fn a_path_is_told_from_the_models_folder_on() {
        let name = |path: &str| in_model(Path::new(path));
        assert_eq!(name("/x/runtime-model/src/timers/heap.rs"), Some("timers/heap.rs".into()));
        assert_eq!(name("/x/checks/src/lib.rs"), None);
    }
}
