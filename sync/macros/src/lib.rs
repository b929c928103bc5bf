//! The attributes of `sync`. Use them through that crate.

mod insert;
mod needs;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{parse_macro_input, parse_quote, Ident, ItemFn};

/// A test that needs an engine which is `exploring` (it tries more than one interleaving), `systematic` (it tries them in
/// order, which needs fewer of them than samples do), `searching` (it visits all states) or `restoring` (it goes back to
/// states, which makes large searches affordable). Other engines ignore the test,
/// with the reason.
///
/// ```ignore
/// #[sync::test(exploring)]
/// fn no_wakeup_is_lost() { .. }
/// ```
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let needs = parse_macro_input!(arguments as Ident);
    let function = parse_macro_input!(item as ItemFn);
    let Some(need) = needs::named(&needs.to_string()) else {
        return quote!(
            compile_error! { "test: write exploring, systematic, searching or restoring" }
        )
        .into();
    };
    let ignored = (!need.is_met).then_some(need.reason).map(|reason| quote!(#[ignore = #reason]));
    quote!(#[test] #ignored #function).into()
}

/// The whole function is one call: a state cache keeps nothing of it but its result and what its `&mut` arguments
/// refer to afterwards. Inside, it keeps only the live bindings, at every statement.
///
/// The macro finds the live bindings itself: those in scope that are mentioned later. Where one of them cannot be hashed
/// (a closure, a reference to a shared object), nothing is forgotten, which costs states, never soundness.
///
/// `&self` is taken for a shared object, which is no binding. What the caller learns in another way, as by a `Cell`, the
/// cache does not see: there must be no such way.
#[proc_macro_attribute]
pub fn summarized(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return quote!(compile_error! { "summarized: takes no arguments" }).into();
    }
    let mut function = parse_macro_input!(item as ItemFn);
    if insert::owns_self(&function) {
        return quote!(compile_error! { "summarized: takes `self` as `&self` only" }).into();
    }
    insert::checkpoints(&mut function, true);
    let by_mut = insert::by_mut(&function);
    // A reference that is moved into the closure could not be read after it.
    let keyword = if by_mut.is_empty() { quote!(move) } else { Tokens::new() };
    let (body, result) = (&function.block, &function.sig.output);
    function.block = parse_quote!({
        let __call = ::sync::locals::Call::enter();
        let __inside = &__call;
        let __result = (#keyword || #result #body)();
        __call.leave(&(&__result, #(&*#by_mut,)*));
        __result
    });
    quote!(#[allow(clippy::redundant_closure_call, clippy::unit_arg, clippy::let_unit_value)] #function).into()
}

/// As `summarized`, but the function is no call of its own: what its callers have seen is forgotten, too.
///
/// So the callers, up to the innermost one that is `summarized`, must hold nothing that they have learnt from shared
/// objects, except what they have passed to this function. Each use says why that is so. It is for functions in which a
/// thread spends most states, such as the one in which it waits: as a call, they would keep what the callers knew before.
#[proc_macro_attribute]
pub fn forgets_callers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return quote!(compile_error! { "forgets_callers: takes no arguments" }).into();
    }
    let mut function = parse_macro_input!(item as ItemFn);
    if insert::owns_self(&function) {
        return quote!(compile_error! { "forgets_callers: takes `self` as `&self` only" }).into();
    }
    insert::checkpoints(&mut function, false);
    quote!(#function).into()
}
