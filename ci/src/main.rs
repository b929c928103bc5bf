//! pidle
fn main() {}
