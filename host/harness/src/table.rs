//! Small tables of text, as in pages and cases, on which laws are tried.

use assay_ingest::{HeaderFault, Limits, SlabReader};

/// Records under a header. Every record has a cell for each column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells, record by record.
    pub records: Vec<Vec<String>>,
}

/// A table, with the line on which each record begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Read {
    /// The table.
    pub table: Table,
    /// Line number of each record, counting from 1.
    pub lines: Vec<usize>,
}

/// An error in the text of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TableFault {
    /// Line of the error, counting from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Table {
    /// Creates a table without records.
    pub fn of_columns<S: AsRef<str>>(columns: &[S]) -> Self {
        let columns = columns.iter().map(|name| name.as_ref().to_owned()).collect();
        Self { columns, records: Vec::new() }
    }

    /// Returns the index of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// Returns the table without the columns for which `drop` holds.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&str) -> bool) -> Self {
        let kept: Vec<usize> =
            (0..self.columns.len()).filter(|&at| !drop(&self.columns[at])).collect();
        let pick = |cells: &[String]| kept.iter().map(|&at| cells[at].clone()).collect();
        Self {
            columns: pick(&self.columns),
            records: self.records.iter().map(|record| pick(record)).collect(),
        }
    }

    /// Concatenates the records of tables; a cell is blank if its table lacks the column.
    #[must_use]
    pub fn joined(tables: &[&Self]) -> Self {
        let mut all = Self::default();
        for name in tables.iter().flat_map(|table| &table.columns) {
            if all.position(name).is_none() {
                all.columns.push(name.clone());
            }
        }
        for table in tables {
            let places: Vec<Option<usize>> =
                all.columns.iter().map(|name| table.position(name)).collect();
            let record = |cells: &Vec<String>| -> Vec<String> {
                places
                    .iter()
                    .map(|at| at.map_or_else(String::new, |at| cells[at].clone()))
                    .collect()
            };
            all.records.extend(table.records.iter().map(record));
        }
        all
    }

    /// Reads CSV as a run does. Fails if the header is invalid or a record has a structural fault, for which a run would quarantine it.
    pub fn read(csv: &[u8]) -> Result<Read, TableFault> {
        let fault = |line: u64, message: String| TableFault {
            line: usize::try_from(line).unwrap_or(usize::MAX),
            message,
        };
        let mut reader = SlabReader::new(csv, Limits::default());
        let header = reader.header().map_err(|error: HeaderFault| fault(1, error.to_string()))?;
        if header.names.is_empty() {
            return Err(fault(1, "it is empty; expected a header and records".to_owned()));
        }
        if let Some(twice) = header.duplicates.first() {
            return Err(fault(1, format!("the header names the column `{}` twice", twice.name)));
        }
        let mut read = Read { table: Self::of_columns(&header.names), lines: Vec::new() };
        let mut recycled = None;
        loop {
            let next = reader.next_slab(recycled.take());
            let Some(slab) = next.map_err(|error| fault(1, error.to_string()))? else { break };
            for index in 0..slab.len() {
                let line = slab.position(index).line;
                if let Some(detail) = slab.fault_details(index).first() {
                    return Err(fault(line, detail.message.clone()));
                }
                let cell =
                    |column| String::from_utf8_lossy(&slab.field(index, column)).into_owned();
                read.table.records.push((0..header.names.len()).map(cell).collect());
                read.lines.push(usize::try_from(line).unwrap_or(usize::MAX));
            }
            recycled = Some(slab);
        }
        Ok(read)
    }

    /// Returns the table as CSV that reads back unchanged.
    pub fn to_csv(&self) -> String {
        let mut csv = String::new();
        let mut line = |cells: &[String]| {
            for (at, cell) in cells.iter().enumerate() {
                if at > 0 {
                    csv.push(',');
                }
                // A record of a single blank cell would be a blank line, which is not a record.
                if cell.contains([',', '"', '\n', '\r']) || cells.len() == 1 && cell.is_empty() {
                    csv.push('"');
                    csv.push_str(&cell.replace('"', "\"\""));
                    csv.push('"');
                } else {
                    csv.push_str(cell);
                }
            }
            csv.push('\n');
        };
        line(&self.columns);
        self.records.iter().for_each(|record| line(record));
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let check = |csv: &str| {
            let read = Table::read(csv.as_bytes()).expect("it is a table");
            assert_eq!(read.table.to_csv(), csv);
        };
        check("a\n\"\"\n1\n");
        check("a,b\n,\n\"x,\",\"say \"\"no\"\"\"\n\"two\nlines\",é\n");
    }

    #[test]
    fn records_know_their_lines() {
        let read = Table::read(b"a,b\n\"x\ny\",1\nz,2\n").expect("it is a table");
        assert_eq!(read.lines, [2, 4]);
    }

    #[test]
    fn what_is_no_table_is_said_with_its_line() {
        let check = |csv: &str, line: usize, begin: &str| {
            let fault = Table::read(csv.as_bytes()).expect_err("it is none");
            assert_eq!(fault.line, line, "{fault}");
            assert!(fault.message.starts_with(begin), "{fault}");
        };
        check("", 1, "it is empty");
        check("a,a\n1,2\n", 1, "the header names the column `a` twice");
        check("a,b\n1,2\n3\n", 3, "found 1 field");
    }
}
