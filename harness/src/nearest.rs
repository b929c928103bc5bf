//! The known name that is most like an unknown one: *did you mean*.

/// Similarity from which on a known name is offered in place of an unknown one.
const SIMILAR: f64 = 0.5;

/// The known name that is most like `name`; none if none is like it. Of two that are equally like it, the first.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    by_similarity(name, known)
        .into_iter()
        .find(|(similarity, _)| *similarity >= SIMILAR)
        .map(|(_, known)| known)
}

/// The known names, those most like `name` first, each with its similarity from 0 to 1.
pub fn by_similarity<'k>(
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Vec<(f64, &'k str)> {
    let name = name.to_lowercase();
    let similarity =
        |other: &str| strsim::normalized_damerau_levenshtein(&name, &other.to_lowercase());
    let mut all: Vec<(f64, &str)> =
        known.into_iter().map(|known| (similarity(known), known)).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all
}

/// `; did you mean …?`, or nothing if no known name is like `name`.
pub fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
