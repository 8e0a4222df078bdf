//! Chooses what to read next from what was read so far.

/// Follows sequential readers, several of them close together. The read-ahead window doubles with each range they advance, as in kernels: a
/// reader that only looks at a header, or at a zip's directory, does not trigger the fetching of a hundred megabytes.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The farthest range requested since the last jump.
    front: Option<u64>,
    /// Number of ranges to have beyond it.
    window: u64,
    most: u64,
}

impl Ahead {
    /// Reads at most `most` ranges ahead.
    pub(super) fn new(most: usize) -> Self {
        Self { front: None, window: 0, most: most as u64 }
    }

    /// Notes that a reader requests a range; `is_known` if it is in memory or on its way. Returns the ranges that should also be under way.
    pub(super) fn asked(&mut self, number: u64, is_known: bool) -> std::ops::Range<u64> {
        match self.front {
            Some(front) if number == front + 1 => {
                self.window = (self.window * 2).max(1).min(self.most);
                self.front = Some(number);
            }
            // A thread that is ahead of the others.
            Some(front) if number > front && number <= front + self.window => {
                self.front = Some(number);
            }
            // Behind the others: a thread that was held up, unless a new pass begins.
            Some(front)
                if number <= front
                    && (is_known || (number > 0 && front - number <= 2 * self.most)) => {}
            _ => {
                self.front = Some(number);
                self.window = u64::from(number == 0).min(self.most);
            }
        }
        let next = self.front.map_or(0, |front| front + 1);
        next..next + self.window
    }

    /// Whether no reader has reached this range yet.
    pub(super) fn is_ahead(&self, number: u64) -> bool {
        self.front.is_some_and(|front| number > front && number <= front + self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_grows_with_who_reads_on_and_closes_with_who_jumps() {
        let mut ahead = Ahead::new(6);
        let mut check = |number, is_known, expected: std::ops::Range<u64>| {
            assert_eq!(ahead.asked(number, is_known), expected, "{number}");
        };
        check(0, false, 1..2);
        check(0, true, 1..2);
        check(1, true, 2..4);
        check(2, true, 3..7);
        check(3, true, 4..10);
        check(4, true, 5..11);
        // Threads that are ahead, and one that is behind.
        check(6, true, 7..13);
        check(5, true, 7..13);
        check(7, true, 8..14);
        // The end of a zip, then its beginning.
        check(90, false, 91..91);
        check(91, false, 92..93);
        check(0, false, 1..2);
        // A second pass.
        check(1, false, 2..4);
        let mut none = Ahead::new(0);
        assert!([0, 1, 2].into_iter().all(|number| none.asked(number, false).is_empty()));
    }
}
