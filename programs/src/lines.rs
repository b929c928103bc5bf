//! Files with a line of JSON for a header, one for each step, and a last one that says how many steps there are.
//!
//! `harness` writes the counterexamples of the model in this form too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The last line, so that a truncated file is not taken for a whole one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: usize,
}

/// The text of such a file.
pub fn to_text(header: &impl Serialize, steps: &[impl Serialize]) -> String {
    let steps: String = steps.iter().map(line).chain([line(&End { end: steps.len() })]).collect();
    line(header) + &steps
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data is always JSON") + "\n"
}

/// Reads such a text. `header` reads the first line.
///
/// # Errors
/// The number of the line, from 1, and what is wrong with it.
pub fn from_text<H, S: DeserializeOwned>(
    text: &str,
    header: impl FnOnce(&str) -> Result<H, String>,
) -> Result<(H, Vec<S>), (usize, String)> {
    let mut lines = text.lines().zip(1..).peekable();
    let (first, _) = lines.next().ok_or((1, "the file is empty".to_owned()))?;
    let header = header(first).map_err(|what| (1, what))?;
    let mut steps = Vec::new();
    while let Some((line, number)) = lines.next() {
        if let Ok(End { end }) = serde_json::from_str(line) {
            return match lines.next() {
                Some((_, number)) => Err((number, "a line after the end".into())),
                None if end != steps.len() => {
                    Err((number, format!("{end} steps announced, {} are here", steps.len())))
                }
                None => Ok((header, steps)),
            };
        }
        match serde_json::from_str(line) {
            Ok(step) => steps.push(step),
            // A part of a line.
            Err(_) if lines.peek().is_none() && !text.ends_with('\n') => break,
            Err(error) => return Err((number, format!("not a step: {error}"))),
        }
    }
    Err((steps.len() + 2, "the end is missing: the file is truncated".into()))
}

/// Writes a file that must not exist. If it cannot be written whole, as on a full disk, no part of it is left.
///
/// # Errors
/// If it exists, or cannot be written.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    fill(OpenOptions::new().write(true).create_new(true).open(path)?, path, text)
}

/// Writes `NAME.cex.ndjson` in `dir`, or `NAME-2.cex.ndjson` and so on if that exists. Returns the path.
///
/// # Errors
/// The path, and why it cannot be written.
pub fn write_numbered(dir: &Path, name: &str, text: &str) -> Result<PathBuf, (PathBuf, io::Error)> {
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = dir.join(format!("{name}{suffix}.cex.ndjson"));
        match write_new(&path, text) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err((path, error)),
            Ok(()) => return Ok(path),
        }
    }
}

/// Writes `text` to the new file at `path`, or removes it.
fn fill(mut file: File, path: &Path, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes()).inspect_err(|_| {
        // The error that is reported is the first one.
        let _ = fs::remove_file(path);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_leaves_no_part_of_a_file() {
        let path = std::env::temp_dir().join(format!("pidle-full-disk-{}", std::process::id()));
        fs::write(&path, "").unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert_eq!(fill(full, &path, "x").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_not_whole_is_an_error_with_its_line() {
        let read = |text: &str| from_text::<_, u32>(text, |first| Ok(first.to_owned()));
        let whole = to_text(&"head", &[7, 8]);
        assert_eq!(read(&whole), Ok(("\"head\"".into(), vec![7, 8])));
        for (text, line, what) in [
            ("", 1, "the file is empty"),
            ("head\n7\n8\n", 4, "the end is missing"),
            ("head\n7\n8\n{\"en", 4, "the end is missing"),
            ("head\n7\nx\n{\"end\":2}\n", 3, "not a step"),
            ("head\n7\n{\"end\":2}\n", 3, "2 steps announced, 1 are here"),
            ("head\n{\"end\":0}\n7\n", 3, "a line after the end"),
        ] {
            let (number, why) = read(text).unwrap_err();
            assert!(number == line && why.contains(what), "{text:?}: {number}: {why}");
        }
    }
}
