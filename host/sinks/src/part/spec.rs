//! Columns of a part file and the slabs written to it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use assay_model::{Cells, Column, ColumnKind, FieldId, LINEAGE, Position};
use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, Type as Physical, ZstdLevel,
};
use parquet::file::metadata::KeyValue;
use parquet::schema::types::{Type, TypePtr};

use crate::SinkError;

/// Creator recorded in each file. It names the format rather than a version, so that a new host writes the same bytes.
pub(crate) const CREATED_BY: &str = "assay";

/// Compression level. With level 1, files are a third smaller than with Snappy for about a fifth more time; higher levels gain little on
/// pages that already consist of dictionary keys.
pub(super) const ZSTD_LEVEL: i32 = 1;

/// Number of decimal digits that fit the 64-bit values Assay computes with.
const DECIMAL_DIGITS: u8 = 18;

/// A column of a part file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Id by which readers identify the column.
    pub id: FieldId,
    /// Name of the column, unique regardless of case.
    pub name: String,
    /// Type of its cells.
    pub kind: ColumnKind,
}

/// Which records of a slab are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection<'a> {
    /// All records.
    All,
    /// The records with these indices, ascending and without repeats.
    Some(&'a [u32]),
}

/// The records of a slab that are written, as ranges: selections consist of long ranges with few gaps.
#[derive(Debug)]
pub(super) struct Rows {
    runs: Vec<Range<usize>>,
    len: usize,
}

impl Rows {
    pub(super) fn new(selection: Selection<'_>, records: usize) -> Self {
        let Selection::Some(indexes) = selection else {
            return Self { runs: std::iter::once(0..records).collect(), len: records };
        };
        let runs = indexes.chunk_by(|one, next| one + 1 == *next);
        let runs = runs.map(|run| run[0] as usize..run[0] as usize + run.len()).collect();
        Self { runs, len: indexes.len() }
    }

    /// Returns the number of records.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the ranges in order; none is empty unless the slab is.
    pub(super) fn runs(&self) -> &[Range<usize>] {
        &self.runs
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.runs.iter().flat_map(Clone::clone)
    }
}

/// A slab, column by column, and the records of it that are written.
#[derive(Debug, Clone)]
pub struct SlabColumns<'a> {
    /// One per specification, in the same order, with all records of the slab. [`Cells::Absent`] is all null.
    pub columns: Vec<&'a Column>,
    /// Positions of the slab's records.
    pub positions: &'a [Position],
    /// The records to write.
    pub selection: Selection<'a>,
}

impl SlabColumns<'_> {
    /// Returns the number of records written.
    pub fn rows(&self) -> usize {
        match self.selection {
            Selection::All => self.positions.len(),
            Selection::Some(indexes) => indexes.len(),
        }
    }

    /// Checks that lengths agree and indices are in range, so that the encoders need not check.
    pub(super) fn check(&self, specs: &[ColumnSpec]) -> Result<(), SinkError> {
        let fault =
            |column: &str, problem| Err(SinkError::Column { column: column.to_owned(), problem });
        if self.columns.len() != specs.len() {
            let problem =
                format!("expected a slab of {} columns, found {}", specs.len(), self.columns.len());
            return fault("*", problem);
        }
        let records = self.positions.len();
        if let Selection::Some(indexes) = self.selection {
            let ascending = indexes.windows(2).all(|pair| pair[0] < pair[1]);
            let inside = indexes.last().is_none_or(|&last| (last as usize) < records);
            if !ascending || !inside {
                let problem =
                    format!("expected ascending indexes below {records} as the selection");
                return fault("*", problem);
            }
        }
        for (spec, column) in specs.iter().zip(&self.columns) {
            let found = match &column.cells {
                Cells::Absent | Cells::Constant(_) => records,
                Cells::Text(text) => text.len(),
                Cells::Integer(values) => values.len(),
                Cells::Decimal { unscaled, .. } => unscaled.len(),
                Cells::Date(days) => days.len(),
                Cells::Dictionary { keys, values } => {
                    // Examining all keys, which is vectorised, is faster than stopping at the first bad one.
                    let greatest = keys.iter().fold(0, |greatest, &key| key.max(greatest));
                    if !keys.is_empty() && usize::from(greatest) >= values.len() {
                        let problem = format!("expected keys below {}", values.len());
                        return fault(&spec.name, problem);
                    }
                    keys.len()
                }
            };
            let bits = column.valid.iter().chain(&column.malformed).map(assay_model::Bitmap::len);
            if let Some(found) = std::iter::once(found).chain(bits).find(|&len| len != records) {
                return fault(&spec.name, format!("expected {records} cells, found {found}"));
            }
        }
        Ok(())
    }
}

