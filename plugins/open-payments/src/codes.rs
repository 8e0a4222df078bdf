//! Product codes: the formats of NDC and PDI.

use assay_sdk::{Ask, Bits, Judged, Look, Rules};

use crate::columns::SLOTS;

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .validate("ndc-shape")
        .title("NDCs are 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits, not all zero")
        .message("`{column}` is `{value}`, expected an NDC of 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits, not all zero")
        .warn()
        .columnar(SLOTS.iter().map(|slot| Ask::text(slot.ndc)), |look| of_cells(look, is_ndc));
    rules
        .validate("pdi-shape")
        .title("PDIs are 6 to 50 letters, digits and signs, not all zero")
        .message("`{column}` is `{value}`, expected a device identifier of 6 to 50 letters, digits and signs, not all zero")
        .warn()
        .columnar(SLOTS.iter().map(|slot| Ask::text(slot.pdi)), |look| of_cells(look, is_pdi));
}

/// Judges all columns: a cell fails unless `holds` returns true for it. Records that are blank in all columns are skipped.
pub(crate) fn of_cells(look: Look<'_>, holds: impl Fn(&[u8]) -> bool) -> Judged {
    let mut judged = Bits::zeros(look.records());
    let mut sets = Vec::new();
    for (nth, column) in look.columns().enumerate() {
        judged = judged.or(column.filled());
        sets.push((nth, column.where_text(|cell| !holds(cell))));
    }
    Judged::first_of(sets, &judged)
}

fn is_ndc(cell: &[u8]) -> bool {
    let mut parts = cell.split(|&byte| byte == b'-').map(<[u8]>::len);
    let lengths = (parts.next(), parts.next(), parts.next(), parts.next());
    let shape = matches!(
        lengths,
        (Some(4), Some(4), Some(2), None)
            | (Some(5), Some(3), Some(2), None)
            | (Some(5), Some(4), Some(1 | 2), None)
    );
    let digits = cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    shape && digits && !all_zero(cell)
}

fn is_pdi(cell: &[u8]) -> bool {
    let sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-/$%.*()=".contains(byte);
    (6..=50).contains(&cell.len()) && cell.iter().all(sign) && !all_zero(cell)
}

fn all_zero(cell: &[u8]) -> bool {
    cell.iter().all(|byte| matches!(byte, b'0' | b'-'))
}
