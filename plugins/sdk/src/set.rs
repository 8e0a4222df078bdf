//! A set of texts with fast look-ups: enumerations are checked in every record.

/// Texts in an open-addressed table, by a hash of the length and the first and last eight bytes. At most half of the table
/// is used, so a failed search ends after a step or two.
#[derive(Debug, Clone)]
pub struct ValueSet {
    slots: Vec<Option<Box<[u8]>>>,
    mask: usize,
}

impl ValueSet {
    /// Creates a set of these texts.
    pub fn new<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<V> = values.into_iter().collect();
        let size = (values.len() * 2).next_power_of_two().max(4);
        let mut set = Self { slots: vec![None; size], mask: size - 1 };
        for value in values {
            let at = set.find(value.as_ref());
            set.slots[at] = Some(value.as_ref().into());
        }
        set
    }

    /// Whether the text is in the set.
    #[inline]
    pub fn contains(&self, text: &[u8]) -> bool {
        self.slots[self.find(text)].is_some()
    }

    /// The slot that holds the text, or the empty slot where it would go.
    #[inline]
    fn find(&self, text: &[u8]) -> usize {
        let mut at = hash(text) & self.mask;
        while let Some(held) = &self.slots[at] {
            if **held == *text {
                break;
            }
            at = (at + 1) & self.mask;
        }
        at
    }
}

#[inline]
fn hash(text: &[u8]) -> usize {
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (text.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)), 0),
    };
    // The multiplier is 2^64 divided by the golden ratio: it spreads similar values over the upper bits.
    let mixed = (first ^ last.rotate_left(29)).wrapping_add(text.len() as u64);
    let spread = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    usize::try_from(spread).expect("24 bits are left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in_and_nothing_else() {
        let values =
            ["Food and Beverage", "Gift", "", "Grant", "Food and Beverages", "Aood and Beverage"];
        let set = ValueSet::new(values);
        for value in values {
            assert!(set.contains(value.as_bytes()), "{value}");
        }
        for other in ["food and Beverage", "Gif", "Gifts", "Food and Beveragf", " "] {
            assert!(!set.contains(other.as_bytes()), "{other}");
        }
        let many: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        let set = ValueSet::new(&many);
        assert!(many.iter().all(|value| set.contains(value.as_bytes())));
        assert!(!set.contains(b"1000"));
    }
}
