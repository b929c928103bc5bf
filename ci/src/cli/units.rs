//! Times and sizes as people write them: `90`, `90s`, `10m`; `2048`, `2GiB`.

use std::time::Duration;

use bytesize::ByteSize;

const MIB: u64 = 1024 * 1024;

/// Parses a time of at least a second, in whole seconds. A number without a unit is seconds.
///
/// # Errors
/// If it is no time, or less than a second. The error says what to write.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let time = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => humantime::parse_duration(text).map_err(|_| {
            "write seconds (90), or a time with its unit (90s, 10m, 2h)".to_string()
        })?,
    };
    match time.as_secs() {
        0 => Err("must be at least 1 second".into()),
        seconds => Ok(seconds),
    }
}

/// Parses an amount of memory of at least a MiB, in whole MiB. A number without a unit is MiB.
///
/// # Errors
/// If it is no amount, or less than a MiB. The error says what to write.
pub(super) fn mebibytes(text: &str) -> Result<u64, String> {
    let mebibytes = match text.parse() {
        Ok(mebibytes) => mebibytes,
        Err(_) => {
            let size: ByteSize = text.parse().map_err(|_| {
                "write MiB (2048), or an amount with its unit (512MiB, 2GiB)".to_string()
            })?;
            size.as_u64() / MIB
        }
    };
    match mebibytes {
        0 => Err("must be at least 1 MiB".into()),
        mebibytes => Ok(mebibytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_or_is_in_seconds() {
        let read = ["90", "90s", "10m", "1h 30m", "1500ms"].map(seconds);
        assert_eq!(read, [Ok(90), Ok(90), Ok(600), Ok(5400), Ok(1)]);
        assert_eq!(["0", "0s", "10ms"].map(|text| seconds(text).is_err()), [true; 3]);
        for text in ["soon", "-1", "10 parsecs", ""] {
            assert!(seconds(text).unwrap_err().contains("10m"), "{text}");
        }
    }

    #[test]
    fn memory_has_a_unit_or_is_in_mebibytes() {
        let read = ["2048", "512MiB", "2GiB", "2 GiB"].map(mebibytes);
        assert_eq!(read, [Ok(2048), Ok(512), Ok(2048), Ok(2048)]);
        assert_eq!(["0", "0GiB", "1000B"].map(|text| mebibytes(text).is_err()), [true; 3]);
        for text in ["much", "-1", "2 parsecs", ""] {
            assert!(mebibytes(text).unwrap_err().contains("2GiB"), "{text}");
        }
    }
}
