//! Text on the terminal and in new files, and numbers in words.

use std::io::{self, Write};
use std::path::Path;

use crate::cli;
use crate::error::Error;

/// The width of the output, in columns, if it does not go to a terminal.
pub const WIDTH: usize = 100;

/// Prints to stdout. It is no error if the reader has closed the pipe, as `head` does.
///
/// # Errors
/// If stdout cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Io { path: "stdout".into(), error })
        }
        _ => Ok(()),
    }
}

/// Prints a line to stderr. Errors are ignored.
pub fn remark(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Checks, before any work, that a result can be written to `path`.
///
/// # Errors
/// If the file exists, or its folder does not.
pub fn must_be_new(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::Exists(path.into()));
    }
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    match folder.metadata() {
        Ok(found) if found.is_dir() && path.file_name().is_some() => Ok(()),
        Ok(_) => Err(Error::Usage(format!("{}: its parent is not a folder", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Usage(format!(
            "{}: the folder {} does not exist; create it first",
            path.display(),
            folder.display()
        ))),
        Err(error) => Err(Error::Io { path: folder.into(), error }),
    }
}

/// Checks, before any work, that the results can be written.
///
/// # Errors
/// If a file exists, or its folder does not.
pub fn are_new(cli::Output { out, json, .. }: &cli::Output) -> Result<(), Error> {
    out.iter().chain(json).try_for_each(|path| must_be_new(path))
}

/// Writes a file that must not exist. If it cannot be written whole, no part of it is left.
///
/// # Errors
/// If it exists, or cannot be written.
pub fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    let io = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.into()),
        _ => Error::Io { path: path.into(), error },
    };
    programs::lines::write_new(path, text).map_err(io)
}

/// Writes a file of the repository anew. It is written beside the old one first, so that no part of it is lost.
///
/// # Errors
/// If it cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let new = path.with_extension("new");
    write_new(&new, text)?;
    std::fs::rename(&new, path).map_err(|error| Error::Io { path: path.into(), error })
}

/// A count with separators between thousands: `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 job`, `2 jobs`.
pub fn counted(n: u64, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(n))
}

/// Breaks `text` into lines of at most `width` columns, each after `indent`. Words are kept whole.
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut lines = String::new();
    for paragraph in text.lines() {
        let mut line = String::from(indent);
        for word in paragraph.split_whitespace() {
            let begun = line.len() > indent.len();
            if begun && line.chars().count() + 1 + word.chars().count() > width {
                lines += &(std::mem::replace(&mut line, indent.into()) + "\n");
            } else if begun {
                line.push(' ');
            }
            line += word;
        }
        lines += &(line + "\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_kept_apart() {
        let counts = [0, 999, 1000, 1_234_567].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!([counted(1, "job"), counted(1000, "job")], ["1 job", "1,000 jobs"]);
    }

    #[test]
    fn wrapped_lines_keep_words_whole_and_their_indent() {
        assert_eq!(wrap("one two three", "  ", 9), "  one two\n  three\n");
        assert_eq!(wrap("unbreakable", "", 4), "unbreakable\n");
        assert_eq!(wrap("one\ntwo", "- ", 80), "- one\n- two\n");
    }

    #[test]
    fn nothing_is_written_over_a_file() {
        let path = std::env::temp_dir().join(format!("pidle-output-{}", std::process::id()));
        must_be_new(&path).unwrap();
        write_new(&path, "first").unwrap();
        assert!(matches!(must_be_new(&path), Err(Error::Exists(_))));
        assert!(matches!(write_new(&path, "second"), Err(Error::Exists(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_of_the_repository_is_replaced_whole_or_not_at_all() {
        let path = std::env::temp_dir().join(format!("pidle-replace-{}.md", std::process::id()));
        std::fs::write(&path, "first").unwrap();
        replace(&path, "second").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        std::fs::write(path.with_extension("new"), "of another run").unwrap();
        assert!(matches!(replace(&path, "third"), Err(Error::Exists(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        std::fs::remove_file(path.with_extension("new")).unwrap();
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_result_needs_a_folder_to_go_to() {
        let missing = must_be_new(Path::new("no/such/folder/x.json")).unwrap_err().to_string();
        let expected =
            "no/such/folder/x.json: the folder no/such/folder does not exist; create it first";
        assert_eq!(missing, expected);
    }
}
