//! Archives whose bytes do not depend on when, where and by whom they were made.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// Modification time of all files: 1980-01-01, the first day that every archiver and zip can represent.
const CHANGED: u64 = 315_532_800;

/// Packs `folder` into a gzipped tar whose entries begin with the folder's own name. Entries are sorted by path; owner 0; files
/// are 0644, or 0755 if executable.
pub(crate) fn pack(folder: &Path, archive: &Path) -> Result<()> {
    let top = folder.file_name().context("a folder to pack must have a name")?;
    let file =
        File::create(archive).with_context(|| format!("cannot create `{}`", archive.display()))?;
    let zipped = GzBuilder::new().write(BufWriter::new(file), Compression::best());
    let mut builder = Builder::new(zipped);
    for path in files_below(folder)? {
        let name = Path::new(top).join(path.strip_prefix(folder)?);
        let file =
            File::open(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let about = file.metadata()?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(about.len());
        header.set_mode(if is_executable(&about) { 0o755 } else { 0o644 });
        header.set_mtime(CHANGED);
        header.set_uid(0);
        header.set_gid(0);
        builder
            .append_data(&mut header, &name, file)
            .with_context(|| format!("cannot pack `{}`", path.display()))?;
    }
    let mut written = builder.into_inner()?.finish()?;
    written.flush().with_context(|| format!("cannot write `{}`", archive.display()))
}

/// Unpacks an archive into `folder`, which must exist.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let file =
        File::open(archive).with_context(|| format!("cannot read `{}`", archive.display()))?;
    let entries: Box<dyn Read> = Box::new(GzDecoder::new(BufReader::new(file)));
    tar::Archive::new(entries)
        .unpack(folder)
        .with_context(|| format!("cannot unpack `{}`", archive.display()))
}

/// All regular files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let entries =
            fs::read_dir(&next).with_context(|| format!("cannot read `{}`", next.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(unix)]
fn is_executable(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_about: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A folder `thing` with the given files, created in the given order, last changed `age` seconds ago.
    fn folder(files: &[(&str, &str)], age: u64) -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = place.path().join("thing").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let when = SystemTime::now() - Duration::from_secs(age);
            File::options().append(true).open(&path).unwrap().set_modified(when).unwrap();
        }
        place
    }

    fn packed(place: &tempfile::TempDir) -> Vec<u8> {
        let archive = place.path().join("thing.tar.gz");
        pack(&place.path().join("thing"), &archive).unwrap();
        fs::read(archive).unwrap()
    }

    #[test]
    fn bytes_depend_on_names_and_contents_only() {
        let one = folder(&[("a.txt", "1"), ("bin/b", "2")], 10);
        let same = folder(&[("bin/b", "2"), ("a.txt", "1")], 100_000);
        let other = folder(&[("a.txt", "1"), ("bin/b", "3")], 10);
        assert_eq!(packed(&one), packed(&same));
        assert_ne!(packed(&one), packed(&other));
    }

    #[test]
    fn what_was_packed_comes_out() {
        let place = folder(&[("bin/b", "2"), ("deep/er/c", "")], 0);
        packed(&place);
        let out = place.path().join("out");
        fs::create_dir(&out).unwrap();
        unpack(&place.path().join("thing.tar.gz"), &out).unwrap();
        let files = files_below(&out).unwrap();
        let names: Vec<_> = files.iter().map(|path| path.strip_prefix(&out).unwrap()).collect();
        assert_eq!(names, [Path::new("thing/bin/b"), Path::new("thing/deep/er/c")]);
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), "2");
    }
}
