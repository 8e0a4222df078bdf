//! Damage to the bytes of a record, such as no correct CSV writer would produce.

use crate::raw::Damage;
use crate::render::write_cell;

/// `é` in Windows-1252; on its own not valid UTF-8.
const LATIN1: u8 = 0xE9;
/// A byte that Windows-1252 does not define.
const UNDECODABLE: u8 = 0x81;

/// Appends a damaged record of these cells, with its line ending. `at` is the column to damage and `bytes` the size of
/// a long field.
pub(crate) fn write_damaged(
    cells: &[String],
    bare: &[bool],
    damage: Damage,
    at: usize,
    bytes: usize,
    out: &mut Vec<u8>,
) {
    let kept = match damage {
        Damage::DropField => cells.len() - 1,
        _ => cells.len(),
    };
    for (column, (cell, &bare)) in cells.iter().zip(bare).take(kept).enumerate() {
        if column > 0 {
            out.push(b',');
        }
        let start = out.len();
        if column != at {
            write_cell(cell, bare, out);
            continue;
        }
        match damage {
            Damage::LongField => {
                let long: String = cell.chars().cycle().take(bytes).collect();
                write_cell(&long, false, out);
            }
            // After two bytes, which gives `"A"BC"` and not an empty cell; bare cells get it in the same place.
            Damage::BareQuote => {
                write_cell(cell, bare, out);
                let place = (start + 2).min(out.len() - 1);
                out.insert(place, b'"');
            }
            Damage::UnclosedQuote => {
                write_cell(cell, false, out);
                out.pop();
            }
            Damage::NulByte => insert_last(cell, 0, out),
            Damage::Latin1Byte => insert_last(cell, LATIN1, out),
            Damage::UndecodableByte => insert_last(cell, UNDECODABLE, out),
            Damage::DropField
            | Damage::ExtraField
            | Damage::RepeatHeader
            | Damage::RepeatRecord => {
                write_cell(cell, bare, out);
            }
        }
    }
    if damage == Damage::ExtraField {
        out.extend_from_slice(b",\"1\"");
    }
    out.push(b'\n');
}

fn insert_last(cell: &str, byte: u8, out: &mut Vec<u8>) {
    write_cell(cell, false, out);
    out.insert(out.len() - 1, byte);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_breaks_one_thing() {
        let check = |damage, at: usize, expected: &[u8]| {
            let cells = ["NEW", "9.00", "", "2016"].map(str::to_owned);
            let mut out = Vec::new();
            write_damaged(&cells, &[false, true, false, false], damage, at, 5, &mut out);
            assert_eq!(out, expected, "{damage:?}: {}", String::from_utf8_lossy(&out));
        };
        check(Damage::DropField, usize::MAX, b"\"NEW\",9.00,\n");
        check(Damage::ExtraField, usize::MAX, b"\"NEW\",9.00,,\"2016\",\"1\"\n");
        check(Damage::BareQuote, 0, b"\"N\"EW\",9.00,,\"2016\"\n");
        check(Damage::BareQuote, 1, b"\"NEW\",9.\"00,,\"2016\"\n");
        check(Damage::UnclosedQuote, 0, b"\"NEW,9.00,,\"2016\"\n");
        check(Damage::NulByte, 0, b"\"NEW\0\",9.00,,\"2016\"\n");
        check(Damage::Latin1Byte, 0, b"\"NEW\xE9\",9.00,,\"2016\"\n");
        check(Damage::UndecodableByte, 0, b"\"NEW\x81\",9.00,,\"2016\"\n");
        check(Damage::LongField, 0, b"\"NEWNE\",9.00,,\"2016\"\n");
    }
}
