//! What is wrong with a pattern.

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// The character it was noticed at, counting from 1.
    pub(crate) character: usize,
    /// What is wrong.
    pub(crate) message: String,
}
