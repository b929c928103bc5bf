//! All tests of the command as one program, which is linked once for each engine. Each file is a module here; `cargo test
//! -p pidle --test all commands::` runs those of one.

mod checks;
mod command_line;
mod commands;
#[cfg(unix)]
mod common;
mod found;
mod house_rules;
mod loom_tests;
mod measurements;
mod traced;
mod workers;
