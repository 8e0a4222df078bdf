//! The program under test, and its input files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Root of the checkout.
pub fn checkout() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The program `assay`: the one named by `ASSAY_BIN`, or else built once per test process. The plugins must have been built (`cargo xtask
/// plugins`).
pub fn assay() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        if let Some(built) = std::env::var_os("ASSAY_BIN") {
            return PathBuf::from(built);
        }
        let output = Command::new(env!("CARGO"))
            .args(["build", "--workspace", "--bin", "assay", "--message-format", "json"])
            .current_dir(checkout())
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "`assay` does not build");
        let text = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
        let executable = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .next_back();
        executable.expect("cargo names the executable it built")
    });
    let mut command = Command::new(program);
    command.env_remove("ASSAY_RULES").env_remove("ASSAY_ROOT").current_dir(checkout());
    command
}

/// The folder where guests are built. What is built twice is compiled once.
pub fn guests() -> PathBuf {
    std::env::var_os("ASSAY_GUESTS_DIR")
        .map_or_else(|| checkout().join("target/guests"), PathBuf::from)
}

/// The hostile component, built in the same way as by its own tests.
pub fn hostile() -> PathBuf {
    let guests = guests();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--profile", "plugin", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "assay-hostile"])
        .env("CARGO_TARGET_DIR", &guests)
        .current_dir(checkout())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the hostile guest does not build");
    guests.join("wasm32-unknown-unknown/plugin/assay_hostile.wasm")
}

/// Folder with real rows of the dataset, if it exists next to the checkout; otherwise `None`, with a message.
pub fn samples() -> Option<PathBuf> {
    beside("open-payments/samples")
}

#[expect(
    clippy::print_stderr,
    reason = "whoever reads a test's output must see what it did not do"
)]
fn beside(what: &str) -> Option<PathBuf> {
    let path = checkout().join("../shared").join(what);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no folder `../shared/{what}` beside the checkout");
    None
}

/// Writes a generated general-payments file and its truth file into `folder`, named after its year and publication.
pub fn generated(
    folder: &Path,
    year: u16,
    layout: &str,
    rows: u32,
    seed: u32,
    defects: &str,
) -> PathBuf {
    let path = folder.join("sample.csv");
    let status = assay()
        .args([
            "sample",
            "open-payments",
            "general",
            "--year",
            &year.to_string(),
            "--layout",
            layout,
        ])
        .args([
            "--rows",
            &rows.to_string(),
            "--seed",
            &seed.to_string(),
            "--defects",
            defects,
            "-o",
        ])
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .expect("assay runs");
    assert!(status.success());
    let named = folder.join(format!("OP_DTL_GNRL_PGYR{year}_P{}.csv", publication(&path)));
    for end in ["", ".truth.tsv", ".truth.json"] {
        let with_end = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        std::fs::rename(with_end(&path), with_end(&named)).expect("the same folder");
    }
    named
}

/// The publication date in the records' last column, in the form used by file names.
fn publication(file: &Path) -> String {
    use std::io::{BufRead, BufReader};
    let file = BufReader::new(std::fs::File::open(file).expect("the generated file"));
    let mut lines = file.lines().skip(1).map(|line| line.expect("text"));
    let stamp = lines.find_map(|line| {
        let last = line.rsplit(',').next()?.trim_matches('"').to_owned();
        (last.len() == 10 && last.matches('/').count() == 2).then(|| last.replace('/', ""))
    });
    stamp.expect("a record with a publication date")
}
