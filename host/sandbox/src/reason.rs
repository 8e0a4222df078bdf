//! Why a call did not come back with something usable.

use assay_model::shown;

use crate::breach::Breach;
use crate::fuel::grouped;

/// Bytes of a guest's own words that are kept. 256: a line on a terminal or two.
const WORDS_BYTES: usize = 256;

/// Why a record, or a whole call, could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoisonReason {
    /// It ran into something WebAssembly does not allow, or gave up by itself.
    #[error("it trapped: {what}{}", in_function(.function.as_deref()), what = shown(what))]
    Trap {
        /// What kind of trap.
        what: String,
        /// The function it happened in, where the component has names.
        function: Option<String>,
    },
    /// It used all the fuel that a record has.
    #[error(
        "it used up a record's fuel of {} units{}; `fuel_per_record` in the pack's `[limits]` raises it",
        grouped(*.limit), in_function(.function.as_deref())
    )]
    Fuel {
        /// How much it had.
        limit: u64,
        /// The function it was in, where the component has names.
        function: Option<String>,
    },
    /// It used all the fuel of a call that is not about one record.
    #[error(
        "it used up a call's fuel of {} units{}; it grows with `fuel_per_record` in the pack's `[limits]`",
        grouped(*.limit), in_function(.function.as_deref())
    )]
    CallFuel {
        /// How much it had.
        limit: u64,
        /// The function it was in, where the component has names.
        function: Option<String>,
    },
    /// It took more steps than an instance may while it is watched.
    #[error("it took more than {limit} steps{}", in_function(.function.as_deref()))]
    Steps {
        /// How many it had.
        limit: u64,
        /// The function it was in, where the component has names.
        function: Option<String>,
    },
    /// It wanted more memory than it may have.
    #[error("it reached its memory limit of {} MiB", .limit >> 20)]
    Memory {
        /// The limit in bytes.
        limit: usize,
    },
    /// It returned text that is none.
    #[error("it returned a string that is not UTF-8")]
    Utf8,
    /// What it returned cannot be taken over.
    #[error("what it returned cannot be read: {detail} (the limit is {} MiB a call)", .limit >> 20, detail = shown(detail))]
    Answer {
        /// What the engine said.
        detail: String,
        /// Bytes that may come out of one call.
        limit: usize,
    },
    /// It said that it cannot go on.
    #[error("it reported a fault{}: {message}", fault_kind(*.code), message = shown(message))]
    Fault {
        /// The contract's number of what kind of fault it is.
        code: u16,
        /// What it said; control characters escaped, cut after 256 bytes.
        message: String,
    },
    /// What it returned breaks the contract.
    #[error("it broke the contract: {0}")]
    Breach(Breach),
}

/// The end of a sentence about a call.
pub(crate) fn in_function(function: Option<&str>) -> String {
    function.map_or_else(String::new, |name| format!(" in `{name}`"))
}

fn fault_kind(code: u16) -> String {
    match code {
        1 => " in its settings".to_owned(),
        2 => " in the batch it was given".to_owned(),
        3 => " at a limit of its own".to_owned(),
        4 => String::new(),
        other => format!(" of kind {other}"),
    }
}

impl PoisonReason {
    /// Whether it may be for want of space and not for any record: fewer records at once need less.
    pub(crate) fn is_of_size(&self) -> bool {
        matches!(
            self,
            Self::Fuel { .. }
                | Self::CallFuel { .. }
                | Self::Memory { .. }
                | Self::Breach(Breach::TooMany { .. })
        )
    }

    /// The function of the plugin's that it happened in, where the component has names.
    pub fn function(&self) -> Option<&str> {
        match self {
            Self::Trap { function, .. }
            | Self::Fuel { function, .. }
            | Self::CallFuel { function, .. }
            | Self::Steps { function, .. } => function.as_deref(),
            Self::Memory { .. }
            | Self::Utf8
            | Self::Answer { .. }
            | Self::Fault { .. }
            | Self::Breach(_) => None,
        }
    }

    /// A fault as the guest gave it, made safe to show.
    pub(crate) fn fault(code: u16, message: &str) -> Self {
        Self::Fault { code, message: presentable(message) }
    }
}

/// A guest's words, fit to be shown and not too long.
pub(crate) fn presentable(words: &str) -> String {
    let mut text = String::new();
    for character in words.chars() {
        if text.len() >= WORDS_BYTES {
            text.push('…');
            break;
        }
        text.push_str(&shown(character).to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_guest_cannot_move_the_cursor() {
        let check = |words: &str, expected: &str| assert_eq!(presentable(words), expected);
        check("plain", "plain");
        check("\u{1b}[31mred\n", r"\u{1b}[31mred\n");
        check("\u{9b}31m", r"\u{9b}31m");
        check(&"é".repeat(200), &format!("{}…", "é".repeat(128)));
    }
}
