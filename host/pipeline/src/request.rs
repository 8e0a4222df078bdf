//! The request for a run, and its purpose.

use std::path::{Path, PathBuf};

use assay_packs::{Discovery, Pack};

use crate::input::Input;
use crate::memory::{Besides, MemoryLimit};

/// The request for a run.
#[derive(Debug)]
pub struct Request<'a> {
    /// The file.
    pub input: &'a Input,
    /// Name of the entry, if the input is a zip archive with several.
    pub entry: Option<&'a str>,
    /// The pack to judge by; `None`: found from header, kind and partition.
    pub pack: Option<&'a Path>,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
    /// Folder of compiled plugins; `None`: compile every time.
    pub cache: Option<PathBuf>,
    /// Number of threads that judge and encode, as far as memory allows.
    pub threads: usize,
    /// Memory limit for all work under way.
    pub memory: MemoryLimit,
    /// Maximum number of records in one call to a plugin.
    pub batch_size: usize,
    /// What a run is allowed to replace.
    pub replacing: Replacing,
}

/// What a run is allowed to replace. Checked when the run begins; the commit ensures that nothing else was published in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacing {
    /// Whatever is published for its partition.
    Anything,
    /// Nothing: only a partition without a run is published to.
    Nothing,
    /// This run and no other.
    Run(String),
}

impl Request<'_> {
    /// Threads that judge and encode.
    pub(crate) fn workers(&self) -> usize {
        self.threads.clamp(1, self.memory.threads())
    }

    /// Bytes that may be leased, for a file of this many columns.
    pub(crate) fn room(&self, columns: usize) -> usize {
        self.memory.room(self.besides(columns))
    }

    /// What a run of such a file needs besides leases.
    fn besides(&self, columns: usize) -> Besides {
        Besides { threads: self.workers(), ahead: self.input.memory(), columns }
    }

    /// The notice for a run whose peak of leased bytes exceeded the limit.
    pub(crate) fn overdrawn(&self, leased: usize, columns: usize) -> Option<String> {
        let (memory, besides) = (self.memory, self.besides(columns));
        (!memory.holds(leased, besides)).then(|| {
            format!(
                "more memory was taken than `--memory {memory}` allows: {leased} bytes at once, where it leaves {}; one slab, its worker and \
                 a row group are always admitted. The output is the same. Give it `--memory {}`, or, if single records are very \
                 long, lower `record_bytes` in the pack's `[limits]`",
                self.room(columns),
                MemoryLimit::with_room(leased, besides),
            )
        })
    }
}

/// The purpose of judging: it decides what is built and kept, never what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Records that pass are published, so all of their columns are built.
    Publish,
    /// Records are judged and counted.
    Check,
    /// A person examines the verdicts of single rules, so hits of rules that only count are kept too.
    Look,
    /// As [`Purpose::Look`], for one plugin without the others of its pack, on a file that may lack columns it needs.
    Try,
}

impl Purpose {
    /// Whether records are written.
    pub(crate) fn publishes(self) -> bool {
        self == Self::Publish
    }

    /// Whether hits and rewrites without consequences are kept individually, not only counted.
    pub(crate) fn keeps_all(self) -> bool {
        matches!(self, Self::Look | Self::Try)
    }
}

/// The pack's size limits for fields and records.
pub(crate) fn limits(pack: &Pack) -> assay_ingest::Limits {
    let limits = pack.limits();
    assay_ingest::Limits {
        field_bytes: usize::try_from(limits.field_bytes).unwrap_or(usize::MAX),
        record_bytes: usize::try_from(limits.record_bytes).unwrap_or(usize::MAX),
        ..assay_ingest::Limits::default()
    }
}
