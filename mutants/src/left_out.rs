//! What is no part of the population: text that no check can be asked to guard.
//!
//! - Assertions and panics: Go has them, and they never fire in the right model. So are the conditions that
//!   they alone ask, functions named `assert_…`, and all macros.
//! - What the model says of itself for witnesses and readers: `emit`, `Debug`, `Display`.
//! - What is there for checks or for a search alone: `peek`, functions and fields whose docs say so, `Hash`,
//!   checkpoints.
//! - Tests, and constants, which are computed before a mutant is on.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, ItemImpl, Local, Member, Meta, Pat, Stmt};

/// Traits whose implementations are for readers, witnesses and the search.
const TRAITS: &[&str] = &["Debug", "Display", "Hash", "Witness"];

/// The functions for witnesses.
const EMIT: [&str; 2] = ["emit", "emit_by"];

/// Calls that are for the search.
const CALLS: &[&str] = &["sync::checkpoint", "sync::round_without_progress", "sync::made_progress"];

/// What the doc of a function or field says that is there for checks alone.
const FOR_CHECKS: &str = "for checks";

/// The names of a model's functions and fields that are there for checks alone, or are assertions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    functions: BTreeSet<String>,
    fields: BTreeSet<String>,
}

impl Aside {
    /// Those of these files.
    pub fn of<'f>(files: impl Iterator<Item = &'f syn::File> + Clone) -> Self {
        let mut aside = Aside::default();
        aside.functions.extend(EMIT.map(String::from));
        // What only calls such functions is one, too: as long as there are more of them, all are looked at again.
        loop {
            let before = aside.functions.len();
            files.clone().for_each(|file| aside.visit_file(file));
            if aside.functions.len() == before {
                return aside;
            }
        }
    }

    fn add_function(&mut self, name: &Ident, attributes: &[Attribute], block: &Block) {
        let name = name.to_string();
        let peeks = name == "peek" || name.starts_with("peek_");
        let tells = || !block.stmts.is_empty() && block.stmts.iter().all(|s| self.statement(s));
        if peeks || name.starts_with("assert_") || is_for_checks(attributes) || tells() {
            self.functions.insert(name);
        }
    }

    /// The function is one of them, or a test.
    pub fn function(&self, name: &str, attributes: &[Attribute]) -> bool {
        self.functions.contains(name) || is_test(attributes)
    }

    /// The statement tells a witness or a check, or marks a place for the search: it, or all that is in it.
    pub fn statement(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Macro(_) => true,
            Stmt::Expr(Expr::If(branch), _) => {
                let nothing_else = branch.else_branch.is_none();
                nothing_else && branch.then_branch.stmts.iter().all(|inner| self.statement(inner))
            }
            Stmt::Expr(expr, _) => self.expression(expr),
            Stmt::Local(_) | Stmt::Item(_) => false,
        }
    }

    /// The same for an expression.
    pub fn expression(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => {
                let of_field = match &*call.receiver {
                    Expr::Field(field) => match &field.member {
                        Member::Named(name) => self.fields.contains(&name.to_string()),
                        Member::Unnamed(_) => false,
                    },
                    _ => false,
                };
                of_field || self.functions.contains(&call.method.to_string())
            }
            Expr::Call(call) => {
                let called = call.func.to_token_stream().to_string().replace(' ', "");
                CALLS.contains(&&*called)
            }
            Expr::Macro(_) => true,
            _ => false,
        }
    }

    /// The statement names a value for the next one alone, which is left out: `let idle = …; assert!(idle, …);`.
    /// A call is not left out with it, as it may do more.
    pub fn prepares(&self, statement: &Stmt, later: &[Stmt]) -> bool {
        let Stmt::Local(Local { pat: Pat::Ident(name), init: Some(init), .. }) = statement else {
            return false;
        };
        let says = |statement: &Stmt| names(statement.to_token_stream(), &name.ident);
        let value = matches!(&*init.expr, Expr::Binary(_) | Expr::Unary(_) | Expr::If(_));
        match later {
            [next, rest @ ..] => {
                value && self.statement(next) && says(next) && !rest.iter().any(says)
            }
            [] => false,
        }
    }
}

impl<'ast> Visit<'ast> for Aside {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add_function(&item.sig.ident, &item.attrs, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add_function(&item.sig.ident, &item.attrs, &item.block);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = field.ident.as_ref().filter(|_| is_for_checks(&field.attrs)) {
            self.fields.insert(name.to_string());
        }
        visit::visit_field(self, field);
    }
}

/// The implementation is of such a trait, or for tests.
pub fn implementation(item: &ItemImpl) -> bool {
    let last = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    is_test(&item.attrs) || last.is_some_and(|last| TRAITS.iter().any(|name| last.ident == name))
}

/// `#[test]` or `#[cfg(test)]`.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
        matches!(&*text, "test" | "cfg(test)")
    })
}

/// The name is among the tokens, at whatever depth.
fn names(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}

fn is_for_checks(attributes: &[Attribute]) -> bool {
    let mut doc = String::new();
    for attribute in attributes {
        if let Meta::NameValue(line) = &attribute.meta {
            if line.path.is_ident("doc") {
                doc += &line.value.to_token_stream().to_string().to_lowercase();
            }
        }
    }
    doc.contains(FOR_CHECKS)
}
