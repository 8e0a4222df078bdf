//! Patterns over whole cells: a subset of regular expressions, compiled to a table before the run, so that judging a
//! cell takes one step per byte, whatever the pattern.

mod automaton;
mod error;
mod syntax;

use automaton::Table;
pub(crate) use error::PatternError;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Table);

impl Pattern {
    /// Compiles a pattern.
    pub(crate) fn new(text: &str) -> Result<Self, PatternError> {
        let node = syntax::parse(text)?;
        let end = text.chars().count();
        Table::new(&node)
            .map(Self)
            .map_err(|message| PatternError { character: end.max(1), message: message.to_owned() })
    }

    /// Whether the whole cell matches the pattern.
    #[inline]
    pub(crate) fn matches(&self, cell: &[u8]) -> bool {
        self.0.matches(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_match_or_not() {
        let check = |pattern: &str, yes: &[&str], no: &[&str]| {
            let pattern = Pattern::new(pattern).unwrap();
            for cell in yes {
                assert!(pattern.matches(cell.as_bytes()), "{cell} should match");
            }
            for cell in no {
                assert!(!pattern.matches(cell.as_bytes()), "{cell} should not match");
            }
        };
        check(
            r"\d{5}(-\d{4})?",
            &["12345", "12345-6789"],
            &["1234", "123456", "12345-", "12345-678", "x12345"],
        );
        check(r"^\d{5}(-\d{4})?$", &["12345", "12345-6789"], &["12345\n", " 12345"]);
        check("a|bc|", &["a", "bc", ""], &["ab", "abc", "b"]);
        check("[A-Za-z_][^0-9 ]*", &["a", "_x-y", "aé"], &["1", "a b", "a1", ""]);
        check("a+b*c?", &["a", "aab", "aabbc"], &["b", "acc", ""]);
        check("x{2,}", &["xx", "xxxxx"], &["x"]);
        check("(ab){2}", &["abab"], &["ab", "ababab"]);
        check(r"\$\.\(\)[+\-/]", &["$.()-", "$.()+"], &["$.()x"]);
        check("M.ller", &["Müller", "Maller"], &["Mller", "M\nller"]);
        check("Müller", &["Müller"], &["Muller"]);
        check(r"\w+\s\W", &["ab -"], &["ab-"]);
        check("[[:]+", &["[:", ":"], &["a"]);
        check("[:.=]", &[":", ".", "="], &["a"]);
    }

    #[test]
    fn faults_say_where() {
        let check = |pattern: &str, character, message: &str| {
            let expected = PatternError { character, message: message.to_owned() };
            assert_eq!(Pattern::new(pattern).unwrap_err(), expected, "{pattern}");
        };
        check("a(b", 2, "the group is not closed");
        check("ab)", 3, "there is no group to close; write `\\)` for a parenthesis");
        check("[a-", 1, "the class is not closed");
        check("[z-a]", 2, "the range is reversed");
        check("[é]", 2, "classes hold ASCII characters only");
        check("*a", 1, "there is nothing to repeat; write `\\*` for the character");
        check("a{3,2}", 2, "the second count is less than the first");
        check("a{2000}", 2, "expected a count of at most 1000");
        check("a{x}", 2, "expected `{3}`, `{3,}` or `{3,5}`");
        check("a+?", 3, "there is nothing to repeat; write `\\?` for the character");
        check("(?i)a", 2, "options and look-around are not supported");
        check(r"\1", 1, "unknown escape `\\1`");
        check(
            "a^b",
            2,
            "`^` may only be at the beginning: the pattern always matches the whole cell",
        );
        check("a\\", 2, "the escape is not complete");
        let posix = "POSIX classes such as `[:alpha:]` are not supported; write `[A-Za-z]`";
        check("[[:alpha:]]+", 2, posix);
        check("x[^0-9[:space:]]", 7, posix);
        check("[:digit:]", 1, posix);
        check("[[=a=]]", 2, posix);
    }

    #[test]
    fn hostile_patterns_are_refused_or_fast() {
        let error = Pattern::new("(a|b)*a(a|b){20}").unwrap_err();
        assert_eq!(error.message, "the pattern is too large to compile; reduce its counts");
        let classic = Pattern::new("(a*)*b").unwrap();
        assert!(!classic.matches("a".repeat(100_000).as_bytes()));
        assert!(Pattern::new(&"(".repeat(10_000)).is_err());
        assert!(Pattern::new(&format!("{}{}", "(".repeat(90), ")".repeat(90))).is_ok());
        assert!(Pattern::new("((((a{1000}){1000}){1000}){1000})").is_err());
        assert!(Pattern::new("((((){1000}){1000}){1000})").is_err());
    }
}
