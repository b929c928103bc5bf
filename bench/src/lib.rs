//! `pidle bench peers`: what the search costs, and what others cost on the same programs.
//!
//! The scenarios of [`cli::MEASURED`] at 2 Ps and 2, 3 and 4 Ms, under the variant that has all fixes, with the checks of
//! *symptoms*, which read no state: so engines are compared, and not checks. One peer is the search with all
//! checks. Nothing here is a verdict on the model, and nothing is required of the times.
//!
//! | module | holds |
//! |---|---|
//! | [`peer`] | who is measured |
//! | [`spin`] | Spin, on `bench/core.pml` |
//! | [`table`] | what is printed |

pub mod peer;
pub mod spin;
pub mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use harness::verdict::Verdict;

use peer::{job, Peer, PEERS};
use pidle::engines::builder;
use pidle::engines::measure::Measured;
use pidle::engines::protocol::{Answer, Request, GRACE};
use pidle::engines::worker::{End, Worker};
use pidle::error::Error;
use pidle::text::output::{self, remark};
use pidle::{cli, interrupt};
use table::Row;

/// A run that is given so little of the machine that its CPU time takes so many times as long is stopped.
const PATIENCE: u32 = 10;
const MS: [u32; 3] = [2, 3, 4];

/// The command. *Incomplete* if it was interrupted; runs that meet the limit are a result like any other.
///
/// # Errors
/// If an engine cannot be built.
pub fn peers(arguments: &cli::Peers) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let mut workers = BTreeMap::new();
    for peer in PEERS {
        if !workers.contains_key(peer.engine.name()) {
            workers.insert(peer.engine.name(), builder::build(peer.engine)?);
        }
    }
    let spin = spin::Spin::find();
    let rows = measured(&workers, spin.as_ref().ok(), arguments);
    output::print(&table::render(&rows, arguments.max_seconds))?;
    if let Err(why) = &spin {
        output::print(&format!("Spin is not measured: {why}\n"))?;
    }
    Ok(verdict(&rows))
}

/// All runs, until there is an interrupt.
fn measured(
    workers: &BTreeMap<&str, Worker>,
    spin: Option<&spin::Spin>,
    arguments: &cli::Peers,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |scenario: &str, ms, peer, came| {
        let row = Row { scenario: scenario.into(), ms, peer, came };
        remark(&row.line());
        rows.push(row);
    };
    let limit = arguments.max_seconds;
    for (scenario, ms) in asked(arguments) {
        for peer in PEERS.iter().take_while(|_| !interrupt::requested()) {
            let worker = &workers[peer.engine.name()];
            add(&scenario, ms, peer.name, run(worker, peer, &scenario, ms, limit));
        }
        if let Some(spin) = spin.filter(|_| !interrupt::requested()) {
            let came = spin.run(&scenario, ms, limit);
            // Ctrl-C reaches the processes of the terminal, too: whatever they print then, they did not finish.
            let came = if interrupt::requested() { Ok(Measured::default()) } else { came };
            add(&scenario, ms, spin::NAME, came);
        }
    }
    rows
}

/// The scenarios, at each number of Ms.
fn asked(arguments: &cli::Peers) -> Vec<(String, u32)> {
    let cli::Peers { scenarios, ms, .. } = arguments;
    let names = cli::MEASURED.map(String::from).into_iter();
    let names: Vec<String> =
        names.filter(|name| scenarios.is_empty() || scenarios.contains(name)).collect();
    let sizes = MS.into_iter().filter(|size| ms.is_empty() || ms.contains(size));
    sizes.flat_map(|size| names.iter().map(move |name| (name.clone(), size))).collect()
}

/// One run of a peer. Why there is nothing to tell, if so.
fn run(
    worker: &Worker,
    peer: &Peer,
    scenario: &str,
    ms: u32,
    max_seconds: u64,
) -> Result<Measured, String> {
    let job = Box::new(job(peer, scenario, ms, max_seconds));
    let (mut measured, mut refused) = (None, None);
    let time = Duration::from_secs(max_seconds).saturating_mul(PATIENCE);
    let patience = Some(time.saturating_add(GRACE));
    let request = Request::Measure { job, sampler: peer.sampler };
    let end = worker.ask(&request, patience, |answer| match answer {
        Answer::Measured(cost) => measured = Some(cost),
        Answer::Refused(why) => refused = Some(why),
        other => refused = Some(format!("unexpected reply from the worker: {other:?}")),
    });
    match (refused, measured, end) {
        (Some(why), ..) => Err(why),
        (None, Some(measured), _) => Ok(measured),
        (None, None, End { stopped: true, .. }) => Ok(Measured::default()),
        (None, None, end) => Err(end.trouble.unwrap_or("it did not answer".into())),
    }
}

/// A run that could not be done is an error, and one that finds a failure of the fixed model is violated.
fn verdict(rows: &[Row]) -> Verdict {
    let of = |row: &Row| match &row.came {
        Err(_) => Verdict::Error,
        Ok(Measured { failed: Some(_), .. }) => Verdict::Violated,
        Ok(_) => Verdict::Held,
    };
    let stopped = interrupt::requested().then_some(Verdict::Incomplete);
    Verdict::worst(rows.iter().map(of).chain(stopped))
}
