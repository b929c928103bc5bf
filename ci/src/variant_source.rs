//! Where a variant of a bug is written, and which entries of the step table it replaces, read from its source.
//!
//! A variant is a constant such as `Steps { wakep: …, ..GO_FIXED }`, perhaps by way of other constants, of a function with the
//! table as an argument, or of a macro of its file.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use regressions::bug::{Bug, Mutant};
use regressions::CONTENT;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprStruct, File, Item, Pat, Stmt};

/// Where a variant is written, and what it replaces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The file, by its path within the workspace.
    pub file: &'static str,
    /// The line on which the variant begins, from 1.
    pub line: usize,
    /// The entries, such as `wakep` or `poll.start_idle`.
    pub replaced: Vec<String>,
    /// The functions with names that it has in their place, such as `wakep_1_20`.
    pub(crate) functions: Vec<String>,
    /// The variant whose other entries it has, such as `GO_1_19_FIXED`.
    pub base: String,
}

/// The source of the variant; `None` if it is written in a way that is not known here.
pub(crate) fn of(bug: &Bug, mutant: &Mutant) -> Option<Source> {
    let number = format!("number: {:?}", bug.number);
    let (file, text) = file_with(&number)?;
    let parsed = syn::parse_file(text).ok()?;
    let mut finder = Finder { name: mutant.name, found: None };
    finder.visit_file(&parsed);
    let written = finder.found?;
    let line = written.span().start().line;
    let reader = Reader { file: parsed };
    let steps = reader.steps(&written)?;
    let Table { entries, functions, base } = reader.table(steps, &Known::new(), 0)?;
    Some(Source { file, line, replaced: entries, functions, base: base? })
}

/// The file of a bug that has this text, and all of it.
fn file_with(text: &str) -> Option<(&'static str, &'static str)> {
    let mut files = CONTENT.sources.iter().filter(|(file, _)| file.starts_with("regressions/src/"));
    files.find(|(_, all)| all.contains(text)).copied()
}

/// Finds `Mutant { name: "…", … }`, or a call of a function with that name as an argument.
struct Finder<'n> {
    name: &'n str,
    found: Option<Expr>,
}

impl Finder<'_> {
    fn is_name(&self, expr: &Expr) -> bool {
        let Expr::Lit(lit) = expr else { return false };
        matches!(&lit.lit, syn::Lit::Str(text) if text.value() == self.name)
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr(&mut self, node: &'ast Expr) {
        let is_it = match node {
            Expr::Struct(table) if table.path.is_ident("Mutant") => {
                field(table, "name").is_some_and(|name| self.is_name(name))
            }
            Expr::Call(call) => {
                // Not `Some("…")`, which names another variant.
                let makes_one = |name: &syn::Ident| *name != "Some";
                let of = matches!(&*call.func, Expr::Path(path) if path.path.get_ident().is_some_and(makes_one));
                of && call.args.first().is_some_and(|first| self.is_name(first))
            }
            _ => false,
        };
        if is_it && self.found.is_none() {
            self.found = Some(node.clone());
        }
        visit::visit_expr(self, node);
    }
}

fn field<'e>(of: &'e ExprStruct, name: &str) -> Option<&'e Expr> {
    let named = |field: &&syn::FieldValue| matches!(&field.member, syn::Member::Named(ident) if ident == name);
    of.fields.iter().find(named).map(|field| &field.expr)
}

/// What names stand for within a function: its arguments and variables.
type Known = HashMap<String, Expr>;

/// A table as it is written: the entries that are given, and where the others come from.
struct Table {
    entries: Vec<String>,
    functions: Vec<String>,
    base: Option<String>,
}

/// Functions are looked up in one file, and constants in that first.
struct Reader {
    file: File,
}

/// The most names that are followed, one to the next, to the table: a reader could not follow more either.
const MOST: usize = 16;

