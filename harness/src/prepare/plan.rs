//! How an engine carries out a job, and how far that went.

use sync::driver::{Options, Plan, PlanError, Sampler, Searched, ENGINE};

use super::target::Target;
use crate::report::{Job, Mode, Search};

/// Whether this engine can run the job in its mode.
///
/// # Errors
/// In mode races, where nothing searches. (loom would find races in any mode, but no bounded part of its executions is
/// known to show all.)
pub(crate) fn can_run(job: &Job) -> Result<(), PlanError> {
    let searches = match ENGINE {
        sync::driver::Engine::Explore => true,
        sync::driver::Engine::Shuttle => job.limits.search.is_some(),
        sync::driver::Engine::Loom | sync::driver::Engine::Std => false,
    };
    if job.mode == Mode::Races && !searches {
        Err(PlanError::Races)
    } else {
        Ok(())
    }
}

/// One plan; for a sampled engine, one for each way to sample.
pub(super) fn plans(job: &Job, target: &Target) -> Vec<Plan> {
    let limits = &job.limits;
    let plan = |sampler| Plan {
        bound: limits.bound,
        sampler,
        executions: limits.executions,
        seeds: limits.seeds.clone(),
        audit: limits.audit,
        threads: target.threads(),
        choices: target.has_choices(),
        races: looks_for_races(job.mode),
        ..Plan::default()
    };
    match (ENGINE, &limits.search) {
        (sync::driver::Engine::Shuttle, Some(search)) => {
            vec![Plan { search: options(search, target), ..plan(Sampler::Exhaustive) }]
        }
        (sync::driver::Engine::Shuttle, None) => {
            vec![plan(Sampler::Random), plan(Sampler::Urw), plan(Sampler::Pct(3))]
        }
        (sync::driver::Engine::Explore, search) => {
            let search = options(&search.clone().unwrap_or_default(), target);
            vec![Plan { search, ..plan(Sampler::Exhaustive) }]
        }
        (sync::driver::Engine::Loom | sync::driver::Engine::Std, _) => vec![plan(Sampler::Random)],
    }
}

/// In mode races, where the engine may refuse. On loom, which finds races in any mode, the operation that it takes to
/// find them all would cost more than invariants leave time for.
fn looks_for_races(mode: Mode) -> bool {
    match mode {
        Mode::Races => true,
        Mode::Symptoms => ENGINE == sync::driver::Engine::Loom,
        Mode::Invariants => false,
    }
}

fn options(search: &Search, target: &Target) -> Options {
    Options {
        cache: search.cache,
        sleep: search.sleep,
        symmetry: search.symmetry,
        interchangeable: target.interchangeable(),
        paranoid: search.paranoid,
        traces: search.traces,
        liveness: search.liveness,
        jobs: search.jobs,
        max_memory: search.max_memory.map(|mib| mib as usize * 1024 * 1024),
        ..Options::default()
    }
}

/// The part of all executions that was to be run. A bound that left nothing out is not mentioned.
pub(crate) fn extent(job: &Job, searched: Option<&Searched>) -> String {
    let bounded = |bound: Option<usize>| match bound {
        None => "exhaustive".into(),
        Some(bound) => format!("bound {bound}"),
    };
    match (ENGINE, searched) {
        (_, Some(searched)) if searched.incomplete.is_some() => "not finished".into(),
        (_, Some(_)) if job.finds_livelocks() => "exhaustive, livelocks too".into(),
        (_, Some(searched)) => bounded(searched.bound.map(|bound| bound as usize)),
        (sync::driver::Engine::Loom | sync::driver::Engine::Explore, None) => {
            bounded(job.limits.bound)
        }
        (sync::driver::Engine::Shuttle, None) => "sampled".into(),
        (sync::driver::Engine::Std, None) => "repeated".into(),
    }
}

/// Why a run stopped before it had finished, and how much is left.
pub(crate) fn left(searched: Option<&Searched>) -> String {
    let Some(Searched { statistics, incomplete, .. }) = searched else {
        return match ENGINE {
            sync::driver::Engine::Loom => {
                "stopped before the end; loom cannot estimate how much is left"
            }
            _ => "stopped before the end",
        }
        .into();
    };
    let why = incomplete.map_or_else(|| "interrupted".into(), |why| format!("stopped by {why}"));
    let done = match statistics.estimated {
        Some(all) if all.executions > statistics.executions as f64 => {
            let part = 100.0 * statistics.executions as f64 / all.executions;
            format!("about {part:.1e} % of all executions (estimate)")
        }
        _ => format!("roughly {:.2} % (estimate)", 100.0 * statistics.share),
    };
    let open = statistics.open;
    let branches = if open == 1 { "branch" } else { "branches" };
    format!("{why} at {done}; {open} {branches} open on the current path")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync::driver::{Estimated, Incomplete, Statistics};

    /// The note on a search with these numbers, stopped by `incomplete`.
    fn note(incomplete: Option<Incomplete>, estimated: Option<Estimated>) -> String {
        let statistics = Statistics {
            executions: 500,
            share: 0.25,
            open: 7,
            estimated,
            ..Statistics::default()
        };
        left(Some(&Searched { statistics, incomplete, ..Searched::default() }))
    }

    #[test]
    fn a_search_that_is_cut_off_says_why_and_how_far_it_got() {
        let time = Some(Incomplete::Time);
        let guess = note(time, None);
        assert!(
            guess.starts_with("stopped by the limit of time at roughly 25.00 % (estimate)"),
            "{guess}"
        );
        assert!(guess.ends_with("; 7 branches open on the current path"), "{guess}");
        let all = Estimated {
            probes: 8,
            seed: 1,
            executions: 5e9,
            error: 1e9,
            complete: 1e9,
            complete_error: 1e8,
        };
        assert!(note(time, Some(all)).contains("about 1.0e-5 % of all executions (estimate)"));
        // An estimate below what was already run is wrong, and is not used.
        let few = Estimated { executions: 10.0, ..all };
        assert!(note(time, Some(few)).contains("roughly 25.00 % (estimate)"));
    }
}
