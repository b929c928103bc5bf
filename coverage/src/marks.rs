//! Where the branches of a file are: what is written around them so that each begins with a mark.
//!
//! | what | where its mark is |
//! |---|---|
//! | a block: of a function, a loop, an `if`, an `else` | at its start |
//! | an `if` without `else` | in an `else` that is added |
//! | the body of a closure, of an arm; what follows `else` in `else if`; the guard of an arm; what a `while` asks | before it |
//! | the right side of `&&` and of `\|\|` | before it |
//! | `?` | where the value leaves the function |
//! | a statement after one that branches, the end of a block after a loop | before it |
//!
//! The alternatives of a pattern have no place for a mark, nor has what a macro makes of its arguments, those of assertions
//! excepted. Where rustc has a part for one and does not count it itself, it is listed as not reached: write arms instead.

use std::ops::Range;

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Block, Expr, Stmt, Token};

/// Stands in the text of a mark for the function that is called.
pub const FUNCTION: &str = "@";

/// What is written around a range of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrap {
    /// The bytes of the source.
    pub range: Range<usize>,
    /// What is written before them, with [`FUNCTION`] if the mark is here.
    pub open: &'static str,
    /// What is written after them, with [`FUNCTION`] if the mark is here.
    pub close: &'static str,
    /// The byte of the source that stands for the branch, if it is not where the function is called.
    pub stands: Option<usize>,
}

/// The marks of a file, those around others first.
///
/// # Errors
/// If it is not Rust.
pub fn marks(text: &str) -> syn::Result<Vec<Wrap>> {
    let mut marker = Marker { runs: false, branches: 0, wraps: Vec::new() };
    marker.visit_file(&syn::parse_file(text)?);
    Ok(marker.wraps)
}

struct Marker {
    /// What is visited runs when the model does; a constant is computed before.
    runs: bool,
    /// How many branches there were so far; macros may have some.
    branches: usize,
    wraps: Vec<Wrap>,
}

impl Marker {
    fn wrap(&mut self, range: Range<usize>, open: &'static str, close: &'static str) {
        self.note(Wrap { range, open, close, stands: None });
    }

    fn note(&mut self, wrap: Wrap) {
        if self.runs {
            self.branches += 1;
            self.wraps.push(wrap);
        }
    }

    fn statement(&mut self, at: usize) {
        self.wrap(at..at, " @();", "");
    }

    fn expression(&mut self, span: Span) {
        self.wrap(span.byte_range(), "{ @(); ", " }");
    }

    /// An expression that becomes a block with a mark, unless it is a block, which gets one by itself.
    fn branch(&mut self, branch: &Expr) {
        if !matches!(branch, Expr::Block(block) if block.label.is_none()) {
            self.expression(branch.span());
        }
    }

    fn running(&mut self, runs: bool, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.runs, runs);
        visit(self);
        self.runs = before;
    }
}

