//! Where everything lies below the root. The only place that knows.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use assay_store::{BadKey, Key};

/// What Hive, Spark and Athena call a partition value that is empty.
const EMPTY_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a file is part of: dataset, kind, and the pack's partition keys with their values, in the pack's order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partition {
    /// The dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Keys and values.
    pub keys: Vec<(String, String)>,
}

/// What is written about records that did not go the straight way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rejected {
    /// Records held back.
    Quarantine,
    /// Findings of records that passed.
    Findings,
    /// Cells that were rewritten.
    Repairs,
}

impl Rejected {
    /// The word in file names and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Findings => "findings",
            Self::Repairs => "repairs",
        }
    }
}

impl Partition {
    /// `dataset=…/kind=…/<key>=<value>/…`
    fn folder(&self) -> String {
        let mut folder = pair("dataset", &self.dataset) + "/" + &pair("kind", &self.kind);
        for (key, value) in &self.keys {
            folder.push('/');
            folder.push_str(&pair(key, value));
        }
        folder
    }

    /// Folder of all validated runs of the partition.
    pub fn validated(&self) -> Result<Key, BadKey> {
        Key::new(format!("staging/validated/{}", self.folder()))
    }

    /// The manifest. It lies in a folder of its own, whose name begins with `_`: what reads all of a folder as a table (Spark, Athena,
    /// Trino, Hive) leaves such names out.
    pub fn manifest(&self) -> Result<Key, BadKey> {
        self.validated()?.join("_commit/manifest.json")
    }

    /// Folder of what all runs of the partition did not publish.
    pub fn rejected(&self) -> Result<Key, BadKey> {
        Key::new(format!("staging/rejected/{}", self.folder()))
    }

    /// The folders of an attempt at a run.
    pub fn attempt(&self, run: &str, attempt: &str) -> Result<AttemptFolders, BadKey> {
        let below = format!("{}/{}", pair("run", run), pair("attempt", attempt));
        Ok(AttemptFolders {
            validated: self.validated()?.join(&below)?,
            rejected: self.rejected()?.join(&below)?,
        })
    }

    /// What is published under the last key is a version of one thing: which version is the newest stands here, beside all of them. A
    /// partition without keys has no versions.
    pub fn newest(&self) -> Option<Result<Key, BadKey>> {
        let (_, others) = self.keys.split_last()?;
        let above = Self { keys: others.to_vec(), ..self.clone() };
        Some(above.validated().and_then(|folder| folder.join("_commit/newest.json")))
    }

    /// The audit record of an attempt.
    pub fn audit(&self, attempt: &str) -> Result<Key, BadKey> {
        let attempt = encoded(attempt);
        Key::new(format!("metadata/ingestion_audit/{}/{attempt}.json", self.folder()))
    }
}

/// The folders of one attempt at a run. An attempt has a name that no other has, so that nobody else writes here, and what lies
/// here is the attempt's to take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFolders {
    validated: Key,
    rejected: Key,
}

impl AttemptFolders {
    /// Folder of the part files and of nothing else that is data: what a catalog's partition points at.
    pub fn validated(&self) -> &Key {
        &self.validated
    }

    /// Folder of what is not published.
    pub fn rejected(&self) -> &Key {
        &self.rejected
    }

    /// A part file; `number` counts from 0.
    pub fn part(&self, number: usize) -> Result<Key, BadKey> {
        self.validated.join(&format!("part-{number:05}.parquet"))
    }

    /// A file of what is not published; `number` counts from 0.
    pub fn rejected_file(&self, what: Rejected, number: usize) -> Result<Key, BadKey> {
        self.rejected.join(&format!("{}-{number:05}.parquet", what.as_str()))
    }

    /// The report of the run, before it is known whether it is published.
    pub fn report(&self) -> Result<Key, BadKey> {
        self.validated.join("_report.json")
    }
}

/// Where all of staging lies: what runs wrote, published or not.
pub fn staging() -> Result<Key, BadKey> {
    Key::new("staging")
}

/// Where audit records lie.
pub fn audits() -> Result<Key, BadKey> {
    Key::new("metadata/ingestion_audit")
}

/// Where the records of layouts that were seen lie.
pub fn schema_versions() -> Result<Key, BadKey> {
    Key::new("metadata/schema_versions")
}

/// The audit record of an attempt that ended before it was known what the file is part of.
pub fn audit_unplaced(attempt: &str) -> Result<Key, BadKey> {
    Key::new(format!("metadata/ingestion_audit/unplaced/{}.json", encoded(attempt)))
}

/// The record that a layout was seen. `fingerprint` may be shortened; `seen_by` is the run or attempt.
pub fn schema_version(dataset: &str, fingerprint: &str, seen_by: &str) -> Result<Key, BadKey> {
    let (fingerprint, seen_by) = (encoded(fingerprint), encoded(seen_by));
    let dataset = pair("dataset", dataset);
    Key::new(format!("metadata/schema_versions/{dataset}/{fingerprint}/{seen_by}.json"))
}

fn pair(key: &str, value: &str) -> String {
    format!("{}={}", encoded(key), encoded(value))
}

/// What paths, URLs and Hive hold as it is.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes what a path, a URL or Hive cannot hold as it is.
fn encoded(value: &str) -> String {
    if value.is_empty() {
        return EMPTY_VALUE.to_owned();
    }
    utf8_percent_encode(value, &PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(value: &str) -> Partition {
        Partition {
            dataset: "open-payments".to_owned(),
            kind: "general".to_owned(),
            keys: vec![("year".to_owned(), value.to_owned())],
        }
    }

    #[test]
    fn everything_has_its_place() {
        let check = |key: Result<Key, BadKey>, expected: &str| {
            assert_eq!(key.unwrap().as_str(), expected);
        };
        let at = "dataset=open-payments/kind=general/year=2016";
        let of = partition("2016");
        let own = of.attempt("ab12", "t1").unwrap();
        let folder = format!("staging/validated/{at}/run=ab12/attempt=t1");
        check(own.part(7), &format!("{folder}/part-00007.parquet"));
        check(own.report(), &format!("{folder}/_report.json"));
        check(of.manifest(), &format!("staging/validated/{at}/_commit/manifest.json"));
        check(
            own.rejected_file(Rejected::Findings, 0),
            &format!("staging/rejected/{at}/run=ab12/attempt=t1/findings-00000.parquet"),
        );
        check(
            of.newest().unwrap(),
            "staging/validated/dataset=open-payments/kind=general/_commit/newest.json",
        );
        assert!(Partition { keys: Vec::new(), ..of.clone() }.newest().is_none());
        check(of.audit("t1"), &format!("metadata/ingestion_audit/{at}/t1.json"));
        check(audit_unplaced("t1"), "metadata/ingestion_audit/unplaced/t1.json");
        check(
            schema_version("open-payments", "0f", "t1"),
            "metadata/schema_versions/dataset=open-payments/0f/t1.json",
        );
    }

    #[test]
    fn values_cannot_leave_their_segment() {
        let check = |value: &str, expected: &str| {
            let key = partition(value).manifest().unwrap();
            let segment = key.segments().nth(4).unwrap();
            assert_eq!(segment, format!("year={expected}"));
        };
        check("2016", "2016");
        check("..", "..");
        check("../../x", "..%2F..%2Fx");
        check("a=b c%", "a%3Db%20c%25");
        check("é", "%C3%A9");
        check("", "__HIVE_DEFAULT_PARTITION__");
    }
}
