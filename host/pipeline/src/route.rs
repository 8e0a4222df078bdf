//! Routes judged slabs, in file order, to the destinations of their records.

use std::borrow::Cow;

use assay_model::{Cells, Column, Disposition, Position, RecordOutcome};
use assay_sinks::documents::PartEntry;
use assay_sinks::{
    ColumnSpec, FindingRow, FindingsWriter, OwnFiles, PartWriter, QuarantineWriter,
    QuarantinedRecord, Rejected, RepairRow, RepairsWriter, Selection, SinkError, SlabColumns,
};
use assay_store::{Key, Upload};

use crate::amounts::Sum;
use crate::books::Destinations;
use crate::error::RunError;
use crate::input::Input;
use crate::judged::JudgedSlab;
use crate::plan::{Amount, Origin, Output, Plan};

/// Maximum number of slabs in a row group: 131,072 records, about 90 MB of CSV, which Spark reads as one task and Redshift as one slice.
const GROUP_SLABS: usize = 32;

/// Size in memory, in bytes, at which a row group ends early. 40 MiB: four times that of an ordinary row group; reached only by data that
/// does not compress and by tables with thousands of columns.
const GROUP_BYTES: usize = 40 << 20;

/// Interval at which the size of the row group is checked: after this many slabs, or this many bytes of CSV. Where a row group ends must
/// depend only on the data, so it must not depend on how many slabs arrive together.
const LOOK_SLABS: usize = 4;
const LOOK_BYTES: usize = 8 << 20;

/// Row groups in a part file: about a million records, about 64 MB, and enough files for a parallel COPY.
const PART_GROUPS: usize = 8;

/// Maximum number of column chunks in a part file. 40,000: each takes a kilobyte of memory for the footer, and even a table with 5,000
/// columns gets eight row groups.
const PART_CHUNKS: usize = 40_000;

/// Memory reserved for encoding, in bytes: a row group, the data that arrives between two size checks, and as much again for what is
/// assembled when the group ends.
pub(crate) const ENCODING_BYTES: usize = GROUP_BYTES + 2 * LOOK_BYTES;

type Out = Box<dyn Upload>;

/// Writes the output of a run to the attempt's own files. No reader follows them until the manifest names them.
#[derive(Debug)]
pub(crate) struct Router<'a> {
    own: &'a OwnFiles<'a>,
    /// The input that the records come from.
    input: &'a Input,
    metadata: Vec<(String, String)>,
    specs: Vec<ColumnSpec>,
    /// The column of a part file for each amount of the plan.
    amounts: Vec<Option<usize>>,
    /// Content of the current row group.
    group: Fill,
    /// Content added since the last size check.
    unseen: Fill,
    /// Row groups of the current part file.
    groups: usize,
    part: Option<(Key, PartWriter<Out>)>,
    quarantine: Option<(Key, QuarantineWriter<Out>)>,
    findings: Option<(Key, FindingsWriter<Out>)>,
    repairs: Option<(Key, RepairsWriter<Out>)>,
    written: Written,
}

/// Number of consecutive slabs, and their size in bytes of CSV.
#[derive(Debug, Default)]
struct Fill {
    slabs: usize,
    bytes: usize,
}

impl Fill {
    fn add(&mut self, judged: &JudgedSlab) {
        self.slabs += 1;
        self.bytes += judged.slab.bytes_len();
    }
}

/// The files written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) parts: Vec<PartEntry>,
    pub(crate) quarantine: Vec<PartEntry>,
    pub(crate) findings: Vec<PartEntry>,
    pub(crate) repairs: Vec<PartEntry>,
    /// The records that arrived in parts and in the quarantine.
    pub(crate) arrived: Destinations,
}

/// A slab to be written to part files.
struct Passing<'a> {
    columns: Vec<Cow<'a, Column>>,
    positions: Vec<Position>,
    /// The sound records to write; `None`: all.
    rows: Option<Vec<u32>>,
}

