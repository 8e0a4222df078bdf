//! Four rules as plain loops over columns: the same source runs natively and in the component.

/// What [`one_of`] is asked for in the benchmark.
pub const WORDS: &[&[u8]] =
    &[b"Consulting Fee", b"Food and Beverage", b"Travel and Lodging", b"Education"];

/// The days [`date_range`] is asked for in the benchmark: the year 2016.
pub const DAYS: (i32, i32) = (16801, 17166);

/// Records whose cell is not all digits.
pub fn digits(offsets: &[u32], bytes: &[u8], hits: &mut Vec<u32>) {
    each(offsets, bytes, |record, cell| {
        if !cell.iter().all(u8::is_ascii_digit) {
            hits.push(record);
        }
    });
}

/// Records whose cell fails the Luhn check that NPI numbers carry.
pub fn luhn(offsets: &[u32], bytes: &[u8], hits: &mut Vec<u32>) {
    each(offsets, bytes, |record, cell| {
        // An NPI is checked as if `80840` stood before it; those digits add 24.
        let mut sum = 24_u32;
        let mut double = false;
        for &byte in cell.iter().rev() {
            let mut digit = u32::from(byte.wrapping_sub(b'0'));
            if double {
                digit *= 2;
                if digit > 9 {
                    digit -= 9;
                }
            }
            sum = sum.wrapping_add(digit);
            double = !double;
        }
        if !sum.is_multiple_of(10) {
            hits.push(record);
        }
    });
}

/// Records whose cell is not among `allowed`.
pub fn one_of(offsets: &[u32], bytes: &[u8], allowed: &[&[u8]], hits: &mut Vec<u32>) {
    each(offsets, bytes, |record, cell| {
        if !allowed.contains(&cell) {
            hits.push(record);
        }
    });
}

/// Records whose day is outside `least..=greatest`.
pub fn date_range(days: &[i32], least: i32, greatest: i32, hits: &mut Vec<u32>) {
    for (record, day) in (0..).zip(days) {
        if !(least..=greatest).contains(day) {
            hits.push(record);
        }
    }
}

fn each(offsets: &[u32], bytes: &[u8], mut visit: impl FnMut(u32, &[u8])) {
    for (record, pair) in (0..).zip(offsets.windows(2)) {
        visit(record, &bytes[pair[0] as usize..pair[1] as usize]);
    }
}
