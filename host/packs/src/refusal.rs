//! Why no pack judges a file: a finding about the file, not an error of the run.

use std::fmt;
use std::sync::Arc;

use crate::layout::Layout;
use crate::nearest::{Nearest, quote};

/// Why no pack judges a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The header is not that of any known layout.
    LayoutUnknown {
        /// Number of columns in the header.
        columns: usize,
        /// Number of layouts it was compared with.
        known: usize,
        /// The layout most similar to it, if any is similar.
        nearest: Option<Box<Nearest>>,
    },
    /// The layout is known, but no pack takes it.
    LayoutNotTaken {
        /// Layout of the file.
        layout: Arc<Layout>,
        /// Names of the layouts that packs of the same kind take.
        taken: Vec<String>,
        /// Partition keys and values of the file, as far as known.
        partition: Vec<(String, String)>,
    },
    /// The file's name says that the file is of another kind than its header.
    KindDiffers {
        /// Name of the file.
        file_name: String,
        /// Kind according to the name.
        said: String,
        /// Layout of the file.
        layout: Arc<Layout>,
    },
    /// Neither the file's name nor its first sound records give the value of a partition key.
    PartitionNotFound {
        /// Layout of the file.
        layout: Arc<Layout>,
        /// Name of the key.
        key: String,
        /// Where the value was looked for, and what was found there.
        looked: Vec<String>,
    },
    /// No pack takes files with these partition values.
    PartitionNotTaken {
        /// Layout of the file.
        layout: Arc<Layout>,
        /// Partition keys and values of the file.
        partition: Vec<(String, String)>,
        /// What packs of this kind and layout take, such as `year=2023`.
        taken: Vec<String>,
    },
}

impl Refusal {
    /// Returns the rule code of the refusal, for reports and machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LayoutUnknown { .. } => "file.layout-unknown",
            Self::LayoutNotTaken { .. } => "file.layout-not-taken",
            Self::KindDiffers { .. } => "file.kind-differs",
            Self::PartitionNotFound { .. } => "file.partition-not-found",
            Self::PartitionNotTaken { .. } => "file.partition-not-taken",
        }
    }

    /// All codes, for catalogues of rules.
    pub const CODES: [&'static str; 5] = [
        "file.layout-unknown",
        "file.layout-not-taken",
        "file.kind-differs",
        "file.partition-not-found",
        "file.partition-not-taken",
    ];

    /// Whether the header resembles no layout.
    pub fn resembles_nothing(&self) -> bool {
        matches!(self, Self::LayoutUnknown { nearest: None, .. })
    }

    /// Returns the layout of the file, if known.
    pub fn layout(&self) -> Option<&Arc<Layout>> {
        match self {
            Self::LayoutUnknown { .. } => None,
            Self::LayoutNotTaken { layout, .. }
            | Self::KindDiffers { layout, .. }
            | Self::PartitionNotFound { layout, .. }
            | Self::PartitionNotTaken { layout, .. } => Some(layout),
        }
    }

    /// Returns the partition keys and values of the file, as far as known.
    pub fn partition(&self) -> &[(String, String)] {
        match self {
            Self::LayoutNotTaken { partition, .. } | Self::PartitionNotTaken { partition, .. } => {
                partition
            }
            Self::LayoutUnknown { .. }
            | Self::KindDiffers { .. }
            | Self::PartitionNotFound { .. } => &[],
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LayoutUnknown { columns, known, nearest: None } => {
                write!(
                    f,
                    "the header of {} resembles none of the {known} known layouts",
                    counted(*columns)
                )
            }
            Self::LayoutUnknown { columns, known, nearest: Some(nearest) } => write!(
                f,
                "the header of {} matches none of the {known} known layouts; the nearest is {} of {}\nhelp: {}",
                counted(*columns),
                nearest.layout.describe(),
                counted(nearest.layout.header().len()),
                nearest.differences
            ),
            Self::LayoutNotTaken { layout, taken, .. } => {
                write!(f, "the layout is {}, but no pack accepts it", layout.describe())?;
                if taken.is_empty() {
                    write!(f, "\nhelp: there is no pack for the kind `{}`", layout.kind())
                } else {
                    write!(
                        f,
                        "\nhelp: packs for the kind `{}` take {}",
                        layout.kind(),
                        listed(taken)
                    )
                }
            }
            Self::KindDiffers { file_name, said, layout } => write!(
                f,
                "the name {} says that the file is of the kind `{said}`, but its layout is {} of the kind `{}`\nhelp: rename the file if its name is wrong",
                quote(file_name),
                layout.describe(),
                layout.kind()
            ),
            Self::PartitionNotFound { key, looked, .. } => {
                write!(f, "the file's `{key}` is unknown: {}", looked.join("; "))?;
                f.write_str("\nhelp: give the file the name it was published under, or use `--pack` to name a pack that fixes the value")
            }
            Self::PartitionNotTaken { layout, partition, taken } => {
                let values: Vec<String> =
                    partition.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "no pack takes {} with {}", layout.describe(), listed(&values))?;
                write!(f, "\nhelp: packs for it take {}", listed(taken))
            }
        }
    }
}

impl std::error::Error for Refusal {}

fn counted(columns: usize) -> String {
    format!("{columns} {}", if columns == 1 { "column" } else { "columns" })
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
