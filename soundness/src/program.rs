//! Programs of 2 or 3 threads, of 2 to 6 acts each, from seeds.

use fastrand::Rng;

/// An act of a thread of a generated program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Reads a word.
    Load(usize),
    /// Writes a word.
    Store(usize, u32),
    /// Adds to a word.
    Add(usize, u32),
    /// Compares a word with the first value, and puts the second there.
    Cas(usize, u32, u32),
    /// Takes the lock, adds to its data, releases it.
    Locked(usize, u32),
    /// Like `Locked`, with a load of a word while it holds the lock.
    LockedLoad(usize, usize),
    /// Takes the second lock while it holds the first.
    Nested(usize, usize),
    /// Chooses one of this many.
    Choose(usize),
    /// Sleeps on the thread's own note.
    Sleep,
    /// Wakes that thread.
    Wake(usize),
    /// Sets the latch.
    SetLatch,
    /// Waits for the latch.
    WaitLatch,
    /// Starts the thread with this number.
    Spawn(usize),
    /// Replaces the value of a plain field, racy or not.
    Plain(u32),
    /// Replaces the value of another plain field.
    Unnamed(u32),
    /// Busy-waits until the word has this value.
    Spin(usize, u32),
    /// Like `Spin`, and meanwhile sets the other word to 1 and to 0.
    Blink(usize, u32),
    /// Forgets everything but the last bit of what it has observed.
    Checkpoint,
}

/// A generated program: the acts of each thread. Thread 0 is the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program(pub Vec<Vec<Act>>);

impl Program {
    /// A program whose executions end.
    pub fn generate(seed: u64) -> Program {
        Program::of(seed, act)
    }

    /// A program with loops: its states are finite, but its executions are not.
    pub fn generate_with_loops(seed: u64) -> Program {
        Program::of(seed, |rng, me, threads| match rng.u32(..4) {
            0 => Act::Spin(rng.usize(..2), rng.u32(..2)),
            1 => Act::Blink(rng.usize(..2), rng.u32(..2)),
            2 => Act::Store(rng.usize(..2), rng.u32(..2)),
            _ => act(rng, me, threads),
        })
    }

    /// A program in which all threads but the first are twins: they perform the same acts, which name none
    /// of them. So they are interchangeable.
    pub fn generate_twins(seed: u64) -> Program {
        let mut rng = Rng::with_seed(seed);
        let twins = rng.usize(2..=3);
        let of_twin = |rng: &mut Rng, acts| -> Vec<Act> {
            std::iter::repeat_with(|| twin_act(rng)).take(acts).collect()
        };
        let length = rng.usize(1..=if twins == 2 { 4 } else { 2 });
        let twin = of_twin(&mut rng, length);
        let mut first: Vec<Act> = (1..=twins).map(Act::Spawn).collect();
        let more = rng.usize(..=2);
        first.extend(std::iter::repeat_with(|| act(&mut rng, 0, 1)).take(more));
        let mut acts = vec![twin; twins + 1];
        acts[0] = first;
        Program(acts)
    }

    fn of(seed: u64, act: fn(&mut Rng, usize, usize) -> Act) -> Program {
        let mut rng = Rng::with_seed(seed);
        let threads = rng.usize(2..=3);
        let mut acts: Vec<Vec<Act>> = Vec::new();
        for me in 0..threads {
            let length = rng.usize(2..=6);
            acts.push((0..length).map(|_| act(&mut rng, me, threads)).collect());
        }
        // Each thread but the first is started early by a thread with a smaller number.
        for thread in 1..threads {
            let by = rng.usize(..thread);
            let at = rng.usize(..=acts[by].len().min(2));
            acts[by].insert(at, Act::Spawn(thread));
        }
        Program(acts)
    }

