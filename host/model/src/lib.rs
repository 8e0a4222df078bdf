//! Assay's vocabulary: records and their positions, columns, rules, verdicts, outcomes.
//!
//! The rest of `host/` communicates through these types; this crate does no I/O, knows no file format
//! and depends on nothing. `wit/rules.wit` defines the same types at the boundary to plugins.

mod batch;
mod bitmap;
mod cast;
mod causes;
mod column;
mod digest;
mod extras;
mod level;
mod plugin;
mod position;
mod published;
mod rule;
mod shown;
mod slice;
mod verdict;

pub use batch::Batch;
pub use bitmap::Bitmap;
pub use cast::{
    CastError, DateFormat, DateFormatError, Decimal, format_date, parse_decimal, parse_integer,
};
pub use causes::causes;
pub use column::{Cells, Column, Form, Text};
pub use digest::{Digest, DigestError};
pub use extras::Extras;
pub use level::{FileOutcome, Level, RecordOutcome, UnknownLevel};
pub use plugin::{ColumnRequest, ConfigFault, DeclaredStage, PluginInfo, RuleKind, RunContext};
pub use position::Position;
pub use published::{ColumnKind, FieldId, LINEAGE};
pub use rule::{HostCheck, Rule, RuleClass, RuleCode, RuleCodeError};
pub use shown::{Shown, is_obeyed, revealed, revealed_to_the_edges, shown};
pub use verdict::{
    Change, Disposition, FileResult, FileResultOutcome, Hit, HitOutcome, Measure, Merge, RecordSet,
    Rewrite, Sample, Tally, Verdict,
};
