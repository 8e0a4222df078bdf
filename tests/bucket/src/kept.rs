//! A server's state in a folder, so that the next one over it has what this one had, however this one ends.
//!
//! `journal.jsonl` has a line for each change, in their order, and `bytes/` a numbered file for what was written by it. Bytes come first, then the
//! line, then the answer: what was answered is there. A line that is cut was not answered, and is dropped.

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

/// Where changes are written to.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    journal: File,
    /// The number of the file that is written next.
    next: u64,
}

/// A line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) bucket: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum What {
    /// The bucket is there.
    Bucket { versioned: bool },
    /// A version of an object, or the mark that it was deleted.
    Written { key: String, id: String, modified: SystemTime, object: Option<KeptObject> },
    /// One version is gone.
    Forgotten { key: String, id: String },
    /// An object is gone, with all versions.
    Removed { key: String },
    /// An upload in parts.
    Begun { key: String, upload: String, initiated: SystemTime, about: About },
    /// A part of one.
    Part { key: String, upload: String, number: i32, sum: [u8; 16], file: u64 },
    /// It is over, and by what if it was completed.
    Ended { key: String, upload: String, completed: Option<Completed> },
}

/// An object, and the file that has its bytes.
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

    /// Writes bytes, and says under which number. A stand-in that cannot write has nothing to answer.
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
        // In one write, so that at most its end is missing.
        self.journal.write_all(&line).unwrap_or_else(|error| panic!("{JOURNAL}: {error}"));
    }
}

fn place(root: &Path, number: u64) -> PathBuf {
    root.join(BYTES).join(format!("{number:08}"))
}

impl State {
    /// What a folder keeps, to go on with. The folder is made if it is not there.
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

    /// Makes a change that was made before.
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

    /// Notes a change, if there is a folder to note it in.
    pub(crate) fn note(&mut self, bucket: &str, what: impl FnOnce(&mut Folder) -> What) {
        if let Some(folder) = &mut self.folder {
            let what = what(folder);
            folder.note(bucket, what);
        }
    }

    /// Notes what becomes the current version of an object.
    pub(crate) fn note_version(&mut self, bucket: &str, key: &str, version: &Version) {
        self.note(bucket, |folder| What::Written {
            key: key.to_owned(),
            id: version.id.clone(),
            modified: version.modified,
            object: version.object.as_ref().map(|object| folder.object(object)),
        });
    }
}
