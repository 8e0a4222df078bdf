//! What is wrong with a pattern.

/// Why a text is not a valid pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// The character at which the error was noticed, counting from 1.
    pub(crate) character: usize,
    /// What is wrong.
    pub(crate) message: String,
}
