//! The command-line options.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use assay_standins::Conditions;

/// Large enough that start-up does not matter, small enough for a median within minutes.
const MEGABYTES: u32 = 500;
/// The minimum for a meaningful median.
const ROUNDS: usize = 3;
/// In each direction, so 40 ms from a request to the first byte of its response: about what S3 takes within a region
/// when it is slow.
const LATENCY: u32 = 20;
/// Roughly the rate of one connection to S3.
const CONNECTION: u32 = 100;
/// The rate of two connections, so that a single one does not fill the link, and two cores can judge what arrives.
const ALL: u32 = 200;

/// The options.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) megabytes: u32,
    pub(super) rounds: usize,
    /// Measure Assay only.
    pub(super) alone: bool,
    pub(super) write: bool,
    /// One-way latency in milliseconds.
    pub(super) latency: u32,
    /// Megabytes per second per connection.
    pub(super) connection: u32,
    pub(super) all: u32,
}

impl Options {
    pub(super) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            megabytes: MEGABYTES,
            rounds: ROUNDS,
            alone: false,
            write: false,
            latency: LATENCY,
            connection: CONNECTION,
            all: ALL,
        };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let mut number = || {
                let text =
                    words.next().with_context(|| format!("`{word}` needs a value after it"))?;
                match text.parse::<u32>() {
                    Ok(number) if number > 0 => Ok(number),
                    _ => bail!("`{word}` needs a whole number from 1, found `{text}`"),
                }
            };
            match word {
                "--megabytes" => options.megabytes = number()?,
                "--rounds" => options.rounds = usize::try_from(number()?)?,
                "--latency" => options.latency = number()?,
                "--connection" => options.connection = number()?,
                "--link" => options.all = number()?,
                "--alone" => options.alone = true,
                "--write" => options.write = true,
                other => {
                    bail!("`{other}` is not an option; `cargo xtask speed s3 --help` lists them")
                }
            }
        }
        Ok(options)
    }

    /// The requested link.
    pub(super) fn conditions(&self) -> Conditions {
        Conditions {
            latency: Duration::from_millis(self.latency.into()),
            connection: u64::from(self.connection) * 1_000_000,
            all: u64::from(self.all) * 1_000_000,
        }
    }

    /// The command with the same options.
    pub(super) fn command(&self) -> String {
        let mut words =
            format!("cargo xtask speed s3 --megabytes {} --rounds {}", self.megabytes, self.rounds);
        for (option, value, default) in [
            ("--latency", self.latency, LATENCY),
            ("--connection", self.connection, CONNECTION),
            ("--link", self.all, ALL),
        ] {
            if value != default {
                words.extend([" ", option, " ", &value.to_string()]);
            }
        }
        if self.alone { words + " --alone" } else { words }
    }
}

pub(super) fn help() -> String {
    format!(
        "\
Measures reading from a bucket and publishing into one, compared with the disk: CPU, time, memory, requests and their price, and the
share of a slow link that is used. DuckDB, Polars and `aws s3 cp` are measured on the same object.

usage: cargo xtask speed s3 [OPTION]…

  --megabytes N    size of the generated file (default: {MEGABYTES})
  --rounds N       rounds, interleaved; tables give medians (default: {ROUNDS})
  --latency N      of the link, in milliseconds each way (default: {LATENCY})
  --connection N   bandwidth of one connection, in MB/s (default: {CONNECTION})
  --link N         bandwidth of all connections together, in MB/s (default: {ALL})
  --alone          Assay only
  --write          write the tables to docs/speed-s3.md

Needs versitygw (`cargo xtask setup` builds it with Go) and, without `--alone`, Python 3.11. `ASSAY_BIN` names the binary to measure;
otherwise the release build is made.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_repeated_as_it_was_meant() {
        let check = |words: &[&str], expected: &str| {
            assert_eq!(Options::parse(words).expect("right words").command(), expected);
        };
        check(&["--write"], "cargo xtask speed s3 --megabytes 500 --rounds 3");
        check(
            &["--alone", "--link", "400", "--megabytes", "1000"],
            "cargo xtask speed s3 --megabytes 1000 --rounds 3 --link 400 --alone",
        );
    }

    #[test]
    fn mistakes_are_explained() {
        let check = |words: &[&str], expected: &str| {
            let error = Options::parse(words).expect_err("a mistake").to_string();
            assert_eq!(error, expected, "{words:?}");
        };
        check(&["--rounds"], "`--rounds` needs a value after it");
        check(&["--link", "0"], "`--link` needs a whole number from 1, found `0`");
        check(&["--fast"], "`--fast` is not an option; `cargo xtask speed s3 --help` lists them");
    }
}
