//! `pidle-engine`: the worker alone, for an engine that `pidle` itself was not built for.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(pidle::engines::serve::serve().exit_code())
}
