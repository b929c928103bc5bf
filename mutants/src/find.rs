//! Finds the mutants of a file: what cargo-mutants would change, and statements that can be left out.
//!
//! | what | how |
//! |---|---|
//! | a function | returns a constant at once |
//! | a binary operator | is another one: `==` and `!=`, `<` and `>`, `&&` and `\|\|`, `+` and `-`, … |
//! | `!` and the minus sign | are left out |
//! | an arm of a `match` that a later arm catches | is left out |
//! | the guard of an arm | is true, or false |
//! | a statement: a call, an assignment, an early `return`, a loop, an `if` of several statements | is left out |
//! | a lock that is held for its scope | is not taken |
//!
//! `left_out` says what is no part of this.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Block, Expr, Local, Pat, ReturnType, Signature, Stmt};

use crate::left_out::{self, Aside};
use crate::site::{number, on_one_line, Place, Site};
use crate::values::{self, Defaults};

/// The mutants of a file, in its order.
///
/// # Errors
/// If it is not Rust.
pub fn find(path: &str, text: &str, defaults: &Defaults, aside: &Aside) -> syn::Result<Vec<Site>> {
    let file = syn::parse_file(text)?;
    let mut finder = Finder {
        path,
        text,
        defaults,
        aside,
        names: Vec::new(),
        runs: false,
        breakable: BTreeSet::new(),
        without_value: BTreeSet::new(),
        sites: Vec::new(),
    };
    finder.visit_file(&file);
    let mut sites = finder.sites;
    sites.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end)));
    number(&mut sites);
    Ok(sites)
}

struct Finder<'s> {
    path: &'s str,
    text: &'s str,
    defaults: &'s Defaults,
    aside: &'s Aside,
    /// The type and function, or constant, that is visited.
    names: Vec<String>,
    /// What is visited runs when the model does; a constant is computed before.
    runs: bool,
    /// Where those blocks begin that need not end by leaving: the body of a loop, or of an `if` without `else`.
    breakable: BTreeSet<usize>,
    /// Where those matches begin that have no value.
    without_value: BTreeSet<usize>,
    sites: Vec<Site>,
}

impl Finder<'_> {
    fn source(&self, span: Span) -> &str {
        &self.text[span.byte_range()]
    }

    /// Notes a mutant that is written around `span`.
    fn note(&mut self, span: Span, mutation: String, open: String, close: &str) {
        let range = span.byte_range();
        self.note_at(range, span, mutation, open, close);
    }

    fn note_at(
        &mut self,
        range: std::ops::Range<usize>,
        shown: Span,
        mutation: String,
        open: String,
        close: &str,
    ) {
        if !self.runs {
            return;
        }
        let place = Place {
            file: self.path.into(),
            function: self.names.join("::"),
            mutation,
            text: on_one_line(self.source(shown)),
            nth: 0,
        };
        let line = shown.start().line;
        self.sites.push(Site { place, line, range, open, close: close.into(), stays: false });
    }

    /// Another expression instead.
    fn instead(&mut self, span: Span, mutation: String, other: &str) {
        self.note(span, mutation, format!("(if @ {{ {other} }} else {{ "), " })");
    }

    /// Nothing instead of a statement.
    fn leave_out(&mut self, span: Span, what: &str) {
        let before = self.sites.len();
        self.note(span, format!("leave out {what}"), "if @ {} else { ".into(), " }");
        let stays = ["a return", "a break", "a continue"].contains(&what);
        self.sites[before..].iter_mut().for_each(|site| site.stays = stays);
    }

    /// A function: its mutants as a whole, and those in it.
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, block: &Block) {
        let name = signature.ident.to_string();
        if signature.constness.is_some() || self.aside.function(&name, attributes) {
            return;
        }
        self.names.push(name);
        let ran = std::mem::replace(&mut self.runs, true);
        let brace = block.brace_token.span.open().byte_range().end;
        let body = block.stmts.iter().map(|stmt| self.source(stmt.span())).collect::<Vec<_>>();
        let body = on_one_line(&body.join(" "));
        for value in values::of(&signature.output, self.defaults) {
            if value != body {
                let mutation = match &*value {
                    "" => "do nothing".into(),
                    value => format!("return {value}"),
                };
                let open = format!(" if @ {{ return {value}; }}");
                self.note_at(brace..brace, signature.span(), mutation, open, "");
            }
        }
        let returns_nothing = matches!(signature.output, ReturnType::Default);
        if let (true, Some(Stmt::Expr(Expr::Match(last), None))) =
            (returns_nothing, block.stmts.last())
        {
            self.without_value.insert(last.span().byte_range().start);
        }
        // A function of one statement that does nothing is that mutant already.
        let whole = returns_nothing && block.stmts.len() == 1;
        self.statements(block, whole);
        self.runs = ran;
        self.names.pop();
    }

    /// The statements of a block. `known`: without its only statement it is a mutant already.
    fn statements(&mut self, block: &Block, known: bool) {
        let breakable = self.breakable.contains(&start(block));
        let last = block.stmts.len().saturating_sub(1);
        for (n, statement) in block.stmts.iter().enumerate() {
            let later = &block.stmts[n + 1..];
            if self.aside.statement(statement) || self.aside.prepares(statement, later) {
                continue;
            }
            match statement {
                Stmt::Expr(expr @ Expr::Match(_), end) if end.is_some() || n < last => {
                    self.without_value.insert(start(expr));
                }
                Stmt::Expr(expr, end) if !known => {
                    if let Some(what) = removable(expr, end.is_some(), breakable) {
                        self.leave_out(statement.span(), what);
                    }
                }
                Stmt::Local(local) => self.held_lock(local),
                _ => {}
            }
            visit::visit_stmt(self, statement);
        }
    }

    /// `let _guard = …;` without what is held.
    fn held_lock(&mut self, local: &Local) {
        let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) else { return };
        if name.ident.to_string().starts_with('_') && init.diverge.is_none() {
            let open = "(if @ { None } else { Some(".into();
            self.note(init.expr.span(), "leave out a lock".into(), open, ") })");
        }
    }
}

