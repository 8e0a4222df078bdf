//! Values of enumerations in another spelling: other case, spaces at the edges, a missing space. A cell that is not a known
//! value in any spelling stays as it is, for the rule that reports it.

use std::borrow::Cow;

use assay_sdk::{Rules, ValueSet};

use super::cell::New;
use crate::columns::{CHANGE_TYPE, FORM, NATURE, YES_NO};
use crate::tables::forms::FORMS;
use crate::tables::natures::NATURES;

pub(super) fn declare(rules: &mut Rules) {
    // The dictionary's text says `ADDED` where its list of values and the files say `ADD`.
    let change_types = Spelling::new(["NEW", "ADD", "CHANGED", "UNCHANGED"]).and("ADDED", "ADD");
    rules
        .normalise("change-type-spelling")
        .title("change types are spelled as CMS spells them")
        .rewrite([CHANGE_TYPE], move |cell| change_types.canonical(cell));
    let natures = Spelling::new(NATURES.iter().map(|nature| nature.value));
    rules
        .normalise("nature-spelling")
        .title("natures of payment are spelled as CMS spells them")
        .rewrite([NATURE], move |cell| natures.canonical(cell));
    let forms = Spelling::new(FORMS.iter().map(|form| form.value));
    rules
        .normalise("form-spelling")
        .title("forms of payment are spelled as CMS spells them")
        .rewrite([FORM], move |cell| forms.canonical(cell));
}

pub(super) fn declare_yes_no(rules: &mut Rules) {
    let mut yes_no = Spelling::new(["Yes", "No"]);
    for (yes, no) in [("true", "false"), ("y", "n"), ("1", "0")] {
        yes_no = yes_no.and(yes, "Yes").and(no, "No");
    }
    rules
        .normalise("yes-no-spelling")
        .title("indicators are Yes or No")
        .rewrite(YES_NO, move |cell| yes_no.canonical(cell));
}

/// Texts, and the other ways in which they are written.
pub(super) struct Spelling {
    canonical: ValueSet,
    /// A folded spelling, and the text that it stands for.
    ways: Vec<(Vec<u8>, &'static [u8])>,
}

impl Spelling {
    pub(super) fn new(values: impl IntoIterator<Item = &'static str>) -> Self {
        let values: Vec<&'static str> = values.into_iter().collect();
        let ways = values.iter().map(|value| (fold(value.as_bytes()), value.as_bytes()));
        Self { ways: ways.collect(), canonical: ValueSet::new(&values) }
    }

    /// Adds another way to write one of the texts.
    pub(super) fn and(mut self, written: &str, value: &'static str) -> Self {
        self.ways.push((fold(written.as_bytes()), value.as_bytes()));
        self
    }

    pub(super) fn canonical(&self, cell: &[u8]) -> New<'static> {
        if self.canonical.contains(cell) {
            return None;
        }
        let folded = fold(cell);
        let found = self.ways.iter().find(|(written, _)| *written == folded);
        found.map(|&(_, value)| Cow::Borrowed(value))
    }
}

/// Folds a text to lower case, without spaces at the edges and before parentheses.
fn fold(text: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(text.len());
    for &byte in text.trim_ascii() {
        if byte == b'(' {
            while folded.last() == Some(&b' ') {
                folded.pop();
            }
        }
        folded.push(byte.to_ascii_lowercase());
    }
    folded
}
