//! A page as it is written.

use std::path::PathBuf;

/// The headings on the page of a validating or quarantining rule, in order.
pub(crate) const HEADINGS: [&str; 7] = [
    "What it checks",
    "Why it matters",
    "Settings",
    "Passes",
    "Fails",
    "Limits",
    "When not to use it",
];

/// The headings on the page of a normalising rule: it has repairs instead of failures.
pub(crate) const NORMALISE_HEADINGS: [&str; 7] = [
    "What it checks",
    "Why it matters",
    "Settings",
    "Passes",
    "Repairs",
    "Limits",
    "When not to use it",
];

/// A page as written.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    /// The first heading, up to the colon.
    pub(crate) name: String,
    /// The first heading, after the colon.
    pub(crate) title: String,
    /// The paragraph under it, such as "validate · warn · reads `A`", and its line.
    pub(crate) head: String,
    pub(crate) head_line: usize,
    pub(crate) sections: Vec<Section>,
}

/// A section under a second-level heading.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) line: usize,
    /// Whether the section is empty.
    pub(crate) empty: bool,
    /// The first code span of each list item: names of settings, in the section about them.
    pub(crate) items: Vec<(String, usize)>,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The text after the opening fence.
    pub(crate) info: String,
    pub(crate) text: String,
    /// Line number of its first line of text.
    pub(crate) line: usize,
}

impl Page {
    pub(crate) fn section(&self, title: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.title == title)
    }
}