/// Returns the Parquet schema of `specs` followed by the lineage columns.
pub(super) fn schema(specs: &[ColumnSpec]) -> Result<TypePtr, SinkError> {
    let mut names = BTreeSet::from(LINEAGE.map(str::to_owned));
    let mut ids = BTreeSet::from(FieldId::LINEAGE);
    let mut fields = Vec::with_capacity(specs.len() + LINEAGE.len());
    for spec in specs {
        let fault = |problem: String| SinkError::Column { column: spec.name.clone(), problem };
        if !names.insert(spec.name.to_lowercase()) {
            let problem = "expected a name that no other column has, whatever the case";
            return Err(fault(problem.to_owned()));
        }
        if !ids.insert(spec.id) {
            return Err(fault(format!(
                "expected an id that no other column has, found {}",
                spec.id
            )));
        }
        if let ColumnKind::Decimal { precision, scale } = spec.kind
            && (!(1..=DECIMAL_DIGITS).contains(&precision) || scale > precision)
        {
            let problem = format!(
                "expected a decimal of 1 to {DECIMAL_DIGITS} digits with no more after the point, \
                 found decimal({precision},{scale})"
            );
            return Err(fault(problem));
        }
        fields.push(Arc::new(field(spec).map_err(SinkError::parquet("the schema"))?));
    }
    for (name, id) in LINEAGE.into_iter().zip(FieldId::LINEAGE) {
        let lineage = Type::primitive_type_builder(name, Physical::INT64)
            .with_repetition(Repetition::REQUIRED)
            .with_id(Some(id.get()))
            .build();
        fields.push(Arc::new(lineage.map_err(SinkError::parquet("the schema"))?));
    }
    let root = Type::group_type_builder("records").with_fields(fields).build();
    Ok(Arc::new(root.map_err(SinkError::parquet("the schema"))?))
}

fn field(spec: &ColumnSpec) -> Result<Type, parquet::errors::ParquetError> {
    // The older annotations are written too, for Redshift and older Spark, which do not know the new ones.
    let (physical, logical, converted) = match spec.kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), ConvertedType::UTF8),
        ColumnKind::Integer => (Physical::INT64, None, ConvertedType::NONE),
        ColumnKind::Date => (Physical::INT32, Some(LogicalType::Date), ConvertedType::DATE),
        ColumnKind::Decimal { precision, scale } => {
            let logical = LogicalType::decimal(i32::from(scale), i32::from(precision));
            (Physical::INT64, Some(logical), ConvertedType::DECIMAL)
        }
    };
    let builder = Type::primitive_type_builder(&spec.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_id(Some(spec.id.get()))
        .with_logical_type(logical)
        .with_converted_type(converted);
    match spec.kind {
        ColumnKind::Decimal { precision, scale } => {
            builder.with_precision(i32::from(precision)).with_scale(i32::from(scale)).build()
        }
        _ => builder.build(),
    }
}

/// Returns the compression of pages.
pub(crate) fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default())
}

/// Converts the caller's metadata to the form the parquet crate expects.
pub(crate) fn key_values(metadata: &[(String, String)]) -> Option<Vec<KeyValue>> {
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    (!metadata.is_empty()).then(|| pairs.collect())
}
