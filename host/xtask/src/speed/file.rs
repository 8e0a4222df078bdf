//! Files of any size and width, with a pack for each width.
//!
//! Cells are like those of payments: a third of the columns is blank, others have categories, names, dates, amounts, and sometimes free
//! text; all are quoted. Widths differ only in how often this pattern repeats, so that costs per byte can be compared.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Records generated cell by cell; later ones repeat them with another id.
const DIFFERENT: usize = 20_000;

/// Kinds of cells, in rotation. The share of blank columns is that of general payments.
const KINDS: [Kind; 9] = [
    Kind::Category,
    Kind::Blank,
    Kind::Company,
    Kind::Date,
    Kind::Blank,
    Kind::Amount,
    Kind::Name,
    Kind::Blank,
    Kind::Note,
];

#[derive(Clone, Copy)]
enum Kind {
    Blank,
    Category,
    Company,
    Date,
    Amount,
    Name,
    Note,
}

/// Writes a file of about `megabytes` and returns its path and its length in bytes.
pub(crate) fn write(folder: &Path, width: usize, megabytes: u64) -> Result<(PathBuf, u64)> {
    let path = folder.join(format!("{width}-columns.csv"));
    let file =
        File::create(&path).with_context(|| format!("cannot create `{}`", path.display()))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let header: Vec<String> = (0..width).map(|column| format!("\"{}\"", name(column))).collect();
    writeln!(out, "{}", header.join(","))?;
    let mut random = fastrand::Rng::with_seed(1);
    let tails: Vec<String> = (0..DIFFERENT).map(|_| tail(&mut random, width)).collect();
    let mut bytes = 0;
    for (id, tail) in (1_000_000_000_u64..).zip(tails.iter().cycle()) {
        if bytes >= megabytes * 1_000_000 {
            break;
        }
        let line = format!("\"{id}\"{tail}\n");
        out.write_all(line.as_bytes())?;
        bytes += line.len() as u64;
    }
    out.flush()?;
    Ok((path.clone(), fs::metadata(path)?.len()))
}

/// Writes the pack for such files: typed dates and amounts, and five rules.
pub(crate) fn pack(folder: &Path, width: usize) -> Result<PathBuf> {
    let columns: Vec<String> = (0..width).map(name).collect();
    let list = folder.join(format!("{width}.txt"));
    fs::write(&list, columns.join("\n") + "\n")?;
    let path = folder.join(format!("{width}.toml"));
    fs::write(&path, text(width))?;
    Ok(path)
}

fn text(width: usize) -> String {
    let mut types = String::new();
    for column in 1..width {
        let kind = match kind(column) {
            Kind::Amount => "type = \"decimal\"\nprecision = 14\nscale = 2",
            Kind::Date => "type = \"date\"\nformat = \"%m/%d/%Y\"",
            _ => continue,
        };
        let _ = writeln!(types, "[columns.{}]\n{kind}\n", name(column));
    }
    format!(
        r#"format = 1
title = "Width {width}"
dataset = "width-{width}"
kind = "general"
layouts = ["columns-{width}"]

[partition]
year = "2023"

[[layout]]
name = "columns-{width}"
kind = "general"
title = "{width} columns"
columns = "{width}.txt"

{types}[plugins.checks]

[plugins.checks.settings.rules.id]
check = "digits"
title = "the id is a number"
columns = ["{id}"]
max = 19

[plugins.checks.settings.rules.twice]
check = "unique"
title = "no id comes twice"
columns = ["{id}"]
keep = "none"

[plugins.checks.settings.rules.category]
check = "one-of"
title = "the category is known"
columns = ["{category}"]
values = ["NEW", "CHANGED", "UNCHANGED"]

[plugins.checks.settings.rules.company]
check = "required"
title = "the company is named"
columns = ["{company}"]

[plugins.checks.settings.rules.name]
check = "length"
title = "names are short"
columns = ["{person}"]
max = 60
"#,
        id = name(0),
        category = name(1),
        company = name(3),
        person = name(7),
    )
}

fn name(column: usize) -> String {
    if column == 0 { "Record_ID".to_owned() } else { format!("Column_{column}") }
}

fn kind(column: usize) -> Kind {
    KINDS[(column - 1) % KINDS.len()]
}

/// A record from its first comma on.
fn tail(random: &mut fastrand::Rng, width: usize) -> String {
    let mut tail = String::new();
    for column in 1..width {
        tail.push_str(",\"");
        let written = match kind(column) {
            Kind::Category => {
                write!(tail, "{}", ["NEW", "CHANGED", "UNCHANGED"][random.usize(..3)])
            }
            Kind::Company => {
                write!(tail, "Company of Instruments {} Incorporated", random.u32(..60))
            }
            Kind::Date => write!(tail, "{:02}/{:02}/2023", random.u32(1..=12), random.u32(1..=28)),
            Kind::Amount => write!(tail, "{}.{:02}", random.u32(1..5_000), random.u32(..100)),
            Kind::Name => write!(tail, "Name{}", random.u32(..8_000)),
            Kind::Note if random.u32(..20) == 0 => {
                write!(tail, "as agreed, note {}", random.u32(..))
            }
            Kind::Blank | Kind::Note => Ok(()),
        };
        written.expect("a string takes what it is given");
        tail.push('"');
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_size_and_width() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for width in [27, 252] {
            let (path, bytes) = write(folder.path(), width, 1).expect("it is written");
            assert!((1_000_000..1_020_000).contains(&bytes), "{bytes}");
            let text = fs::read_to_string(path).expect("it is there");
            let widths: Vec<usize> = text.lines().map(|line| line.split("\",\"").count()).collect();
            assert!(widths.iter().all(|&found| found == width), "{width}");
        }
    }
}
