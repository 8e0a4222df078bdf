//! Keys of everything below the root. Only garbage collection, which derives attempts from keys, knows them too.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use assay_store::{BadKey, Key};

/// Name that Hive, Spark and Athena use for an empty partition value.
const EMPTY_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// Where a file belongs: dataset, kind, and the pack's partition keys with their values, in the pack's order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partition {
    /// Name of the dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Keys and values.
    pub keys: Vec<(String, String)>,
}

/// Kinds of files about records with problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rejected {
    /// Quarantined records.
    Quarantine,
    /// Findings of records that passed.
    Findings,
    /// Cells that were rewritten, of any record.
    Repairs,
}

impl Rejected {
    /// The kind as written in file names and documents.
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

    /// Returns the folder of all validated runs of the partition.
    pub fn validated(&self) -> Result<Key, BadKey> {
        Key::new(format!("staging/validated/{}", self.folder()))
    }

    /// Returns the key of the manifest. It has its own folder, whose name begins with `_`: programs that read a whole folder as a table
    /// (Spark, Athena, Trino, Hive) ignore such names.
    pub fn manifest(&self) -> Result<Key, BadKey> {
        self.validated()?.join("_commit/manifest.json")
    }

    /// Returns the folder for everything that runs of the partition did not publish.
    pub fn rejected(&self) -> Result<Key, BadKey> {
        Key::new(format!("staging/rejected/{}", self.folder()))
    }

    /// Returns the folders of an attempt at a run.
    pub fn attempt(&self, run: &str, attempt: &str) -> Result<AttemptFolders, BadKey> {
        let below = format!("{}/{}", pair("run", run), pair("attempt", attempt));
        Ok(AttemptFolders {
            validated: self.validated()?.join(&below)?,
            rejected: self.rejected()?.join(&below)?,
        })
    }

    /// Returns the key of the document that names the newest version. Values of the last partition key are versions of one thing, so the
    /// document is stored in the folder above them. A partition without keys has no versions.
    pub fn newest(&self) -> Option<Result<Key, BadKey>> {
        let (_, others) = self.keys.split_last()?;
        let above = Self { keys: others.to_vec(), ..self.clone() };
        Some(above.validated().and_then(|folder| folder.join("_commit/newest.json")))
    }

    /// Returns the key of an attempt's audit record.
    pub fn audit(&self, attempt: &str) -> Result<Key, BadKey> {
        let attempt = encoded(attempt);
        Key::new(format!("metadata/ingestion_audit/{}/{attempt}.json", self.folder()))
    }
}

/// The folders of one attempt at a run. The attempt's name is unique, so no other attempt writes here, and the attempt may delete whatever
/// is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFolders {
    validated: Key,
    rejected: Key,
}

impl AttemptFolders {
    /// Returns the folder of the part files; it contains no other data. A catalog's partition points to it.
    pub fn validated(&self) -> &Key {
        &self.validated
    }

    /// Returns the folder of what is not published.
    pub fn rejected(&self) -> &Key {
        &self.rejected
    }

    /// Returns the key of a part file; `number` counts from 0.
    pub fn part(&self, number: usize) -> Result<Key, BadKey> {
        self.validated.join(&format!("part-{number:05}.parquet"))
    }

    /// Returns the key of a file of the given rejected kind; `number` counts from 0.
    pub fn rejected_file(&self, what: Rejected, number: usize) -> Result<Key, BadKey> {
        self.rejected.join(&format!("{}-{number:05}.parquet", what.as_str()))
    }

    /// Returns the key of the report, which is written before it is known whether the run will be published.
    pub fn report(&self) -> Result<Key, BadKey> {
        self.validated.join("_report.json")
    }
}

/// Returns the folder of everything that runs wrote, published or not.
pub fn staging() -> Result<Key, BadKey> {
    Key::new("staging")
}

/// Returns the folder of audit records.
pub fn audits() -> Result<Key, BadKey> {
    Key::new("metadata/ingestion_audit")
}

/// Returns the folder of records of layouts seen.
pub fn schema_versions() -> Result<Key, BadKey> {
    Key::new("metadata/schema_versions")
}

/// Returns the key of the audit record of an attempt that ended before its partition was known.
pub fn audit_unplaced(attempt: &str) -> Result<Key, BadKey> {
    Key::new(format!("metadata/ingestion_audit/unplaced/{}.json", encoded(attempt)))
}

/// Returns the key of the record that a layout was seen. `fingerprint` may be shortened; `seen_by` is the run or attempt.
pub fn schema_version(dataset: &str, fingerprint: &str, seen_by: &str) -> Result<Key, BadKey> {
    let (fingerprint, seen_by) = (encoded(fingerprint), encoded(seen_by));
    let dataset = pair("dataset", dataset);
    Key::new(format!("metadata/schema_versions/{dataset}/{fingerprint}/{seen_by}.json"))
}

fn pair(key: &str, value: &str) -> String {
    format!("{}={}", encoded(key), encoded(value))
}

/// Characters that paths, URLs and Hive accept unencoded.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes characters that paths, URLs or Hive do not accept.
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