impl Reader {
    /// What the variant that is written so has as its `steps`.
    fn steps<'e>(&self, written: &'e Expr) -> Option<&'e Expr> {
        match written {
            Expr::Struct(table) => field(table, "steps"),
            Expr::Call(call) => {
                let function = self.function(&call.func)?;
                let is_it = |input: &syn::FnArg| name_of(input).is_some_and(|name| name == "steps");
                call.args.get(function.sig.inputs.iter().position(is_it)?)
            }
            _ => None,
        }
    }

    /// The table that the expression is; `None` if it is not one that is written out.
    fn table(&self, expr: &Expr, known: &Known, depth: usize) -> Option<Table> {
        if depth > MOST {
            return None;
        }
        match expr {
            Expr::Struct(table) => Some(self.written_out(table, known, depth)),
            Expr::Path(path) => {
                let name = path.path.segments.last()?.ident.to_string();
                if let Some(value) = known.get(&name) {
                    return self.table(value, &Known::new(), depth + 1);
                }
                if let Some(value) = self.constant(&name) {
                    return self.table(value, &Known::new(), depth + 1);
                }
                // It comes from elsewhere: it is that of another bug, or a release's.
                if let Some((_, text)) = file_with(&format!("const {name}: Steps =")) {
                    let other = Reader { file: syn::parse_file(text).ok()? };
                    return other.table(other.constant(&name)?, &Known::new(), depth + 1);
                }
                Some(Table { entries: Vec::new(), functions: Vec::new(), base: Some(name) })
            }
            Expr::Call(call) => self.called(call, known, depth),
            Expr::Macro(call) => self.table(&self.expanded(&call.mac)?, known, depth + 1),
            _ => None,
        }
    }

    fn written_out(&self, table: &ExprStruct, known: &Known, depth: usize) -> Table {
        let (mut entries, mut functions) = (Vec::new(), Vec::new());
        for field in &table.fields {
            let syn::Member::Named(name) = &field.member else { continue };
            // A table within the table. One that is copied whole has no entries of its own here.
            let inner = self.table(&field.expr, known, depth + 1);
            match inner.filter(|inner| !inner.entries.is_empty()) {
                Some(inner) => {
                    functions.extend(inner.functions);
                    entries.extend(inner.entries.iter().map(|entry| format!("{name}.{entry}")));
                }
                None => {
                    entries.push(name.to_string());
                    functions.extend(function_name(&field.expr));
                }
            }
        }
        let rest = table.rest.as_ref().and_then(|rest| self.table(rest, known, depth + 1));
        let base = rest.and_then(|rest| {
            let new = rest.entries.into_iter().filter(|entry| !entries.contains(entry));
            entries.extend(new.collect::<Vec<_>>());
            functions.extend(rest.functions);
            rest.base
        });
        Table { entries, functions, base }
    }

    /// The value of a function of the file, given its arguments.
    fn called(&self, call: &syn::ExprCall, known: &Known, depth: usize) -> Option<Table> {
        let function = self.function(&call.func)?;
        let mut inside = Known::new();
        for (input, argument) in function.sig.inputs.iter().zip(&call.args) {
            let value = match argument {
                Expr::Path(path) => {
                    let name = path.path.get_ident().map(ToString::to_string);
                    name.and_then(|name| known.get(&name)).unwrap_or(argument)
                }
                other => other,
            };
            inside.insert(name_of(input)?, value.clone());
        }
        for statement in &function.block.stmts {
            match statement {
                Stmt::Local(local) => {
                    let named = ident(&local.pat).zip(local.init.as_ref());
                    inside.extend(named.map(|(name, init)| (name, (*init.expr).clone())));
                }
                Stmt::Expr(value, None) => return self.table(value, &inside, depth + 1),
                _ => {}
            }
        }
        None
    }

    fn function(&self, called: &Expr) -> Option<&syn::ItemFn> {
        let Expr::Path(path) = called else { return None };
        self.file.items.iter().find_map(|item| match item {
            Item::Fn(function) if path.path.is_ident(&function.sig.ident) => Some(function),
            _ => None,
        })
    }

    fn constant(&self, name: &str) -> Option<&Expr> {
        self.file.items.iter().find_map(|item| match item {
            Item::Const(constant) if constant.ident == name => Some(&*constant.expr),
            _ => None,
        })
    }

    /// The table that a macro of the file writes: what stands in the braces of its one rule, its parameters left as names.
    fn expanded(&self, call: &syn::Macro) -> Option<Expr> {
        let rules = self.file.items.iter().find_map(|item| match item {
            Item::Macro(written) if written.ident.as_ref() == call.path.get_ident() => {
                Some(written.mac.tokens.clone())
            }
            _ => None,
        })?;
        let body = rules.into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        syn::parse2(without_dollars(body.last()?)).ok()
    }
}

