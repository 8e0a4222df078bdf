//! Rules about the file as a whole.

use assay_sdk::{Ask, FileFinding, FileRule, Level, Look, Rules, Sums};

use crate::columns::{COMPANY_ID, NATURE, RECIPIENT_TYPE};
use crate::tables::control_totals;
use crate::tables::natures::FOOD;
use crate::{File, Settings};

pub(crate) fn declare(file: &File, settings: &Settings, rules: &mut Rules) {
    rules
        .validate("company-ids-damaged")
        .title("the companies' ids were not damaged by a spreadsheet")
        .message("the companies' ids look like `1E+11`: which company paid is lost, take the file from CMS again")
        .level(Level::Refuse)
        .file([Ask::text(COMPANY_ID)], DamagedIds { most: settings.damaged_ids_percent });
    rules
        .validate("food-and-beverage-share")
        .title("most payments are food and beverage, as in each year published")
        .message("the share of food and beverage is unlike that of any year published")
        .warn()
        .file(
            [Ask::text(NATURE)],
            FoodShare { from: settings.share_from_records, percent: settings.food_share_percent },
        );
    rules
        .validate("control-total")
        .title("the number of records is the one that CMS publishes")
        .message("the number of records is far from the total that CMS publishes")
        .warn()
        .file(
            // Only the number of records is of interest; a column must cross for a batch to have one.
            [Ask::presence(RECIPIENT_TYPE)],
            ControlTotal {
                expected: file.publication.and_then(|day| control_totals::known(file.year, day)),
                percent: settings.control_total_percent,
            },
        );
}

struct DamagedIds {
    most: i64,
}

impl FileRule for DamagedIds {
    fn measure(&self, look: Look<'_>, sums: &mut Sums) {
        sums.count("ids", look.column(0).filled().count());
        sums.count("damaged", look.column(0).where_text(is_damaged).count());
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let (ids, damaged) = (sums.get("ids"), sums.get("damaged"));
        if ids == 0 {
            return FileFinding::skipped("no record has a company id");
        }
        FileFinding::new(
            exceeds_not(damaged, ids, self.most),
            format!("{damaged} of {ids} ids look like `1E+11`"),
            format!("at most {} %", self.most),
        )
    }
}

/// A number in a spreadsheet's scientific notation: `1E+11`, `1.00001E+11`.
fn is_damaged(cell: &[u8]) -> bool {
    let Some(at) = cell.iter().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (number, power) = (&cell[..at], &cell[at + 1..]);
    let digits = power.strip_prefix(b"+").unwrap_or(power);
    number.first().is_some_and(u8::is_ascii_digit)
        && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && !digits.is_empty()
        && digits.iter().all(u8::is_ascii_digit)
}

struct FoodShare {
    from: i64,
    percent: (i64, i64),
}

impl FileRule for FoodShare {
    fn measure(&self, look: Look<'_>, sums: &mut Sums) {
        sums.count("records", look.column(0).filled().count());
        sums.count("food", look.column(0).where_text(|cell| cell == FOOD.as_bytes()).count());
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let (records, food) = (sums.get("records"), sums.get("food"));
        if records < self.from.max(1) {
            return FileFinding::skipped(format!(
                "{records} records; judged from {} on",
                self.from
            ));
        }
        let (least, most) = self.percent;
        let holds = exceeds_not(food, records, most) && !below(food, records, least);
        let tenths = i128::from(food) * 1000 / i128::from(records);
        FileFinding::new(
            holds,
            format!("{}.{} % of {records} records", tenths / 10, tenths % 10),
            format!("{least} to {most} %"),
        )
    }
}

struct ControlTotal {
    expected: Option<i64>,
    percent: i64,
}

impl FileRule for ControlTotal {
    fn measure(&self, look: Look<'_>, sums: &mut Sums) {
        sums.count("records", look.records());
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let Some(expected) = self.expected else {
            return FileFinding::skipped("CMS's total of this year and publication is not known");
        };
        let records = sums.get("records");
        FileFinding::new(
            exceeds_not((records - expected).abs(), expected, self.percent),
            format!("{records} records"),
            format!("{expected} records, give or take {} %", self.percent),
        )
    }
}

/// `part` is at most `percent` of `whole`.
fn exceeds_not(part: i64, whole: i64, percent: i64) -> bool {
    i128::from(part) * 100 <= i128::from(whole) * i128::from(percent)
}

/// `part` is less than `percent` of `whole`.
fn below(part: i64, whole: i64, percent: i64) -> bool {
    i128::from(part) * 100 < i128::from(whole) * i128::from(percent)
}
