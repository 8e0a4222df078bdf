//! Why a call did not return a usable answer.

use assay_model::shown;

use crate::breach::Breach;
use crate::fuel::grouped;

/// Bytes kept of a guest's message. 256: a line or two on a terminal.
const WORDS_BYTES: usize = 256;

/// Why a record, or a whole call, could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoisonReason {
    /// It did something that WebAssembly does not allow, or aborted.
    #[error("it trapped: {what}{}", in_function(.function.as_deref()), what = shown(what))]
    Trap {
        /// The kind of trap.
        what: String,
        /// The function in which it happened, if the component contains names.
        function: Option<String>,
    },
    /// It used all the fuel of a record.
    #[error(
        "it used up a record's fuel of {} units{}; `fuel_per_record` in the pack's `[limits]` raises it",
        grouped(*.limit), in_function(.function.as_deref())
    )]
    Fuel {
        /// The budget in units of fuel.
        limit: u64,
        /// The function it was in, if the component contains names.
        function: Option<String>,
    },
    /// It used all the fuel of a call that does not concern one record.
    #[error(
        "it used up a call's fuel of {} units{}; it grows with `fuel_per_record` in the pack's `[limits]`",
        grouped(*.limit), in_function(.function.as_deref())
    )]
    CallFuel {
        /// The budget in units of fuel.
        limit: u64,
        /// The function it was in, if the component contains names.
        function: Option<String>,
    },
    /// It took more steps than an instance may take while steps are metered.
    #[error("it took more than {limit} steps{}", in_function(.function.as_deref()))]
    Steps {
        /// Maximum number of steps.
        limit: u64,
        /// The function it was in, if the component contains names.
        function: Option<String>,
    },
    /// It needed more memory than its limit.
    #[error("it reached its memory limit of {} MiB", .limit >> 20)]
    Memory {
        /// The limit in bytes.
        limit: usize,
    },
    /// It returned a string that is not UTF-8.
    #[error("it returned a string that is not UTF-8")]
    Utf8,
    /// Its answer cannot be lifted out of the guest.
    #[error("what it returned cannot be read: {detail} (the limit is {} MiB a call)", .limit >> 20, detail = shown(detail))]
    Answer {
        /// The engine's error text.
        detail: String,
        /// Maximum number of bytes lifted from one call.
        limit: usize,
    },
    /// It reported that it cannot continue.
    #[error("it reported a fault{}: {message}", fault_kind(*.code), message = shown(message))]
    Fault {
        /// The kind of fault, as a code of the contract.
        code: u16,
        /// Its message, with control characters escaped, cut after 256 bytes.
        message: String,
    },
    /// Its answer breaks the contract.
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
    /// Whether the cause may be the size of the batch and not any record: fewer records in a call
    /// need less.
    pub(crate) fn is_of_size(&self) -> bool {
        matches!(
            self,
            Self::Fuel { .. }
                | Self::CallFuel { .. }
                | Self::Memory { .. }
                | Self::Breach(Breach::TooMany { .. })
        )
    }

    /// The plugin's function in which it happened, if the component contains names.
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

    /// A fault as reported by the guest, made safe to display.
    pub(crate) fn fault(code: u16, message: &str) -> Self {
        Self::Fault { code, message: presentable(message) }
    }
}

/// A guest's text, made safe to display and cut to length.
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
