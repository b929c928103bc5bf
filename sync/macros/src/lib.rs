//! The attributes of `sync`; use them by that crate's names.

use proc_macro::TokenStream;
use quote::quote;
use syn::{parse_macro_input, parse_quote, ItemFn};

/// The whole function is one call of `sync::summarized`: its result is all that a state cache keeps of it.
///
/// So the result has to be all that the caller learns: nothing else that the function has seen may reach
/// one of the caller's locals, by a `&mut` argument, say.
#[proc_macro_attribute]
pub fn summarized(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return quote!(compile_error! { "summarized: takes no arguments" }).into();
    }
    let mut function = parse_macro_input!(item as ItemFn);
    let (body, result) = (&function.block, &function.sig.output);
    function.block = parse_quote!({ ::sync::summarized(move || #result #body) });
    quote!(#function).into()
}
