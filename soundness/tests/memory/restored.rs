//! What is restored in a search in which a state is its memory: separate heaps, and stacks to which other threads write.
#![allow(unsafe_code)] // a thread lends out a local by a raw pointer, as wakers do

use std::cell::Cell;

use explore::fault::{planting, Fault};
use explore::operation::Kind;
use soundness::memory::facade::{finish, show, spawn, Shared, Shown};
use soundness::memory::Case;
use soundness::program::Program;

use super::{options, BOTH, CACHE, MOST};

#[test]
fn audits_of_all_restored_states_find_nothing() {
    let mut programs = 0;
    for seed in 1..150 {
        let program = match seed % 2 {
            0 => Program::generate(seed),
            _ => Program::generate_with_loops(seed),
        };
        let case = Case::of(&program);
        let options = options(BOTH, MOST / 5);
        let audited = case.search(&options, 1).unwrap_or_else(|why| panic!("{why}\n{program}"));
        let plain = case.search(&options, 0).expect("searched");
        assert_eq!(audited, plain, "an audit changes nothing");
        programs += u32::from(plain.is_some());
    }
    assert!(programs > 100, "{programs}");
}

/// The first thread lends a local to another, which writes to it on request, and then gets what is there.
fn lends(shown: Shown) {
    let flags = Box::leak(Box::new([Shared::new(0u32), Shared::new(0)]));
    let local = Cell::new(0u32);
    let lent = &raw const local;
    let flags = &*flags;
    spawn(move || {
        let mut more = vec![7u32];
        flags[0].operate(Kind::Read, true, shown);
        // SAFETY: the lender waits for this thread.
        unsafe { (*lent).set(flags[0].get() + more[0]) };
        more.extend([1; 8]);
        flags[1].operate(Kind::Write, true, shown);
        flags[1].set(more[1]);
    });
    flags[0].operate(Kind::Write, true, shown);
    flags[0].set(1);
    let steps = vec![1u32, 2, 3];
    loop {
        flags[1].operate(Kind::Read, true, shown);
        if flags[1].get() == 1 {
            break;
        }
    }
    show(shown, &format!("{} {steps:?}", local.get()));
    finish();
}

#[test]
fn a_write_to_the_stack_of_another_thread_is_saved_and_seen() {
    let case = Case::new(lends);
    for way in [CACHE, BOTH] {
        let (found, _) = case.search(&options(way, MOST), 1).expect("fine").expect("it ends");
        let shown: Vec<_> = found.outcomes.iter().map(String::as_str).collect();
        assert_eq!(shown, ["7 [1, 2, 3]", "8 [1, 2, 3]"]);
    }
}

#[test]
fn what_is_not_restored_is_detected() {
    let case = Case::new(lends);
    for fault in [
        Fault::StackNotRestored(0),
        Fault::StackNotRestored(1),
        // The stack of a thread that has not run since: another thread writes to it.
        Fault::RunNotRecorded(0),
        Fault::ThreadHeapNotRestored(0),
        Fault::ThreadHeapNotRestored(1),
        Fault::HeapNotRestored,
    ] {
        let found = planting(Some(fault), || case.search(&options(CACHE, MOST), 1));
        let message = found.expect_err(&format!("{fault:?}")).to_string();
        let expected = "audit: a restored state differs from a run from scratch";
        assert!(message.contains(expected), "{fault:?}: {message}");
    }
}
