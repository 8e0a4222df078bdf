//! Generates a file and its truth file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use assay_model::Position;

use crate::damage::write_damaged;
use crate::defect::{Defect, Outcome};
use crate::error::ProfileError;
use crate::plan::{Origin, Plan, Size};
use crate::prng::Prng;
use crate::profile::Profile;
use crate::raw::Damage;
use crate::render::{Renderer, write_cell};
use crate::roster::{Place, Roster};
use crate::scope::{Row, Scope};
use crate::share::Share;
use crate::table::Table;
use crate::template::{Cells, Source};
use crate::truth::{Amounts, HEADER, Line, Summary};

/// Describes the file to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Values of partition keys, such as `year` = `2023`; missing ones get the profile's defaults.
    pub partition: Vec<(String, String)>,
    /// Name of the layout.
    pub layout: String,
    /// The layout's header, column by column.
    pub header: Vec<String>,
    /// Canonical names with their names in this layout; others are used as they are.
    pub aliases: Vec<(String, String)>,
    /// Number of data records.
    pub rows: u64,
    /// Seed; the same seed gives the same file.
    pub seed: u64,
    /// Share of records that get a defect.
    pub defects: Share,
}

/// Progress in writing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records written.
    pub records: u64,
    /// Records requested.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Generates files of a profile.
#[derive(Debug)]
pub struct Generator {
    request: Request,
    plan: Plan,
    /// The layout's columns, by index: canonical name, source of the cells, and whether cells are written bare.
    columns: Vec<String>,
    origins: Vec<Origin>,
    bare: Vec<bool>,
    renderer: Renderer,
    id: Option<usize>,
    amounts: Vec<(usize, u8)>,
    defects: Vec<Defect>,
}

/// Bytes buffered before a write: enough to make the cost of the calls negligible.
const BUFFER: usize = 1 << 20;

/// Records between two calls of the progress function.
const PROGRESS_EVERY: u64 = 4_096;

/// One in this many records is remembered, for defects that repeat an earlier one. A prime, so that it falls into step
/// with nothing else.
const REMEMBER_EVERY: u64 = 61;

