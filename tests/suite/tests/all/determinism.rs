//! The same bytes come out for any number of threads, any batch size and any memory budget, plain or compressed, from a disk or a bucket.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use assay_suite::{BAD_LOAN, Ground, Lake, Library, generated, row_groups};

fn gzip(file: &Path) -> PathBuf {
    let path = file.with_extension("csv.gz");
    let out = File::create(&path).expect("a writable folder");
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
    encoder.write_all(&std::fs::read(file).expect("the file")).expect("space");
    encoder.finish().expect("space");
    path
}

fn zstandard(file: &Path) -> PathBuf {
    let path = file.with_extension("csv.zst");
    let bytes = std::fs::read(file).expect("the file");
    std::fs::write(&path, zstd::encode_all(&bytes[..], 1).expect("encodes")).expect("space");
    path
}

fn archive(file: &Path) -> PathBuf {
    let path = file.with_extension("zip");
    let mut zip = zip::ZipWriter::new(File::create(&path).expect("a writable folder"));
    let name = file.file_name().expect("a name").to_string_lossy();
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("README.txt", options).expect("an entry");
    zip.write_all(b"about the file").expect("space");
    zip.start_file(name, options.large_file(true)).expect("an entry");
    zip.write_all(&std::fs::read(file).expect("the file")).expect("space");
    zip.finish().expect("space");
    path
}

#[test]
fn the_same_bytes_whatever_the_way() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = generated(folder.path(), 2023, "general-91", 30_000, 11, "3%");
    let reference = Lake::new();
    let outcome = reference.run(&plain, &["--threads", "1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let expected = reference.staged();
    assert!(expected.len() >= 4, "parts, quarantine, findings, repairs: {:?}", expected.keys());
    let ways: [(PathBuf, &[&str]); 12] = [
        (plain.clone(), &["--threads", "2"]),
        (plain.clone(), &["--threads", "7"]),
        (plain.clone(), &["--batch-size", "1000"]),
        (plain.clone(), &["--batch-size", "333", "--threads", "3"]),
        (gzip(&plain), &[]),
        (zstandard(&plain), &["--threads", "2"]),
        (archive(&plain), &[]),
        (plain.clone(), &["--batch-size", "17"]),
        (plain.clone(), &["--kernel", "portable"]),
        (plain.clone(), &["--memory", "128MiB", "--threads", "16"]),
        (plain.clone(), &["--memory", "1GiB", "--threads", "16"]),
        (gzip(&plain), &["--memory", "128MiB", "--threads", "16"]),
    ];
    let spooled: [(PathBuf, &[&str]); 2] =
        [(plain.clone(), &["--spool"]), (gzip(&plain), &["--spool"])];
    let ways: Vec<_> = ways.into_iter().chain(spooled).collect();
    for ground in Ground::all() {
        for (file, more) in &ways {
            let at = format!("{ground} {file:?} {more:?}");
            let lake = Lake::on(ground);
            let outcome = lake.run(file, more);
            assert_eq!(outcome.code, Some(0), "{at}: {}", outcome.stderr);
            let got = lake.staged();
            assert!(got.keys().eq(expected.keys()), "{at}: {:?}", got.keys());
            for (path, bytes) in &expected {
                assert!(got[path] == *bytes, "{at}: {} differs", path.display());
            }
        }
    }
}

/// Megabyte cells with lines that look like records, so a piece of the file that begins within a cell guesses wrong.
#[test]
fn records_within_a_cell_are_no_records() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = generated(folder.path(), 2023, "general-91", 6_000, 3, "1%");
    let text = std::fs::read_to_string(&plain).expect("the file");
    let commas = ",".repeat(90);
    let cell = format!("x{commas}\n").repeat(11_000);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (before, after) = lines.split_at(2_000);
    let (between, after) = after.split_at(1_000);
    let odd = format!("\"{cell}\"{commas}\n");
    let parts = [before.concat(), odd.clone(), between.concat(), odd, after.concat()];
    std::fs::write(&plain, parts.concat()).expect("space");
    let expected = Lake::new();
    let outcome = expected.run(&gzip(&plain), &["--threads", "1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.number("records.read"), 6_002);
    for threads in ["1", "2", "5"] {
        let lake = Lake::new();
        let outcome = lake.run(&plain, &["--threads", threads]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(lake.staged() == expected.staged(), "{threads} threads");
    }
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = generated(folder.path(), 2023, "general-91", 5_000, 5, "1%");
    let from_path = Lake::new();
    assert_eq!(from_path.run(&plain, &[]).code, Some(0));
    let name = plain.file_name().expect("a name").to_string_lossy().into_owned();
    for ground in Ground::all() {
        let from_pipe = Lake::on(ground);
        let outcome = assay_suite::finish(
            from_pipe
                .command(Path::new("-"))
                .args(["--name", &name])
                .stdin(File::open(&plain).expect("the file")),
        );
        assert_eq!(outcome.code, Some(0), "{ground}: {}", outcome.stderr);
        assert!(from_pipe.staged() == from_path.staged(), "{ground}");
    }
}

/// More records than fit in a part, of the narrowest kind, so that row groups and parts end in the middle of the batches under way.
#[test]
fn row_groups_and_parts_end_at_the_same_records() {
    const RECORDS: u32 = 1_060_000;
    let library = Library::new();
    let plain = library.loans(2023, RECORDS, BAD_LOAN);
    let run = |ground: Ground, file: &Path, more: &[&str]| {
        let lake = Lake::on(ground);
        let outcome = assay_suite::finish(lake.command(file).args(library.arguments()).args(more));
        assert_eq!(outcome.code, Some(0), "{ground} {more:?}: {}", outcome.stderr);
        assert_eq!(outcome.number("records.quarantined"), 1, "{ground} {more:?}");
        lake
    };
    let expected = run(Ground::Disk, &plain, &["--threads", "1"]);
    let files = expected.staged();
    let is_part = |path: &PathBuf| path.to_string_lossy().contains("/part-");
    let parts: Vec<_> = expected.files().into_keys().filter(is_part).collect();
    assert_eq!(parts.len(), 2, "{parts:?}");
    let groups = row_groups(&expected.path().join(&parts[0]));
    assert_eq!(groups, [131_072; 8], "a part is eight row groups of 32 slabs");
    for ground in Ground::all() {
        for more in
            [["--threads", "16", "--batch-size", "4096"], ["--threads", "2", "--memory", "128MiB"]]
        {
            assert!(run(ground, &plain, &more).staged() == files, "{ground} {more:?}");
        }
        assert!(run(ground, &gzip(&plain), &["--threads", "2"]).staged() == files, "{ground} gzip");
    }
}
