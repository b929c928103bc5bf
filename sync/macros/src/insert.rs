//! Puts a checkpoint of the live bindings before each statement of a function.
//!
//! A binding is *live* if it is in scope and its name occurs in the code that may run later: in the rest of its block, or
//! in a loop around that is inside its scope. A name that occurs as something else, a field for instance, counts: one
//! binding too many costs states, one too few would lose some.
//!
//! Only statements are looked at where no value is held without a name: in the body, and in the blocks of `if`, `match`,
//! `loop`, `while` and `for` that are statements themselves, or all that a `let` is given. A `for` holds its iterator. If
//! that is a range, or walks along something that stays as it is, its position is kept too; in the body of any other
//! `for`, nothing is forgotten.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{quote, ToTokens};
use syn::{parse_quote, Block, Expr, ExprForLoop, FnArg, Ident, ItemFn, Pat, Stmt, Type};

/// A block around the statement at hand.
struct Scope {
    names: Vec<Ident>,
    /// What comes after the statement at hand.
    rest: TokenStream,
    /// The block is a loop's body: the whole loop.
    around: Option<TokenStream>,
    /// The block ends with a `return`, and is left in no other way: what comes after it does not run.
    returns: bool,
}

struct Inserter {
    scopes: Vec<Scope>,
    /// The checkpoints so far.
    count: u32,
    /// The function is a call of its own.
    call: bool,
    /// Arguments of a type `&mut T`. The caller may read what they refer to, so they are always live.
    by_mut: Vec<Ident>,
    /// Names that some binding of the function has with `mut`.
    mutable: Vec<Ident>,
    /// A pattern was met that is not understood.
    opaque: bool,
}

/// Puts them in. With `call`, they are of the call `__inside`.
pub(crate) fn checkpoints(function: &mut ItemFn, call: bool) {
    let mut inserter = Inserter {
        scopes: Vec::new(),
        count: 0,
        call,
        by_mut: Vec::new(),
        mutable: Vec::new(),
        opaque: false,
    };
    let mut names = Vec::new();
    for argument in &function.sig.inputs {
        if let FnArg::Typed(argument) = argument {
            inserter.bound(&argument.pat, &mut names);
        }
    }
    inserter.by_mut = by_mut(function);
    let mut body = (*function.block).clone();
    inserter.block(&mut body, names, None);
    if !inserter.opaque {
        *function.block = body;
    }
}

impl Inserter {
    fn block(&mut self, block: &mut Block, names: Vec<Ident>, around: Option<TokenStream>) {
        let outermost = self.scopes.is_empty();
        let returns = returns(block);
        self.scopes.push(Scope { names, rest: TokenStream::new(), around, returns });
        let statements = std::mem::take(&mut block.stmts);
        for (at, statement) in statements.iter().enumerate() {
            let rest = &statements[at + 1..];
            self.innermost().rest = quote!(#(#rest)*);
            // At the start of a call, its arguments are all that there is.
            if may_operate(statement) && !(outermost && at == 0 && self.call) {
                block.stmts.extend(self.checkpoint(&statement.to_token_stream()));
            }
            let mut statement = statement.clone();
            self.statement(&mut statement);
            block.stmts.push(statement);
        }
        self.scopes.pop();
    }

    fn innermost(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("insert: a statement outside of a block")
    }

    fn statement(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init {
                    self.expression(&mut init.expr);
                }
                let mut names = Vec::new();
                self.bound(&local.pat, &mut names);
                self.innermost().names.append(&mut names);
            }
            Stmt::Expr(expression, _) => self.expression(expression),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }

