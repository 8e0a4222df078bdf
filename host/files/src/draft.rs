//! A file that does not have its final name yet.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::flush;
use crate::folder::create_folder;
use crate::terms::{Access, Keep};

const PREFIX: &str = ".assay-";
const SUFFIX: &str = ".tmp";

/// A file under a hidden name in the same folder as its target. Dropping it removes it.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    target: PathBuf,
    keep: Keep,
}

/// The result of giving a draft a name that should be free.
#[derive(Debug)]
pub enum Created {
    /// The draft has the name.
    Now,
    /// Another file has the name and stays. The draft is returned, so that the two can be compared.
    Taken(Draft),
}

/// Whether a file of that name is a draft: one in progress, or one left behind by a killed process.
pub fn is_draft(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

impl Draft {
    /// Begins a file whose final path is `target`, creating missing parent folders.
    pub fn begin(target: &Path, access: Access, keep: Keep) -> io::Result<Self> {
        let folder = folder_of(target);
        create_folder(folder, keep)?;
        let mode = match access {
            Access::Usual => 0o666,
            Access::OwnerWrites => 0o644,
            Access::OwnerOnly => 0o600,
        };
        let file = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        Ok(Self { file, target: target.to_owned(), keep })
    }

    /// Begins a draft that is locked until it has its name, which tells a cleaner that its owner is
    /// alive.
    pub fn begin_locked(target: &Path, access: Access, keep: Keep) -> io::Result<Self> {
        loop {
            let draft = Self::begin(target, access, keep)?;
            draft.file().lock()?;
            // A cleaner may have removed the file between the two lines above; then another is begun.
            if draft.file.path().try_exists()? {
                return Ok(draft);
            }
        }
    }

    /// The file, open for reading and writing.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Renames the draft to its target, replacing any file there.
    pub fn replace(self) -> io::Result<()> {
        flush::content(self.file(), self.keep)?;
        let Self { file, target, keep } = self;
        file.persist(&target).map_err(|failed| failed.error)?;
        flush::name(folder_of(&target), keep)
    }

    /// Gives the draft its name, atomically, if nothing has it: of any number of processes that try,
    /// one succeeds.
    pub fn create(self) -> io::Result<Created> {
        flush::content(self.file(), self.keep)?;
        let Self { file, target, keep } = self;
        match file.persist_noclobber(&target) {
            Ok(_) => {
                flush::name(folder_of(&target), keep)?;
                Ok(Created::Now)
            }
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                // The owner of the name may have been killed before the name was flushed to disk.
                flush::name(folder_of(&target), keep)?;
                Ok(Created::Taken(Self { file: failed.file, target, keep }))
            }
            Err(failed) => Err(failed.error),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

/// A file's parent folder; the current folder for a bare name.
fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
