//! `pidle mutants`: reads the model, builds it with its mutants, and runs those that are wanted.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use harness::verdict::Verdict;
use pidle::engines::builder;
use pidle::error::Error;
use pidle::text::output::{must_be_new, print, remark, write_new};
use pidle::{at_once, cli, interrupt};

use crate::baseline::{self, Baseline};
use crate::copy::{self, Copied};
use crate::population::Population;
use crate::sample::{self, Equivalent};
use crate::summary::{line, summary, Done};
use crate::trial;

/// How many mutants are drawn if nothing is said.
const COUNT: u32 = 175;

/// The command.
///
/// # Errors
/// If a file of the arguments will not do, or the model does not build or hold without a mutant.
pub fn mutants(arguments: &cli::Mutants) -> Result<Verdict, Error> {
    arguments.save.as_deref().map_or(Ok(()), must_be_new)?;
    interrupt::catch()?;
    let root = builder::root();
    let population = Population::read(&root)?;
    let equivalents = sample::equivalents(&root)?;
    let of_files = sample::only(&population, &arguments.only)?;
    if arguments.list {
        return list(&population, &of_files, &equivalents);
    }
    let wanted = arguments.sample.as_deref().map(|path| sample::read(path, &population));
    let wanted = wanted.transpose()?;
    let count = arguments.count.unwrap_or(COUNT) as usize;
    if arguments.sample.is_none() && count > of_files.len() {
        // Said before anything is built.
        sample::draw(of_files.clone(), &Default::default(), arguments.seed, count)?;
    }
    let folder = copy::folder();
    let mut lock = copy::lock_file(&folder)?;
    let _alone = match lock.try_write() {
        Ok(alone) => alone,
        Err(_) => {
            let folder = folder.display();
            return Err(Error::Usage(format!("{folder}: another `pidle mutants` is using this folder; wait until it has finished")));
        }
    };
    let copied = copy::build(&root, &folder, &population)?;
    let numbers = match wanted {
        Some((numbers, gone)) => {
            gone.iter().for_each(|gone| remark(&format!("no longer in the model: {gone}")));
            let (out, numbers): (Vec<u32>, Vec<u32>) =
                numbers.into_iter().partition(|number| copied.unviable.contains(number));
            out.into_iter().for_each(|number| {
                let site = &population.sites[number as usize - 1];
                remark(&format!("does not compile: {site}"));
            });
            numbers
        }
        None => sample::draw(of_files, &copied.unviable, arguments.seed, count)?,
    };
    if let Some(path) = &arguments.save {
        write_new(path, &sample::to_text(&population, &numbers))?;
    }
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    let baseline = baseline::measure(&copied, &folder, at_once)?;
    let most = Duration::from_secs(arguments.max_seconds);
    run_all(&Trials { population, equivalents, copied, baseline, most }, &numbers, at_once)
}

/// All that is known before a mutant is on.
struct Trials {
    population: Population,
    equivalents: Vec<Equivalent>,
    copied: Copied,
    baseline: Baseline,
    most: Duration,
}

fn run_all(trials: &Trials, numbers: &[u32], at_once: NonZeroUsize) -> Result<Verdict, Error> {
    let start = Instant::now();
    let ended = AtomicUsize::new(0);
    let done = at_once::map(numbers, at_once, |number| {
        let done = trials.run(*number);
        let n = ended.fetch_add(1, Ordering::Relaxed) + 1;
        print(&line(&done, n, numbers.len())).map(|()| done)
    });
    if interrupt::requested() {
        return Err(Error::Interrupted);
    }
    let done = done.into_iter().flatten().collect::<Result<Vec<Done>, Error>>()?;
    let (text, verdict) = summary(&done, start.elapsed().as_secs_f64());
    print(&text)?;
    Ok(verdict)
}

impl Trials {
    fn run(&self, number: u32) -> Done<'_> {
        let site = &self.population.sites[number as usize - 1];
        let of_function =
            |other: &&(u32, &crate::site::Site)| other.1.place.function == site.place.function;
        let file = self.population.of_file(&site.place.file);
        let function: Vec<u32> =
            file.iter().filter(of_function).map(|(number, _)| *number).collect();
        let runs = trial::runs(&self.baseline, number, &function);
        let fate = trial::attempt(&self.copied.worker, &runs, number, self.most);
        let listed = self.equivalents.iter().find(|known| known.place.is(&site.place));
        Done { site, listed: listed.map(|known| &*known.why), fate }
    }
}

/// Prints these mutants, and what is listed that is not there.
fn list(
    population: &Population,
    numbers: &[u32],
    equivalents: &[Equivalent],
) -> Result<Verdict, Error> {
    for number in numbers {
        print(&format!("{}\n", population.sites[*number as usize - 1]))?;
    }
    print(&format!("{} mutants\n", numbers.len()))?;
    let stale = stale(population, equivalents);
    stale.iter().for_each(|gone| {
        remark(&format!("{}: no longer in the model: {gone}", sample::EQUIVALENT))
    });
    Ok(if stale.is_empty() { Verdict::Held } else { Verdict::Violated })
}

/// What is listed as equivalent and is no mutant of the model.
fn stale<'e>(
    population: &Population,
    equivalents: &'e [Equivalent],
) -> Vec<&'e crate::site::Place> {
    let places = equivalents.iter().map(|known| &known.place);
    places.filter(|place| sample::number_of(population, place).is_none()).collect()
}

/// What the list of mutants that change nothing has too many, for the workspace in `root`.
///
/// # Errors
/// If the model or the list cannot be read.
pub fn stale_entries(root: &Path) -> Result<Vec<String>, Error> {
    let (population, equivalents) = (Population::read(root)?, sample::equivalents(root)?);
    Ok(stale(&population, &equivalents).iter().map(|place| place.to_string()).collect())
}
