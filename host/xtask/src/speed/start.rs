//! Five different plugins made from one component by appending different sections.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::bench::Bench;
use crate::measure::{self, Cost};

/// Number of plugins in the pack.
const PLUGINS: usize = 5;

/// Rules, plugins and a file of ten records, in separate folders.
pub(super) struct Start {
    folder: PathBuf,
    pack: PathBuf,
    file: PathBuf,
}

impl Start {
    pub(super) fn set_up(bench: &Bench) -> Result<Self> {
        let folder = bench.folder.join("start");
        let (rules, plugins) = (folder.join("rules"), folder.join("plugins"));
        fs::create_dir_all(&rules)?;
        fs::create_dir_all(&plugins)?;
        let (file, _) = super::file::write(&folder, 27, 0)?;
        let ten = fs::read_to_string(&file)?;
        fs::write(&file, with_ten_records(&ten))?;
        let pack = super::file::pack(&rules, 27)?;
        let built = bench.root.join("target/plugins/checks.wasm");
        let component = fs::read(&built).with_context(|| {
            format!("cannot read `{}`; `cargo xtask plugins` builds it", built.display())
        })?;
        let mut text = fs::read_to_string(&pack)?;
        let mut lock = "format = 1\n".to_owned();
        for nth in 1..=PLUGINS {
            let name = format!("checks-{nth}");
            let copy = with_section(&component, nth);
            let digest = assay_digest::named(&copy);
            let _ =
                writeln!(lock, "\n[plugins.{name}]\nversion = \"0.1.0\"\ndigest = \"{digest}\"");
            fs::write(plugins.join(format!("{name}.wasm")), copy)?;
            if nth > 1 {
                let _ = writeln!(
                    text,
                    "\n[plugins.{name}]\n\n[plugins.{name}.settings.rules.again-{nth}]\ncheck = \"required\"\ntitle = \
                     \"the id is there\"\ncolumns = [\"Record_ID\"]"
                );
            }
        }
        fs::write(
            &pack,
            text.replace("plugins.checks]", "plugins.checks-1]")
                .replace("plugins.checks.", "plugins.checks-1."),
        )?;
        fs::write(rules.join("assay.lock"), lock)?;
        // A rules folder needs this file; the rest is in the pack.
        fs::create_dir(rules.join("width"))?;
        fs::write(rules.join("width/dataset.toml"), "format = 1\n")?;
        Ok(Self { folder, pack, file })
    }

    /// One check. If `cold`, it compiles all plugins.
    pub(super) fn check(&self, bench: &Bench, cold: bool) -> Result<Cost> {
        let cache = self.folder.join("cache");
        if cold && cache.exists() {
            fs::remove_dir_all(&cache)?;
        }
        let mut command = bench.command(&["check"], &self.pack, &self.file);
        command.arg("--cache").arg(&cache);
        self.places(&mut command);
        let cost = measure::run(&mut command, &bench.log())?;
        let said = fs::read_to_string(bench.log())?;
        if !said.contains("10 read") {
            bail!("ten records were to be read; it said\n{said}");
        }
        Ok(cost)
    }

    fn places(&self, command: &mut std::process::Command) {
        command.arg("--rules").arg(self.folder.join("rules"));
        command.arg("--plugins").arg(self.folder.join("plugins"));
    }
}

fn with_ten_records(text: &str) -> String {
    let (header, _) = text.split_once('\n').unwrap_or((text, ""));
    let blank = header.split(',').skip(1).map(|_| ",\"\"").collect::<String>();
    let blank = blank.replacen(",\"\"", ",\"NEW\"", 1);
    let mut text = format!("{header}\n");
    for id in 1..=10 {
        let _ = writeln!(text, "\"{id}\"{blank}");
    }
    text
}

/// The component with a custom section at its end, which changes only its digest.
fn with_section(component: &[u8], nth: usize) -> Vec<u8> {
    let (name, content) = (b"copy", nth.to_string());
    let length = 1 + name.len() + content.len();
    let small = |number: usize| u8::try_from(number).expect("fewer than 128 bytes");
    let head = [0, small(length), small(name.len())];
    [component, &head, name, content.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_records_have_the_headers_width() {
        let text = with_ten_records("\"a\",\"b\",\"c\"\nx\n");
        assert_eq!(text.lines().nth(1), Some("\"1\",\"NEW\",\"\""));
        assert_eq!(text.lines().count(), 11);
    }

    #[test]
    fn a_section_is_appended_as_the_format_wants_it() {
        assert_eq!(with_section(b"\0asm", 3), b"\0asm\0\x06\x04copy3");
    }
}
