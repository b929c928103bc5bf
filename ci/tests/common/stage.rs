//! A command on a stage: its cargo builds nothing, and its workers are shell scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use harness::cex::{Counterexample, Header, Step, FORMAT};
use harness::report::{Found, Job, Line, Report};
use harness::verdict::Verdict;
use pidle::engines::protocol::Answer;
use sync::driver::Schedule;

use super::{job, script};

/// The program under test: of the package whose test this is.
const PROGRAM: &str = match option_env!("CARGO_BIN_EXE_pidle") {
    Some(program) => program,
    None => match option_env!("CARGO_BIN_EXE_pidle-bench") {
        Some(program) => program,
        None => "no program of this package",
    },
};

/// A folder with a cargo and a worker.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
}

impl Stage {
    /// `name` is the test's, as tests run at once. The worker answers the request for jobs by `jobs`,
    /// and any other by `rest`, and then does what `then` says.
    pub(crate) fn new(name: &str, jobs: &[Job], rest: &[Answer], then: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let stage = Stage { folder };
        stage.write("jobs", &line(&Answer::Jobs(jobs.to_vec())));
        stage.write("rest", &rest.iter().map(line).collect::<String>());
        // It is copied elsewhere before it is started.
        let here = stage.folder.display().to_string();
        stage.script("worker", &format!(
            "read -r request; here='{here}'\n\
             case \"$request\" in '{{\"jobs\"'*) cat \"$here/jobs\";; *) cat \"$here/rest\"; {then};; esac"
        ));
        let worker = stage.folder.join("worker").display().to_string();
        let message = serde_json::json!({"target": {"name": "pidle-engine"}, "executable": worker});
        stage.script("cargo", &format!("echo '{message}'"));
        stage
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    pub(crate) fn script(&self, name: &str, text: &str) {
        script(&self.folder.join(name), text);
    }

    pub(crate) fn pidle(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.env("CARGO", self.folder.join("cargo")).env("PIDLE_OTHER_WORKER", "1");
        command.env("CARGO_TARGET_DIR", &self.folder).current_dir(&self.folder).args(arguments);
        command
    }

    /// The exit code, what is printed, and what is remarked.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        output_of(self.pidle(arguments).output().unwrap())
    }

    pub(crate) fn counterexamples(&self) -> Vec<String> {
        let names = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".cex.ndjson")).collect();
        names.sort();
        names
    }
}

pub(crate) fn output_of(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

pub(crate) fn line(answer: &Answer) -> String {
    serde_json::to_string(answer).unwrap() + "\n"
}

pub(crate) fn found() -> Found {
    Found {
        check: "throw".into(),
        message: "must be able".into(),
        execution: 9,
        ..Found::default()
    }
}

pub(crate) fn report(verdict: Verdict) -> Answer {
    Answer::Line(Line::Report(Box::new(Report {
        job: job(),
        engine: "loom".into(),
        size: "2P/2M/3G/1T".into(),
        verdict,
        executions: 9,
        extent: "bound 2".into(),
        searched: None,
        seconds: 0.1,
        found: (verdict == Verdict::Violated).then(found),
        endings: Default::default(),
        sometimes: Vec::new(),
        note: format!("why {verdict}"),
    })))
}

pub(crate) fn counterexample() -> Counterexample {
    let schedule = Schedule::Loom { bound: Some(2), execution: 9 };
    let step = Step {
        step: 1,
        thread: 0,
        p: Some(0),
        g: None,
        action: "store".into(),
        function: "pidleput".into(),
        object: "npidle".into(),
        value: "1".into(),
        changed: vec!["npidle 0 → 1".into()],
    };
    let header = Header {
        cycle: None,
        pidle_counterexample: FORMAT,
        job: job(),
        engine: "loom".into(),
        found: found(),
        schedule,
    };
    Counterexample { header, steps: vec![step] }
}

pub(crate) fn violated() -> [Answer; 2] {
    [report(Verdict::Violated), Answer::Counterexample(Box::new(counterexample()))]
}

pub(crate) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Interrupts a command whose worker would go on until its stdin is closed.
pub(crate) fn interrupted(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = stage.pidle(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !exists(&stage.folder.join("begun")) {
        thread::sleep(Duration::from_millis(10));
    }
    interrupt(&child);
    output_of(child.wait_with_output().unwrap())
}

pub(crate) fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

pub(crate) const UNTIL_CLOSED: &str = "touch \"$here/begun\"; cat >/dev/null";

pub(crate) fn json(stage: &Stage, name: &str) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(stage.folder.join(name)).unwrap()).unwrap()
}