impl<'a> Router<'a> {
    pub(crate) fn new(
        own: &'a OwnFiles<'a>,
        input: &'a Input,
        plan: &Plan,
        metadata: Vec<(String, String)>,
    ) -> Self {
        let specs = plan.outputs.iter().map(|output| output.spec.clone()).collect();
        let column = |amount: &Amount| {
            let is_it = |output: &Output| matches!(output.origin, Origin::Slot(slot) if slot == amount.slot);
            plan.outputs.iter().position(is_it)
        };
        let amounts = plan.amounts.iter().map(column).collect();
        let written = Written { arrived: Destinations::nothing(plan), ..Written::default() };
        Self {
            own,
            input,
            metadata,
            specs,
            amounts,
            group: Fill::default(),
            unseen: Fill::default(),
            groups: 0,
            part: None,
            quarantine: None,
            findings: None,
            repairs: None,
            written,
        }
    }

    /// Routes the next slabs of the file.
    pub(crate) fn route(&mut self, slabs: &[JudgedSlab], plan: &Plan) -> Result<(), RunError> {
        let _span = tracing::debug_span!("route").entered();
        let mut rest = slabs;
        while !rest.is_empty() {
            // Slabs up to the next size check are encoded together.
            let (mut count, mut look) = (0, false);
            while !look && count < rest.len() {
                self.group.add(&rest[count]);
                self.unseen.add(&rest[count]);
                count += 1;
                look = self.group.slabs >= GROUP_SLABS
                    || self.unseen.slabs >= LOOK_SLABS
                    || self.unseen.bytes >= LOOK_BYTES;
            }
            let (now, later) = rest.split_at(count);
            for judged in now {
                self.write_rejected(judged, plan)?;
            }
            self.append(now, plan)?;
            if look {
                self.unseen = Fill::default();
                self.end_full()?;
            }
            rest = later;
        }
        Ok(())
    }

    /// Ends the row group if it is full, and the part if it is full too.
    fn end_full(&mut self) -> Result<(), RunError> {
        let bytes = self.part.as_ref().map_or(0, |(_, part)| part.group_bytes());
        if self.group.slabs < GROUP_SLABS && bytes < GROUP_BYTES {
            return Ok(());
        }
        self.group = Fill::default();
        self.groups += 1;
        let mut chunks = 0;
        if let Some((_, part)) = &mut self.part {
            part.end_row_group()?;
            chunks = part.row_groups() * part.width();
        }
        if self.groups >= PART_GROUPS || chunks >= PART_CHUNKS {
            self.groups = 0;
            self.end_files()?;
        }
        Ok(())
    }

