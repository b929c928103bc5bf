//! Finds what a file of a crate imports from other files of it.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, UseTree, Visibility};

/// A path from the crate's root: its segments.
type Path = Vec<String>;

/// The imports and re-exports of one file.
#[derive(Default)]
pub(super) struct Imports {
    /// Each path that it names, from the crate's root, with the line.
    pub(super) paths: Vec<(Path, usize)>,
    /// The items that it re-exports, by their names here.
    exports: BTreeMap<String, Path>,
}

/// The imports of a file with this path within `src`; none if it is not valid Rust.
pub(super) fn of(file: &str, text: &str) -> Imports {
    let Ok(parsed) = syn::parse_file(text) else { return Imports::default() };
    let module: Path = file.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let mut finder =
        Finder { depth: module.len(), module, names: BTreeMap::new(), found: Imports::default() };
    finder.visit_file(&parsed);
    finder.found
}

/// The file that declares the item at the path; `None` if re-exports lead nowhere.
pub(super) fn target(files: &BTreeMap<String, Imports>, path: &Path) -> Option<String> {
    let mut path = path.clone();
    // A limit, since re-exports of globs could go round for ever.
    for _ in 0..8 {
        let length = (0..=path.len()).rev().find(|&n| files.contains_key(&path[..n].join("/")))?;
        let file = path[..length].join("/");
        let export = path.get(length).and_then(|name| files[&file].exports.get(name));
        match export {
            Some(export) => path = [export.clone(), path[length + 1..].to_vec()].concat(),
            None => return Some(file),
        }
    }
    None
}

struct Finder {
    /// The module being visited, and the number of its segments that belong to the file.
    module: Path,
    depth: usize,
    /// The names that `use` has brought into scope.
    names: BTreeMap<String, Path>,
    found: Imports,
}

impl Finder {
    /// The path from the crate's root; `None` if it is of another crate, or of this file alone.
    fn rooted(&self, path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let below = |module: &[String]| Some([module, rest].concat());
        match first.as_str() {
            "crate" => below(&[]),
            "self" => below(&self.module),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let above = self.module.len().checked_sub(ups)?;
                Some([&self.module[..above], &path[ups..]].concat())
            }
            _ => self.names.get(first).and_then(|module| below(module)),
        }
    }

    fn uses(&mut self, tree: &UseTree, before: &[String], is_export: bool, line: usize) {
        match tree {
            UseTree::Path(path) => {
                let before = [before, &[path.ident.to_string()]].concat();
                self.uses(&path.tree, &before, is_export, line);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.uses(tree, before, is_export, line));
            }
            UseTree::Name(name) if name.ident == "self" => {
                let name = before.last().cloned().unwrap_or_default();
                self.import(before.to_vec(), name, is_export, line);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.import([before, std::slice::from_ref(&name)].concat(), name, is_export, line);
            }
            UseTree::Rename(rename) => {
                let path = [before, &[rename.ident.to_string()]].concat();
                self.import(path, rename.rename.to_string(), is_export, line);
            }
            UseTree::Glob(_) => self.import(before.to_vec(), String::new(), false, line),
        }
    }

    fn import(&mut self, path: Path, name: String, is_export: bool, line: usize) {
        let Some(path) = self.rooted(&path) else { return };
        // Re-exporting an item of a child module does not make a file depend on the child.
        let is_own = path.starts_with(&self.module) && path.len() > self.module.len();
        if !(is_export && is_own) {
            self.found.paths.push((path.clone(), line));
        }
        if is_export && self.module.len() == self.depth {
            self.found.exports.insert(name.clone(), path.clone());
        }
        self.names.insert(name, path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_cfg_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(is_cfg_test)
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_file(&mut self, file: &'ast syn::File) {
        // Child modules can be named before they are declared.
        for item in &file.items {
            if let syn::Item::Mod(child) = item {
                let name = child.ident.to_string();
                self.names.insert(name.clone(), [&self.module[..], &[name]].concat());
            }
        }
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_export = !matches!(item.vis, Visibility::Inherited);
        self.uses(&item.tree, &[], is_export, item.use_token.span.start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            if let Some(rooted) = self.rooted(&names) {
                let line = path.segments[0].ident.span().start().line;
                self.found.paths.push((rooted, line));
            }
        }
        visit::visit_path(self, path);
    }
}
