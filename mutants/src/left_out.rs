//! What is no part of the population: text that no check can be asked to guard.
//!
//! - Assertions and panics: Go has them, and they never fire in the right model. So are the conditions that
//!   they alone ask, and all macros, so tracing too.
//! - What the model says of itself for witnesses and readers: `emit`, `Debug`, `Display`.
//! - What is there for checks or for a search alone: `peek`, functions that say so, `Hash`, checkpoints.
//! - Tests, and constants, which are computed before a mutant is on.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, ItemImpl, Local, Meta, Pat, Stmt};

/// Traits whose implementations are for readers, witnesses and the search.
const TRAITS: &[&str] = &["Debug", "Display", "Hash", "Witness"];

/// Functions for witnesses.
const FUNCTIONS: &[&str] = &["emit"];

/// Calls that are for the search.
const CALLS: &[&str] = &["sync::checkpoint", "sync::goes_round", "sync::gets_on"];

/// What the doc of a function says that is there for checks alone.
const FOR_CHECKS: &str = "for checks";

/// The implementation is of such a trait.
pub fn implementation(item: &ItemImpl) -> bool {
    let last = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    is_test(&item.attrs) || last.is_some_and(|last| TRAITS.iter().any(|name| last.ident == name))
}

/// The function is for witnesses, checks or tests.
pub fn function(name: &str, attributes: &[Attribute]) -> bool {
    let peeks = name == "peek" || name.starts_with("peek_");
    let says = doc(attributes).to_lowercase().contains(FOR_CHECKS);
    FUNCTIONS.contains(&name) || peeks || says || is_test(attributes)
}

/// The statement tells a witness, or marks a place for the search: it, or all that is in it.
pub fn statement(statement: &Stmt) -> bool {
    match statement {
        Stmt::Macro(_) => true,
        Stmt::Expr(Expr::If(branch), _) => {
            let nothing_else = branch.else_branch.is_none();
            nothing_else && branch.then_branch.stmts.iter().all(self::statement)
        }
        Stmt::Expr(expr, _) => expression(expr),
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}

/// The statement names a value for the next one alone, which is left out: `let idle = …; assert!(idle, …);`.
/// A call is not left out with it, as it may do more.
pub fn prepares(statement: &Stmt, later: &[Stmt]) -> bool {
    let Stmt::Local(Local { pat: Pat::Ident(name), init: Some(init), .. }) = statement else {
        return false;
    };
    let says = |statement: &Stmt| names(statement.to_token_stream(), &name.ident);
    let value = matches!(&*init.expr, Expr::Binary(_) | Expr::Unary(_) | Expr::If(_));
    match later {
        [next, rest @ ..] => value && self::statement(next) && says(next) && !rest.iter().any(says),
        [] => false,
    }
}

/// The name is among the tokens, at whatever depth.
fn names(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}

/// The same for an expression.
pub fn expression(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => FUNCTIONS.iter().any(|name| call.method == name),
        Expr::Call(call) => {
            let called = call.func.to_token_stream().to_string().replace(' ', "");
            CALLS.contains(&&*called)
        }
        Expr::Macro(_) => true,
        _ => false,
    }
}

/// `#[test]` or `#[cfg(test)]`.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
        matches!(&*text, "test" | "cfg(test)")
    })
}

fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => {
            Some(doc.value.to_token_stream().to_string())
        }
        _ => None,
    });
    lines.collect()
}