fn start(node: &impl Spanned) -> usize {
    node.span().byte_range().start
}

/// What an expression is, if it can be left out as a statement.
fn removable(expr: &Expr, ended: bool, breakable: bool) -> Option<&'static str> {
    match expr {
        Expr::MethodCall(_) | Expr::Call(_) if ended => Some("a call"),
        Expr::Assign(_) if ended => Some("an assignment"),
        Expr::Binary(binary) if ended && is_assignment(&binary.op) => Some("an assignment"),
        Expr::Return(_) if breakable => Some("a return"),
        Expr::Continue(_) if breakable => Some("a continue"),
        Expr::Break(_) if breakable => Some("a break"),
        // With one statement in it, that one is left out instead.
        Expr::If(branch) => {
            let many = branch.else_branch.is_none() && branch.then_branch.stmts.len() > 1;
            many.then_some("an if")
        }
        Expr::ForLoop(_) | Expr::While(_) => Some("a loop"),
        _ => None,
    }
}

fn is_assignment(op: &BinOp) -> bool {
    let text = op.to_token_stream().to_string();
    text.ends_with('=') && !matches!(&*text, "==" | "!=" | "<=" | ">=")
}

/// The operators that may stand instead of one: those of cargo-mutants.
fn operators(op: &BinOp) -> &'static [&'static str] {
    match op {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Lt(_) => &["==", ">", "<="],
        BinOp::Gt(_) => &["==", "<", ">="],
        BinOp::Le(_) => &[">"],
        BinOp::Ge(_) => &["<"],
        BinOp::Add(_) => &["-", "*"],
        BinOp::Sub(_) => &["+", "/"],
        BinOp::Mul(_) => &["+", "/"],
        BinOp::Div(_) => &["%", "*"],
        BinOp::Rem(_) => &["/", "+"],
        BinOp::BitAnd(_) => &["|", "^"],
        BinOp::BitOr(_) => &["&", "^"],
        BinOp::BitXor(_) => &["|", "&"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-=", "*="],
        BinOp::SubAssign(_) => &["+=", "/="],
        BinOp::MulAssign(_) => &["+=", "/="],
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !left_out::is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if left_out::implementation(item) {
            return;
        }
        self.names.push(item.self_ty.to_token_stream().to_string().replace(' ', ""));
        visit::visit_item_impl(self, item);
        self.names.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let ran = std::mem::replace(&mut self.runs, false);
        self.names.push(item.ident.to_string());
        self.visit_expr(&item.expr);
        self.names.pop();
        self.runs = ran;
    }

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}

    fn visit_item_trait(&mut self, _: &'ast syn::ItemTrait) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_expr_repeat(&mut self, expr: &'ast syn::ExprRepeat) {
        self.visit_expr(&expr.expr);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let ran = std::mem::replace(&mut self.runs, true);
        self.visit_expr(&closure.body);
        self.runs = ran;
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.statements(block, false);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if expr.else_branch.is_none() {
            self.breakable.insert(start(&expr.then_branch));
        }
        visit::visit_expr_if(self, expr);
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        let op = self.source(expr.op.span()).to_string();
        let sides = [expr.left.span(), expr.right.span()].map(|side| self.source(side).to_string());
        let [left, right] = sides;
        for other in operators(&expr.op) {
            let instead = format!("{left} {other} {right}");
            self.instead(expr.span(), format!("replace {op} with {other}"), &instead);
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        let op = match expr.op {
            syn::UnOp::Not(_) => "!",
            syn::UnOp::Neg(_) => "-",
            _ => return visit::visit_expr_unary(self, expr),
        };
        let operand = self.source(expr.expr.span()).to_string();
        self.instead(expr.span(), format!("leave out {op}"), &operand);
        visit::visit_expr_unary(self, expr);
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        let without_value = self.without_value.contains(&start(expr));
        for (n, arm) in expr.arms.iter().enumerate() {
            let caught = expr.arms[n + 1..].iter().any(catches_all);
            if caught {
                let what = "leave out a match arm".to_string();
                match &arm.guard {
                    None => {
                        let end = arm.pat.span().byte_range().end;
                        self.note_at(end..end, arm.pat.span(), what, " if !@".into(), "");
                    }
                    Some((_, guard)) => {
                        let range = guard.span().byte_range();
                        self.note_at(range, arm.pat.span(), what, "!@ && (".into(), ")");
                    }
                }
            }
            if let Some((_, guard)) = &arm.guard {
                for value in ["true", "false"] {
                    self.instead(guard.span(), format!("replace the guard with {value}"), value);
                }
            }
            let call = matches!(&*arm.body, Expr::Call(_) | Expr::MethodCall(_));
            if without_value && call && !self.aside.expression(&arm.body) {
                let open = "(if @ {} else { ".into();
                self.note(arm.body.span(), "leave out a call".into(), open, " })");
            }
        }
        visit::visit_expr_match(self, expr);
    }
}

/// The arm takes whatever is left.
fn catches_all(arm: &syn::Arm) -> bool {
    let any = match &arm.pat {
        Pat::Wild(_) => true,
        Pat::Ident(name) => name.subpat.is_none() && starts_small(&name.ident.to_string()),
        _ => false,
    };
    any && arm.guard.is_none()
}

/// A name, and no constant or variant.
fn starts_small(name: &str) -> bool {
    name.starts_with(|c: char| c.is_lowercase() || c == '_')
}
