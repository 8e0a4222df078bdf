//! Parquet's plain encoding of texts: each preceded by its length in four bytes.

use assay_model::Text;

use super::spec::Rows;

/// Number of bytes copied at once. Most texts are shorter, and a single move is faster than a call; the next text overwrites the excess.
const COPY: usize = 32;

/// Size of a length, in bytes.
pub(super) const LENGTH: usize = size_of::<u32>();

/// Appends a text.
pub(super) fn put(plain: &mut Vec<u8>, text: &[u8]) {
    plain.extend_from_slice(&length(text.len()));
    plain.extend_from_slice(text);
}

/// Appends the texts of `rows` that are not blank, passes each to `visit`, and returns how many there are.
pub(super) fn put_rows<'a>(
    plain: &mut Vec<u8>,
    texts: &'a Text,
    rows: &Rows,
    mut visit: impl FnMut(&'a [u8]),
) -> usize {
    let (offsets, bytes) = (texts.offsets(), texts.bytes());
    let mut end = plain.len();
    let mut count = 0;
    for run in rows.runs() {
        let offsets = &offsets[run.start..=run.end];
        let total = (offsets[offsets.len() - 1] - offsets[0]) as usize;
        plain.resize(end + total + run.len() * LENGTH + COPY, 0);
        for pair in offsets.windows(2) {
            let (start, stop) = (pair[0] as usize, pair[1] as usize);
            let len = stop - start;
            if len == 0 {
                continue;
            }
            let text = &bytes[start..stop];
            plain[end..end + LENGTH].copy_from_slice(&length(len));
            end += LENGTH;
            match bytes[start..].first_chunk::<COPY>() {
                Some(chunk) if len <= COPY => plain[end..end + COPY].copy_from_slice(chunk),
                _ => plain[end..end + len].copy_from_slice(text),
            }
            end += len;
            count += 1;
            visit(text);
        }
        plain.truncate(end);
    }
    count
}

fn length(len: usize) -> [u8; LENGTH] {
    u32::try_from(len).expect("a slab is cut far below 4 GiB").to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::spec::Selection;

    #[test]
    fn texts_in_rows_are_texts_one_by_one() {
        let cells: Vec<String> = (0..200).map(|n| "xyz".repeat(n * 7 % 23)).collect();
        let mut texts = Text::default();
        for cell in &cells {
            texts.push(cell.as_bytes());
        }
        let some: Vec<u32> = (0..200).filter(|n| n % 5 > 0 && *n != 199).collect();
        for selection in [Selection::All, Selection::Some(&some), Selection::Some(&[])] {
            let rows = Rows::new(selection, cells.len());
            let (mut expected, mut found) = (b"before".to_vec(), b"before".to_vec());
            let filled = rows.iter().map(|row| cells[row].as_bytes());
            let filled: Vec<&[u8]> = filled.filter(|cell| !cell.is_empty()).collect();
            for cell in &filled {
                put(&mut expected, cell);
            }
            let mut visited = Vec::new();
            let count = put_rows(&mut found, &texts, &rows, |cell| visited.push(cell));
            assert_eq!((count, visited), (filled.len(), filled));
            assert_eq!(found, expected);
        }
    }
}
