//! What is found in a source, and the text that has all of it.

use mutants::population::{Population, Source};
use mutants::switch::switch;

/// The model's file of that text, alone.
fn population(text: &str) -> Population {
    let path = "runtime-model/src/a.rs".to_string();
    Population::of(vec![Source { path, text: text.into() }]).unwrap()
}

/// The switched text, with `?3?` where it asks for mutant 3; and what the mutants are.
fn switched(text: &str) -> (String, Vec<String>) {
    let population = population(text);
    let sites = population.of_file("runtime-model/src/a.rs");
    let switched = switch(text, &sites).text;
    syn::parse_file(&switched).expect("what is written is Rust");
    let shown = sites.iter().fold(switched, |text, (number, _)| {
        text.replace(&format!("crate::mutant::is({number})"), &format!("?{number}?"))
    });
    (shown, sites.iter().map(|(_, site)| site.place.mutation.clone()).collect())
}

fn is(text: &str, expected: &str, mutations: &[&str]) {
    let (shown, found) = switched(text);
    assert_eq!(shown, expected);
    assert_eq!(found, mutations);
}

#[test]
fn a_function_returns_each_constant_of_its_type() {
    is(
        "fn f() -> (bool, Option<u32>) { g() }",
        "fn f() -> (bool, Option<u32>) { if ?1? { return (true, None); } if ?2? { return (false, Some(0)); } \
         if ?3? { return (true, Some(1)); } g() }",
        &["return (true, None)", "return (false, Some(0))", "return (true, Some(1))"],
    );
    is(
        "fn f() -> i32 { 0 }",
        "fn f() -> i32 { if ?1? { return 1; } if ?2? { return -1; } 0 }",
        &["return 1", "return -1"],
    );
    is("fn f(&self) -> &G { g() }", "fn f(&self) -> &G { g() }", &[]);
    is(
        "#[derive(Default)] struct S; fn f() -> S { g() }",
        "#[derive(Default)] struct S; fn f() -> S { if ?1? { return Default::default(); } g() }",
        &["return Default::default()"],
    );
}

#[test]
fn operators_within_operators_are_switched_one_at_a_time() {
    is(
        "fn f() -> T { a == b && !c }",
        "fn f() -> T { (if ?1? { a == b || !c } else { (if ?2? { a != b } else { a == b }) && \
         (if ?3? { c } else { !c }) }) }",
        &["replace && with ||", "replace == with !=", "leave out !"],
    );
    is(
        "fn f() -> T { n < m }",
        "fn f() -> T { (if ?1? { n == m } else { (if ?2? { n > m } else { (if ?3? { n <= m } else { n < m }) }) }) }",
        &["replace < with ==", "replace < with >", "replace < with <="],
    );
}

#[test]
fn statements_are_left_out_and_what_has_to_leave_is_not() {
    is(
        "fn f(&self) { let Some(a) = b else { self.c(); return; }; if a { return; } self.n += 1; }",
        "fn f(&self) { if ?1? { return ; } let Some(a) = b else { if ?2? {} else { self.c(); } return; }; \
         if a { if ?3? {} else { return; } } \
         if ?4? {} else { (if ?5? { self.n -= 1 } else { (if ?6? { self.n *= 1 } else { self.n += 1 }) }); } }",
        &[
            "do nothing",
            "leave out a call",
            "leave out a return",
            "leave out an assignment",
            "replace += with -=",
            "replace += with *=",
        ],
    );
    // A function of one statement is that statement.
    is("fn f() { g(); }", "fn f() { if ?1? { return ; } g(); }", &["do nothing"]);
    is(
        "fn f() -> T { for a in b { c(); d(); } let _held = l.lock(); e }",
        "fn f() -> T { if ?1? {} else { for a in b { if ?2? {} else { c(); } if ?3? {} else { d(); } } } \
         let _held = (if ?4? { None } else { Some(l.lock()) }); e }",
        &["leave out a loop", "leave out a call", "leave out a call", "leave out a lock"],
    );
}

#[test]
fn arms_are_left_out_where_a_later_one_catches_what_they_caught() {
    is(
        "fn f() -> T { match a { A(x) => x, B if c => d, other => other } }",
        "fn f() -> T { match a { A(x) if !?1? => x, B if !?2? && ((if ?3? { true } else { (if ?4? { false } else { c }) })) \
         => d, other => other } }",
        &[
            "leave out a match arm",
            "leave out a match arm",
            "replace the guard with true",
            "replace the guard with false",
        ],
    );
    // Without one, what an arm does is left out, if it has no value.
    is(
        "fn f() { match a { A => b(), B => {} } }",
        "fn f() { if ?1? { return ; } match a { A => (if ?2? {} else { b() }), B => {} } }",
        &["do nothing", "leave out a call"],
    );
}

#[test]
fn assertions_witnesses_and_what_is_for_checks_are_no_part_of_it() {
    let none = [
        "fn f() -> T { assert!(a == b, \"c\"); let idle = a && b; assert!(idle, \"d\"); e }",
        "fn f() -> T { self.emit(m, Event::A); if a == b { self.emit(m, Event::B); } sync::checkpoint(c); e }",
        "/// It is so. For checks.\nfn f() -> bool { a == b }",
        "fn assert_f() { a(); b(); }",
        "fn peek_f() -> bool { a == b }",
        "impl Debug for A { fn fmt(&self) -> bool { a == b } }",
        "#[cfg(test)]\nmod tests { fn f() -> bool { a == b } }",
        "#[test]\nfn f() { a(); b(); }",
        "const A: u32 = 1 + 2; enum B { C = 1 << 2 } static D: u32 = 3 - 4;",
        "fn f() -> T { self.g(); a } fn g() { self.emit(m, Event::A); self.h(); } fn h() { assert!(b == c); }",
        "struct A { /// For checks.\n b: Ghost }\nfn f() -> T { self.b.with_mut(|n| *n += 1); a }",
    ];
    for text in none {
        is(text, text, &[]);
    }
    // A condition that is asked again later is more than an assertion.
    let (_, found) = switched("fn f() -> T { let n = a / 2; assert!(n == 3); n }");
    assert_eq!(found, ["replace / with %", "replace / with *"]);
    // A closure in a constant is run when the model is.
    is(
        "const A: B = B { c: |d| d.e(-1), f: -1 };",
        "const A: B = B { c: |d| d.e((if ?1? { 1 } else { -1 })), f: -1 };",
        &["leave out -"],
    );
}

#[test]
fn the_model_is_rust_with_all_of_its_mutants_in_it() {
    let population = Population::read(&pidle::engines::builder::root()).unwrap();
    assert!(population.sites.len() > 400, "{}", population.sites.len());
    for file in &population.files {
        let sites = population.of_file(&file.path);
        let switched = switch(&file.text, &sites);
        if let Err(error) = syn::parse_file(&switched.text) {
            panic!("{}:{:?}: {error}", file.path, error.span().start());
        }
        for (span, (number, _)) in sorted(switched.spans).iter().zip(&sites) {
            assert_eq!(span.number, *number);
            let text = &switched.text[span.bytes.clone()];
            assert!(text.contains(&format!("crate::mutant::is({number})")), "{text}");
        }
    }
}

fn sorted(mut spans: Vec<mutants::switch::Span>) -> Vec<mutants::switch::Span> {
    spans.sort_by_key(|span| span.number);
    spans
}
