//! Suggests the names that someone may have meant.

/// At most this many suggestions: more would be a list to read, not a hint.
const SUGGESTIONS: usize = 3;

/// The names nearest to `name` by edit distance, ignoring case, without those in which more than a third of the letters differ.
pub(crate) fn nearest<'n>(name: &str, names: &'n [String]) -> Vec<&'n str> {
    let wanted = name.to_ascii_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|held| {
            (distance(wanted.as_bytes(), held.to_ascii_lowercase().as_bytes()), held.as_str())
        })
        .filter(|&(distance, held)| distance <= name.len().max(held.len()) / 3)
        .collect();
    near.sort_by_key(|&(distance, _)| distance);
    near.into_iter().take(SUGGESTIONS).map(|(_, held)| held).collect()
}

/// The Levenshtein distance in bytes.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
