//! Inputs that change during reading, inputs that cannot be read, and truncated inputs: three cases, told apart.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_pipeline::{Input, Report};
use assay_store::LocalStore;
use assay_store::blob::{Blob, FileBlob, MemoryBlob, Opened, State};
use assay_suite::{BAD_LOAN, Lake, Setting};

/// A file of several slabs, and of more blocks than are read at once.
const RECORDS: u32 = 5_000;

/// How a file is stored.
const FORMS: [&str; 4] = ["plain", "gzip", "zstd", "zip"];

fn stored(form: &str, bytes: &[u8]) -> Vec<u8> {
    match form {
        "gzip" => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(bytes).expect("memory");
            gzip.finish().expect("memory")
        }
        "zstd" => zstd::encode_all(bytes, 1).expect("memory"),
        "zip" => {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file("loans-2023.csv", options).expect("memory");
            zip.write_all(bytes).expect("memory");
            zip.finish().expect("memory").into_inner()
        }
        _ => bytes.to_vec(),
    }
}

struct Case {
    setting: Setting,
    name: Option<String>,
    bytes: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let setting = Setting::new();
        let file = setting.library.loans(2023, RECORDS, BAD_LOAN);
        let bytes = fs::read(&file).expect("the file");
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { setting, name, bytes }
    }

    fn run(&self, blob: Arc<dyn Blob>, threads: usize, lake: &Lake) -> Report {
        let store = LocalStore::open(lake.path()).expect("a root");
        self.setting.run_on(threads, &Input::new(blob, self.name.clone()), &store)
    }

    /// The result for these bytes without interference, and the number of reads.
    fn quiet(&self, bytes: &[u8], threads: usize) -> (End, u64) {
        let (lake, blob) = (Lake::new(), Arc::new(MemoryBlob::new(bytes)));
        let report = self.run(Arc::clone(&blob) as _, threads, &lake);
        (End::of(&report, &lake), blob.reads())
    }

    /// Changes one byte, undetected, before each of these reads. A run ends as if the file had always been one or the other, or it fails.
    /// Returns the number of failed runs.
    fn changed(&self, form: &str, at: usize, threads: usize, reads: &[u64]) -> usize {
        let before = stored(form, &self.bytes);
        let mut after = before.clone();
        after[at] ^= 1;
        let either = [self.quiet(&before, threads).0, self.quiet(&after, threads).0];
        let mut failed = 0;
        for &read in reads {
            let what = format!("{form}, byte {at} at read {read} on {threads} threads");
            let (lake, blob) = (Lake::new(), Arc::new(MemoryBlob::new(before.clone())));
            blob.change_unseen_at(read, after.clone());
            let report = self.run(Arc::clone(&blob) as _, threads, &lake);
            failed += usize::from(changed(&report, &lake, &either, &what));
        }
        failed
    }
}

/// How a run ended: its outcome, the reason, and what readers see of it.
#[derive(PartialEq)]
struct End {
    outcome: String,
    code: Option<String>,
    published: BTreeMap<PathBuf, Vec<u8>>,
}

impl End {
    fn of(report: &Report, lake: &Lake) -> Self {
        let refusal = report.refusal.as_ref().map(|reason| reason.code.clone());
        let failure = report.failure.as_ref().map(|failure| failure.code.clone());
        let (outcome, code) = (report.outcome.clone(), refusal.or(failure));
        Self { outcome, code, published: lake.staged() }
    }
}

/// Whether a run failed because its input changed; panics if it ended neither this way nor in one of `either`.
fn changed(report: &Report, lake: &Lake, either: &[End], what: &str) -> bool {
    let end = End::of(report, lake);
    if either.contains(&end) {
        return false;
    }
    let said = (&report.outcome, &report.failure, &report.refusal);
    assert_eq!(end.code.as_deref(), Some("input_changed"), "{what}: {said:?}");
    assert!(report.failure.as_ref().is_some_and(|failure| failure.retryable), "{what}: {said:?}");
    assert_eq!(end.published.len(), 0, "{what}");
    true
}

/// The published data is what was digested, wherever a byte changes, even if the change is not detected.
#[test]
fn a_byte_that_changes_between_the_passes_fails_the_run() {
    let case = Case::new();
    for form in FORMS {
        let bytes = stored(form, &case.bytes);
        let (_, reads) = case.quiet(&bytes, 2);
        assert!(reads > 3, "{form}: {reads}");
        // The last bytes of an archive are read first.
        let places = [12, bytes.len() / 5, bytes.len() / 2, bytes.len() - 2];
        for at in places {
            let failed = case.changed(form, at, 2, &[1, reads / 2, reads / 2 + 1]);
            assert!(failed > 0, "{form}, byte {at} of {}: never in {reads} reads", bytes.len());
        }
    }
}

#[test]
fn a_byte_that_changes_at_any_read_fails_the_run_on_any_number_of_threads() {
    let case = Case::new();
    for threads in [1, 2, 16] {
        let (_, reads) = case.quiet(&case.bytes, threads);
        let all: Vec<u64> = (1..reads).collect();
        let middle = case.bytes.len() / 2;
        // But not if the byte has not been read yet, or is not read again.
        let failed = case.changed("plain", middle, threads, &all) as u64;
        assert!(failed >= 2, "{failed} of {reads} on {threads} threads");
    }
}

