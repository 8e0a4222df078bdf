//! Whether two lakes hold the same data: the speed of a wrong result does not count.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The data files of a lake: digests of their bytes, and names without folders, because folders contain the attempt and thus its
/// time.
fn data(lake: &Path) -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![lake.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "parquet") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.insert((name, assay_digest::named(fs::read(&path)?)));
            }
        }
    }
    Ok(found)
}

/// Fails unless both have the same data, and at least one file.
pub(super) fn check(disk: &Path, bucket: &Path) -> Result<()> {
    let (disk_data, bucket_data) = (data(disk)?, data(bucket)?);
    if disk_data.is_empty() || disk_data != bucket_data {
        bail!(
            "the lakes differ: {} files of data in `{}`, {} in `{}`, and they must be the same to the byte",
            disk_data.len(),
            disk.display(),
            bucket_data.len(),
            bucket.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lakes_are_compared_by_their_data() {
        let lake = |files: &[(&str, &str)]| {
            let folder = tempfile::tempdir().expect("a folder");
            for (name, text) in files {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().expect("a folder")).expect("space");
                fs::write(path, text).expect("space");
            }
            folder
        };
        let check = |disk, bucket, same| {
            let (disk, bucket) = (lake(disk), lake(bucket));
            assert_eq!(super::check(disk.path(), bucket.path()).is_ok(), same);
        };
        check(&[("at=1/part-0.parquet", "x")], &[("at=2/part-0.parquet", "x")], true);
        check(&[("part-0.parquet", "x"), ("audit.json", "1")], &[("part-0.parquet", "x")], true);
        check(&[("part-0.parquet", "x")], &[("part-0.parquet", "y")], false);
        check(&[("part-0.parquet", "x")], &[("part-1.parquet", "x")], false);
        check(&[], &[], false);
    }
}