    /// Memory used by open files, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.part.as_ref().map_or(0, |(_, part)| part.memory())
            + self.quarantine.as_ref().map_or(0, |(_, file)| file.memory())
            + self.findings.as_ref().map_or(0, |(_, file)| file.memory())
            + self.repairs.as_ref().map_or(0, |(_, file)| file.memory())
    }

    /// Completes all files.
    pub(crate) fn finish(mut self) -> Result<Written, RunError> {
        if self.written.parts.is_empty() && self.part.is_none() {
            // Even a run without validated records records its columns in a part.
            self.open_part()?;
        }
        self.end_files()?;
        Ok(self.written)
    }

    fn append(&mut self, slabs: &[JudgedSlab], plan: &Plan) -> Result<(), SinkError> {
        let passing: Vec<_> = slabs.iter().map(|judged| passing(judged, plan)).collect();
        let columns: Vec<_> = passing
            .iter()
            .map(|slab| SlabColumns {
                columns: slab.columns.iter().map(Cow::as_ref).collect(),
                positions: &slab.positions,
                selection: slab.rows.as_deref().map_or(Selection::All, Selection::Some),
            })
            .filter(|slab| slab.rows() > 0)
            .collect();
        for slab in &columns {
            let passed = &mut self.written.arrived.passed;
            passed.records += slab.rows() as u64;
            passed.bytes += match slab.selection {
                Selection::All => slab.positions.iter().map(|at| at.length).sum::<u64>(),
                Selection::Some(rows) => {
                    rows.iter().map(|&row| slab.positions[row as usize].length).sum()
                }
            };
        }
        if columns.is_empty() {
            return Ok(());
        }
        if self.part.is_none() {
            self.open_part()?;
        }
        let (_, part) = self.part.as_mut().expect("just opened");
        part.append(&columns)
    }

    fn open_part(&mut self) -> Result<(), SinkError> {
        let (key, out) = self.own.part(self.written.parts.len())?;
        self.part = Some((key, PartWriter::new(self.specs.clone(), &self.metadata, out)?));
        Ok(())
    }

    fn write_rejected(&mut self, judged: &JudgedSlab, plan: &Plan) -> Result<(), SinkError> {
        let mut findings = judged.findings.as_slice();
        let mut repairs = judged.repairs.as_slice();
        for (index, outcome) in judged.outcomes.iter().enumerate() {
            if *outcome == RecordOutcome::Passed {
                continue;
            }
            let (own, later) = findings.split_at(
                findings.iter().take_while(|finding| finding.record as usize == index).count(),
            );
            findings = later;
            let (own_repairs, later) = repairs.split_at(
                repairs.iter().take_while(|repair| repair.record as usize == index).count(),
            );
            repairs = later;
            let position = judged.slab.position(index);
            if *outcome == RecordOutcome::Quarantined {
                self.hold_back(judged, plan, index, position, own, own_repairs)?;
            } else if !own.is_empty() {
                for finding in own {
                    self.findings()?.push(&FindingRow {
                        position,
                        rule: plan.rules[finding.rule].code.as_str(),
                        level: plan.rules[finding.rule].level.as_str(),
                        column: finding.column.map(|column| plan.names[column].as_str()),
                        message: &finding.message,
                        value: finding.value.as_deref(),
                    })?;
                }
            }
            for repair in own_repairs {
                self.repairs()?.push(&RepairRow {
                    position,
                    column: &plan.names[repair.column],
                    rule: plan.rules[repair.rule].code.as_str(),
                    before: &String::from_utf8_lossy(&repair.before),
                    after: &String::from_utf8_lossy(&repair.after),
                })?;
            }
        }
        Ok(())
    }

    fn hold_back(
        &mut self,
        judged: &JudgedSlab,
        plan: &Plan,
        index: usize,
        position: Position,
        findings: &[crate::findings::Finding],
        repairs: &[crate::findings::Repair],
    ) -> Result<(), SinkError> {
        self.written.arrived.held.count(judged, plan, index);
        let findings: Vec<_> = findings
            .iter()
            .map(|finding| {
                let rule = &plan.rules[finding.rule];
                assay_sinks::Finding {
                    rule: rule.code.as_str(),
                    class: rule.class.as_str(),
                    level: rule.level.as_str(),
                    column: finding.column.map(|column| plan.names[column].as_str()),
                    message: &finding.message,
                    value: finding.value.as_deref(),
                }
            })
            .collect();
        let texts: Vec<_> = repairs
            .iter()
            .map(|r| (String::from_utf8_lossy(&r.before), String::from_utf8_lossy(&r.after)))
            .collect();
        let repairs: Vec<_> = repairs
            .iter()
            .zip(&texts)
            .map(|(repair, (before, after))| assay_sinks::Repair {
                column: &plan.names[repair.column],
                rule: plan.rules[repair.rule].code.as_str(),
                before,
                after,
            })
            .collect();
        let raw = judged.slab.raw(index);
        let inner = raw.strip_suffix(b"\n").unwrap_or(raw);
        let breaks = inner.split(|byte| *byte == b'\n').count() - 1;
        let disposition = disposition(judged, index);
        self.quarantine()?.push(&QuarantinedRecord {
            position,
            line_last: position.line + breaks as u64,
            raw,
            raw_complete: !judged.slab.raw_is_cut(index),
            outcome: "quarantined",
            disposition: (disposition != Disposition::Unspecified).then(|| disposition.as_str()),
            findings: &findings,
            repairs: &repairs,
        })
    }

    fn quarantine(&mut self) -> Result<&mut QuarantineWriter<Out>, SinkError> {
        if self.quarantine.is_none() {
            let (key, out) =
                self.own.rejected(Rejected::Quarantine, self.written.quarantine.len())?;
            self.quarantine = Some((key, QuarantineWriter::new(&self.metadata, out)?));
        }
        Ok(&mut self.quarantine.as_mut().expect("just opened").1)
    }

    fn findings(&mut self) -> Result<&mut FindingsWriter<Out>, SinkError> {
        if self.findings.is_none() {
            let (key, out) = self.own.rejected(Rejected::Findings, self.written.findings.len())?;
            self.findings = Some((key, FindingsWriter::new(&self.metadata, out)?));
        }
        Ok(&mut self.findings.as_mut().expect("just opened").1)
    }

    fn repairs(&mut self) -> Result<&mut RepairsWriter<Out>, SinkError> {
        if self.repairs.is_none() {
            let (key, out) = self.own.rejected(Rejected::Repairs, self.written.repairs.len())?;
            self.repairs = Some((key, RepairsWriter::new(&self.metadata, out)?));
        }
        Ok(&mut self.repairs.as_mut().expect("just opened").1)
    }

    /// Completes the open files: quarantined records before those that passed.
    ///
    /// A file under a key that names the run must derive from that run's input, for whoever sees it before it is deleted. So nothing is
    /// completed that was read from an input that has changed since the run was named.
    fn end_files(&mut self) -> Result<(), RunError> {
        RunError::unless_same(self.input)?;
        self.complete().map_err(RunError::from)
    }

    fn complete(&mut self) -> Result<(), SinkError> {
        if let Some((key, writer)) = self.quarantine.take() {
            let (summary, out) = writer.finish()?;
            out.finish()?;
            self.written.quarantine.push(entry(&key, summary.rows, summary.bytes, summary.digest));
        }
        if let Some((key, writer)) = self.findings.take() {
            let (summary, out) = writer.finish()?;
            out.finish()?;
            self.written.findings.push(entry(&key, summary.rows, summary.bytes, summary.digest));
        }
        if let Some((key, writer)) = self.repairs.take() {
            let (summary, out) = writer.finish()?;
            out.finish()?;
            self.written.repairs.push(entry(&key, summary.rows, summary.bytes, summary.digest));
        }
        if let Some((key, writer)) = self.part.take() {
            let (summary, out) = writer.finish()?;
            out.finish()?;
            let sums = &mut self.written.arrived.passed.amounts;
            for (total, column) in sums.iter_mut().zip(&self.amounts) {
                let Some(column) = column.map(|column| &summary.columns[column]) else { continue };
                total.add(Sum {
                    unscaled: column.sum.map_or(0, |sum| sum.unscaled),
                    records: summary.rows - column.nulls,
                });
            }
            self.written.parts.push(entry(&key, summary.rows, summary.bytes, summary.digest));
        }
        Ok(())
    }
}

