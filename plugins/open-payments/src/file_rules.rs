//! Rules about the file as a whole.

use assay_sdk::{Ask, FileFinding, FileRule, Level, Look, Rules, Sums};

use crate::columns::{
    COMPANY_ID, DISPUTED, NATURE, PROGRAM_YEAR, PUBLICATION, RECIPIENT_TYPE, THIRD_PARTY,
};
use crate::file::File;
use crate::settings::Settings;
use crate::tables::natures::FOOD;
use crate::tables::{control_totals, layouts};

pub(crate) fn declare(file: &File, settings: &Settings, rules: &mut Rules) {
    rules
        .validate("company-ids-damaged")
        .title("the companies' ids were not damaged by a spreadsheet")
        .message("the company ids look like `1E+11`, so the paying company is lost; download the file from CMS again")
        .level(Level::Refuse)
        .file([Ask::text(COMPANY_ID)], DamagedIds { most: settings.damaged_ids_percent });
    rules
        .validate("records-of-file")
        .title("the records belong to the file's program year and publication")
        .message("most records are from another program year or publication: the file does not match its name")
        .level(Level::Refuse)
        .file(
            [Ask::text(PROGRAM_YEAR), Ask::text(PUBLICATION)],
            Foreign {
                year: file.year.to_string(),
                publication: file.published.clone(),
                most: settings.foreign_records_percent,
            },
        );
    rules
        .validate("layout-of-publication")
        .title("the file has the layout of the publication")
        .message("the file's name or header does not match the publication")
        .warn()
        .file(
            // The rule reads nothing of the records, but a rule must have a column.
            [Ask::presence(RECIPIENT_TYPE)],
            LayoutOfPublication { layout: file.layout.clone(), publication: file.publication },
        );
    rules
        .validate("food-and-beverage-share")
        .title("most payments are food and beverage, as in every published year")
        .message("the share of food and beverage differs from that of every published year")
        .warn()
        .file(
            [Ask::text(NATURE)],
            Share {
                of: FOOD,
                from: settings.share_from_records,
                least: settings.food_share_percent.0,
                most: settings.food_share_percent.1,
            },
        );
    rules
        .validate("no-third-party-share")
        .title("nearly all payments go to the recipient alone, as in every published year")
        .message(
            "the share of payments without a third party differs from that of every published year",
        )
        .warn()
        .file(
            [Ask::text(THIRD_PARTY)],
            Share {
                of: "No Third Party Payment",
                from: settings.share_from_records,
                least: settings.no_third_party_percent,
                most: 100,
            },
        );
    rules
        .validate("dispute-share")
        .title("hardly any payment is disputed, as in every published year")
        .message("the share of disputed payments differs from that of every published year")
        .warn()
        .file(
            [Ask::text(DISPUTED)],
            Share {
                of: "Yes",
                from: settings.share_from_records,
                least: 0,
                most: settings.disputed_percent,
            },
        );
    rules
        .validate("control-total")
        .title("the number of records is the one that CMS publishes")
        .message("the number of records is far from the total that CMS publishes")
        .warn()
        .file(
            // Only the number of records matters, but a batch must have a column.
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

/// Whether the cell is a number in a spreadsheet's scientific notation: `1E+11`, `1.00001E+11`.
fn is_damaged(cell: &[u8]) -> bool {
    let Some(at) = cell.iter().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (number, power) = (&cell[..at], &cell[at + 1..]);
    let digits = power.strip_prefix(b"+").unwrap_or(power);
    number.first().is_some_and(u8::is_ascii_digit)
        && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && !digits.is_empty()
        && digits.iter().all(u8::is_ascii_digit)
}

/// The rule about records that belong to another file.
struct Foreign {
    year: String,
    /// The publication as the records write it.
    publication: Option<String>,
    most: i64,
}

impl FileRule for Foreign {
    fn measure(&self, look: Look<'_>, sums: &mut Sums) {
        let year = look.column(0).where_text(|cell| cell != self.year.as_bytes());
        let foreign = match &self.publication {
            None => year,
            Some(day) => year.or(&look.column(1).where_text(|cell| cell != day.as_bytes())),
        };
        sums.count("records", look.records());
        sums.count("foreign", foreign.count());
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let (records, foreign) = (sums.get("records"), sums.get("foreign"));
        let what = "of another program year or publication";
        FileFinding::new(
            exceeds_not(foreign, records, self.most),
            format!("{foreign} of {records} records {what}"),
            format!("at most {} %", self.most),
        )
    }
}

struct LayoutOfPublication {
    layout: String,
    publication: Option<i32>,
}

impl FileRule for LayoutOfPublication {
    fn measure(&self, _: Look<'_>, _: &mut Sums) {}

    fn judge(&self, _: &Sums) -> FileFinding {
        let used = self.publication.and_then(|day| layouts::of_publication(&self.layout, day));
        match used {
            None => FileFinding::skipped("it is unknown when the layout was used"),
            Some((holds, expected)) => FileFinding::new(holds, self.layout.clone(), expected),
        }
    }
}

/// The rule about the share of records with one text, in percent.
struct Share {
    of: &'static str,
    from: i64,
    least: i64,
    most: i64,
}

impl FileRule for Share {
    fn measure(&self, look: Look<'_>, sums: &mut Sums) {
        sums.count("records", look.column(0).filled().count());
        sums.count("those", look.column(0).where_text(|cell| cell == self.of.as_bytes()).count());
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let (records, those) = (sums.get("records"), sums.get("those"));
        if records < self.from.max(1) {
            return FileFinding::skipped(format!(
                "{records} records; judged from {} records on",
                self.from
            ));
        }
        let holds = exceeds_not(those, records, self.most) && !below(those, records, self.least);
        let tenths = i128::from(those) * 1000 / i128::from(records);
        FileFinding::new(
            holds,
            format!("{}.{} % of {records} records", tenths / 10, tenths % 10),
            format!("{} to {} %", self.least, self.most),
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
            return FileFinding::skipped("CMS's total for this year and publication is not known");
        };
        let records = sums.get("records");
        FileFinding::new(
            exceeds_not((records - expected).abs(), expected, self.percent),
            format!("{records} records"),
            format!("{expected} records, give or take {} %", self.percent),
        )
    }
}

/// Whether `part` is at most `percent` percent of `whole`.
fn exceeds_not(part: i64, whole: i64, percent: i64) -> bool {
    i128::from(part) * 100 <= i128::from(whole) * i128::from(percent)
}

/// Whether `part` is less than `percent` percent of `whole`.
fn below(part: i64, whole: i64, percent: i64) -> bool {
    i128::from(part) * 100 < i128::from(whole) * i128::from(percent)
}
