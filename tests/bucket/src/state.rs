//! The server's state: buckets, versions of objects, uploads under way.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use crate::content::{Content, Naming, etag};
use crate::kept::{Folder, What};

/// All buckets by name. Locked for one operation at a time, so operations are serialised as if there were a single client.
#[derive(Debug, Default)]
pub(crate) struct State {
    buckets: BTreeMap<String, Bucket>,
    /// Counter for uploads and versions, over all buckets.
    issued: u64,
    /// Whether a completed upload no longer exists.
    pub(crate) forgetful: bool,
    /// Minimum bytes of every part but the last, if not AWS's 5 MiB.
    pub(crate) least_part: Option<usize>,
    /// Maximum keys or uploads per page, if less than AWS's 1,000.
    pub(crate) page: Option<usize>,
    /// How entity tags are computed.
    pub(crate) naming: Naming,
    /// Where changes are written, if the state is to outlast the server.
    pub(crate) folder: Option<Folder>,
}

#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) versioned: bool,
    /// Whether requesters must agree to pay.
    pub(crate) requester_pays: bool,
    /// The versions of each key, the current one last; never empty.
    pub(crate) objects: BTreeMap<String, Vec<Version>>,
    /// By key and upload id, the order in which they are listed.
    pub(crate) uploads: BTreeMap<(String, String), Upload>,
    /// Completed uploads.
    pub(crate) completed: BTreeMap<(String, String), Completed>,
}

/// A version of an object, or a delete marker.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// `null` if the bucket did not keep versions when it was written.
    pub(crate) id: String,
    pub(crate) modified: SystemTime,
    /// `None` for a delete marker.
    pub(crate) object: Option<Object>,
}

/// An object's bytes and its metadata.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    pub(crate) content: Content,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) about: About,
    /// Base64 of the CRC32 sent by the client.
    pub(crate) crc32: Option<String>,
}

/// Metadata set by the writer and returned to readers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: Option<s3s::dto::Metadata>,
    /// `aws:kms` or `AES256`, and a KMS key.
    pub(crate) encryption: Option<String>,
    pub(crate) kms_key: Option<String>,
}

/// An upload that has not been completed.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) initiated: SystemTime,
    pub(crate) about: About,
    pub(crate) parts: BTreeMap<i32, Part>,
}

/// A completed upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Completed {
    /// Its parts, by number and entity tag.
    pub(crate) parts: Vec<(i32, String)>,
    /// Entity tag of the resulting object.
    pub(crate) etag: String,
    pub(crate) version: Option<String>,
    pub(crate) about: About,
}

/// A part of an upload, as last sent.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) bytes: Bytes,
    /// The sum from which its entity tag is made.
    pub(crate) sum: [u8; 16],
}

impl Object {
    pub(crate) fn new(bytes: Bytes, about: About, naming: Naming) -> Self {
        Self { etag: etag(&naming.sum(&bytes)), content: bytes.into(), about, crc32: None }
    }
}

impl State {
    /// Returns a bucket, creating it if missing.
    pub(crate) fn create(&mut self, name: &str) -> &mut Bucket {
        self.buckets.entry(name.to_owned()).or_default()
    }

    /// Creates or changes a bucket, so that it keeps versions or does not.
    pub(crate) fn make(&mut self, name: &str, versioned: bool) {
        self.create(name).versioned = versioned;
        self.note(name, |_| What::Bucket { versioned });
    }

    /// Names of all buckets.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.buckets.keys()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.buckets.contains_key(name)
    }

    pub(crate) fn bucket(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(|| s3_error!(NoSuchBucket, "no bucket `{name}`"))
    }

    /// Issues a unique name; later ones sort after earlier ones.
    pub(crate) fn issue(&mut self, what: &str) -> String {
        self.issued += 1;
        format!("{what}-{:08}", self.issued)
    }

    /// Marks a name as issued by an earlier server with this state.
    pub(crate) fn issued_before(&mut self, name: &str) {
        let number = name.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
        self.issued = self.issued.max(number.unwrap_or_default());
    }

    /// Writes the new current version, and returns its id if the bucket keeps versions.
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

    /// Removes a version permanently and returns it.
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

    /// Removes an object with all its versions. Returns whether it existed.
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

    /// The object as seen by requests without a version.
    pub(crate) fn current(&self, key: &str) -> Option<&Object> {
        self.latest(key)?.object.as_ref()
    }

    /// Makes a version the current one.
    pub(crate) fn add(&mut self, key: &str, version: Version) {
        let versions = self.objects.entry(key.to_owned()).or_default();
        // At most one version has no id of its own.
        versions.retain(|other| other.id != version.id);
        versions.push(version);
    }

    /// Removes a version permanently and returns it.
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
