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

    /// Folder of a run's part files.
    pub fn validated_run(&self, run: &str) -> Result<Key, BadKey> {
        self.validated()?.join(&pair("run", run))
    }

    /// A part file; `number` counts from 0.
    pub fn part(&self, run: &str, number: usize) -> Result<Key, BadKey> {
        self.validated_run(run)?.join(&format!("part-{number:05}.parquet"))
    }

    /// The manifest: beside the runs, because it names one of them.
    pub fn manifest(&self) -> Result<Key, BadKey> {
        self.validated()?.join("manifest.json")
    }

    /// Folder of what all runs of the partition did not publish.
    pub fn rejected_folder(&self) -> Result<Key, BadKey> {
        Key::new(format!("staging/rejected/{}", self.folder()))
    }

    /// Folder of what a run did not publish.
    pub fn rejected_run(&self, run: &str) -> Result<Key, BadKey> {
        self.rejected_folder()?.join(&pair("run", run))
    }

    /// A file of what a run did not publish; `number` counts from 0.
    pub fn rejected(&self, run: &str, what: Rejected, number: usize) -> Result<Key, BadKey> {
        self.rejected_run(run)?.join(&format!("{}-{number:05}.parquet", what.as_str()))
    }

    /// The audit record of an attempt.
    pub fn audit(&self, attempt: &str) -> Result<Key, BadKey> {
        let attempt = encoded(attempt);
        Key::new(format!("metadata/ingestion_audit/{}/{attempt}.json", self.folder()))
    }
}

/// The folders of what is known about all runs.
pub fn metadata_folders() -> Result<[Key; 2], BadKey> {
    Ok([Key::new("metadata/ingestion_audit")?, Key::new("metadata/schema_versions")?])
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
        check(of.part("ab12", 7), &format!("staging/validated/{at}/run=ab12/part-00007.parquet"));
        check(of.manifest(), &format!("staging/validated/{at}/manifest.json"));
        check(
            of.rejected("ab12", Rejected::Findings, 0),
            &format!("staging/rejected/{at}/run=ab12/findings-00000.parquet"),
        );
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
