//! A file that does not have its name yet.

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

/// A file under a hidden name in the folder of the one that it becomes. Dropping it removes it.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    target: PathBuf,
    keep: Keep,
}

/// What became of a draft that was to take a free name.
#[derive(Debug)]
pub enum Created {
    /// It has the name.
    Now,
    /// Something else has it, and stays. The draft is given back, so that the two can be compared.
    Taken(Draft),
}

/// Whether a file of that name is a draft: one under way, or one that a killed process left.
pub fn is_draft(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

impl Draft {
    /// Begins a file that is to lie at `target`, creating the folders above it.
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

    /// Begins one that is locked as long as it is a draft, which tells who sweeps that its owner lives.
    pub fn begin_locked(target: &Path, access: Access, keep: Keep) -> io::Result<Self> {
        loop {
            let draft = Self::begin(target, access, keep)?;
            draft.file().lock()?;
            // Who swept between the two lines above has removed the file; then another is begun.
            if draft.file.path().try_exists()? {
                return Ok(draft);
            }
        }
    }

    /// The file, which can be read as well.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives it its name, in place of what has it.
    pub fn replace(self) -> io::Result<()> {
        flush::content(self.file(), self.keep)?;
        let Self { file, target, keep } = self;
        file.persist(&target).map_err(|failed| failed.error)?;
        flush::name(folder_of(&target), keep)
    }

    /// Gives it its name if nothing has it, in one step: of any number of processes that try, one does.
    pub fn create(self) -> io::Result<Created> {
        flush::content(self.file(), self.keep)?;
        let Self { file, target, keep } = self;
        match file.persist_noclobber(&target) {
            Ok(_) => {
                flush::name(folder_of(&target), keep)?;
                Ok(Created::Now)
            }
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                // Who has it may have been killed before its name was on the disk.
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

/// The folder of a file; the current one for a bare name.
fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
