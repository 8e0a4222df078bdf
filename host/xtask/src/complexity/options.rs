//! The arguments of `complexity`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

/// Default duration of a search.
const SECONDS: u64 = 60;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Options {
    Help,
    /// Count the inputs that were once quadratic.
    Known,
    /// Run one case.
    Seed(u64),
    /// Run one seed after another for this long.
    Search {
        first: u64,
        time: Duration,
    },
}

pub(super) fn read(words: &[&str]) -> Result<Options> {
    let (mut seconds, mut seed) = (None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--help" => return Ok(Options::Help),
            "--known" => return Ok(Options::Known),
            "--seed" => {
                let number = words.next().context("`--seed` needs a number")?;
                seed = Some(number.parse().with_context(|| format!("`{number}` is not a seed"))?);
            }
            word => match word.parse() {
                Ok(number) => seconds = Some(number),
                Err(_) => bail!(
                    "`{word}` is not a number of seconds; `cargo xtask complexity --help` lists the options"
                ),
            },
        }
    }
    Ok(match (seconds, seed) {
        (None, Some(seed)) => Options::Seed(seed),
        (seconds, seed) => Options::Search {
            first: seed.unwrap_or_else(new),
            time: Duration::from_secs(seconds.unwrap_or(SECONDS)),
        },
    })
}

/// A seed that no earlier search used: microseconds, so that searches an hour apart don't overlap.
fn new() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() * 1_000_000 + u64::from(since.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood() {
        let check = |words: &[&str], expected: Options| {
            assert_eq!(read(words).expect("they make sense"), expected, "{words:?}");
        };
        let search = |first, seconds| Options::Search { first, time: Duration::from_secs(seconds) };
        check(&["--seed", "7"], Options::Seed(7));
        check(&["--seed", "7", "30"], search(7, 30));
        check(&["3600", "--seed", "8"], search(8, 3600));
        check(&["--known"], Options::Known);
        check(&["--help"], Options::Help);
        let Options::Search { first, time } = read(&[]).expect("nothing is needed") else {
            panic!("it searches")
        };
        assert!(first > 1_000_000 && time.as_secs() == SECONDS);
        for wrong in [&["soon"][..], &["--seed"], &["--seed", "x"]] {
            read(wrong).expect_err("it makes no sense");
        }
    }
}
