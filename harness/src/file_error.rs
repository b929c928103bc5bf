//! What is wrong with a file that cannot be read or written, in words.

use std::io;
use std::path::{self, Path};

/// The error. If the file does not exist, it says where it was looked for, as a path may be relative.
pub fn in_words(file: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {}
        io::ErrorKind::IsADirectory => return "this is a folder, not a file".into(),
        io::ErrorKind::InvalidData => return "this is not text in UTF-8".into(),
        _ => return error.to_string(),
    }
    match path::absolute(file) {
        Ok(whole) => format!("there is no such file (looked for {})", whole.display()),
        Err(_) => "there is no such file".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named_by_its_whole_path_and_other_errors_stay() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        let text = in_words(Path::new("x.toml"), &missing);
        let here = std::env::current_dir().unwrap().join("x.toml");
        assert_eq!(text, format!("there is no such file (looked for {})", here.display()));
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(in_words(Path::new("x.toml"), &denied), denied.to_string());
    }
}
