//! `pidle tidy`: the house rules that a program can see, checked over the workspace's files.
//!
//! A rule looks at one file and tells lines. Rules about code see it with comments and literals blanked
//! (`source`), and line by line: what a macro makes, or a path put together from nested braces
//! (`std::{sync::Arc}`), they do not see. They catch slips, not intent.

mod circles;
mod engines;
mod files;
mod imports;
mod length;
mod manifests;
mod order;
mod provenance;
mod source;
mod test_files;
mod text;

use std::fmt;
use std::path::Path;

use harness::verdict::Verdict;

pub use files::paths;

use crate::error::Error;
use crate::text::output::{self, counted};
use source::Source;

/// A rule: its name, and the lines of a file that break it, each with what is wrong there.
struct Rule {
    name: &'static str,
    broken: fn(&Source) -> Vec<(usize, String)>,
}

const RULES: &[Rule] = &[
    Rule { name: "import-order", broken: order::broken },
    Rule { name: "engine-names", broken: engines::names },
    Rule { name: "model-cfg", broken: engines::model_cfg },
    Rule { name: "header", broken: text::header },
    Rule { name: "unfinished", broken: text::unfinished },
    Rule { name: "absolute-path", broken: text::absolute_path },
    Rule { name: "long-file", broken: length::file },
    Rule { name: "provenance", broken: provenance::broken },
];

/// A rule that looks at all files together: its name, and where it is broken.
type Together = (&'static str, fn(&[Source]) -> Vec<(String, usize, String)>);

const TOGETHER: &[Together] = &[
    ("import-circle", circles::broken),
    ("unlisted-tests", test_files::unlisted),
    ("unused-dependency", manifests::broken),
];

/// A rule that is broken, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    path: String,
    line: usize,
    rule: &'static str,
    what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// The command.
///
/// # Errors
/// If a file cannot be read.
pub fn tidy() -> Result<Verdict, Error> {
    let (files, broken) = check(&crate::engines::builder::root())?;
    for broken in &broken {
        output::print(&format!("{broken}\n"))?;
    }
    let files = counted(files as u64, "file");
    let rules = RULES.len() + TOGETHER.len();
    if broken.is_empty() {
        output::print(&format!("{files}, {rules} rules: tidy\n"))?;
        return Ok(Verdict::Held);
    }
    let places = counted(broken.len() as u64, "place");
    output::print(&format!("{files}, {rules} rules: broken in {places}\n"))?;
    Ok(Verdict::Violated)
}

/// How many files there are below `root`, and what is broken in them, in their order.
///
/// # Errors
/// If a file cannot be read.
pub fn check(root: &Path) -> Result<(usize, Vec<Broken>), Error> {
    let sources = files::read(root)?;
    let mut broken: Vec<Broken> = sources.iter().flat_map(check_source).collect();
    for (rule, broken_in) in TOGETHER {
        let found = broken_in(&sources).into_iter();
        broken.extend(found.map(|(path, line, what)| Broken { path, line, rule, what }));
    }
    broken.sort();
    Ok((sources.len(), broken))
}

fn check_source(source: &Source) -> impl Iterator<Item = Broken> + '_ {
    RULES.iter().flat_map(move |rule| {
        let broken = (rule.broken)(source).into_iter();
        broken.map(|(line, what)| Broken { path: source.path.clone(), line, rule: rule.name, what })
    })
}

/// For the rules' tests: lines and rules that a file breaks.
#[cfg(test)]
fn planted(path: &str, text: &str) -> Vec<(usize, &'static str)> {
    check_source(&Source::new(path, text)).map(|broken| (broken.line, broken.rule)).collect()
}