    /// The programs that result from leaving out one act. Without its `Spawn`, a thread never runs.
    pub fn smaller(&self) -> impl Iterator<Item = Program> + '_ {
        let places = self.0.iter().enumerate();
        let places = places.flat_map(|(thread, acts)| (0..acts.len()).map(move |at| (thread, at)));
        places.map(|(thread, at)| {
            let mut program = self.clone();
            program.0[thread].remove(at);
            program
        })
    }

    /// Shrinks the program to one for which `holds` is true, but is false with any one act left out.
    pub fn shrink(self, holds: impl Fn(&Program) -> bool) -> Program {
        let mut program = self;
        loop {
            let smaller = program.smaller().find(&holds);
            match smaller {
                Some(smaller) => program = smaller,
                None => return program,
            }
        }
    }
}

impl std::fmt::Display for Program {
    /// A line for each thread.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let threads = self.0.iter().enumerate();
        threads.into_iter().try_for_each(|(number, acts)| {
            let acts: Vec<String> = acts.iter().map(|act| format!("{act:?}")).collect();
            writeln!(f, "thread {number}: {}", acts.join("; "))
        })
    }
}

fn act(rng: &mut Rng, me: usize, threads: usize) -> Act {
    let word = rng.usize(..2);
    match rng.u32(..18) {
        0 | 1 => Act::Load(word),
        2 | 3 => Act::Store(word, rng.u32(..2)),
        4 => Act::Add(word, rng.u32(..2)),
        5 => Act::Cas(word, rng.u32(..2), rng.u32(..2)),
        6 | 7 => Act::Locked(rng.usize(..2), rng.u32(..2)),
        8 => Act::LockedLoad(rng.usize(..2), word),
        9 => Act::Nested(word, 1 - word),
        10 => Act::Choose(2),
        11 => Act::Sleep,
        12 => Act::Wake((me + 1) % threads),
        13 => Act::SetLatch,
        14 => Act::WaitLatch,
        15 => Act::Plain(rng.u32(..2)),
        16 => Act::Unnamed(rng.u32(..2)),
        _ => Act::Checkpoint,
    }
}

/// A random act for a twin, which may wait for the first thread and wake only that.
fn twin_act(rng: &mut Rng) -> Act {
    loop {
        match act(rng, 0, 1) {
            Act::Sleep => {}
            act => return act,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_determines_a_program() {
        assert_eq!(Program::generate(7), Program::generate(7));
        assert_ne!(Program::generate(7), Program::generate(8));
    }

    #[test]
    fn programs_have_two_or_three_threads_of_two_to_six_acts() {
        for seed in 0..200 {
            let Program(threads) = Program::generate(seed);
            assert!((2..=3).contains(&threads.len()), "{seed}");
            let acts: Vec<&Act> = threads.iter().flatten().collect();
            let spawns = acts.iter().filter(|act| matches!(act, Act::Spawn(_))).count();
            assert_eq!(spawns, threads.len() - 1, "each thread is started once: {seed}");
            let own =
                |acts: &Vec<Act>| acts.iter().filter(|act| !matches!(act, Act::Spawn(_))).count();
            assert!(threads.iter().all(|acts| (2..=6).contains(&own(acts))), "{seed}");
        }
    }

    #[test]
    fn twins_perform_the_same_acts() {
        for seed in 0..200 {
            let Program(threads) = Program::generate_twins(seed);
            assert!((3..=4).contains(&threads.len()), "{seed}");
            assert!(threads[2..].iter().all(|twin| *twin == threads[1]), "{seed}");
        }
    }

    #[test]
    fn shrinking_leaves_out_what_does_not_matter() {
        let has = |program: &Program, wanted| program.0.iter().flatten().any(|act| *act == wanted);
        let program = Program(vec![
            vec![Act::Load(0), Act::Spawn(1), Act::Store(0, 1)],
            vec![Act::Choose(2), Act::Sleep],
        ]);
        let smallest =
            program.shrink(|program| has(program, Act::Sleep) && has(program, Act::Spawn(1)));
        assert_eq!(smallest, Program(vec![vec![Act::Spawn(1)], vec![Act::Sleep]]));
    }
}