/// A file that is modified at its n-th read and has its time set back. The system is not asked.
#[derive(Debug)]
struct WrittenInto {
    file: FileBlob,
    path: PathBuf,
    content: Vec<u8>,
    at: u64,
    reads: AtomicU64,
}

impl Blob for WrittenInto {
    fn location(&self) -> String {
        self.file.location()
    }

    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reads.fetch_add(1, Ordering::SeqCst) == self.at {
            let time = fs::metadata(&self.path)?.modified()?;
            // In place, so that the open file is the modified one.
            let mut file = fs::File::options().write(true).open(&self.path)?;
            file.write_all(&self.content)?;
            file.set_modified(time)?;
        }
        self.file.read_at(offset, buffer)
    }

    fn state(&self) -> std::io::Result<State> {
        Ok(State::Same)
    }
}

fn file(path: &std::path::Path) -> FileBlob {
    match FileBlob::open(path).expect("the file") {
        Opened::File(file) => file,
        Opened::Stream(_) => panic!("it is a file"),
    }
}

#[test]
fn a_file_that_is_written_into_with_its_time_set_back_fails_the_run() {
    let case = Case::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("loans-2023.csv");
    let mut content = case.bytes.clone();
    let last = content.len() - 2;
    content[last] ^= 1;
    let mut failed = 0;
    let (before, reads) = case.quiet(&case.bytes, 2);
    let either = [before, case.quiet(&content, 2).0];
    for at in 1..reads {
        fs::write(&path, &case.bytes).expect("a file");
        let (path, content) = (path.clone(), content.clone());
        let blob = WrittenInto { file: file(&path), path, content, at, reads: AtomicU64::new(0) };
        let lake = Lake::new();
        let report = case.run(Arc::new(blob), 2, &lake);
        failed += usize::from(changed(&report, &lake, &either, &format!("read {at}")));
    }
    assert!(failed > 1, "{failed} of {reads}");
    // The system's own detection, where it is used.
    let blob = file(&path);
    let time = fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
    let mut writer = fs::File::options().write(true).open(&path).expect("the file");
    writer.write_all(&case.bytes).expect("a file");
    writer.set_modified(time).expect("a time");
    assert_eq!(blob.state().ok(), Some(State::Changed), "its time of change cannot be set back");
}

/// A failing disk or network is not a damaged file: another attempt may succeed.
#[test]
fn an_input_that_cannot_be_read_is_failed_and_not_refused() {
    let case = Case::new();
    let kinds = [
        (ErrorKind::TimedOut, true),
        (ErrorKind::ConnectionReset, true),
        (ErrorKind::StaleNetworkFileHandle, true),
        (ErrorKind::Interrupted, true),
        (ErrorKind::WouldBlock, true),
        (ErrorKind::UnexpectedEof, true),
        (ErrorKind::InvalidData, true),
        (ErrorKind::Other, true),
        (ErrorKind::OutOfMemory, true),
        (ErrorKind::PermissionDenied, false),
        (ErrorKind::NotFound, false),
    ];
    for form in FORMS {
        let bytes = stored(form, &case.bytes);
        let (_, reads) = case.quiet(&bytes, 2);
        let check = |at: u64, (kind, retryable)| {
            let (lake, blob) = (Lake::new(), Arc::new(MemoryBlob::new(bytes.clone())));
            blob.fail_at(at..u64::MAX, kind);
            let report = case.run(Arc::clone(&blob) as _, 2, &lake);
            if blob.reads() <= at {
                // Threads divide the reads differently each time; this time there was one fewer.
                return;
            }
            let what = format!("{form}, {kind:?} at read {at}");
            assert_eq!(report.outcome, "failed", "{what}: {:?}", report.refusal);
            let failure = report.failure.expect("a reason");
            assert_eq!(
                (failure.code.as_str(), failure.retryable),
                ("input", retryable),
                "{what}: {}",
                failure.message
            );
            assert_eq!(lake.staged().len(), 0, "{what}");
        };
        for kind in kinds {
            check(0, kind);
            check(reads / 2, kind);
        }
        (0..reads).for_each(|at| check(at, kinds[0]));
    }
}

/// Only errors of the decoder mean damage.
#[test]
fn a_stream_that_is_cut_off_is_refused() {
    let case = Case::new();
    for form in ["gzip", "zstd", "zip"] {
        let bytes = stored(form, &case.bytes);
        for cut in [bytes.len() / 2, bytes.len() - 1] {
            let (lake, blob) = (Lake::new(), Arc::new(MemoryBlob::new(&bytes[..cut])));
            let report = case.run(blob, 2, &lake);
            let what = format!("{form} cut to {cut}: {:?}", report.failure);
            assert_eq!(report.outcome, "refused", "{what}");
            assert_eq!(report.refusal.expect(&what).code, "file.damaged");
            assert_eq!(lake.staged().len(), 0, "{what}");
        }
        // A file that has become shorter changed during reading.
        let (lake, blob) = (Lake::new(), Arc::new(MemoryBlob::new(bytes.clone())));
        blob.change_at(0, &bytes[..bytes.len() / 2]);
        let report = case.run(blob, 2, &lake);
        assert_eq!(report.failure.expect("a reason").code, "input_changed", "{form}");
    }
}
