//! Zeros after a complete stream: tapes and some stores fill the last block with them.

use std::io::{BufRead, Error, ErrorKind, Result};

/// Reads zeros up to the end of the input; any other byte is an error.
pub(super) fn read_zeros(source: &mut impl BufRead) -> Result<()> {
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        if bytes.iter().any(|&byte| byte != 0) {
            let problem = "zeros and then other bytes follow what is compressed";
            return Err(Error::new(ErrorKind::InvalidData, problem));
        }
        let read = bytes.len();
        source.consume(read);
    }
}
