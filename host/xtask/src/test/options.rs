//! The words after `cargo xtask test`.

use std::thread;

use anyhow::{Context, Result, bail};

/// For steps that run as processes of their own: this step and nothing else, without a table.
pub(super) const ONLY: &str = "--only";

/// The words, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options<'a> {
    /// Writes the cost of each step as its new budget.
    pub(super) bless: bool,
    /// How many steps may run at the same time.
    pub(super) at_once: usize,
    /// The step that this process is for.
    pub(super) only: Option<&'a str>,
    steps: Vec<&'a str>,
}

impl<'a> Options<'a> {
    pub(super) fn read(words: &[&'a str], known: &[&str]) -> Result<Self> {
        // One more than there are cores, because most steps wait for a server or for the disk part of the time.
        let at_once = thread::available_parallelism().map_or(1, usize::from) + 1;
        let mut options = Self { bless: false, at_once, only: None, steps: Vec::new() };
        let step = |word: &'a str| {
            if known.contains(&word) {
                return Ok(word);
            }
            let kind = if word.starts_with('-') { "option" } else { "step" };
            bail!(
                "there is no {kind} `{word}`; `cargo xtask test --list` names the steps, `cargo xtask help` the options"
            );
        };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match *word {
                "--bless" => options.bless = true,
                "--jobs" => {
                    let number = rest.next().context("`--jobs` needs a number after it")?;
                    options.at_once =
                        number.parse().ok().filter(|number| *number > 0).with_context(|| {
                            format!("`--jobs {number}`: expected a whole number from 1 up")
                        })?;
                }
                ONLY => {
                    let name = rest.next().with_context(|| format!("`{ONLY}` needs a step"))?;
                    options.only = Some(step(name)?);
                }
                name => options.steps.push(step(name)?),
            }
        }
        Ok(options)
    }

    /// Whether a step is to be run.
    pub(super) fn includes(&self, step: &str) -> bool {
        self.steps.is_empty() || self.steps.contains(&step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_or_refused() {
        let check = |words: &[&str], expected: Result<&str, &str>| {
            let found = Options::read(words, &["fmt", "tests"]).map(|options| {
                let Options { bless, only, .. } = options;
                let steps: Vec<_> =
                    ["fmt", "tests"].into_iter().filter(|step| options.includes(step)).collect();
                let jobs = if words.contains(&"--jobs") { options.at_once } else { 0 };
                format!(
                    "{} bless={bless} only={} jobs={jobs}",
                    steps.join(","),
                    only.unwrap_or("-")
                )
            });
            let found = found.map_err(|error| error.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{words:?}");
        };
        check(&[], Ok("fmt,tests bless=false only=- jobs=0"));
        check(&["tests"], Ok("tests bless=false only=- jobs=0"));
        check(&["--bless", "--jobs", "1"], Ok("fmt,tests bless=true only=- jobs=1"));
        check(&["--only", "fmt"], Ok("fmt,tests bless=false only=fmt jobs=0"));
        check(&["--jobs"], Err("`--jobs` needs a number after it"));
        check(&["--jobs", "0"], Err("`--jobs 0`: expected a whole number from 1 up"));
        check(&["--jobs", "two"], Err("`--jobs two`: expected a whole number from 1 up"));
        let no = |what| {
            format!(
                "there is no {what}; `cargo xtask test --list` names the steps, `cargo xtask help` the options"
            )
        };
        check(&["lint"], Err(&no("step `lint`")));
        check(&["--job"], Err(&no("option `--job`")));
        check(&["--only", "lint"], Err(&no("step `lint`")));
    }
}
