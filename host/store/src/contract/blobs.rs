//! The contract of blobs.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::blob::{Blob, Changed, Cursor, State, Steady};

/// Replaces the content with these bytes.
pub type Change<'a> = Box<dyn Fn(&[u8]) + 'a>;

/// An open blob, and what others can do to it.
pub struct BlobCase<'a> {
    /// The blob.
    pub blob: Arc<dyn Blob>,
    /// Replaces the content as another process would; `None` if nobody can.
    pub change: Option<Change<'a>>,
}

impl std::fmt::Debug for BlobCase<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.blob.fmt(f)
    }
}

/// Checks an implementation against the contract. `open` opens a blob with the given content.
pub fn check_blob<'a>(open: &dyn Fn(&[u8]) -> BlobCase<'a>) {
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 253).to_le_bytes()[0]).collect();
    reads_anywhere(&*open(&content).blob, &content);
    is_read_by_many(&*open(&content).blob, &content);
    has_cursors(&open(&content).blob, &content);
    let empty = open(b"");
    reads_anywhere(&*empty.blob, b"");
    assert!(empty.blob.is_empty(), "nothing is in it");
    let (as_long, longer) = (vec![7; content.len()], vec![7; content.len() + 1]);
    let changes: [&[u8]; 4] = [b"", &content[1..], &as_long, &longer];
    for other in changes {
        says_that_it_changed(&open(&content), &content, other);
    }
}

fn state(blob: &dyn Blob) -> State {
    blob.state().expect("it can be told")
}

fn reads_anywhere(blob: &dyn Blob, content: &[u8]) {
    assert_eq!(blob.len(), content.len() as u64);
    assert!(!blob.location().is_empty(), "it is somewhere");
    let ends = [
        0,
        content.len().min(1),
        content.len() / 2,
        content.len().saturating_sub(1),
        content.len(),
    ];
    for from in ends {
        for wanted in [0, 1, 4_096, content.len() + 1] {
            let mut buffer = vec![0; wanted];
            let read = blob.read_at(from as u64, &mut buffer).expect("it can be read");
            let expected = &content[from..content.len().min(from + wanted)];
            assert!(buffer[..read] == *expected, "{wanted} bytes at {from}: {read} came");
        }
    }
    for beyond in [content.len() as u64 + 1, u64::MAX] {
        assert_eq!(blob.read_at(beyond, &mut [0; 8]).expect("the end is not an error"), 0);
    }
    assert_eq!(state(blob), State::Same, "nobody touched it");
}

fn is_read_by_many(blob: &dyn Blob, content: &[u8]) {
    thread::scope(|scope| {
        for number in 0..8_usize {
            scope.spawn(move || {
                let mut buffer = vec![0; 10_007];
                for step in 0..50 {
                    let from = (number * 977 + step * 60_013) % content.len();
                    let read = blob.read_at(from as u64, &mut buffer).expect("it can be read");
                    let end = content.len().min(from + buffer.len());
                    assert!(buffer[..read] == content[from..end], "{from} to {end}");
                }
            });
        }
    });
}

fn has_cursors(blob: &Arc<dyn Blob>, content: &[u8]) {
    let consumed = Arc::new(AtomicU64::new(0));
    let steady = Arc::new(Steady::new(Arc::clone(blob)));
    let cursor = |offset| Cursor::new(Arc::clone(&steady), offset, Arc::clone(&consumed));
    for _ in 0..2 {
        let mut all = Vec::new();
        cursor(0).read_to_end(&mut all).expect("it can be read");
        assert!(all == content, "a second pass reads the same");
    }
    assert_eq!(consumed.load(Ordering::Relaxed), 2 * content.len() as u64);
    // A zip's directory is at its end.
    let (mut one, mut other, mut few) = (cursor(5), cursor(9), [0; 4]);
    assert_eq!(one.seek(SeekFrom::End(-4)).expect("a place"), content.len() as u64 - 4);
    one.read_exact(&mut few).expect("four are left");
    assert_eq!(few, content[content.len() - 4..]);
    other.read_exact(&mut few).expect("each has its own place");
    assert_eq!(few, content[9..13]);
    one.seek(SeekFrom::Current(-2)).expect("a place");
    assert_eq!(one.read(&mut few).expect("two are left"), 2);
    assert!(one.seek(SeekFrom::Current(-(1 << 40))).is_err(), "no place is before the beginning");
}

fn says_that_it_changed(case: &BlobCase<'_>, content: &[u8], other: &[u8]) {
    let Some(change) = &case.change else { return };
    let mut buffer = vec![0; 1_000];
    let read = case.blob.read_at(0, &mut buffer).expect("it can be read");
    assert!(
        buffer[..read] == content[..1_000] && state(&*case.blob) == State::Same,
        "not changed yet"
    );
    change(other);
    // Now reads return old bytes, new bytes or an error; but never beyond the opened length, and `state` must tell.
    let mut all = vec![0; content.len() + 10];
    match case.blob.read_at(0, &mut all) {
        Ok(read) => assert!(read <= content.len(), "it gave what was not there when it was opened"),
        Err(error) => assert!(Changed::is_in(&error), "{error}: it says what happened"),
    }
    assert_eq!(case.blob.len(), content.len() as u64, "it is as long as it was opened");
    assert_eq!(state(&*case.blob), State::Changed, "{} bytes were put in its place", other.len());
}
