//! Writes records as bytes: all cells are quoted, except blank ones and those the profile lists as bare; records end
//! with LF.

use crate::plan::{Origin, Plan};
use crate::scope::Row;
use crate::table::Table;

/// Assembles the records of a layout from cells made for the record and from runs of a member's cells, which are
/// rendered once per member.
#[derive(Debug)]
pub(crate) struct Renderer {
    parts: Vec<Part>,
    segments: Vec<Segments>,
}

#[derive(Debug)]
enum Part {
    Cell { column: usize, bare: bool },
    Run { draw: usize, segments: usize, width: usize },
}

/// The same columns of every member of a table, ready to be copied.
#[derive(Debug)]
struct Segments {
    table: usize,
    columns: Vec<(usize, bool)>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Renderer {
    /// `origins` and `bare` describe the layout's columns in order: their source, and whether they are written bare.
    pub(crate) fn new(plan: &Plan, origins: &[Origin], bare: &[bool]) -> Self {
        let mut renderer = Self { parts: Vec::new(), segments: Vec::new() };
        let mut run: Option<(usize, Vec<(usize, bool)>)> = None;
        for (&origin, &bare) in origins.iter().zip(bare) {
            match (origin, &mut run) {
                (Origin::Drawn { draw, column }, Some((of, columns))) if *of == draw => {
                    columns.push((column, bare));
                }
                (Origin::Drawn { draw, column }, run) => {
                    renderer.end_run(plan, run.take());
                    *run = Some((draw, vec![(column, bare)]));
                }
                (Origin::Own(column), run) => {
                    renderer.end_run(plan, run.take());
                    renderer.parts.push(Part::Cell { column, bare });
                }
            }
        }
        renderer.end_run(plan, run);
        renderer
    }

    fn end_run(&mut self, plan: &Plan, run: Option<(usize, Vec<(usize, bool)>)>) {
        let Some((draw, columns)) = run else { return };
        let table = plan.record.draws[draw].table;
        let width = columns.len();
        let same = |other: &Segments| other.table == table && other.columns == columns;
        let segments = self.segments.iter().position(same).unwrap_or_else(|| {
            self.segments.push(Segments::new(&plan.tables[table], table, columns.clone()));
            self.segments.len() - 1
        });
        self.parts.push(Part::Run { draw, segments, width });
    }

    /// Appends a record with its line ending.
    pub(crate) fn write(&self, row: &Row, out: &mut Vec<u8>) {
        for (at, part) in self.parts.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match *part {
                Part::Cell { column, bare } => write_cell(row.cell(column), bare, out),
                Part::Run { draw, segments, width } => match row.drawn[draw] {
                    Some(member) => out.extend_from_slice(self.segments[segments].of(member)),
                    None => out.extend(std::iter::repeat_n(b',', width - 1)),
                },
            }
        }
        out.push(b'\n');
    }
}

impl Segments {
    fn new(of: &Table, table: usize, columns: Vec<(usize, bool)>) -> Self {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(of.members());
        for member in 0..of.members() {
            for (at, &(column, bare)) in columns.iter().enumerate() {
                if at > 0 {
                    bytes.push(b',');
                }
                write_cell(of.cell(member, column), bare, &mut bytes);
            }
            ends.push(bytes.len());
        }
        Self { table, columns, bytes, ends }
    }

    fn of(&self, member: usize) -> &[u8] {
        let start = if member == 0 { 0 } else { self.ends[member - 1] };
        &self.bytes[start..self.ends[member]]
    }
}

/// Appends a cell: nothing if it is blank, bare if requested and possible, otherwise quoted.
pub(crate) fn write_cell(cell: &str, bare: bool, out: &mut Vec<u8>) {
    let needs_quotes = || cell.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'));
    if cell.is_empty() {
        return;
    }
    if bare && !needs_quotes() {
        out.extend_from_slice(cell.as_bytes());
        return;
    }
    out.push(b'"');
    if cell.contains('"') {
        out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_as_cms_quotes() {
        let check = |cell: &str, bare: bool, expected: &str| {
            let mut out = Vec::new();
            write_cell(cell, bare, &mut out);
            assert_eq!(out, expected.as_bytes(), "{cell}");
        };
        check("", false, "");
        check("", true, "");
        check("CA", false, "\"CA\"");
        check("90.87", true, "90.87");
        check("1,200.00", true, "\"1,200.00\"");
        check("5\" lens", false, "\"5\"\" lens\"");
    }
}
