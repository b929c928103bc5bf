//! What a function can return instead of doing its work, by its return type.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{File, GenericArgument, Item, PathArguments, ReturnType, Type};

/// Types of the model that have a default.
pub type Defaults = BTreeSet<String>;

/// The values, as text; an empty text for a function that returns nothing. None are known for a type that
/// has no evident constant, such as a reference.
pub fn of(output: &ReturnType, defaults: &Defaults) -> Vec<String> {
    match output {
        ReturnType::Default => vec![String::new()],
        ReturnType::Type(_, ty) => of_type(ty, defaults),
    }
}

fn of_type(ty: &Type, defaults: &Defaults) -> Vec<String> {
    match ty {
        Type::Tuple(tuple) => {
            let fields: Vec<_> = tuple.elems.iter().map(|ty| of_type(ty, defaults)).collect();
            diagonal(&fields)
        }
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            of_name(&last.ident.to_string(), &last.arguments, defaults)
        }
        _ => Vec::new(),
    }
}

fn of_name(name: &str, arguments: &PathArguments, defaults: &Defaults) -> Vec<String> {
    let inner = || match arguments {
        PathArguments::AngleBracketed(inner) => match inner.args.first() {
            Some(GenericArgument::Type(ty)) => of_type(ty, defaults),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let each = |around: [&str; 2]| {
        let [before, after] = around.map(str::to_string);
        inner().into_iter().map(move |value| format!("{before}{value}{after}"))
    };
    let texts = |values: &[&str]| values.iter().map(|&value| value.into()).collect();
    match name {
        "bool" => texts(&["true", "false"]),
        "i8" | "i16" | "i32" | "i64" | "isize" | "Time" => texts(&["0", "1", "-1"]),
        "u8" | "u16" | "u32" | "u64" | "usize" => texts(&["0", "1"]),
        "Option" => ["None".into()].into_iter().chain(each(["Some(", ")"])).collect(),
        "Vec" => ["Vec::new()".into()].into_iter().chain(each(["vec![", "]"])).collect(),
        _ if defaults.contains(name) => texts(&["Default::default()"]),
        _ => Vec::new(),
    }
}

/// A tuple's first values, its second ones, and so on: not each with each, which would be many mutants of
/// one function. A field that has fewer values begins again.
fn diagonal(fields: &[Vec<String>]) -> Vec<String> {
    if fields.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let most = fields.iter().map(Vec::len).max().unwrap_or_default();
    let nth = |n: usize| fields.iter().map(move |values| &*values[n % values.len()]);
    (0..most).map(|n| format!("({})", nth(n).collect::<Vec<_>>().join(", "))).collect()
}

/// The types of a file that have a default.
pub fn defaults(file: &File) -> Defaults {
    let named = |item: &Item| match item {
        Item::Struct(item) if derives_default(&item.attrs) => Some(item.ident.to_string()),
        Item::Enum(item) if derives_default(&item.attrs) => Some(item.ident.to_string()),
        Item::Impl(item) => {
            let (_, path, _) = item.trait_.as_ref()?;
            let default = path.segments.last()?.ident == "Default";
            default.then(|| item.self_ty.to_token_stream().to_string())
        }
        _ => None,
    };
    file.items.iter().filter_map(named).collect()
}

fn derives_default(attributes: &[syn::Attribute]) -> bool {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let has_default = |attribute: &syn::Attribute| {
        attribute
            .meta
            .to_token_stream()
            .to_string()
            .split([' ', ',', '(', ')'])
            .any(|word| word == "Default")
    };
    derives.into_iter().any(has_default)
}
