//! The attributes of `sync`. Use them through that crate.

use proc_macro::TokenStream;
use quote::quote;
use syn::{parse_macro_input, parse_quote, ItemFn};

/// Makes the whole function one call of `sync::summarized`: a state cache keeps nothing of it but its
/// result.
///
/// So the result must be all that the caller learns: nothing else that the function has seen may reach a
/// local of the caller, for example through a `&mut` argument.
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
