//! A copy of a stream, so that it can be read repeatedly.

use std::fs::File;
use std::io::{self, Read};

use super::file::read_file_at;
use super::open::{Blob, State};

/// A copy in a temporary file without a name: gone when the process ends, however it ends, and nobody else can change it.
#[derive(Debug)]
pub struct Spool {
    file: File,
    len: u64,
    location: String,
}

impl Spool {
    /// Copies all of `reader`; `location` names the source in messages.
    pub fn of(reader: &mut dyn Read, location: &str) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let len = io::copy(reader, &mut file)?;
        Ok(Self { file, len, location: location.to_owned() })
    }
}

impl Blob for Spool {
    fn location(&self) -> String {
        self.location.clone()
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_file_at(&self.file, self.len, offset, buffer)
    }

    fn state(&self) -> io::Result<State> {
        Ok(State::Same)
    }
}
