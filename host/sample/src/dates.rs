//! The dates of a range, written out once so that drawing a date is drawing an index.

use assay_model::{DateFormat, format_date};

use crate::error::Fault;

/// Most days in a range: a hundred years. A longer range is a mistake in the profile.
const MOST_DAYS: i32 = 36_600;

/// Every date from `from` to `to` (`YYYY-MM-DD`, both included) in a format such as `%m/%d/%Y`.
pub(crate) fn dates(from: &str, to: &str, format: &str) -> Result<Vec<String>, Fault> {
    let format = DateFormat::new(format)
        .map_err(|error| Fault::here(format!("`{format}`: {error}")).under("format"))?;
    let iso = DateFormat::new("%Y-%m-%d").expect("names each part once");
    let day = |text: &str| {
        iso.parse(text.as_bytes()).map_err(|_| {
            Fault::here(format!("`{text}` is not a date, expected one such as `2016-12-31`"))
                .under("date")
        })
    };
    let (from, to) = (day(from)?, day(to)?);
    if to < from || to - from > MOST_DAYS {
        let message = "expected the second date after the first, by a hundred years at most";
        return Err(Fault::here(message).under("date"));
    }
    Ok((from..=to).map(|day| written(&format_date(day), format.pattern())).collect())
}

fn written(iso: &str, pattern: &str) -> String {
    pattern.replace("%Y", &iso[..4]).replace("%m", &iso[5..7]).replace("%d", &iso[8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_out() {
        let made = dates("2016-02-28", "2016-03-01", "%m/%d/%Y").unwrap();
        assert_eq!(made, ["02/28/2016", "02/29/2016", "03/01/2016"]);
    }

    #[test]
    fn mistakes_are_told() {
        let check = |from, to, format, key: &str| {
            assert_eq!(dates(from, to, format).unwrap_err().key, key);
        };
        check("2016-02-30", "2016-03-01", "%m/%d/%Y", "date");
        check("2016-03-02", "2016-03-01", "%m/%d/%Y", "date");
        check("1800-03-02", "2016-03-01", "%m/%d/%Y", "date");
        check("2016-03-01", "2016-03-01", "%m/%d", "format");
    }
}
