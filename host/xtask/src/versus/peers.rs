//! The engines to measure, how each is used, and what it cannot do.

/// An engine, used in a particular way.
#[derive(Debug)]
pub(super) struct Peer {
    /// Its name in `--peers`, and the folder of its output.
    pub(super) name: &'static str,
    /// Its name in the table.
    pub(super) title: &'static str,
    pub(super) job: Job,
    /// How it is used and why, for the page.
    pub(super) how: &'static str,
    /// Rules that it does not support.
    pub(super) unjudged: &'static [&'static str],
    /// Whether it sees records only once, and so passes the first of a duplicated group.
    pub(super) keeps_first: bool,
    /// Maximum number of rounds: for a slow engine more are not worth the wait, because its noise
    /// is small relative to its cost.
    pub(super) most_rounds: usize,
    /// The note beside it in the table.
    pub(super) note: &'static str,
}

/// How a peer is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// `assay run`.
    Run,
    /// `assay run`, keeping the first of a duplicated group.
    RunKeepFirst,
    /// `assay check`.
    Check,
    /// A script of `tests/versus`, with further arguments.
    Script(&'static str, &'static [&'static str]),
    /// The script that calls qsv.
    Qsv,
}

impl Peer {
    /// Its output format, as named by `verdicts.py`.
    pub(super) fn reader(&self) -> &'static str {
        match self.job {
            Job::Run | Job::RunKeepFirst | Job::Check => "assay",
            Job::Script(..) | Job::Qsv => self.name,
        }
    }

    /// Whether a word in `--peers` selects it: its name, or the engine before the `-`.
    pub(super) fn answers_to(&self, word: &str) -> bool {
        self.name == word || self.name.split_once('-').is_some_and(|(engine, _)| engine == word)
    }

    /// Whether it is one of Assay's own rows, which are always measured.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.job, Job::Run | Job::RunKeepFirst | Job::Check)
    }
}

/// The values that most peers share; others override them.
const PEER: Peer = Peer {
    name: "",
    title: "",
    job: Job::Check,
    how: "",
    unjudged: &[],
    keeps_first: false,
    most_rounds: usize::MAX,
    note: "",
};

/// Judges and writes nothing, so no other engine has a row like it.
pub(super) const CHECK: Peer = Peer {
    name: "assay-check",
    title: "`assay check`",
    job: Job::Check,
    how: "the same validation with all findings, without output: the cost of the rules without Parquet.",
    note: "validates only, writes nothing",
    ..PEER
};

/// The reference for engines that see records only once. Never measured.
pub(super) const KEEP_FIRST: Peer = Peer {
    name: "assay-keep-first",
    title: "Assay",
    job: Job::RunKeepFirst,
    keeps_first: true,
    ..PEER
};

/// All peers, in the order of the table.
pub(super) const PEERS: [Peer; 9] = [
    Peer {
        name: "assay",
        title: "**`assay run`**",
        job: Job::Run,
        how: "`rules/versus/pack.toml`, made of the ordinary `checks` plugin, in its sandbox. The whole product: two passes, digest, exact \
              positions, quarantine with raw bytes and messages, audit record, manifest.",
        ..PEER
    },
    CHECK,
    Peer {
        name: "duckdb",
        title: "DuckDB",
        job: Job::Script("peer_duckdb.py", &[]),
        how: "SQL over a table staged in memory by one scan, all columns as text, insertion order not preserved, all cores. Staging in a \
              database file and reading the CSV once per output were tried; both take more CPU.",
        ..PEER
    },
    Peer {
        name: "polars-streaming",
        title: "Polars, streaming",
        job: Job::Script("peer_polars.py", &["streaming"]),
        how: "`scan_csv`, rules as expressions, both outputs as sinks fed from one scan by the streaming engine; the duplicates \
              are found by a first scan of one column. Reasons are joined text, which takes less CPU than lists.",
        ..PEER
    },
    Peer {
        name: "polars-eager",
        title: "Polars, eager",
        job: Job::Script("peer_polars.py", &["eager"]),
        how: "`read_csv` into one frame, the same expressions, `write_parquet` twice.",
        ..PEER
    },
    Peer {
        name: "pandera",
        title: "pandera",
        job: Job::Script("peer_pandera.py", &[]),
        how: "its Polars backend, a schema with vectorised checks, validated lazily so that every failure is reported; bad rows \
              are those that the failure cases name.",
        ..PEER
    },
    Peer {
        name: "dataframely",
        title: "dataframely",
        job: Job::Script("peer_dataframely.py", &[]),
        how: "a schema class and its `filter`. It keeps only columns of the schema, so the schema names all 91.",
        ..PEER
    },
    Peer {
        name: "qsv",
        title: "qsv validate",
        job: Job::Qsv,
        how: "JSON Schema, which cannot express check digits: R10 is left out for qsv only. It reads each record once, so the first of \
              a duplicated group passes; it is compared with `rules/versus/keep-first.toml`. Its outputs are CSV. Built from the published source \
              with the feature set `lite`, without one line of its command `json` that calls an unpublished fork.",
        unjudged: &["R10"],
        keeps_first: true,
        most_rounds: 2,
        note: "CSV out, no Parquet; without R10",
    },
    Peer {
        name: "pyspark",
        title: "PySpark, local",
        job: Job::Script("peer_pyspark.py", &[]),
        how: "one plan on all cores, written as one table partitioned by good and bad. `multiLine`, because the file has line \
              breaks inside quotes; one task parses it then. The JVM's CPU is counted; starting it and compiling the plan are a fixed \
              part, whatever the file's size.",
        most_rounds: 1,
        ..PEER
    },
];
