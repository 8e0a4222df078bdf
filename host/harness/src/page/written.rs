//! A page as it is written.

use std::path::PathBuf;

/// The headings of a page of a rule that judges, in order.
pub(crate) const HEADINGS: [&str; 7] = [
    "What it checks",
    "Why it matters",
    "Settings",
    "Passes",
    "Fails",
    "Limits",
    "When not to use it",
];

/// The headings of a page of a rule that rewrites: it has repairs where others have failures.
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
    /// The paragraph under it, such as "validate · warn · reads `A`", with its line.
    pub(crate) head: String,
    pub(crate) head_line: usize,
    pub(crate) sections: Vec<Section>,
}

/// What stands under a heading of the second level.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) line: usize,
    /// Whether anything stands in it.
    pub(crate) empty: bool,
    /// The first piece of code of each item of a list: names of settings, where the section is about them.
    pub(crate) items: Vec<(String, usize)>,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// What stands behind the fence.
    pub(crate) info: String,
    pub(crate) text: String,
    /// The line of its first line of text.
    pub(crate) line: usize,
}

impl Page {
    pub(crate) fn section(&self, title: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.title == title)
    }
}
