//! Ghosts are for checks: the program writes them, and must not read them.

use sync::driver::{at_end, run_all, Plan, PlanError};
use sync::{Arc, Ghost};

/// The result of a program that does this with a ghost.
fn comes_of(program: fn(&Ghost<u32>)) -> Result<sync::driver::End, PlanError> {
    let plan = Plan { threads: 1, executions: 1, ..Plan::default() };
    let explored = run_all(&plan, move || program(&Ghost::new(0)));
    explored.map(|explored| explored.end)
}

#[test]
fn a_program_that_reads_a_ghost_is_an_error() {
    let reads: [fn(&Ghost<u32>); 5] = [
        |ghost| assert_eq!(ghost.get(), 0),
        |ghost| ghost.with(|&value| assert_eq!(value, 0)),
        |ghost| ghost.peek(|&value| assert_eq!(value, 0)),
        |ghost| assert_eq!(ghost.replace(1), 0),
        |ghost| ghost.with_mut(|value| *value += 1),
    ];
    for read in reads {
        let PlanError::Engine(text) = comes_of(read).expect_err("an error") else {
            panic!("another error")
        };
        assert!(text.contains("the program reads a ghost"), "{text}");
    }
}

#[test]
fn a_program_may_write_one_and_a_look_at_the_end_may_read_it() {
    let writes = comes_of(|ghost| {
        ghost.set(1);
        ghost.change(|value| *value += 1);
    });
    assert_eq!(writes, Ok(sync::driver::End::Complete));
    let plan = Plan { threads: 1, executions: 1, ..Plan::default() };
    let explored = run_all(&plan, || {
        let ghost = Arc::new(Ghost::new(0));
        let look = ghost.clone();
        at_end(move || assert_eq!(look.get(), 1));
        ghost.set(1);
    });
    assert_eq!(explored.expect("a plan").end, sync::driver::End::Complete);
}

#[test]
fn outside_of_an_execution_a_ghost_is_a_value() {
    assert_eq!(Ghost::new(7).get(), 7);
}
