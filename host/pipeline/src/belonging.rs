//! Checks that records belong to the partition that their file is published in.
//!
//! A reader of `year=2024` aggregates whatever is stored there, whatever the records say. So each record's cell, as published, is compared
//! with the partition value of the file, whatever that value was derived from. Nulls are ignored: requiring a value is the job of a rule,
//! and a cell that its type cannot hold is reported as `type.*`.

use assay_model::{Cells, Column, HitOutcome};

use crate::judged::JudgedSlab;
use crate::message::excerpt;
use crate::plan::{Plan, Told};

/// The value of one key: the same for all records, or one for each.
enum Said {
    All(Word),
    Each(Vec<Word>),
}

/// The value of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Nothing,
    Here,
    Elsewhere,
}

impl Said {
    fn of(&self, row: usize) -> Word {
        match self {
            Self::All(word) => *word,
            Self::Each(words) => words[row],
        }
    }
}

/// Notes the records that belong to another partition, once each: by the first key that differs.
pub(crate) fn note_strangers(judged: &mut JudgedSlab, plan: &Plan, rows: &[u32]) {
    let rule = plan.host.partition;
    let said: Vec<Said> = plan.told.iter().map(|told| said(judged, plan, told)).collect();
    if said.iter().any(|said| matches!(said, Said::All(Word::Here)))
        && said.iter().all(|said| matches!(said, Said::All(Word::Here | Word::Nothing)))
    {
        return;
    }
    for (row, &record) in rows.iter().enumerate() {
        let elsewhere = said.iter().position(|said| said.of(row) == Word::Elsewhere);
        if let Some(told) = elsewhere.map(|at| &plan.told[at]) {
            let cell = excerpt(judged.cell(plan, told.column, row).unwrap_or_default());
            let (name, key, value) = (&plan.names[told.column], &told.key, &told.value);
            let text = format!("`{name}` is `{cell}`; the file is published as `{key}={value}`");
            judged.note(plan, rule, record, Some(told.column), HitOutcome::Failed, Some(text));
        } else if said.iter().all(|said| said.of(row) == Word::Nothing) {
            judged.counts[rule].skipped += 1;
        }
    }
}

fn said(judged: &JudgedSlab, plan: &Plan, told: &Told) -> Said {
    let text = plan.text_slot(told.column).expect("columns that tell a key are built");
    let built = |slot: usize| judged.columns[slot].as_ref().expect("all columns are built");
    let mut said = words(built(text), told);
    // A cell that the type cannot hold is published as null.
    if let Some(malformed) = &built(told.slot).malformed {
        let mut words: Vec<Word> = (0..malformed.len()).map(|row| said.of(row)).collect();
        malformed.ones_iter().for_each(|row| words[row] = Word::Nothing);
        said = Said::Each(words);
    }
    said
}

/// One comparison for each distinct cell, and none for a cell equal to its neighbour.
fn words(text: &Column, told: &Told) -> Said {
    let word = |cell: &[u8]| match told.expected.holds(cell) {
        None => Word::Nothing,
        Some(true) => Word::Here,
        Some(false) => Word::Elsewhere,
    };
    match &text.cells {
        Cells::Constant(cell) => Said::All(word(cell)),
        Cells::Dictionary { keys, values } => {
            let words: Vec<Word> = values.iter().map(word).collect();
            match words.split_first() {
                Some((first, rest)) if rest.iter().all(|word| word == first) => Said::All(*first),
                _ => Said::Each(keys.iter().map(|&key| words[usize::from(key)]).collect()),
            }
        }
        Cells::Text(cells) => {
            let mut last = (&b""[..], Word::Nothing);
            let each = cells.iter().map(|cell| {
                if cell != last.0 {
                    last = (cell, word(cell));
                }
                last.1
            });
            Said::Each(each.collect())
        }
        Cells::Absent | Cells::Integer(_) | Cells::Decimal { .. } | Cells::Date(_) => {
            Said::All(Word::Nothing)
        }
    }
}
