//! What the server keeps: buckets, versions of objects, uploads under way.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use crate::content::{Content, Naming, etag};
use crate::kept::{Folder, What};

/// All buckets by name. It is locked for one operation at a time, so operations follow each other as if there were one client.
#[derive(Debug, Default)]
pub(crate) struct State {
    buckets: BTreeMap<String, Bucket>,
    /// Numbers uploads and versions, over all buckets.
    issued: u64,
    /// Whether a completed upload is one that does not exist.
    pub(crate) forgetful: bool,
    /// Bytes of each part but the last at least, if less than AWS's 5 MiB.
    pub(crate) least_part: Option<usize>,
    /// Most keys or uploads of one page, if less than AWS's 1,000.
    pub(crate) page: Option<usize>,
    /// What names what is written.
    pub(crate) naming: Naming,
    /// Where changes are written to, if they are to outlast the server.
    pub(crate) folder: Option<Folder>,
}

#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) versioned: bool,
    /// Whoever asks has to say that he pays.
    pub(crate) requester_pays: bool,
    /// The versions of each key, the current one last. Never empty.
    pub(crate) objects: BTreeMap<String, Vec<Version>>,
    /// By key and upload id, which is the order in which they are listed.
    pub(crate) uploads: BTreeMap<(String, String), Upload>,
    /// Uploads that are complete.
    pub(crate) completed: BTreeMap<(String, String), Completed>,
}

/// One state of an object, or the mark that it was deleted.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// `null` if the bucket was not versioned when it was written.
    pub(crate) id: String,
    pub(crate) modified: SystemTime,
    /// None for a delete marker.
    pub(crate) object: Option<Object>,
}

/// An object's bytes and what is told of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    pub(crate) content: Content,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) about: About,
    /// Base64 of the CRC32 that the client gave.
    pub(crate) crc32: Option<String>,
}

/// What a writer said of an object and readers are told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: Option<s3s::dto::Metadata>,
    /// `aws:kms` or `AES256`, and a KMS key.
    pub(crate) encryption: Option<String>,
    pub(crate) kms_key: Option<String>,
}

/// An upload that is not complete.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) initiated: SystemTime,
    pub(crate) about: About,
    pub(crate) parts: BTreeMap<i32, Part>,
}

/// An upload that is complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Completed {
    /// The parts that it was made of, by number and entity tag.
    pub(crate) parts: Vec<(i32, String)>,
    /// What became of it.
    pub(crate) etag: String,
    pub(crate) version: Option<String>,
    pub(crate) about: About,
}

/// One part of an upload, as it was sent last.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) bytes: Bytes,
    /// By which it is named.
    pub(crate) sum: [u8; 16],
}

impl Object {
    pub(crate) fn new(bytes: Bytes, about: About, naming: Naming) -> Self {
        Self { etag: etag(&naming.sum(&bytes)), content: bytes.into(), about, crc32: None }
    }
}

impl State {
    /// A bucket, which is made if it is not there.
    pub(crate) fn create(&mut self, name: &str) -> &mut Bucket {
        self.buckets.entry(name.to_owned()).or_default()
    }

    /// Makes a bucket, or changes it, to keep each version of an object or not to.
    pub(crate) fn make(&mut self, name: &str, versioned: bool) {
        self.create(name).versioned = versioned;
        self.note(name, |_| What::Bucket { versioned });
    }

    /// The names of all buckets.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.buckets.keys()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.buckets.contains_key(name)
    }

    pub(crate) fn bucket(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(|| s3_error!(NoSuchBucket, "no bucket `{name}`"))
    }

    /// A name that was not given before. Later ones are greater.
    pub(crate) fn issue(&mut self, what: &str) -> String {
        self.issued += 1;
        format!("{what}-{:08}", self.issued)
    }

    /// A name that was given before this state was kept.
    pub(crate) fn issued_before(&mut self, name: &str) {
        let number = name.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
        self.issued = self.issued.max(number.unwrap_or_default());
    }

    /// Writes what becomes the current version, and gives its id if the bucket keeps versions.
    pub(crate) fn write(
        &mut self,
        name: &str,
        key: &str,
        object: Option<Object>,
    ) -> S3Result<Option<String>> {
        let fresh = self.issue("version");
        let bucket = self.bucket(name)?;
        let id = if bucket.versioned { fresh } else { "null".to_owned() };
        let is_versioned = bucket.versioned;
        let version = Version { id: id.clone(), modified: SystemTime::now(), object };
        self.note_version(name, key, &version);
        self.create(name).add(key, version);
        Ok(is_versioned.then_some(id))
    }

    /// Forgets a version for good, and gives what it was.
    pub(crate) fn forget(
        &mut self,
        bucket: &str,
        key: &str,
        id: &str,
    ) -> S3Result<Option<Version>> {
        let gone = self.bucket(bucket)?.forget(key, id);
        let (key, id) = (key.to_owned(), id.to_owned());
        self.note(bucket, |_| What::Forgotten { key, id });
        Ok(gone)
    }

    /// Removes an object with all its versions. Whether there was one.
    pub(crate) fn remove(&mut self, bucket: &str, key: &str) -> S3Result<bool> {
        let was = self.bucket(bucket)?.objects.remove(key).is_some();
        self.note(bucket, |_| What::Removed { key: key.to_owned() });
        Ok(was)
    }
}

impl Bucket {
    /// The current version of an object, which may be a delete marker.
    pub(crate) fn latest(&self, key: &str) -> Option<&Version> {
        self.objects.get(key)?.last()
    }

    /// The object as who asks without a version sees it.
    pub(crate) fn current(&self, key: &str) -> Option<&Object> {
        self.latest(key)?.object.as_ref()
    }

    /// Makes a version the current one.
    pub(crate) fn add(&mut self, key: &str, version: Version) {
        let versions = self.objects.entry(key.to_owned()).or_default();
        // There is one version without an id at most.
        versions.retain(|other| other.id != version.id);
        versions.push(version);
    }

    /// Forgets a version for good, and gives what it was.
    pub(crate) fn forget(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.objects.get_mut(key)?;
        let place = versions.iter().position(|version| version.id == id)?;
        let gone = versions.remove(place);
        if versions.is_empty() {
            self.objects.remove(key);
        }
        Some(gone)
    }

    /// Ends all uploads to a key.
    pub(crate) fn forget_uploads(&mut self, key: &str) {
        self.uploads.retain(|(of, _), _| of != key);
    }
}
