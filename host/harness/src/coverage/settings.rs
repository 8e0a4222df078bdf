//! Changed settings: each number incremented and decremented, each list shortened by one, each key omitted.

use serde_json::{Map, Value};

use super::mutant::{Coverage, Mutant};
use crate::exam::{Exam, Wants};
use crate::found::Found;
use crate::judging::{Handing, Wanted, judge};
use crate::subject::Subject;

/// Keys that affect what people read, not what is judged.
const WORDS: [&str; 4] = ["title", "message", "level", "check"];

pub(super) fn measure(subject: &Subject, exams: &[(Exam, Found)], coverage: &mut Coverage) {
    let pages: Vec<&(Exam, Found)> =
        exams.iter().filter(|(exam, _)| matches!(exam.wants, Wants::Marks { .. })).collect();
    let mut done: Vec<(&Exam, &Map<String, Value>)> = Vec::new();
    for (exam, _) in &pages {
        let settings = &exam.setup.settings;
        if done.iter().any(|(other, held)| other.path == exam.path && *held == settings) {
            continue;
        }
        done.push((exam, settings));
        let same =
            |other: &&&(Exam, Found)| other.0.path == exam.path && other.0.setup == exam.setup;
        let alike: Vec<&Exam> = pages.iter().filter(same).map(|(exam, _)| exam).collect();
        for (change, changed) in changes(&Value::Object(settings.clone()), "", &exam.table.columns)
        {
            let Value::Object(changed) = changed else { continue };
            let Some(noticed) = notices(subject, &alike, &changed) else { continue };
            coverage.mutants.push(Mutant {
                rule: exam.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                change,
                noticed,
                path: exam.path.clone(),
                line: exam.line,
                help:
                    "add a record that only the setting as it is judges so: one right at the border"
                        .to_owned(),
            });
        }
    }
}

/// Whether any exam fails with the changed settings; `None` if the plugin rejects them, which is not to the exams' credit.
fn notices(subject: &Subject, exams: &[&Exam], changed: &Map<String, Value>) -> Option<bool> {
    let mut taken = false;
    for exam in exams {
        let mut setup = exam.setup.clone();
        setup.settings.clone_from(changed);
        let Ok(planned) = subject.plan(&setup, &exam.table.columns) else { continue };
        taken = true;
        let judged = judge(subject, &planned, &exam.table, &Handing::whole(), Wanted::Messages);
        if judged.map_or(true, |found| !exam.verify(&found).is_empty()) {
            return Some(true);
        }
    }
    taken.then_some(false)
}

/// Returns all small changes of a value: a description, and the whole changed value. `columns` are those of the table.
fn changes(value: &Value, path: &str, columns: &[String]) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    match value {
        Value::Object(map) => {
            for (key, held) in map.iter().filter(|(key, _)| !WORDS.contains(&key.as_str())) {
                let at = format!("{path}/{key}");
                for (change, changed) in changes(held, &at, columns) {
                    let mut map = map.clone();
                    map.insert(key.clone(), changed);
                    all.push((change, Value::Object(map)));
                }
                // Without its tables a vocabulary has no rules, which every failing example detects.
                if !held.is_object() {
                    let mut map = map.clone();
                    map.remove(key);
                    all.push((format!("setting `{at}` left out"), Value::Object(map)));
                }
            }
        }
        Value::Array(items) => {
            // Omitting a column that the table lacks from a list of columns changes nothing.
            let is_column = |item: &Value| {
                item.as_str().is_some_and(|item| columns.iter().any(|column| column == item))
            };
            let of_columns = items.iter().any(is_column);
            for (index, held) in items.iter().enumerate() {
                if items.len() > 1 && (!of_columns || is_column(held)) {
                    let mut fewer = items.clone();
                    fewer.remove(index);
                    all.push((format!("setting `{path}` without {held}"), Value::Array(fewer)));
                }
                for (change, changed) in changes(held, &format!("{path}/{index}"), columns) {
                    if !held.is_string() {
                        let mut items = items.clone();
                        items[index] = changed;
                        all.push((change, Value::Array(items)));
                    }
                }
            }
        }
        Value::Bool(flag) => {
            all.push((format!("setting `{path}` is {}", !flag), Value::Bool(!flag)));
        }
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                for other in [number + 1, number - 1] {
                    all.push((format!("setting `{path}` is {other}"), other.into()));
                }
            }
        }
        Value::String(text) => {
            for other in neighbours(text) {
                all.push((format!("setting `{path}` is `{other}`"), other.into()));
            }
        }
        Value::Null => {}
    }
    all
}

/// Returns neighbours of a text that ends in a digit, such as an amount or a date. Other texts have none: the plugin would reject a changed
/// one, or it would mean something else.
fn neighbours(text: &str) -> Vec<String> {
    let Some(digit) = text.chars().next_back().and_then(|last| last.to_digit(10)) else {
        return Vec::new();
    };
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Vec::new();
    }
    let others = [digit.checked_add(1).filter(|&d| d < 10), digit.checked_sub(1)];
    let begin = &text[..text.len() - 1];
    others.into_iter().flatten().map(|digit| format!("{begin}{digit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_changed() {
        let check = |json: &str, expected: &[&str]| {
            let value: Value = serde_json::from_str(json).expect("it is JSON");
            let words: Vec<String> =
                changes(&value, "", &[]).into_iter().map(|(change, _)| change).collect();
            assert_eq!(words, expected);
        };
        check(
            r#"{"max": 19}"#,
            &["setting `/max` is 20", "setting `/max` is 18", "setting `/max` left out"],
        );
        check(
            r#"{"values": ["a", "b"], "title": "x"}"#,
            &[
                "setting `/values` without \"a\"",
                "setting `/values` without \"b\"",
                "setting `/values` left out",
            ],
        );
        check(
            r#"{"r": {"min": "0.01", "deep": true}}"#,
            &[
                "setting `/r/min` is `0.02`",
                "setting `/r/min` is `0.00`",
                "setting `/r/min` left out",
                "setting `/r/deep` is false",
                "setting `/r/deep` left out",
            ],
        );
    }
}