impl<'ast> Visit<'ast> for Marker {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.running(function.sig.constness.is_none(), |marker| {
            marker.visit_block(&function.block)
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.running(function.sig.constness.is_none(), |marker| {
            marker.visit_block(&function.block)
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.running(function.sig.constness.is_none(), |marker| {
            function.default.iter().for_each(|block| marker.visit_block(block));
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.running(true, |marker| {
            marker.branch(&closure.body);
            marker.visit_expr(&closure.body);
        });
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.running(false, |marker| visit::visit_expr_const(marker, block));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.running(false, |marker| visit::visit_item_const(marker, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.running(false, |marker| visit::visit_item_static(marker, item));
    }

    fn visit_type_array(&mut self, _: &'ast syn::TypeArray) {}

    fn visit_block(&mut self, block: &'ast Block) {
        self.statement(block.brace_token.span.open().byte_range().end);
        let mut branched = false;
        for stmt in &block.stmts {
            if branched {
                self.statement(stmt.span().byte_range().start);
            }
            let before = self.branches;
            self.visit_stmt(stmt);
            branched = self.branches > before;
        }
        // What follows a loop may be nothing but the end of the function.
        if let Some(Stmt::Expr(Expr::While(_) | Expr::ForLoop(_), None)) = block.stmts.last() {
            self.statement(block.brace_token.span.close().byte_range().start);
        }
    }

    fn visit_expr_if(&mut self, branches: &'ast syn::ExprIf) {
        self.visit_expr(&branches.cond);
        match &branches.else_branch {
            None => {
                let end = branches.then_branch.span().byte_range().end;
                self.wrap(end..end, "", " else { @(); }");
                self.visit_block(&branches.then_branch);
            }
            Some((_, otherwise)) => {
                self.visit_block(&branches.then_branch);
                self.branch(otherwise);
                self.visit_expr(otherwise);
            }
        }
    }

    fn visit_expr_while(&mut self, asked: &'ast syn::ExprWhile) {
        if !matches!(*asked.cond, Expr::Let(_)) {
            self.expression(asked.cond.span());
        }
        visit::visit_expr_while(self, asked);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.expression(guard.span());
            self.visit_expr(guard);
        }
        self.branch(&arm.body);
        self.visit_expr(&arm.body);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.visit_expr(&binary.left);
        if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) {
            self.expression(binary.right.span());
        }
        self.visit_expr(&binary.right);
    }

    fn visit_expr_try(&mut self, left: &'ast syn::ExprTry) {
        self.note(Wrap {
            range: left.expr.span().byte_range(),
            open: "crate::counted::left(",
            close: ", @)",
            stands: Some(left.question_token.span().byte_range().start),
        });
        visit::visit_expr_try(self, left);
    }

    /// What an assertion is given are expressions.
    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let parsed = called.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let asserts = called
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident.to_string().contains("assert"));
        if let (true, Ok(arguments)) = (asserts, parsed) {
            arguments.iter().for_each(|argument| Visit::visit_expr(self, argument));
        }
        self.branches += 1;
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

#[cfg(test)]
mod tests {
    use crate::marked::mark;

    /// The text with its marks, each as `!`.
    fn marked(text: &str) -> String {
        let marked = mark("a.rs", text, 1).unwrap();
        let calls = (1..=marked.marks.len()).rev();
        calls.fold(marked.text, |text, n| text.replace(&format!("crate::counted::m{n}"), "!"))
    }

    #[test]
    fn each_branch_has_a_mark() {
        for (source, expected) in [
            ("fn f() { a(); }", "fn f() { !(); a(); }"),
            ("fn f() { if a {} b }", "fn f() { !(); if a { !();} else { !(); } !();b }"),
            (
                "fn f() { if a { b } else if c { d } else { e } }",
                "fn f() { !(); if a { !(); b } else { !(); if c { !(); d } else { !(); e } } }",
            ),
            (
                "fn f() { match a { b if c => d, e => { g } } }",
                "fn f() { !(); match a { b if { !(); c } => { !(); d }, e => { !(); g } } }",
            ),
            ("fn f() { a && b || c }", "fn f() { !(); a && { !(); b } || { !(); c } }"),
            ("fn f() { a?.b }", "fn f() { !(); crate::counted::left(a, !)?.b }"),
            ("fn f() { assert!(a || b); c }", "fn f() { !(); assert!(a || { !(); b }); !();c }"),
            ("fn f() { while a { b } }", "fn f() { !(); while { !(); a } { !(); b } !();}"),
            ("fn f() { a(|x| x) }", "fn f() { !(); a(|x| { !(); x }) }"),
            (
                "fn f() { let A = b else { c }; d }",
                "fn f() { !(); let A = b else { !(); c }; !();d }",
            ),
        ] {
            let got = marked(source).replace("  ", " ");
            assert_eq!(got.replace("{ !();", "{!();"), expected.replace("{ !();", "{!();"));
        }
    }

    #[test]
    fn what_does_not_run_with_the_model_has_no_mark() {
        for text in [
            "const A: bool = b && c;",
            "const fn f() { if a {} }",
            "#[cfg(test)] mod tests { fn f() { a?; } }",
        ] {
            assert_eq!(marked(text), text);
        }
        let row = "const A: T = T { f: |a| b };";
        assert_eq!(marked(row), "const A: T = T { f: |a| { !(); b } };");
    }
}
