//! One case of a search: an input of any size, its container, and the rules that judge it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use fastrand::Rng;

use super::draw::{self, Table};
use super::rules;
use super::shape::{Run, Shape};
use super::wrapping::Wrapping;

/// Threads and bytes of memory: the default and the minimum.
const WAYS: [(u32, u64); 6] =
    [(1, DEFAULT), (1, DEFAULT), (16, DEFAULT), (1, LEAST), (2, LEAST), (16, LEAST)];
const DEFAULT: u64 = 256 << 20;

/// The most columns tried in a table. 20,000: four times what fits the default memory, so that runs that need more are tried too.
const COLUMNS: u64 = 20_000;

const LEAST: u64 = 128 << 20;

/// The name under which every file is judged, whatever its own name is.
const NAME: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Rules of this checkout, and records for which they were made.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) pack: PathBuf,
    pub(super) header: Vec<u8>,
    pub(super) records: Vec<Vec<u8>>,
}

/// The rules that judge a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rules {
    /// A pack that is written beside the file, with its list of columns: these, or the header's.
    Drawn {
        pack: String,
        columns: Option<Vec<String>>,
    },
    Published(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    /// The seed, or the name of a known fault.
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) wrapping: Wrapping,
    rules: Rules,
    /// Whether it also publishes, rather than only judges.
    publishes: bool,
    threads: u32,
    /// The memory budget in bytes.
    pub(super) memory: u64,
    /// The largest scale to try.
    pub(super) most: u64,
}

/// A case written to disk.
#[derive(Debug)]
pub(super) struct Placed {
    input: PathBuf,
    pack: PathBuf,
    lake: PathBuf,
}

impl Case {
    /// The case of a seed. `published`: records used now and then in place of generated ones.
    pub(super) fn drawn(seed: u64, published: &[Published]) -> Self {
        let mut random = Rng::with_seed(seed);
        let random = &mut random;
        let stand_in = (random.u32(..5) == 0 && !published.is_empty())
            .then(|| &published[random.usize(..published.len())]);
        let (shape, rules) = match stand_in {
            Some(real) => {
                let header = vec![Run::once(real.header.clone())];
                let width = real.header.split(|byte| *byte == b',').count();
                let table = Table { width, published: &real.records };
                let shape =
                    Shape { before: draw::before(random), header, body: table.body(random) };
                (shape, Rules::Published(real.pack.clone()))
            }
            None => made_up(random),
        };
        let wrapping = match random.u32(..12) {
            0 => Wrapping::Gzip,
            1 => Wrapping::GzipMembers(1 << random.u32(..17)),
            2 => Wrapping::Zstd,
            3 => Wrapping::ZstdFrames(1 << random.u32(..17)),
            4 => Wrapping::Zip { deflated: true, others: 0 },
            5 => Wrapping::Zip { deflated: random.bool(), others: 1 << random.u32(..6) },
            _ => Wrapping::Plain,
        };
        let run = random.u32(..5) == 0;
        let (threads, memory) = WAYS[random.usize(..WAYS.len())];
        let wide = matches!(rules, Rules::Drawn { columns: None, .. });
        Self {
            name: format!("seed {seed}"),
            shape,
            wrapping,
            rules,
            publishes: run,
            threads,
            memory,
            most: if wide { COLUMNS } else { u64::MAX },
        }
    }

    /// A case that judges a table of three columns, `a` to `c`, by these rules of `checks`.
    pub(super) fn known(name: &str, shape: Shape, wrapping: Wrapping, rules: &str) -> Self {
        let pack = rules::around(&format!("{rules}\n[plugins.checks]\n"));
        let columns = Some(["a", "b", "c"].map(str::to_owned).to_vec());
        Self {
            name: name.to_owned(),
            shape,
            wrapping,
            rules: Rules::Drawn { pack, columns },
            publishes: false,
            threads: 1,
            memory: DEFAULT,
            most: u64::MAX,
        }
    }

