//! Minimum and maximum of many texts.

/// Minimum and maximum of the texts seen. Most texts lie between the two, and their first eight bytes suffice to tell.
#[derive(Debug)]
pub(super) struct Extremes {
    pub(super) least: Vec<u8>,
    pub(super) greatest: Vec<u8>,
    heads: (u64, u64),
}

impl Extremes {
    pub(super) fn of(text: &[u8]) -> Self {
        Self { least: text.to_vec(), greatest: text.to_vec(), heads: (head(text), head(text)) }
    }

    #[inline]
    pub(super) fn widen(&mut self, text: &[u8]) {
        let head = head(text);
        if self.heads.0 < head && head < self.heads.1 {
            return;
        }
        self.compare(text, head);
    }

    fn compare(&mut self, text: &[u8], head: u64) {
        let (bound, bound_head) = if text < self.least.as_slice() {
            (&mut self.least, &mut self.heads.0)
        } else if text > self.greatest.as_slice() {
            (&mut self.greatest, &mut self.heads.1)
        } else {
            return;
        };
        bound.clear();
        bound.extend_from_slice(text);
        *bound_head = head;
    }
}

/// Returns the first eight bytes as a number, padded with zeros. If it is less than that of another text, so is the text.
fn head(text: &[u8]) -> u64 {
    if let Some(head) = text.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    head[..text.len()].copy_from_slice(text);
    u64::from_be_bytes(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_comparing_all() {
        let mut state = 1_u64;
        for _ in 0..200 {
            let texts: Vec<Vec<u8>> = (0..30)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let length = (state >> 60) as usize;
                    (0..length)
                        .map(|at| b"ab\0\xff"[(state >> (at * 2 + 8) & 3) as usize])
                        .collect()
                })
                .collect();
            let mut extremes = Extremes::of(&texts[0]);
            for text in &texts {
                extremes.widen(text);
            }
            assert_eq!(Some(&extremes.least), texts.iter().min());
            assert_eq!(Some(&extremes.greatest), texts.iter().max());
        }
    }
}
