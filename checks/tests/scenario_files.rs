//! Scenario files, as they come with pidle and as users write them.

use std::path::Path;

use checks::scenarios;
use harness::scenario_file::{parse, write, EXAMPLE};

#[test]
fn the_example_is_a_scenario() {
    let written = parse(Path::new("example.toml"), EXAMPLE).unwrap();
    let s3 = scenarios::find("sleep-ready-busy").unwrap();
    assert_eq!(written.scenario.lines, s3.lines);
}

#[test]
fn each_scenario_comes_out_of_a_file_as_it_went_in() {
    for scenario in scenarios::all() {
        let text = write(&scenario);
        let written = parse(Path::new("x.toml"), &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(written.scenario, scenario);
    }
}