    /// A case that publishes a table with its header's columns.
    pub(super) fn known_wide(name: &str, shape: Shape) -> Self {
        let rules = Rules::Drawn { pack: rules::around("[plugins.checks]\n"), columns: None };
        Self { rules, publishes: true, ..Self::known(name, shape, Wrapping::Plain, "") }
    }

    /// The same on this many threads.
    pub(super) fn on(self, threads: u32) -> Self {
        Self { threads, ..self }
    }

    /// Writes the file and its rules into a folder.
    pub(super) fn place(&self, scale: u64, folder: &Path) -> Result<Placed> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        let input = folder.join(format!("input-{scale}.csv{}", self.wrapping.suffix()));
        let file =
            File::create(&input).with_context(|| format!("cannot create `{}`", input.display()))?;
        self.wrapping
            .write(&self.shape, scale, file)
            .with_context(|| format!("cannot write `{}`", input.display()))?;
        let pack = match &self.rules {
            Rules::Published(pack) => pack.clone(),
            Rules::Drawn { pack: text, columns } => {
                let pack = folder.join(format!("pack-{scale}.toml"));
                let list = format!("columns-{scale}.txt");
                let columns = columns.clone().unwrap_or_else(|| self.shape.names(scale));
                fs::write(&pack, text.replace(rules::COLUMNS, &list))
                    .and_then(|()| fs::write(folder.join(list), columns.join("\n") + "\n"))
                    .with_context(|| format!("cannot write `{}`", pack.display()))?;
                pack
            }
        };
        Ok(Placed { input, pack, lake: folder.join("lake") })
    }

    /// Adds the arguments with which `assay` judges it.
    pub(super) fn words(&self, placed: &Placed, command: &mut Command) {
        let Placed { input, pack, lake } = placed;
        command.arg(if self.publishes { "run" } else { "check" }).arg(input);
        command.arg("--pack").arg(pack).args(["--name", NAME]);
        if self.publishes {
            command.arg("--root").arg(lake);
        }
        command.args(["--threads", &self.threads.to_string()]);
        command.args(["--memory", &self.memory.to_string()]);
    }

    /// Describes the input for people.
    pub(super) fn describe(&self) -> String {
        format!("{} · {}", self.wrapping, self.shape)
    }
}

impl Placed {
    /// The file's size on disk.
    pub(super) fn bytes(&self) -> Result<u64> {
        Ok(fs::metadata(&self.input).context("the input is gone")?.len())
    }

    /// Removes the input and what was published, but not the rules.
    pub(super) fn remove(&self) -> Result<()> {
        fs::remove_file(&self.input).context("cannot remove an input")?;
        self.forget_published()
    }

    /// Removes what was published, because another run would find the work done.
    pub(super) fn forget_published(&self) -> Result<()> {
        if self.lake.exists() {
            fs::remove_dir_all(&self.lake).context("cannot remove what was published")?;
        }
        Ok(())
    }
}

/// A generated table, and rules for it.
fn made_up(random: &mut Rng) -> (Shape, Rules) {
    if random.u32(..12) == 0 {
        let shape = draw::wide(random);
        let columns: Vec<String> = shape.names(1);
        return (shape, Rules::Drawn { pack: rules::pack(random, &columns), columns: None });
    }
    if random.u32(..12) == 0 {
        let shape = draw::broad(random);
        let columns: Vec<String> = shape.names(1);
        let pack = rules::pack(random, &columns);
        return (shape, Rules::Drawn { pack, columns: Some(columns) });
    }
    let most = [1, 3, 8, 300][random.usize(..4)];
    let width = random.usize(1..=most);
    let table = Table { width, published: &[] };
    let columns: Vec<String> = (0..width).map(draw::name).collect();
    let odd = random.u32(..16) == 0;
    let header = if odd {
        Table::odd_header(random)
    } else {
        let end = ["\n", "\r\n"][random.usize(..2)];
        vec![Run::once(columns.join(",") + end)]
    };
    let shape = Shape { before: draw::before(random), header, body: table.body(random) };
    (shape, Rules::Drawn { pack: rules::pack(random, &columns), columns: Some(columns) })
}
