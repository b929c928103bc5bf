//! Good scenarios and wrong ones.

use runtime_model::program::{Action, FlagId, TimerId};
use runtime_model::steps::{GO_1_19_FIXED, GO_1_27};
use runtime_model::timers::TimerFunc;

use super::*;

fn error(ps: u32, ms: u32, lines: &[&str]) -> String {
    Scenario::new("bad", "", ps, ms, lines).program().unwrap_err().to_string()
}

#[test]
fn a_line_becomes_a_script() {
    let lines = ["main: go A; sleep 10; ready A; busy-until a nudge", "A: park; set a"];
    let checked = Scenario::new("good", "", 2, 2, &lines).program().unwrap();
    let a = GId(1);
    let busy = Action::BusyUntil { flag: FlagId(0), nudge: Some(GId(2)) };
    let main = vec![Action::Go(a), Action::Sleep(10), Action::Ready(a), busy];
    assert_eq!(checked.program.scripts, [main, vec![Action::Park, Action::Set(FlagId(0))], vec![]]);
    assert_eq!(checked.size, "2P/2M/3G/1T");
    assert_eq!(checked.must_finish, []);
}

#[test]
fn an_error_says_where_what_is_wrong_and_what_to_write_instead() {
    let cases: &[(String, &str)] = &[
        (error(0, 1, &["main:"]), "ps: 0 is out of range; write 1 to 8"),
        (error(1, 0, &["main:"]), "ms: 0 is out of range; write 1 to 16"),
        (
            error(3, 2, &["main:"]),
            "ms: 2 is less than the 3 Ps: a P with work would find no M, where Go starts one; write at \
             least 3",
        ),
        (error(1, 1, &["A:"]), "entry 1: not main's"),
        (error(1, 1, &["main"]), "entry 1: `main`; an entry is `name: action"),
        (error(1, 1, &["main: go A"]), "G main, action 1 (`go A`): no G A; the Gs are main"),
        (error(1, 1, &["main: nap 3"]), "(`nap 3`): no such action; write one of go X"),
        (error(1, 1, &["main: sleep 0"]), "`0` is not a number of ticks; write 1"),
        (error(1, 1, &["main: ticker 0 main; park"]), "`0` is not a number of ticks; write 1"),
        (error(1, 1, &["main: ticker -5 main; park"]), "`-5` is not a number of ticks; write 1"),
        (error(1, 1, &["main: ticker 5 B"]), "no G B; the Gs are main"),
        (
            error(1, 1, &["main: ticker 5 main"]),
            "G main: has a ticker, but it never parks; give it a `park`",
        ),
        (
            error(1, 1, &["main: ticker 5 main; ticker 7 main; park"]),
            "G main: has 2 tickers; a G waits for one of them at most",
        ),
        (
            error(1, 1, &["main: ticker 5 A; go A; ready A", "A: park"]),
            "G A: has a ticker and is readied as well; ",
        ),
        (error(1, 1, &["main:", "A: ticker 5 main"]), "G A: never started"),
        (
            error(1, 1, &["main:", "A:"]),
            "G A: never started; write `go A` or `after N A` in some G, or a timer that does it",
        ),
        (
            error(1, 1, &["main: go A; after 3 A", "A:"]),
            "G A: started 2 times; a G that an `after` starts is started by nothing else",
        ),
        (
            error(1, 1, &["main: go main"]),
            "G main: started by an action; the runtime starts main",
        ),
        (error(1, 1, &["main: go A; ready A", "A:"]), "G A: readied, but it never parks"),
        (error(1, 1, &["main: busy-until a"]), "flag a: never set"),
        (
            error(1, 1, &["main:", "A: go B", "B: go A"]),
            "G A: never started; add a `go` for it to main, or to a G that main starts",
        ),
    ];
    for (got, wanted) in cases {
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
}

#[test]
fn the_flag_that_a_call_waits_for_is_set_and_wakes_nothing_else_before() {
    let nudged = "a system call waits for it, and a busy G that is preempted or nudged; let the call wait for another flag";
    for (got, wanted) in [
        (error(1, 1, &["main: go A", "A: syscall until a"]), "flag a: never set; add a `set`"),
        (error(1, 1, &["main: syscall until"]), "`syscall blocking` or `syscall until F`"),
        (
            error(
                1,
                1,
                &[
                    "main: go A; go B; busy-until a; stop-the-world",
                    "A: syscall until a",
                    "B: set a",
                ],
            ),
            nudged,
        ),
        (
            error(
                1,
                1,
                &["main: go A; go B; busy-until a nudge", "A: syscall until a", "B: set a"],
            ),
            nudged,
        ),
    ] {
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
    // As nothing preempts, the two may wait for one flag.
    let lines = ["main: go A; go B; busy-until a", "A: syscall until a", "B: set a"];
    assert!(Scenario::new("good", "", 3, 3, &lines).program().is_ok());
}

#[test]
fn an_action_that_is_not_whole_is_answered_with_what_it_lacks() {
    for (line, wanted) in [
        ("main: ticker 5", "(`ticker 5`): the name of a G is missing; write `ticker N X`"),
        ("main: sleep", "(`sleep`): the number of ticks is missing; write `sleep N`"),
        (
            "main: busy-until",
            "(`busy-until`): the name of a flag is missing; write `busy-until F [nudge]`",
        ),
        (
            "main: go A sleep 10",
            "(`go A sleep 10`): `;` is missing before `sleep 10`; write `go A; sleep 10`",
        ),
        (
            "main: park gosched",
            "(`park gosched`): `;` is missing before `gosched`; write `park; gosched`",
        ),
        ("main: busy-until a set b", "`;` is missing before `set b`; write `busy-until a; set b`"),
        ("main: sleep 3 4", "(`sleep 3 4`): `4` is too much; write `sleep N`"),
    ] {
        let got = error(1, 1, &[line, "A:"]);
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
}

/// A ticker never ends, and with it the program, unless main's exit ends it.
#[test]
fn a_program_with_a_ticker_ends_with_main() {
    let lines = ["main: go A; ticker 5 A", "A: park"];
    let scenario =
        Scenario { must_finish: vec!["A".into()], ..Scenario::new("ticker", "", 1, 1, &lines) };
    let error = scenario.program().unwrap_err();
    assert_eq!(error.at, At::Field("must-finish"));
    let wanted = "must-finish: not main; a ticker ticks until main exits: name main too";
    assert!(error.to_string().contains(wanted), "{error}");
    let both = Scenario { must_finish: vec!["A".into(), "main".into()], ..scenario };
    let checked = both.program().unwrap();
    assert_eq!(checked.program.scripts[0], [Action::Go(GId(1)), Action::Ticker(5, GId(1))]);
    assert_eq!(checked.size, "1P/1M/2G/1T");
}

#[test]
fn early_moves_need_a_real_clock() {
    let early = |clock, early| {
        Scenario { clock, early, ..Scenario::new("early", "", 1, 2, &["main:"]) }.program()
    };
    assert!(early(Clock::Real, 1).is_ok() && early(Clock::Fake, 0).is_ok());
    let error = early(Clock::Fake, 1).unwrap_err().to_string();
    assert!(error.contains("early: 1, but the clock is not real"), "{error}");
    assert!(error.contains("add clock = \"real\""), "{error}");
    let few = Scenario { clock: Clock::Real, ..Scenario::new("few", "", 2, 2, &["main:"]) };
    let error = few.program().unwrap_err().to_string();
    assert!(error.contains("ms: 2 is as many as the Ps"), "{error}");
    assert!(error.contains("write at least 3 (the clock is real)"), "{error}");
    let error = early(Clock::Real, 9).unwrap_err().to_string();
    assert!(error.contains("early: 9 is out of range; write 0 to 8"), "{error}");
}

#[test]
fn a_g_that_must_finish_is_one_of_the_scenarios() {
    let scenario =
        Scenario { must_finish: vec!["B".into()], ..Scenario::new("x", "", 1, 1, &["main:"]) };
    assert!(scenario.program().unwrap_err().to_string().contains("no G B; the Gs are main"));
}

#[test]
fn timers_loops_and_preemptions_become_actions() {
    let lines = [
        "main: repeat 2: go A, park; preempt; add T 5 send main; reset T 0; stop T",
        "A: modify T 3; modify T 3 every 2",
    ];
    let named = vec!["main".into()];
    let scenario = Scenario { must_finish: named, ..Scenario::new("t", "", 1, 1, &lines) };
    let checked = scenario.program().unwrap();
    let (a, t) = (GId(1), TimerId(0));
    let twice = [Action::Go(a), Action::Park, Action::Go(a), Action::Park];
    let then = [Action::Preempt, Action::Add(t, 5, 0), Action::Reset(t, 0), Action::Stop(t)];
    let main: Vec<Action> = twice.into_iter().chain(then).collect();
    assert_eq!(
        checked.program.scripts,
        [main, vec![Action::Modify(t, 3, 0), Action::Modify(t, 3, 2)]]
    );
    let timer = ProgramTimer { name: "T", f: TimerFunc::SendTime(GId::MAIN) };
    assert_eq!(checked.program.timers, [timer]);
    assert_eq!(checked.size, "1P/1M/2G/1T");
}

#[test]
fn an_error_of_a_timer_says_what_to_write_instead() {
    let cases: &[(&[&str], &str)] = &[
        (&["main: stop T"], "timer T: never added; add an `add T N go X`"),
        (
            &["main: add T 3 set f; add T 4 set f"],
            "timer T: added 2 times; leave one `add`, and write `reset T N`",
        ),
        (
            &["main: add T 3 nap"],
            "(`add T 3 nap`): `nap` is nothing that a timer does; write one of go X",
        ),
        (&["main: add T x set f"], "`x` is not a number of ticks; write 0"),
        (&["main: add T 3 every 0 send main; park"], "`0` is not a number of ticks; write 1"),
        (
            &["main: add T 3 every 2 set f"],
            "timer T: fires again and again, and does not send; write `send X`",
        ),
        (
            &["main: add T 3 set f; modify T 3 every 2"],
            "timer T: fires again and again, and does not send; write `send X`",
        ),
        (
            &["main: add T 3 set f; modify T 3 every"],
            "`modify T 3 every` is not whole, or too much; write `modify T N [every N]`",
        ),
        (&["main: add T 3 set f; stop"], "`stop` is not whole, or too much; write `stop T`"),
        (
            &["main: add T 3 send main"],
            "G main: has a timer that sends, but it never parks; give it a `park`",
        ),
        (
            &["main: add T 3 send A; go A; ready A", "A: park"],
            "G A: has a timer that sends and is readied as well; ",
        ),
        (
            &["main: go A; preempt; park", "A:"],
            "G main, action 2 (`preempt`): the next action gives up the M itself, or keeps it; write it before",
        ),
        (
            &["main: preempt"],
            "G main, action 1 (`preempt`): no action comes after it; write it before one of go",
        ),
        (
            &["main: repeat 0: park"],
            "(`repeat 0: park`): `0` is not a number of rounds; write 1 to 100",
        ),
        (&["main: repeat 2 park"], "it has no `:`; write `repeat N: action, "),
        (&["main: repeat 2: nap"], "(`repeat 2: nap`): no such action; "),
    ];
    for (lines, wanted) in cases {
        let got = error(1, 1, lines);
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
}

#[test]
fn a_variant_without_channels_of_timers_is_refused_with_the_action() {
    let lines = ["main: repeat 2: gosched, assist; add T 3 chan; try-receive T"];
    let scenario = Scenario::new("t", "", 1, 1, &lines);
    let checked = scenario.program().unwrap();
    scenario.fits(&checked, &GO_1_27).unwrap();
    let error = scenario.fits(&checked, &GO_1_19_FIXED).unwrap_err().to_string();
    let wanted = "G main, action 2 (`add T 3 chan`): the variant's timers have no channels of their own; write `add T N";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn what_a_timer_with_a_channel_can_do_is_checked() {
    for (line, wanted) in [
        (
            "main: add T 3 set f; receive T",
            "timer T: received from, and it has no channel; write `add T N chan`",
        ),
        (
            "main: add T 3 chan; modify T 3 every 2",
            "timer T: a ticker in one action, and not in the other; write `every M`",
        ),
        (
            "main: add T 3 every 2 chan; modify T 3",
            "timer T: a ticker in one action, and not in the other; write `every M`",
        ),
    ] {
        let got = error(1, 1, &[line]);
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
}

#[test]
fn sysmon_has_rounds_that_may_come_early_and_an_m_for_each_p_that_it_takes() {
    let with = |ticks, sysmon, ms| {
        let plain = Scenario::new("t", "", 1, ms, &["main: syscall long"]);
        Scenario { sysmon, ticks, ..plain }.program().unwrap_err().to_string()
    };
    for (got, wanted) in [
        (with(9, true, 2), "ticks: 9 is out of range; write 0 to 8"),
        (
            with(1, false, 2),
            "ticks: 1, but there is no sysmon whose rounds they are; add sysmon = true",
        ),
        (with(0, true, 1), "ms: 1 is as many as the Ps: sysmon may take a P out of a system call"),
    ] {
        assert!(got.contains(wanted), "{got}\n  lacks {wanted}");
    }
    let nudged = Scenario::new("t", "", 1, 2, &["main: go A; busy-until a nudge", "A: set a"]);
    let real = Scenario { sysmon: true, clock: Clock::Real, ..nudged };
    let got = real.program().unwrap_err().to_string();
    assert!(got.contains("nudged, in a program that stops the world, or in which sysmon"), "{got}");
}
