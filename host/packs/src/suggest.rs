//! What was probably meant: the nearest of some names.

/// The choice nearest to what was written, if it is near enough that a slip of the hand explains the difference (a third of the
/// letters, because beyond it suggestions are rather noise than help) or if it was only written short (`err`).
pub(crate) fn nearest<'a>(
    written: &str,
    choices: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Option<&'a str> {
    let choices = choices.into_iter();
    let written_folded = fold(written);
    let limit = (written_folded.len() / 3).max(1);
    choices
        .clone()
        .map(|choice| (distance(&written_folded, &fold(choice)), choice))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice)
        .or_else(|| {
            let mut longer = choices.filter(|choice| {
                written_folded.len() >= SHORT_LEAST && fold(choice).starts_with(&written_folded)
            });
            longer.next().filter(|_| longer.next().is_none())
        })
}

/// Two letters begin too many words.
const SHORT_LEAST: usize = 3;

/// Case and the choice of hyphen or underscore do not make names differ.
fn fold(name: &str) -> Vec<char> {
    name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, &from) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &to) in b.iter().enumerate() {
            let mut best = (above[column] + usize::from(from != to))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && from == b[column - 1] && a[row - 1] == to {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[b.len()]
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