    /// An expression that is a whole statement, or all that a `let` is given.
    fn expression(&mut self, expression: &mut Expr) {
        let whole = expression.to_token_stream();
        match expression {
            Expr::If(branch) => {
                let names = self.bound_by_condition(&branch.cond);
                self.block(&mut branch.then_branch, names, None);
                if let Some((_, otherwise)) = &mut branch.else_branch {
                    self.expression(otherwise);
                }
            }
            Expr::Match(choice) => {
                for arm in &mut choice.arms {
                    let mut names = Vec::new();
                    self.bound(&arm.pat, &mut names);
                    let rest = TokenStream::new();
                    self.scopes.push(Scope { names, rest, around: None, returns: false });
                    self.expression(&mut arm.body);
                    self.scopes.pop();
                }
            }
            Expr::Block(inner) if inner.label.is_none() => {
                self.block(&mut inner.block, Vec::new(), None);
            }
            Expr::Loop(inner) => self.block(&mut inner.body, Vec::new(), Some(whole)),
            Expr::While(inner) => {
                let names = self.bound_by_condition(&inner.cond);
                self.block(&mut inner.body, names, Some(whole));
            }
            Expr::ForLoop(inner) => self.for_loop(inner, whole),
            _ => {}
        }
    }

    fn for_loop(&mut self, inner: &mut ExprForLoop, whole: TokenStream) {
        if !self.walks_what_stays(&inner.expr) {
            return;
        }
        let position =
            Ident::new(&format!("__position{}", self.scopes.len()), proc_macro2::Span::call_site());
        let mut names = vec![position.clone()];
        self.bound(&inner.pat, &mut names);
        // The position is live for as long as the loop is.
        self.block(&mut inner.body, names, Some(quote!(#position #whole)));
        let (pattern, walked) = (&inner.pat, &inner.expr);
        *inner.pat = parse_quote!((#position, #pattern));
        inner.expr = parse_quote!(::core::iter::IntoIterator::into_iter(#walked).enumerate());
    }

    /// The iterator is a function of its position and of bindings that cannot change.
    fn walks_what_stays(&self, walked: &Expr) -> bool {
        match walked {
            Expr::Lit(_) => true,
            Expr::Path(path) => {
                path.path.get_ident().is_some_and(|name| !self.mutable.contains(name))
            }
            Expr::Field(field) => self.walks_what_stays(&field.base),
            Expr::Paren(inner) => self.walks_what_stays(&inner.expr),
            Expr::Reference(inner) => {
                inner.mutability.is_none() && self.walks_what_stays(&inner.expr)
            }
            Expr::Range(range) => {
                let ends = range.start.iter().chain(&range.end);
                range.end.is_some() && ends.into_iter().all(|end| self.walks_what_stays(end))
            }
            Expr::MethodCall(call) => {
                let walks = ["iter", "enumerate", "rev"].iter().any(|name| call.method == name);
                walks && call.args.is_empty() && self.walks_what_stays(&call.receiver)
            }
            _ => false,
        }
    }

    /// A checkpoint before `statement`; none if something live has no name here.
    fn checkpoint(&mut self, statement: &TokenStream) -> Option<Stmt> {
        let mut live: Vec<&Ident> = Vec::new();
        let reached = self.scopes.iter().rposition(|scope| scope.returns).unwrap_or(0);
        for (depth, scope) in self.scopes.iter().enumerate() {
            for (at, name) in scope.names.iter().enumerate() {
                let text = &*name.to_string();
                if scope.names[at + 1..].contains(name) {
                    // Another binding has its name until the block ends, which is too early for the caller.
                    if depth == 0 && self.by_mut.contains(name) {
                        return None;
                    }
                    continue;
                }
                let hidden =
                    self.scopes[depth + 1..].iter().any(|inner| inner.names.contains(name));
                let later = &self.scopes[depth.max(reached)..];
                let later = later.iter().any(|inner| mentions(&inner.rest, text));
                let again = &self.scopes[reached.max(depth + 1)..];
                let again = again.iter().filter_map(|inner| inner.around.as_ref());
                let again = again.into_iter().any(|around| mentions(around, text));
                let by_mut = depth == 0 && self.by_mut.contains(name);
                let always = by_mut || text.starts_with("__position");
                if hidden && (later || again || always) {
                    return None;
                }
                if !hidden && (later || again || always || mentions(statement, text)) {
                    live.push(name);
                }
            }
        }
        self.count += 1;
        let number = Literal::u32_suffixed(self.count);
        let groups = live.chunks(8).map(|names| quote!((#(&#names,)*)));
        let groups = quote!((#number, #(#groups,)*));
        let call = if self.call { quote!(Some(__inside)) } else { quote!(None) };
        Some(parse_quote!({
            #[allow(unused_imports)]
            use ::sync::locals::{Hashed as _, NotHashed as _};
            #[allow(clippy::needless_borrow, clippy::needless_borrows_for_generic_args)]
            (&::sync::locals::Locals(#groups)).checkpoint(#call);
        }))
    }

    fn bound_by_condition(&mut self, condition: &Expr) -> Vec<Ident> {
        let mut names = Vec::new();
        match condition {
            Expr::Let(binding) => self.bound(&binding.pat, &mut names),
            Expr::Binary(both) => {
                names.append(&mut self.bound_by_condition(&both.left));
                names.append(&mut self.bound_by_condition(&both.right));
            }
            _ => {}
        }
        names
    }

    /// Adds the names that a pattern binds. A name that begins with a capital is a constant.
    fn bound(&mut self, pattern: &Pat, names: &mut Vec<Ident>) {
        match pattern {
            Pat::Ident(name) => {
                if name.ident.to_string().starts_with(|c: char| c.is_lowercase() || c == '_') {
                    names.push(name.ident.clone());
                }
                if name.mutability.is_some() {
                    self.mutable.push(name.ident.clone());
                }
                if let Some((_, inner)) = &name.subpat {
                    self.bound(inner, names);
                }
            }
            Pat::Type(typed) => self.bound(&typed.pat, names),
            Pat::Reference(inner) => self.bound(&inner.pat, names),
            Pat::Paren(inner) => self.bound(&inner.pat, names),
            Pat::Tuple(all) => all.elems.iter().for_each(|inner| self.bound(inner, names)),
            Pat::TupleStruct(all) => all.elems.iter().for_each(|inner| self.bound(inner, names)),
            Pat::Slice(all) => all.elems.iter().for_each(|inner| self.bound(inner, names)),
            Pat::Struct(all) => all.fields.iter().for_each(|field| self.bound(&field.pat, names)),
            Pat::Or(all) => all.cases.iter().for_each(|inner| self.bound(inner, names)),
            Pat::Wild(_)
            | Pat::Rest(_)
            | Pat::Lit(_)
            | Pat::Path(_)
            | Pat::Range(_)
            | Pat::Const(_) => {}
            _ => self.opaque = true,
        }
    }
}

/// `self` is a value of the function's own, or one that it may change: not a shared object.
pub(crate) fn owns_self(function: &ItemFn) -> bool {
    function.sig.receiver().is_some_and(|me| me.reference.is_none() || me.mutability.is_some())
}

/// Its last statement returns, and it is left by no `break` or `continue`.
fn returns(block: &Block) -> bool {
    let last = matches!(block.stmts.last(), Some(Stmt::Expr(Expr::Return(_), _)));
    let tokens = block.to_token_stream();
    last && !mentions(&tokens, "break") && !mentions(&tokens, "continue")
}

/// The arguments of a type `&mut T`: the caller sees what has become of them.
pub(crate) fn by_mut(function: &ItemFn) -> Vec<Ident> {
    let mut names = Vec::new();
    for argument in &function.sig.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        match (&*argument.ty, &*argument.pat) {
            (Type::Reference(reference), Pat::Ident(name)) if reference.mutability.is_some() => {
                names.push(name.ident.clone());
            }
            _ => {}
        }
    }
    names
}

/// It calls something, so it may perform an operation.
fn may_operate(statement: &Stmt) -> bool {
    !matches!(statement, Stmt::Item(_) | Stmt::Macro(_))
        && has_parentheses(statement.to_token_stream())
}

fn has_parentheses(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| matches!(token, TokenTree::Group(_)))
}

/// The name occurs, at whatever depth, or in a string, which may be a format.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.contains('"') && text.contains(name)
        }
        TokenTree::Punct(_) => false,
    })
}
