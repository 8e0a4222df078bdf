//! Compiles the tree of a pattern to a table of states and bytes, by Thompson's construction and the subset construction.

use std::collections::BTreeMap;

use super::syntax::Node;

/// The most states of a table: 2,048 of them with a dozen classes of bytes take 50 KiB.
const STATES: usize = 2048;
/// The most steps before the table is made: with the limit on states, the longest compilation takes well below a second.
const STEPS: usize = 8192;

const TOO_LARGE: &str = "the pattern is too large to compile; reduce its counts";

/// A set of bytes.
type Bytes = [u64; 4];

/// A deterministic automaton. State 0 is dead, state 1 is the start.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The class of each byte; bytes that no state distinguishes share a class.
    class: [u8; 256],
    classes: usize,
    /// The next state, at index state times `classes` plus class.
    next: Vec<u16>,
    accepts: Vec<bool>,
}

impl Table {
    pub(super) fn new(node: &Node) -> Result<Self, &'static str> {
        let mut steps = Steps::default();
        let accept = steps.add(Step::Accept)?;
        let start = steps.build(node, accept)?;
        let (class, members) = steps.classes();
        let mut table =
            Self { class, classes: members.len(), next: Vec::new(), accepts: Vec::new() };
        let mut known: BTreeMap<Vec<usize>, u16> = BTreeMap::new();
        let mut sets = vec![Vec::new(), steps.reach([start])];
        for (number, set) in (0..).zip(&sets) {
            known.insert(set.clone(), number);
        }
        let mut at = 0;
        while at < sets.len() {
            let set = sets[at].clone();
            table.accepts.push(set.iter().any(|&step| matches!(steps.steps[step], Step::Accept)));
            for &byte in &members {
                let target = steps.reach(set.iter().filter_map(|&step| match &steps.steps[step] {
                    Step::Byte(bytes, next) if holds(bytes, byte) => Some(*next),
                    _ => None,
                }));
                let number = if let Some(&number) = known.get(&target) {
                    number
                } else {
                    let number = u16::try_from(sets.len()).map_err(|_| TOO_LARGE)?;
                    known.insert(target.clone(), number);
                    sets.push(target);
                    number
                };
                table.next.push(number);
            }
            at += 1;
            if sets.len() > STATES {
                return Err(TOO_LARGE);
            }
        }
        Ok(table)
    }

    #[inline]
    pub(super) fn matches(&self, cell: &[u8]) -> bool {
        let mut state = 1;
        for &byte in cell {
            let class = usize::from(self.class[usize::from(byte)]);
            state = usize::from(self.next[state * self.classes + class]);
        }
        self.accepts[state]
    }
}

enum Step {
    Byte(Bytes, usize),
    Split(usize, usize),
    Accept,
}

#[derive(Default)]
struct Steps {
    steps: Vec<Step>,
    /// The number of nodes built: repeated empty nodes add no steps, but their number must be limited too.
    built: usize,
}

impl Steps {
    fn add(&mut self, step: Step) -> Result<usize, &'static str> {
        if self.steps.len() == STEPS {
            return Err(TOO_LARGE);
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    /// Adds the steps that match `node` and then go on to `next`; returns the one at which they begin.
    fn build(&mut self, node: &Node, next: usize) -> Result<usize, &'static str> {
        self.built += 1;
        if self.built > 4 * STEPS {
            return Err(TOO_LARGE);
        }
        match node {
            Node::Bytes(bytes) => {
                bytes.iter().rev().try_fold(next, |next, &byte| self.range(byte, byte, next))
            }
            Node::Class { ascii, other } => self.class(ascii, *other, next),
            Node::Sequence(parts) => {
                parts.iter().rev().try_fold(next, |next, part| self.build(part, next))
            }
            Node::Choice(branches) => {
                let starts: Result<Vec<usize>, _> =
                    branches.iter().map(|branch| self.build(branch, next)).collect();
                let mut starts = starts?.into_iter();
                let first = starts.next().ok_or(TOO_LARGE)?;
                starts.try_fold(first, |all, one| self.add(Step::Split(all, one)))
            }
            Node::Repeat { node, least, most } => {
                let mut at = match most {
                    None => {
                        let loops = self.add(Step::Split(next, next))?;
                        let body = self.build(node, loops)?;
                        self.steps[loops] = Step::Split(body, next);
                        loops
                    }
                    Some(most) => {
                        let mut at = next;
                        for _ in *least..*most {
                            let body = self.build(node, at)?;
                            at = self.add(Step::Split(body, next))?;
                        }
                        at
                    }
                };
                for _ in 0..*least {
                    at = self.build(node, at)?;
                }
                Ok(at)
            }
        }
    }

    fn range(&mut self, low: u8, high: u8, next: usize) -> Result<usize, &'static str> {
        let mut bytes = [0; 4];
        for byte in low..=high {
            bytes[usize::from(byte) / 64] |= 1 << (byte % 64);
        }
        self.add(Step::Byte(bytes, next))
    }

    /// Adds steps for an ASCII character of the class or, if `other`, any non-ASCII character: two to four bytes of UTF-8.
    fn class(
        &mut self,
        ascii: &[bool; 128],
        other: bool,
        next: usize,
    ) -> Result<usize, &'static str> {
        let mut bytes = [0; 4];
        for (byte, _) in ascii.iter().enumerate().filter(|(_, member)| **member) {
            bytes[byte / 64] |= 1 << (byte % 64);
        }
        let mut all = self.add(Step::Byte(bytes, next))?;
        if other {
            let mut tail = next;
            for (low, high) in [(0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)] {
                tail = self.range(0x80, 0xBF, tail)?;
                let lead = self.range(low, high, tail)?;
                all = self.add(Step::Split(all, lead))?;
            }
        }
        Ok(all)
    }

    /// The steps that wait for a byte or accept, reachable from these without taking a byte, ascending.
    fn reach(&self, from: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut seen = vec![false; self.steps.len()];
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(step) = open.pop() {
            if std::mem::replace(&mut seen[step], true) {
                continue;
            }
            if let Step::Split(a, b) = self.steps[step] {
                open.extend([a, b]);
            }
        }
        let waits = |&step: &usize| seen[step] && !matches!(self.steps[step], Step::Split(..));
        (0..self.steps.len()).filter(waits).collect()
    }

    /// The class of each byte, and one byte of each class.
    fn classes(&self) -> ([u8; 256], Vec<u8>) {
        let mut distinct: Vec<Bytes> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Byte(bytes, _) => Some(*bytes),
                _ => None,
            })
            .collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut known: BTreeMap<Vec<bool>, u8> = BTreeMap::new();
        let mut class = [0; 256];
        let mut members = Vec::new();
        for (byte, held) in (0_u8..=255).zip(&mut class) {
            let signature = distinct.iter().map(|bytes| holds(bytes, byte)).collect();
            // There are at most 256 classes, one for each byte, so the number of a new class fits.
            let fresh = u8::try_from(members.len()).unwrap_or(u8::MAX);
            *held = *known.entry(signature).or_insert_with(|| {
                members.push(byte);
                fresh
            });
        }
        (class, members)
    }
}

fn holds(bytes: &Bytes, byte: u8) -> bool {
    bytes[usize::from(byte) / 64] >> (byte % 64) & 1 == 1
}
