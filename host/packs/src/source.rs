//! Texts of rule files, and places in them.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::shown;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Text of a file and the path it was read from.
pub(crate) struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Strips the byte order mark that some editors write at the beginning.
    pub(crate) fn new(path: &Path, mut text: String) -> Arc<Self> {
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        Arc::new(Self { path: path.to_owned(), text })
    }

    pub(crate) fn read(path: &Path) -> std::io::Result<Arc<Self>> {
        std::fs::read_to_string(path).map(|text| Self::new(path, text))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text would drown the surrounding output.
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A range of bytes in a file.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) source: Arc<Source>,
    pub(crate) span: Range<usize>,
}

impl Place {
    pub(crate) fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// The start of the file: where to point if the file as a whole lacks something.
    pub(crate) fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, 0..0)
    }

    /// Whether both are the same range of the same file.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.source.path == other.source.path && self.span == other.span
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", shown(self.source.path.display()), self.span)
    }
}
