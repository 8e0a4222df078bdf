//! Tasks that take too long to run for every change: `docs/rarely.md` says when each was last run, and with what result.
//!
//! The commands write the page themselves, so that it cannot claim what nobody did.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::shell;

/// The page, from the root folder.
const PAGE: &str = "docs/rarely.md";

/// Records on the page that a command ran to its end today.
pub(crate) fn note(checkout: &Checkout, command: &str, outcome: &str) -> Result<()> {
    let path = checkout.root().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read `{PAGE}`"))?;
    let today = shell::output_of(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let noted = noted(&page, command, today.trim(), outcome)
        .with_context(|| format!("`{PAGE}` has no row for `{command}`; add one"))?;
    fs::write(&path, noted).with_context(|| format!("cannot write `{PAGE}`"))?;
    eprintln!("noted in `{PAGE}`");
    Ok(())
}

/// The page with a new date and outcome in the row that begins with the command. `None` if there is no such row.
fn noted(page: &str, command: &str, today: &str, outcome: &str) -> Option<String> {
    let begin = format!("| `{command}` |");
    let mut found = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.starts_with(&begin) {
            found = true;
            let mut cells = line.split(" | ");
            // The columns that describe the command stay unchanged.
            let [what, about, takes] = [cells.next()?, cells.next()?, cells.next()?];
            text.extend([what, " | ", about, " | ", takes, " | ", today, " | ", outcome, " |\n"]);
        } else {
            text += line;
            text.push('\n');
        }
    }
    found.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gets_its_date_and_the_others_stay() {
        let page = "# Rarely\n\n| `a` | about | an hour | 2026-01-01 | nothing found |\n| `a b` | other | a day | never |  |\n";
        let check = |command, expected: Option<&str>| {
            let found = noted(page, command, "2026-02-03", "fine");
            assert_eq!(found.as_deref(), expected, "{command}");
        };
        check(
            "a",
            Some(
                "# Rarely\n\n| `a` | about | an hour | 2026-02-03 | fine |\n| `a b` | other | a day | never |  |\n",
            ),
        );
        check(
            "a b",
            Some(
                "# Rarely\n\n| `a` | about | an hour | 2026-01-01 | nothing found |\n| `a b` | other | a day | 2026-02-03 | fine |\n",
            ),
        );
        check("c", None);
    }

    #[test]
    fn the_page_has_a_row_for_each() {
        let page = include_str!("../../../docs/rarely.md");
        for command in [
            "cargo xtask fuzz",
            "cargo xtask complexity",
            "cargo xtask image",
            "cargo xtask image --measure",
            "cargo xtask versus",
            "cargo xtask speed --large",
            "cargo xtask readers",
        ] {
            assert!(noted(page, command, "", "").is_some(), "{command}");
        }
    }
}
