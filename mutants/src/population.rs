//! All mutants of the model: what there is to be drawn from.

use std::path::Path;

use pidle::error::Error;

use crate::files;
use crate::find::find;
use crate::left_out::Aside;
use crate::site::Site;
use crate::values::{self, Defaults};

/// Where the model's source is, in the workspace.
pub const MODEL: &str = "runtime-model/src";

/// The model, with its mutants.
pub struct Population {
    /// Its files.
    pub files: Vec<Source>,
    /// All mutants, by file and by place in it. The number of a mutant is its place here, from 1.
    pub sites: Vec<Site>,
}

/// A file of the model.
pub struct Source {
    /// Its path in the workspace.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl Population {
    /// Reads the model of the workspace in `root`.
    ///
    /// # Errors
    /// If a file cannot be read, or is not Rust.
    pub fn read(root: &Path) -> Result<Population, Error> {
        let mut files = Vec::new();
        for (name, bytes) in files::read(&root.join(MODEL))? {
            if name.ends_with(".rs") {
                let path = format!("{MODEL}/{name}");
                let text = String::from_utf8(bytes)
                    .map_err(|_| Error::Usage(format!("{path}: not UTF-8")))?;
                files.push(Source { path, text });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Population::of(files)
    }

    /// The mutants of these files.
    ///
    /// # Errors
    /// If one of them is not Rust.
    pub fn of(files: Vec<Source>) -> Result<Population, Error> {
        let parse =
            |file: &Source| syn::parse_file(&file.text).map_err(|error| not_rust(file, &error));
        let parsed = files.iter().map(parse).collect::<Result<Vec<_>, Error>>()?;
        let defaults: Defaults = parsed.iter().flat_map(values::defaults).collect();
        let aside = Aside::of(parsed.iter());
        let mut sites = Vec::new();
        for file in &files {
            let found = find(&file.path, &file.text, &defaults, &aside);
            sites.extend(found.map_err(|error| not_rust(file, &error))?);
        }
        Ok(Population { files, sites })
    }

    /// The mutants of a file, with their numbers.
    pub fn of_file(&self, path: &str) -> Vec<(u32, &Site)> {
        let numbered = (1..).zip(&self.sites);
        numbered.filter(|(_, site)| site.place.file == path).collect()
    }
}

fn not_rust(file: &Source, error: &syn::Error) -> Error {
    let line = error.span().start().line;
    Error::Usage(format!("{}:{line}: not Rust: {error}", file.path))
}
