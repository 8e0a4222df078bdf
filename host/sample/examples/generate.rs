//! Writes a file of a profile and its truth file: `generate PROFILE HEADER.txt LAYOUT YEAR ROWS DEFECTS OUT`.
//!
//! `HEADER.txt` has one canonical column name per line. Used to try out a profile and to measure.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _, stdout};
use std::path::Path;
use std::time::Instant;

use assay_sample::{Generator, Profile, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [profile, header, layout, year, rows, defects, out] = arguments.as_slice() else {
        return Err("expected PROFILE HEADER.txt LAYOUT YEAR ROWS DEFECTS OUT".into());
    };
    let start = Instant::now();
    let profile = Profile::load(Path::new(profile))?;
    let request = Request {
        partition: vec![("year".to_owned(), year.clone())],
        layout: layout.clone(),
        header: fs::read_to_string(header)?.lines().map(str::to_owned).collect(),
        aliases: Vec::new(),
        rows: rows.parse()?,
        seed: 7,
        defects: defects.parse()?,
    };
    let mut generator = Generator::new(&profile, request)?;
    let made = start.elapsed();
    let mut truth = BufWriter::new(File::create(format!("{out}.truth.tsv"))?);
    let summary = generator.write(&mut File::create(out)?, &mut truth, &mut |_| {})?;
    let took = start.elapsed();
    fs::write(format!("{out}.truth.json"), serde_json::to_string_pretty(&summary.to_json())?)?;
    writeln!(
        stdout(),
        "{} records, {} bytes, tables {made:?}, all {took:?}",
        summary.records,
        summary.bytes
    )?;
    Ok(())
}
