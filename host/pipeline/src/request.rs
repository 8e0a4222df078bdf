//! What is asked of a run, and what it is for.

use std::path::{Path, PathBuf};

use assay_packs::{Discovery, Pack};

use crate::input::Input;
use crate::memory::MemoryLimit;

/// What is to be done.
#[derive(Debug)]
pub struct Request<'a> {
    /// The file.
    pub input: &'a Input,
    /// The entry of a zip archive with several.
    pub entry: Option<&'a str>,
    /// The pack to judge by; found from header, kind and partition if none is named.
    pub pack: Option<&'a Path>,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
    /// Folder of compiled plugins; none: compile anew.
    pub cache: Option<PathBuf>,
    /// Threads that judge and encode, as far as memory lets them.
    pub threads: usize,
    /// What all that is under way may take.
    pub memory: MemoryLimit,
    /// Greatest number of records in one call to a plugin.
    pub batch_size: usize,
    /// What a run may take the place of.
    pub replacing: Replacing,
}

/// What a run may take the place of. It is asked when the run begins; that nothing else came between is the commit's to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacing {
    /// Whatever is published for its partition.
    Anything,
    /// Nothing: only a partition without a run is published to.
    Nothing,
    /// That run and no other.
    Run(String),
}

impl Request<'_> {
    /// Threads that judge and encode.
    pub(crate) fn workers(&self) -> usize {
        self.threads.clamp(1, self.memory.threads())
    }

    /// Bytes that may be leased.
    pub(crate) fn room(&self) -> usize {
        self.memory.room(self.workers(), self.input.memory())
    }

    /// What to say of a run that leased so many bytes at once, if they were more than it may have.
    pub(crate) fn overdrawn(&self, leased: usize) -> Option<String> {
        let (memory, threads, ahead) = (self.memory, self.workers(), self.input.memory());
        (!memory.holds(leased, threads, ahead)).then(|| {
            format!(
                "more memory was taken than `--memory {memory}` allows: {leased} bytes at once, where it leaves {}; a slab, its worker and a \
                 row group are let in whatever they need. The output is the same. Give it `--memory {}`, or, if single records are very \
                 long, lower `record_bytes` in the pack's `[limits]`",
                self.room(),
                MemoryLimit::with_room(leased, threads, ahead),
            )
        })
    }
}

/// What records are judged for: it decides what is built and kept, never what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What passes is published, so all of its columns are built.
    Publish,
    /// Records are judged and counted.
    Check,
    /// A person looks at what single rules say, so that each hit of a rule that only counts is kept too.
    Look,
    /// As [`Purpose::Look`], at one plugin without the others of its pack, on a file that may lack columns it needs.
    Try,
}

impl Purpose {
    /// Whether records are written.
    pub(crate) fn publishes(self) -> bool {
        self == Self::Publish
    }

    /// Whether hits and rewrites that change nothing are kept one by one, and not only counted.
    pub(crate) fn keeps_all(self) -> bool {
        matches!(self, Self::Look | Self::Try)
    }
}

/// How much of a field and of a record a pack lets in.
pub(crate) fn limits(pack: &Pack) -> assay_ingest::Limits {
    let limits = pack.limits();
    assay_ingest::Limits {
        field_bytes: usize::try_from(limits.field_bytes).unwrap_or(usize::MAX),
        record_bytes: usize::try_from(limits.record_bytes).unwrap_or(usize::MAX),
        ..assay_ingest::Limits::default()
    }
}
