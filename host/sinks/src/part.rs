//! Part files: validated records as Parquet.
//!
//! A [`PartWriter`] takes slabs of columns, as the judging stages left them, and encodes all columns concurrently on the threads of the
//! surrounding rayon pool. Text, which is nearly everything in a file that was CSV, goes through an encoder of our own ([`text`]); numbers,
//! dates and lineage go through the parquet crate's. The output depends on the slabs and their order alone, never on threads or on how many
//! slabs are passed at once.

mod extremes;
mod intern;
mod levels;
mod number;
mod output;
mod pages;
mod plain;
mod segments;
mod spec;
mod text;
mod writer;

pub use spec::{ColumnSpec, Selection, SlabColumns};
pub use writer::{ColumnSummary, PartSummary, PartWriter};

pub(crate) use output::Output;
pub(crate) use spec::{CREATED_BY, compression, key_values};
