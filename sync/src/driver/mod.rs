//! What drives programs: plans, runs, schedules, failures, and the observers of executions.
//!
//! A [`Plan`] says which executions of a program to run. [`run_all`] runs them and returns what was found;
//! [`record`] runs one of them again by its [`Schedule`].
//!
//! | item | is |
//! |---|---|
//! | [`Plan`], [`Options`], [`Sampler`] | which executions to run, and how to search |
//! | [`run_all`], [`record`], [`estimate`] | runs all of them, runs one again, estimates how many there are |
//! | [`Explored`], [`Failure`], [`Schedule`], [`Orders`] | the result: how it ended, what failed, how to run it again |
//! | [`Observer`], [`observe`], [`at_end`] | code that watches an execution and is no part of the program |
//! | [`waiting`], [`is_alone`] | what the threads wait for |
//! | [`operations`] | a number that stands still while a thread loops without an operation |
//! | [`pin_history`] | makes what a thread hands to an observer part of the state |
//! | [`check_changed`], [`check_all`] | evaluates predicates over a state |
//! | [`rounds_without_progress`], [`broken_rule`] | what an execution counts and checks by itself |
//! | [`Outside`] | a value that lives outside the executions: counts, logs, recordings |
//! | [`litmus`] | all outcomes of a race, for tests |
//! | [`Engine`], [`ENGINE`] | the engine that this crate is built for |

pub(crate) mod estimate;
pub(crate) mod exploration;
pub(crate) mod failure;
pub mod litmus;
pub(crate) mod observer;
pub(crate) mod plan;
pub(crate) mod predicates;
pub(crate) mod progress;
pub(crate) mod schedule;

pub use explore::options::{Estimated, Incomplete, Options, Probing, Statistics};

pub use crate::current::{operations, thread_id};
pub use crate::discipline::{broken_rule, Rule};
pub use crate::engine::ENGINE;
pub use crate::name::Engine;
pub use crate::orders::Orders;
pub use crate::plain::Outside;
pub use crate::program::{
    at_end, is_alone, observe, pin_history, rounds_without_progress, waiting,
};
pub use estimate::estimate;
pub use exploration::{record, run_all, Diverged, End, Explored, Recorded, Searched};
pub use failure::{Cause, Failure, Violation};
pub use observer::{Observer, Operation, Quiescent};
pub use plan::{Control, OnProgress, Plan, PlanError, Sampler};
pub use predicates::{check_all, check_changed};
pub use progress::Progress;
pub use schedule::Schedule;
