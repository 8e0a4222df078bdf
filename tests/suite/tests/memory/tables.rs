//! A folder with rules for one table, and a file of that table.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use assay_packs::{Discovery, Surroundings};
use assay_pipeline::{Input, MemoryLimit, Replacing, Report, Request, Silent};
use assay_store::Store;
use assay_suite::{assay, checkout, compiled, generated, hostile, plugins};
use tempfile::TempDir;

/// A file, and the rules that judge it.
pub(crate) struct Tables {
    /// Removed when this value is dropped.
    _folder: TempDir,
    file: PathBuf,
    discovery: Discovery,
}

impl Tables {
    /// A table with these columns. `rules` is appended to its pack; `write` writes the part of the file after the header.
    pub(crate) fn new<N: AsRef<str>>(
        names: &[N],
        rules: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::within(folder, names, rules, plugins(), write)
    }

    /// A table of words, judged by the hostile plugin, which misbehaves as `behaviour` says.
    pub(crate) fn of_hostile(
        behaviour: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plugins = folder.path().join("plugins");
        fs::create_dir_all(&plugins).expect("space");
        fs::copy(hostile(), plugins.join("hostile.wasm")).expect("space");
        let rules = format!(
            "[levels]\nunique = \"off\"\nupper = \"monitor\"\nwatched = \"monitor\"\n\
             [plugins.hostile]\nsettings = {{ do = \"{behaviour}\" }}\n"
        );
        Self::within(folder, &["id", "word"], &rules, plugins, write)
    }

    fn within<N: AsRef<str>>(
        folder: TempDir,
        names: &[N],
        rules: &str,
        plugins: PathBuf,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Self {
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("rules/tables/all")).expect("space");
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        fs::write(at("rules/tables/columns.txt"), names.join("\n") + "\n").expect("space");
        let dataset = "format = 1\nname = \"tables\"\ntitle = \"tables\"\npartition = [\"year\"]\n\
            [partition_keys.year]\n[[file_name]]\npattern = '^table-(?<year>\\d{4})'\nkind = \"all\"\n\
            [[layout]]\nname = \"table\"\nkind = \"all\"\ntitle = \"table\"\ncolumns = \"columns.txt\"\n";
        fs::write(at("rules/tables/dataset.toml"), dataset).expect("space");
        let pack = format!(
            "format = 1\ntitle = \"tables\"\ndataset = \"tables\"\nkind = \"all\"\nlayouts = [\"table\"]\n\
             [thresholds]\nquarantined = \"100%\"\n{rules}"
        );
        fs::write(at("rules/tables/all/pack.toml"), pack).expect("space");
        let file = at("table-2024.csv");
        let mut out = BufWriter::new(File::create(&file).expect("a writable folder"));
        writeln!(out, "{}", names.join(",")).expect("space");
        write(&mut out).expect("space");
        out.flush().expect("space");
        lock(&at("rules"), &plugins);
        let discovery = discovery(at("rules"), plugins);
        Self { _folder: folder, file, discovery }
    }

    /// Published general payments.
    pub(crate) fn of_payments(records: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = generated(folder.path(), 2023, "general-91", records, 7, "0.5%");
        Self { _folder: folder, file, discovery: discovery(checkout().join("rules"), plugins()) }
    }

    /// Inserts these bytes `times` times at the beginning of the file.
    pub(crate) fn precede(&self, bytes: &[u8], times: usize) {
        let rest = fs::read(&self.file).expect("the file");
        let mut out = BufWriter::new(File::create(&self.file).expect("a writable folder"));
        (0..times).for_each(|_| out.write_all(bytes).expect("space"));
        out.write_all(&rest).expect("space");
        out.flush().expect("space");
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) fn run(
        &self,
        input: &Input,
        store: &dyn Store,
        (threads, batch_size): (usize, usize),
        memory: MemoryLimit,
    ) -> Report {
        let request = Request {
            input,
            entry: None,
            pack: None,
            discovery: &self.discovery,
            cache: Some(compiled()),
            threads,
            memory,
            batch_size,
            replacing: Replacing::Anything,
        };
        assay_pipeline::run(&request, store, &Silent)
    }
}

fn discovery(rules: PathBuf, plugins: PathBuf) -> Discovery {
    Discovery::find(&Surroundings {
        rules: Some(rules),
        plugins: Some(plugins),
        ..Surroundings::default()
    })
    .expect("the rules")
}

fn lock(rules: &Path, plugins: &Path) {
    let mut lock = assay();
    lock.args(["lock", "--rules"]).arg(rules).arg("--plugins").arg(plugins);
    let output = lock.output().expect("assay runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