/// The name of a function that is given as it is: `wakep_1_20`, or `Sched::wakep`. Constants are in capitals.
fn function_name(value: &Expr) -> Option<String> {
    let Expr::Path(path) = value else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    name.starts_with(|c: char| c.is_lowercase()).then_some(name)
}

/// The name of a function's argument.
fn name_of(input: &syn::FnArg) -> Option<String> {
    match input {
        syn::FnArg::Typed(typed) => ident(&typed.pat),
        syn::FnArg::Receiver(_) => None,
    }
}

fn ident(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(ident) => Some(ident.ident.to_string()),
        _ => None,
    }
}

fn without_dollars(tokens: TokenStream) -> TokenStream {
    let kept = tokens
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == '$'));
    let inside = kept.map(|token| match token {
        TokenTree::Group(group) => {
            proc_macro2::Group::new(group.delimiter(), without_dollars(group.stream())).into()
        }
        other => other,
    });
    inside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use regressions::BUGS;

    fn source(bug: &str, variant: &str) -> Source {
        let bug = BUGS.iter().find(|known| known.number == bug).expect("a bug");
        let mutant = bug.mutants.iter().find(|known| known.name == variant).expect("a variant");
        of(bug, mutant).expect("a source")
    }

    /// The same on each engine, so that one is enough.
    #[sync::test(restoring)]
    fn each_variant_names_entries_of_the_step_table() {
        let of_tables = |file: &str| file.starts_with("runtime-model/src/steps");
        let tables = CONTENT.sources.iter().filter(|(file, _)| of_tables(file));
        let tables: String = tables.map(|(_, text)| *text).collect();
        for bug in BUGS {
            for mutant in bug.mutants {
                let row = mutant.row(bug);
                let found = of(bug, mutant).unwrap_or_else(|| panic!("{row}: no source"));
                assert!(!found.replaced.is_empty(), "{row}: {found:?}");
                for entry in &found.replaced {
                    let field = entry.rsplit('.').next().unwrap_or(entry);
                    let is_entry = tables.contains(&format!(" pub {field}:"));
                    assert!(is_entry, "{row}: {entry} is no entry of the step table");
                }
                let known = regressions::rows::find(&found.base).is_some();
                assert!(known || found.base == "GO_1_27", "{row}: of {}", found.base);
            }
        }
    }

    #[test]
    fn entries_are_found_through_constants_functions_macros_and_inner_tables() {
        for (bug, variant, entries, base) in [
            ("53294", "unlinked-by-hand", "spin_for_timer take_p_for_timer", "GO_1_19_FIXED"),
            ("53294", "parent-of-13f6be28", "take_p_for_timer spin_for_timer", "GO_13F6BE28"),
            ("45867", "as-in-1.20", "wakep", "GO_1_19_FIXED"),
            ("40457", "without-the-lock", "poll.put_overflow", "GO_1_19_FIXED"),
        ] {
            let found = source(bug, variant);
            assert_eq!((found.replaced.join(" ").as_str(), &*found.base), (entries, base));
        }
        let Source { file, line, .. } = source("53294", "unlinked-by-hand");
        assert_eq!(file, "regressions/src/issue_53294.rs");
        let text = CONTENT.sources.iter().find(|known| known.0 == file).map(|known| known.1);
        let lines: Vec<&str> = text.expect("a file").lines().collect();
        assert!(lines[line - 1].contains("Mutant {") && lines[line].contains("unlinked-by-hand"));
    }
}