impl Generator {
    /// Builds the tables that records draw from, and everything else that is the same for all records. Fails if the
    /// request does not fit the profile.
    pub fn new(profile: &Profile, request: Request) -> Result<Self, ProfileError> {
        let given = profile.given(&request.partition, &request.layout)?;
        let size = Size { seed: request.seed, rows: request.rows };
        let plan = profile.plan(&given, Some(size)).map_err(|fault| profile.at(fault))?;
        let canonical = |name: &String| {
            let alias = request.aliases.iter().find(|(_, spelling)| spelling == name);
            alias.map_or_else(|| name.clone(), |(canonical, _)| canonical.clone())
        };
        let columns: Vec<String> = request.header.iter().map(canonical).collect();
        let origins = columns
            .iter()
            .map(|column| {
                plan.origin_of(column).ok_or_else(|| ProfileError::ColumnUnknown {
                    column: column.clone(),
                    layout: request.layout.clone(),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let bare: Vec<bool> =
            columns.iter().map(|column| profile.raw.bare.contains(column)).collect();
        let renderer = Renderer::new(&plan, &origins, &bare);
        let place = |name: &str| columns.iter().position(|column| column == name);
        let amounts = profile.raw.amounts.iter();
        // The profile was checked with all its columns, so a failure here means a column that this layout lacks.
        let defects = profile.raw.defects.iter();
        let defects = defects.filter_map(|raw| Defect::new(raw, &columns, &given).ok());
        let defects = defects.filter(Defect::possible).collect();
        Ok(Self {
            id: place(&profile.raw.id),
            amounts: amounts.filter_map(|(name, &scale)| Some((place(name)?, scale))).collect(),
            defects,
            request,
            columns,
            origins,
            bare,
            renderer,
            plan,
        })
    }

    /// Writes the file to `out` and the truth file to `truth`. Call it only once: a second call would continue the
    /// sequences of the first. Fails if a writer fails.
    pub fn write(
        &mut self,
        out: &mut dyn Write,
        truth: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Summary> {
        let Self { request, plan, columns, origins, bare, renderer, id, amounts, defects } = self;
        let mut header = request.header.join(",").into_bytes();
        header.push(b'\n');
        out.write_all(&header)?;
        truth.write_all(HEADER.as_bytes())?;

        let mut summary = Summary {
            records: 0,
            bytes: length(&header),
            defective: 0,
            validated: 0,
            quarantined: 0,
            rules: BTreeMap::new(),
            defects: defects.iter().map(|defect| (defect.name.clone(), 0)).collect(),
            amounts: amounts
                .iter()
                .map(|&(at, scale)| (columns[at].clone(), Amounts::none(scale)))
                .collect(),
        };
        // Tables depend on the seed alone, so the same people occur again in another year's file. Records also depend
        // on the requested partition values, and are the same in every layout.
        let asked: Vec<&str> = request.partition.iter().map(|(_, value)| value.as_str()).collect();
        let asked = asked.join("/");
        let mut prng = Prng::new(request.seed, &format!("record/{asked}"));
        let mut chance = Prng::new(request.seed, &format!("defect/{asked}"));
        let mut roster = Roster::new(defects.len(), request.rows);
        let mut row = Row::default();
        let mut buffer = Vec::with_capacity(BUFFER * 2);
        let mut line = 2;
        let mut earlier: Option<Earlier> = None;
        let mut damaged_before = false;

        for record in 1..=request.rows {
            plan.record
                .next(&plan.tables, record, &mut prng, &mut row)
                .map_err(io::Error::other)?;
            let cells = Whole {
                origins,
                row: &row,
                scope: &plan.record,
                tables: &plan.tables,
                earlier: earlier.as_ref().map(|earlier| earlier.cells.as_slice()),
            };
            let start = buffer.len();
            if chance.hits(request.defects) {
                roster.owe(defects, record);
            }
            let place = Place {
                record,
                damage: !damaged_before && record < request.rows,
                earlier: earlier.is_some(),
            };
            let defect = roster.take(defects, place, &cells).map(|kind| &defects[kind]);
            damaged_before = false;
            match defect {
                None => {
                    renderer.write(&row, &mut buffer);
                    summary.count(amounts, &cells, false);
                    if earlier.is_none() || record % REMEMBER_EVERY == 0 {
                        let bytes = buffer[start..].to_vec();
                        earlier = Some(Earlier { cells: cells.to_vec(), bytes });
                    }
                }
                Some(defect) => {
                    let written =
                        write_defect(defect, &cells, bare, &header, earlier.as_ref(), &mut buffer);
                    let blocks = defect.damage.is_some_and(Damage::blocks);
                    damaged_before = blocks;
                    let position = Position {
                        record,
                        line,
                        offset: summary.bytes,
                        length: length(&buffer[start..]),
                    };
                    let record_id = id.and_then(|id| written.get(id).cloned()).unwrap_or_default();
                    summary.tell(defect, &cells, position, &record_id, truth)?;
                    if !blocks {
                        let quarantined = defect.outcome() == Some(Outcome::Quarantined);
                        let repaired = defect.repaired(&cells, written);
                        summary.count(amounts, &Listed(&repaired), quarantined);
                    }
                }
            }
            summary.records += 1;
            if defect.and_then(Defect::outcome) == Some(Outcome::Quarantined) {
                summary.quarantined += 1;
            } else {
                summary.validated += 1;
            }
            summary.bytes += length(&buffer[start..]);
            line += lines(&buffer[start..]);
            if buffer.len() >= BUFFER {
                out.write_all(&buffer)?;
                buffer.clear();
            }
            if record % PROGRESS_EVERY == 0 || record == request.rows {
                progress(Progress { records: record, rows: request.rows, bytes: summary.bytes });
            }
        }
        out.write_all(&buffer)?;
        out.flush()?;
        truth.flush()?;
        Ok(summary)
    }
}

/// A sound record written earlier, for defects that repeat it.
struct Earlier {
    cells: Vec<String>,
    bytes: Vec<u8>,
}

/// All cells of the current record, by the layout's columns.
struct Whole<'a> {
    origins: &'a [Origin],
    row: &'a Row,
    scope: &'a Scope,
    tables: &'a [Table],
    earlier: Option<&'a [String]>,
}

impl Whole<'_> {
    fn to_vec(&self) -> Vec<String> {
        (0..self.origins.len()).map(|at| self.cell(Source::Own(at)).to_owned()).collect()
    }
}

impl Cells for Whole<'_> {
    fn cell(&self, source: Source) -> &str {
        match source {
            Source::Own(at) => match self.origins[at] {
                Origin::Own(column) => self.row.cell(column),
                Origin::Drawn { draw, column } => self.row.drawn[draw].map_or("", |member| {
                    self.tables[self.scope.draws[draw].table].cell(member, column)
                }),
            },
            Source::Earlier(at) => self.earlier.map_or("", |cells| &cells[at]),
            // Defects name only the record's columns.
            Source::Drawn { .. } => "",
        }
    }
}

/// Cells given as a plain list.
struct Listed<'a>(&'a [String]);

impl Cells for Listed<'_> {
    fn cell(&self, source: Source) -> &str {
        match source {
            Source::Own(at) => &self.0[at],
            Source::Earlier(_) | Source::Drawn { .. } => "",
        }
    }
}

