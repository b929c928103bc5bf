//! All tests of the crate as one program, which links the model once and runs its files side by side. Each file is a module
//! here; `cargo test -p regressions --test all races::` runs those of one.

mod after_main;
mod as_in_go;
mod asked_on_change;
mod common;
mod contributing;
mod each_check_fails;
mod exhaustive;
mod gc;
mod issue_53294;
mod livelocks;
mod locked;
mod lost_wakeups;
mod privacy;
mod races;
mod reach;
mod release;
mod reported;
mod smallest;
mod suspends;
mod sysmon;
mod system_calls;
mod the_model;
mod tickers;
mod timers;
mod truth;
mod two_wakers;
mod vacuity;
