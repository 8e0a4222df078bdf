//! Writes the files of `--bless`: what was found becomes what is expected.

use std::path::Path;

use assay_files::{Access, Keep};
use assay_model::shown;

use crate::fault::Fault;

/// Writes a file completely or not at all, so that an interrupted `--bless` leaves the committed file. Returns a note that it was written,
/// or the fault that prevented it.
pub(crate) fn write(path: &Path, text: &str) -> Result<String, Fault> {
    assay_files::replace(path, text.as_bytes(), Access::Usual, Keep::Durable)
        .map(|()| format!("wrote `{}`", shown(path.display())))
        .map_err(|error| Fault::new("cannot-write", path, 1, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_stays_and_is_a_fault() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("expected.csv");
        assert_eq!(write(&path, "a\n").ok(), Some(format!("wrote `{}`", path.display())));
        // A hard link keeps the old bytes: the file is replaced, not overwritten.
        let held = folder.path().join("held.csv");
        std::fs::hard_link(&path, &held).expect("links can be made");
        write(&path, "b\n").expect("it can be written");
        let read = |path| std::fs::read_to_string(path).expect("it is there");
        assert_eq!((read(&held), read(&path)), ("a\n".to_owned(), "b\n".to_owned()));
        let below_a_file = path.join("x.csv");
        assert_eq!(
            write(&below_a_file, "c\n").expect_err("it is below a file").code,
            "cannot-write"
        );
        assert_eq!(read(&path), "b\n");
    }
}
