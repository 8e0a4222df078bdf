//! The cost of each step, as a table.

use std::fmt::Write;
use std::time::Instant;

use anyhow::Result;

use crate::measure;

/// One step that was run.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) step: &'static str,
    pub(super) failed: bool,
    /// CPU seconds, over all cores and child processes.
    pub(super) cpu: f64,
    /// Wall-clock seconds.
    pub(super) wall: f64,
}

/// The steps of one run.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    began: Instant,
    /// CPU seconds for compiling `xtask`, before the first step.
    xtask: f64,
}

impl Table {
    pub(super) fn begin() -> Result<Self> {
        Ok(Self { rows: Vec::new(), began: Instant::now(), xtask: measure::cpu()? })
    }

    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Sorts the rows by the order of their names.
    pub(super) fn sort(&mut self, names: &[&str]) {
        self.rows.sort_by_key(|row| names.iter().position(|name| *name == row.step));
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn has(&self, step: &str) -> bool {
        self.rows.iter().any(|row| row.step == step)
    }

    pub(super) fn failed(&self) -> Vec<&'static str> {
        self.rows.iter().filter(|row| row.failed).map(|row| row.step).collect()
    }

    /// The table, for printing.
    pub(super) fn text(&self) -> String {
        let wall = self.began.elapsed().as_secs_f64();
        let cpu = self.xtask + self.rows.iter().map(|row| row.cpu).sum::<f64>();
        let mut text = String::new();
        let mut line = |name: &str, cpu: f64, wall: Option<f64>, result: &str| {
            let wall = wall.map(in_words).unwrap_or_default();
            let _ = writeln!(text, "{name:<13} {:>12} {wall:>12}  {result}", in_words(cpu));
        };
        line("xtask itself", self.xtask, None, "");
        for row in &self.rows {
            let result = if row.failed { "FAILED" } else { "passed" };
            line(row.step, row.cpu, Some(row.wall), result);
        }
        line("total", cpu, Some(wall), "");
        format!("{:<13} {:>12} {:>12}  result\n{}", "step", "CPU", "clock", text.trim_end())
    }
}

/// `12.3 s` or `2 min 05 s`.
pub(super) fn in_words(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = std::time::Duration::from_secs_f64(seconds.round()).as_secs();
    format!("{} min {:02} s", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_is_read_easily() {
        let check = |seconds: f64, expected: &str| assert_eq!(in_words(seconds), expected);
        check(0.04, "0.0 s");
        check(59.9, "59.9 s");
        check(59.96, "1 min 00 s");
        check(125.4, "2 min 05 s");
        check(3600.0, "60 min 00 s");
    }

    #[test]
    fn a_step_that_failed_is_seen() {
        let row = |step, failed| Row { step, failed, cpu: 61.0, wall: 30.5 };
        let mut table = Table { rows: Vec::new(), began: Instant::now(), xtask: 9.0 };
        table.push(row("fmt", false));
        table.push(row("tests", true));
        assert_eq!(table.failed(), ["tests"]);
        let text = table.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "xtask itself         9.0 s               ");
        assert_eq!(lines[3], "tests           1 min 01 s       30.5 s  FAILED");
        assert!(lines[4].starts_with("total           2 min 11 s"), "{text}");
    }
}
