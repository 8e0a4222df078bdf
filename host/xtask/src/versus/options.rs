//! The command-line options.

use anyhow::{Context, Result, bail};

use super::peers::{PEERS, Peer};

/// The options.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) megabytes: u32,
    pub(super) seed: u32,
    pub(super) rounds: usize,
    /// In the order of the table, including Assay's rows.
    pub(super) peers: Vec<&'static Peer>,
    /// Whether the user named the peers: only named ones may be built if that takes long.
    pub(super) named: bool,
    /// Install nothing: report peers that are not installed.
    pub(super) installed: bool,
    pub(super) format: Format,
    pub(super) write: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
}

/// Large enough that start-up does not matter, while a data frame still fits into a laptop's
/// memory.
const MEGABYTES: u32 = 400;
/// The minimum for a meaningful median.
const ROUNDS: usize = 3;
/// The seed whose counts the test suite knows.
const SEED: u32 = 42;

impl Options {
    pub(super) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            megabytes: MEGABYTES,
            seed: SEED,
            rounds: ROUNDS,
            peers: PEERS.iter().collect(),
            named: false,
            installed: false,
            format: Format::Text,
            write: false,
        };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let mut value = || {
                words.next().copied().with_context(|| format!("`{word}` needs a value after it"))
            };
            match word {
                "--megabytes" => options.megabytes = number(word, value()?)?,
                "--seed" => options.seed = number(word, value()?)?,
                "--rounds" => options.rounds = usize::try_from(number(word, value()?)?)?,
                "--peers" => {
                    options.peers = choose(value()?)?;
                    options.named = true;
                }
                "--installed" => options.installed = true,
                "--format" => {
                    options.format = match value()? {
                        "text" => Format::Text,
                        "json" => Format::Json,
                        other => bail!("`--format` is `text` or `json`, found `{other}`"),
                    }
                }
                "--write" => options.write = true,
                other => bail!("`{other}` is no option; `cargo xtask versus --help` lists them"),
            }
        }
        Ok(options)
    }

    /// The command with the same options.
    pub(super) fn command(&self) -> String {
        let mut words = vec![format!(
            "cargo xtask versus --megabytes {} --rounds {}",
            self.megabytes, self.rounds
        )];
        if self.seed != SEED {
            words.push(format!("--seed {}", self.seed));
        }
        if self.named {
            let theirs = self.peers.iter().filter(|peer| !peer.is_ours());
            let names: Vec<&str> = theirs.map(|peer| peer.name).collect();
            words.push(format!("--peers {}", names.join(",")));
        }
        words.join(" ")
    }
}

fn number(option: &str, text: &str) -> Result<u32> {
    match text.parse() {
        Ok(number) if number > 0 || option == "--seed" => Ok(number),
        _ => bail!("`{option}` needs a whole number from 1, found `{text}`"),
    }
}

/// The peers named by a list, and Assay.
fn choose(list: &str) -> Result<Vec<&'static Peer>> {
    let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    for word in &words {
        if !PEERS.iter().any(|peer| peer.answers_to(word)) {
            bail!("`--peers` names `{word}`, which is none of them: {}", names());
        }
    }
    let chosen = |peer: &&Peer| peer.is_ours() || words.iter().any(|word| peer.answers_to(word));
    Ok(PEERS.iter().filter(chosen).collect())
}

fn names() -> String {
    let theirs = PEERS.iter().filter(|peer| !peer.is_ours());
    theirs.map(|peer| peer.name).collect::<Vec<_>>().join(", ")
}

pub(super) fn help() -> String {
    format!(
        "\
Runs the same thirteen rules over the same file in Assay and in other engines, checks that all find the same records, and
prints what each took. `tests/versus/README.md` states the rules.

usage: cargo xtask versus [OPTION]…

  --megabytes N   size of the generated file (default: {MEGABYTES})
  --rounds N      rounds, interleaved; the table gives medians (default: {ROUNDS}; slow engines run fewer)
  --peers LIST    only these beside Assay, separated by commas: {names}.
                  `polars` means both of its modes. qsv is built (some ten minutes) only if it is named here
  --installed     set nothing up; what is not there already is reported as such
  --seed N        seed of the generator (default: {SEED})
  --format json   every round of every engine, as one object on standard output
  --write         keep the table in docs/versus.md

Needs Python 3.11; PySpark needs Java too. `ASSAY_BIN` names the binary to measure; otherwise the release build is made.
Everything it makes is in target/versus.

examples:
  cargo xtask versus --megabytes 40 --rounds 1 --peers duckdb,polars
  cargo xtask versus --write --peers duckdb,polars,pandera,dataframely,qsv,pyspark
",
        names = names()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_named_alone_or_by_engine() {
        let check = |list: &str, expected: &[&str]| {
            let names: Vec<&str> =
                choose(list).expect("known names").iter().map(|peer| peer.name).collect();
            assert_eq!(names, expected, "{list}");
        };
        check("duckdb", &["assay", "assay-check", "duckdb"]);
        check("qsv, polars", &["assay", "assay-check", "polars-streaming", "polars-eager", "qsv"]);
        check("polars-eager", &["assay", "assay-check", "polars-eager"]);
        check("", &["assay", "assay-check"]);
    }

    #[test]
    fn mistakes_are_explained() {
        let check = |words: &[&str], expected: &str| {
            let error = Options::parse(words).expect_err("a mistake").to_string();
            assert_eq!(error, expected, "{words:?}");
        };
        check(&["--rounds"], "`--rounds` needs a value after it");
        check(&["--rounds", "0"], "`--rounds` needs a whole number from 1, found `0`");
        check(&["--megabytes", "1.5"], "`--megabytes` needs a whole number from 1, found `1.5`");
        check(&["--format", "xml"], "`--format` is `text` or `json`, found `xml`");
        check(&["--fast"], "`--fast` is no option; `cargo xtask versus --help` lists them");
        check(
            &["--peers", "pandas"],
            "`--peers` names `pandas`, which is none of them: duckdb, polars-streaming, polars-eager, pandera, dataframely, \
             qsv, pyspark",
        );
    }

    #[test]
    fn the_command_is_repeated_as_it_was_meant() {
        let check = |words: &[&str], expected: &str| {
            assert_eq!(Options::parse(words).expect("right words").command(), expected);
        };
        check(&["--write"], "cargo xtask versus --megabytes 400 --rounds 3");
        check(
            &["--peers", "polars", "--seed", "7", "--rounds", "1"],
            "cargo xtask versus --megabytes 400 --rounds 1 --seed 7 --peers polars-streaming,polars-eager",
        );
    }
}