/// Appends the record with its defect and returns its cells after the change.
fn write_defect(
    defect: &Defect,
    cells: &Whole<'_>,
    bare: &[bool],
    header: &[u8],
    earlier: Option<&Earlier>,
    out: &mut Vec<u8>,
) -> Vec<String> {
    let mut changed = cells.to_vec();
    for (column, template) in &defect.set {
        changed[*column] = template.value(cells).into_owned();
    }
    match (defect.damage, earlier) {
        (Some(Damage::RepeatRecord), Some(earlier)) => {
            out.extend_from_slice(&earlier.bytes);
            return earlier.cells.clone();
        }
        (Some(Damage::RepeatHeader), _) => {
            out.extend_from_slice(header);
            return Vec::new();
        }
        (Some(damage), _) => {
            let at = defect.column.unwrap_or(usize::MAX);
            write_damaged(&changed, bare, damage, at, defect.bytes, out);
        }
        (None, _) => {
            for (at, (cell, &bare)) in changed.iter().zip(bare).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_cell(cell, bare, out);
            }
            out.push(b'\n');
        }
    }
    changed
}

impl Defect {
    /// Whether any record of this file can have it: conditions on partition values are already decided.
    fn possible(&self) -> bool {
        let nothing = crate::profile::Nothing;
        self.when
            .iter()
            .filter(|condition| condition.subject.fixed().is_some())
            .all(|condition| condition.holds(&nothing))
    }

    /// The cells after the expected repairs.
    fn repaired(&self, before: &dyn Cells, mut cells: Vec<String>) -> Vec<String> {
        for expected in &self.expected {
            if let Some((column, _)) = expected.after {
                cells[column] = expected.after_text(before);
            }
        }
        cells
    }
}

impl crate::defect::Expected {
    /// The cell after a repair; empty for findings.
    fn after_text(&self, before: &dyn Cells) -> String {
        match &self.after {
            None => String::new(),
            Some((_, Some(template))) => template.value(before).into_owned(),
            Some((column, None)) => before.cell(Source::Own(*column)).to_owned(),
        }
    }
}

impl Summary {
    fn count(&mut self, amounts: &[(usize, u8)], cells: &dyn Cells, quarantined: bool) {
        for (&(at, _), sums) in amounts.iter().zip(self.amounts.values_mut()) {
            sums.count(cells.cell(Source::Own(at)), quarantined);
        }
    }

    fn tell(
        &mut self,
        defect: &Defect,
        before: &dyn Cells,
        position: Position,
        record_id: &str,
        truth: &mut dyn Write,
    ) -> io::Result<()> {
        self.defective += 1;
        *self.defects.entry(defect.name.clone()).or_default() += 1;
        for expected in &defect.expected {
            *self.rules.entry(expected.rule.clone()).or_default() += 1;
            let line = Line {
                position,
                record_id,
                defect: &defect.name,
                rule: &expected.rule,
                column: &expected.column,
                outcome: expected.outcome,
                after: &expected.after_text(before),
            };
            line.write(truth)?;
        }
        Ok(())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("lengths fit 64 bits")
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}
