//! The host's own rules: checks that it makes itself, independent of plugins.

use assay_model::{Level, RuleClass, RuleCode};

use crate::message::Template;
use crate::plan::{HostRules, RunRule, Scope};

/// The owner of these rules in reports.
pub(crate) const OWNER: &str = "assay";

/// Code, default level, scope, required condition.
const TABLE: [(&str, Level, Scope, &str); 20] = [
    ("csv.ragged", Level::Error, Scope::EveryRecord, "the record has as many fields as the header"),
    (
        "csv.quote",
        Level::Error,
        Scope::EveryRecord,
        "quotes open at the start of a field and close at its end",
    ),
    (
        "csv.encoding",
        Level::Warn,
        Scope::EveryRecord,
        "the record is UTF-8; if not, it is read as Windows-1252",
    ),
    ("csv.undecodable", Level::Error, Scope::EveryRecord, "the record is UTF-8 or Windows-1252"),
    ("csv.nul", Level::Error, Scope::EveryRecord, "the record has no NUL byte"),
    ("csv.repeated-header", Level::Error, Scope::EveryRecord, "the header is only at the top"),
    (
        "csv.byte-order-mark",
        Level::Error,
        Scope::EveryRecord,
        "a byte order mark is only at the beginning of the file",
    ),
    ("csv.debris", Level::Error, Scope::EveryRecord, "nothing follows the last record"),
    ("csv.truncated", Level::Error, Scope::EveryRecord, "the file does not end within a record"),
    (
        "csv.field-too-long",
        Level::Error,
        Scope::EveryRecord,
        "no field is longer than the pack's limit",
    ),
    (
        "csv.record-too-long",
        Level::Error,
        Scope::EveryRecord,
        "no record is longer than the pack's limit",
    ),
    (
        "type.integer",
        Level::Error,
        Scope::SoundRecords,
        "cells of integer columns are whole numbers",
    ),
    (
        "type.decimal",
        Level::Error,
        Scope::SoundRecords,
        "cells of decimal columns are decimals of their precision and scale",
    ),
    (
        "type.date",
        Level::Error,
        Scope::SoundRecords,
        "cells of date columns are dates in their format",
    ),
    (
        "record.partition",
        Level::Error,
        Scope::SoundRecords,
        "the record belongs to the partition that the file is published in",
    ),
    ("file.name", Level::Warn, Scope::File, "the file's name matches a pattern of the dataset"),
    ("file.final-newline", Level::Warn, Scope::File, "the last record ends with a line ending"),
    (
        "file.lone-carriage-return",
        Level::Warn,
        Scope::File,
        "carriage returns are only before line feeds",
    ),
    ("file.no-records", Level::Warn, Scope::File, "the file has records"),
    ("plugin.poison", Level::Error, Scope::SoundRecords, "no plugin fails on the record"),
];

/// The host's rules at the levels set by the pack; they come first in the run's table.
pub(crate) fn table(level: impl Fn(&RuleCode, Level) -> Level) -> (Vec<RunRule>, HostRules) {
    let rules: Vec<_> = TABLE
        .iter()
        .map(|(code, usual, scope, title)| {
            let code: RuleCode = code.parse().expect("the table's codes are valid");
            RunRule {
                level: level(&code, *usual),
                code,
                owner: OWNER.to_owned(),
                class: RuleClass::Validate,
                title: (*title).to_owned(),
                message: Template::new("", |_| None),
                columns: Vec::new(),
                scope: *scope,
            }
        })
        .collect();
    let find = |code: &str| {
        TABLE.iter().position(|row| row.0 == code).expect("the table has every host rule")
    };
    let host = HostRules {
        ragged: find("csv.ragged"),
        quote: find("csv.quote"),
        encoding: find("csv.encoding"),
        undecodable: find("csv.undecodable"),
        nul: find("csv.nul"),
        repeated_header: find("csv.repeated-header"),
        byte_order_mark: find("csv.byte-order-mark"),
        debris: find("csv.debris"),
        truncated: find("csv.truncated"),
        field_too_long: find("csv.field-too-long"),
        record_too_long: find("csv.record-too-long"),
        integer: find("type.integer"),
        decimal: find("type.decimal"),
        date: find("type.date"),
        file_name: find("file.name"),
        final_newline: find("file.final-newline"),
        lone_carriage_return: find("file.lone-carriage-return"),
        no_records: find("file.no-records"),
        partition: find("record.partition"),
        poison: find("plugin.poison"),
    };
    (rules, host)
}

/// The mildest level allowed for a host rule: a record that cannot be stored as it is must not pass, and a cell that becomes null, or a
/// record outside of its partition, must at least be reported.
pub(crate) fn mildest(host: &HostRules, rule: usize) -> Level {
    let cannot_pass = [
        host.ragged,
        host.quote,
        host.undecodable,
        host.nul,
        host.repeated_header,
        host.byte_order_mark,
        host.debris,
        host.truncated,
        host.field_too_long,
        host.record_too_long,
        host.poison,
    ];
    if cannot_pass.contains(&rule) {
        Level::Error
    } else if [host.integer, host.decimal, host.date, host.encoding, host.partition].contains(&rule)
    {
        Level::Warn
    } else {
        Level::Off
    }
}
