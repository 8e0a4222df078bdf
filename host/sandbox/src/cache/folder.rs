//! A folder that only this user can write to. Every check is made on an opened file, so that nothing can be swapped in
//! between.

use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, open, openat, renameat, unlinkat};
use rustix::io::Errno;
use rustix::process::geteuid;

/// Neither the group nor others may have write permission.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A compiled component is several times as large as its source, which may have 64 MiB.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// The opened folder.
#[derive(Debug)]
pub(super) struct Folder {
    directory: OwnedFd,
    written: AtomicU32,
}

impl Folder {
    /// Opens the folder, or creates it for this user only.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| format!("it cannot be created: {error}"))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = open(path, flags, Mode::empty()).map_err(|errno| match errno {
            Errno::LOOP | Errno::NOTDIR => "it is a symbolic link or no folder".to_owned(),
            other => format!("it cannot be opened: {other}"),
        })?;
        let stat = fstat(&directory).map_err(|errno| format!("it cannot be looked at: {errno}"))?;
        ours(&stat)?;
        Ok(Self { directory, written: AtomicU32::new(0) })
    }

    /// The content of a file, if it exists.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        // Non-blocking, so that a pipe of that name cannot block the reader.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.directory, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err("it is a symbolic link".to_owned()),
            Err(errno) => return Err(format!("it cannot be opened: {errno}")),
        };
        let stat = fstat(&file).map_err(|errno| format!("it cannot be looked at: {errno}"))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err("it is not a regular file".to_owned());
        }
        ours(&stat)?;
        let mut bytes = Vec::new();
        let read = File::from(file).take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("it cannot be read: {error}"))?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE_BYTES) {
            return Err("it is too large".to_owned());
        }
        Ok(Some(bytes))
    }

    /// Writes a file under a temporary name and renames it, so that no reader ever sees half of it.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let temporary = format!(".{name}.{}.{number}", std::process::id());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.directory, &temporary, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| format!("it cannot be created: {errno}"))?;
        let written =
            File::from(file).write_all(bytes).map_err(|error| error.to_string()).and_then(|()| {
                renameat(&self.directory, &temporary, &self.directory, name)
                    .map_err(|errno| errno.to_string())
            });
        if written.is_err() {
            // Nothing more can be done about a file that cannot be removed; nobody will read it.
            let _ = unlinkat(&self.directory, &temporary, AtFlags::empty());
        }
        written
    }
}

fn ours(stat: &Stat) -> Result<(), String> {
    let (owner, user) = (stat.st_uid, geteuid().as_raw());
    if owner != user {
        return Err(format!("it belongs to user {owner}, expected {user}, who runs this"));
    }
    let mode = stat.st_mode & 0o7777;
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(format!("others can write it (mode {mode:03o}); `chmod go-w` makes it safe"));
    }
    Ok(())
}
