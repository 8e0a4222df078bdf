//! Guesses what was meant: the nearest of some names.

use strsim::osa_distance;

/// Returns the choice nearest to what was written, if it is close enough for a typing error (a third of the letters, because beyond that
/// suggestions are more noise than help), or if what was written is an abbreviation of only one (`err`).
pub(crate) fn nearest<'a>(
    written: &str,
    choices: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Option<&'a str> {
    let choices = choices.into_iter();
    let written_folded = fold(written);
    let letters = written_folded.chars().count();
    let limit = (letters / 3).max(1);
    choices
        .clone()
        .map(|choice| (osa_distance(&written_folded, &fold(choice)), choice))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice)
        .or_else(|| {
            let mut longer = choices.filter(|choice| {
                letters >= SHORT_LEAST && fold(choice).starts_with(&written_folded)
            });
            longer.next().filter(|_| longer.next().is_none())
        })
}

/// Minimum length of an abbreviation: two letters begin too many words.
const SHORT_LEAST: usize = 3;

/// Folds case, and underscores to hyphens.
fn fold(name: &str) -> String {
    name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let choices = ["layouts", "levels", "limits", "amounts"];
        let check =
            |written, expected| assert_eq!(nearest(written, choices), expected, "{written}");
        check("layouts", Some("layouts"));
        check("layout", Some("layouts"));
        check("lyaouts", Some("layouts"));
        check("Levels", Some("levels"));
        check("limts", Some("limits"));
        check("amount", Some("amounts"));
        check("colours", None);
        check("lev", Some("levels"));
        check("l", None);
        check("x", None);
        check("", None);
    }
}