fn entry(key: &Key, rows: u64, bytes: u64, digest: assay_model::Digest) -> PartEntry {
    PartEntry { key: key.to_string(), rows, bytes, digest: digest.to_string() }
}

fn passing<'a>(judged: &'a JudgedSlab, plan: &Plan) -> Passing<'a> {
    let sound = judged.slab.judged();
    let positions = sound.iter().map(|&record| judged.slab.position(record as usize)).collect();
    let held = |record: u32| judged.outcomes[record as usize] == RecordOutcome::Quarantined;
    let rows = sound.iter().any(|&record| held(record)).then(|| {
        (0..).zip(sound).filter(|(_, record)| !held(**record)).map(|(row, _)| row).collect()
    });
    let columns = plan
        .outputs
        .iter()
        .map(|output| match &output.origin {
            Origin::Slot(slot) => {
                Cow::Borrowed(judged.columns[*slot].as_ref().expect("outputs are built"))
            }
            Origin::Constant(constant) => Cow::Owned(constant.column(sound.len())),
            Origin::Nowhere => {
                Cow::Owned(Column { cells: Cells::Absent, valid: None, malformed: None })
            }
        })
        .collect();
    Passing { columns, positions, rows }
}

/// What quarantine rules want done with a record: the most severe of their dispositions.
fn disposition(judged: &JudgedSlab, index: usize) -> Disposition {
    let from = judged.dispositions.partition_point(|(record, _)| (*record as usize) < index);
    judged.dispositions[from..]
        .iter()
        .take_while(|(record, _)| *record as usize == index)
        .map(|(_, disposition)| *disposition)
        .max()
        .unwrap_or(Disposition::Unspecified)
}
