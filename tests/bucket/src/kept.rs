//! A server's state in a folder, so that the next server with this folder continues from it, however this one ends.
//!
//! `journal.jsonl` has a line for each change, in order, and `bytes/` has numbered files with the bytes they wrote. The bytes are written
//! first, then the line, then the answer, so everything that was answered is there. An incomplete line was not answered, and is dropped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::state::{About, Completed, Object, Part, State, Upload, Version};

const JOURNAL: &str = "journal.jsonl";
const BYTES: &str = "bytes";

/// Where changes are written.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    journal: File,
    /// Number of the next file.
    next: u64,
}

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) bucket: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum What {
    /// The bucket exists.
    Bucket { versioned: bool },
    /// A version of an object, or its delete marker, was written.
    Written { key: String, id: String, modified: SystemTime, object: Option<KeptObject> },
    /// One version was removed.
    Forgotten { key: String, id: String },
    /// An object was removed with all its versions.
    Removed { key: String },
    /// A multipart upload was begun.
    Begun { key: String, upload: String, initiated: SystemTime, about: About },
    /// A part of an upload was written.
    Part { key: String, upload: String, number: i32, sum: [u8; 16], file: u64 },
    /// An upload ended; `completed` is its result, if it was completed.
    Ended { key: String, upload: String, completed: Option<Completed> },
}

/// An object, and the number of the file with its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptObject {
    file: u64,
    etag: String,
    about: About,
    crc32: Option<String>,
}

impl Folder {
    /// Writes an object's bytes.
    fn object(&mut self, object: &Object) -> KeptObject {
        let Object { content, etag, about, crc32 } = object.clone();
        KeptObject { file: self.file(&content.whole()), etag, about, crc32 }
    }

    /// Writes bytes and returns the number of their file. Panics if they cannot be written: a test server cannot go on then.
    pub(crate) fn file(&mut self, bytes: &[u8]) -> u64 {
        let number = self.next;
        self.next += 1;
        let file = place(&self.root, number);
        fs::write(&file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        number
    }

    fn note(&mut self, bucket: &str, what: What) {
        let change = Change { bucket: bucket.to_owned(), what };
        let mut line = serde_json::to_vec(&change).expect("it is plain");
        line.push(b'\n');
        // In a single write, so that at most the end of it can be missing.
        self.journal.write_all(&line).unwrap_or_else(|error| panic!("{JOURNAL}: {error}"));
    }
}

fn place(root: &Path, number: u64) -> PathBuf {
    root.join(BYTES).join(format!("{number:08}"))
}

impl State {
    /// Restores the state kept in a folder, which is created if missing. Fails if it cannot be read.
    pub(crate) fn in_folder(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join(BYTES))?;
        let file = root.join(JOURNAL);
        let text = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (mut state, mut next) = (Self::default(), 0);
        for line in text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            state.again(serde_json::from_slice(line)?, root, &mut next)?;
        }
        let journal = File::options().create(true).append(true).open(&file)?;
        journal.set_len(whole as u64)?;
        state.folder = Some(Folder { root: root.to_owned(), journal, next });
        Ok(state)
    }

    /// Repeats a change from the journal.
    fn again(&mut self, change: Change, root: &Path, next: &mut u64) -> io::Result<()> {
        let Change { bucket: name, what } = change;
        let mut read = |number: u64| {
            *next = number + 1;
            fs::read(place(root, number)).map(Bytes::from)
        };
        match what {
            What::Bucket { versioned } => self.create(&name).versioned = versioned,
            What::Written { key, id, modified, object } => {
                let object = match object {
                    None => None,
                    Some(KeptObject { file, etag, about, crc32 }) => {
                        Some(Object { content: read(file)?.into(), etag, about, crc32 })
                    }
                };
                self.issued_before(&id);
                self.create(&name).add(&key, Version { id, modified, object });
            }
            What::Forgotten { key, id } => drop(self.create(&name).forget(&key, &id)),
            What::Removed { key } => drop(self.create(&name).objects.remove(&key)),
            What::Begun { key, upload, initiated, about } => {
                self.issued_before(&upload);
                let begun = Upload { initiated, about, parts: BTreeMap::new() };
                self.create(&name).uploads.insert((key, upload), begun);
            }
            What::Part { key, upload, number, sum, file } => {
                let part = Part { sum, bytes: read(file)? };
                if let Some(upload) = self.create(&name).uploads.get_mut(&(key, upload)) {
                    upload.parts.insert(number, part);
                }
            }
            What::Ended { key, upload, completed } => {
                let (bucket, place) = (self.create(&name), (key, upload));
                bucket.uploads.remove(&place);
                if let Some(completed) = completed {
                    bucket.completed.insert(place, completed);
                }
            }
        }
        Ok(())
    }

    /// Records a change, if there is a folder.
    pub(crate) fn note(&mut self, bucket: &str, what: impl FnOnce(&mut Folder) -> What) {
        if let Some(folder) = &mut self.folder {
            let what = what(folder);
            folder.note(bucket, what);
        }
    }

    /// Records the new current version of an object.
    pub(crate) fn note_version(&mut self, bucket: &str, key: &str, version: &Version) {
        self.note(bucket, |folder| What::Written {
            key: key.to_owned(),
            id: version.id.clone(),
            modified: version.modified,
            object: version.object.as_ref().map(|object| folder.object(object)),
        });
    }
}
