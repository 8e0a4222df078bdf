//! The cases: each program with each kind of storage that it supports.

/// A program and its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Check,
    Run,
    RunSpooled,
    Duckdb,
    Polars,
    Copy,
}

/// Where the file is stored, and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Local file and local root.
    Disk,
    /// Bucket and, for `run`, root in the bucket; the server is reached directly.
    Loopback,
    /// The same, through the link.
    Link,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) program: Program,
    pub(super) way: Way,
}

impl Program {
    pub(super) const ALL: [Self; 6] =
        [Self::Check, Self::Run, Self::RunSpooled, Self::Duckdb, Self::Polars, Self::Copy];

    /// Its name in tables.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Check => "`assay check`",
            Self::Run => "**`assay run`**",
            Self::RunSpooled => "`assay run --spool`",
            Self::Duckdb => "DuckDB, httpfs",
            Self::Polars => "Polars, `scan_csv`",
            Self::Copy => "`aws s3 cp`",
        }
    }

    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Check | Self::Run | Self::RunSpooled)
    }

    /// Whether it publishes a lake, into the bucket if its input is in one.
    pub(super) fn publishes(self) -> bool {
        matches!(self, Self::Run | Self::RunSpooled)
    }

    /// Whether it runs with this kind of storage.
    fn goes(self, way: Way) -> bool {
        way != Way::Disk || !matches!(self, Self::RunSpooled | Self::Copy)
    }
}

/// All cases, in the order of measurement in a round: cases that are compared are adjacent.
pub(super) fn all(alone: bool) -> Vec<Case> {
    let programs = Program::ALL.into_iter().filter(|program| !alone || program.is_ours());
    let ways = [Way::Disk, Way::Loopback, Way::Link];
    programs
        .flat_map(|program| ways.map(|way| Case { program, way }))
        .filter(|case| case.program.goes(case.way))
        .collect()
}
