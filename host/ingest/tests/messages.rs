//! Fault messages as people read them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use assay_ingest::Limits;
use support::read;

fn check(record: &[u8], expected: &str) {
    let limits = Limits { field_bytes: 40, record_bytes: 60, ..Limits::default() };
    let bytes = [b"id,city,note\n", record].concat();
    let (seen, _) = read(&bytes, limits);
    let found: Vec<_> = seen[0]
        .faults
        .iter()
        .zip(&seen[0].messages)
        .map(|(kind, text)| format!("{kind}: {text}"))
        .collect();
    assert_eq!(found.join("; "), expected);
}

#[test]
fn faults_say_what_was_found_and_expected() {
    check(b"1,a\n", "csv.ragged: found 2 fields, expected 3");
    check(b"1\n", "csv.ragged: found 1 field, expected 3");
    check(
        b"1,5\" pipe,x\n",
        "csv.quote: found a quote inside the unquoted field `city`, expected the field to be quoted and the quote doubled",
    );
    check(
        b"1,\"a\"b,x\n",
        "csv.quote: found text after the closing quote of the field `city`, expected `,` or a line ending",
    );
    check(b"1,\"a,x\n2,b,y\n", "csv.quote: the quoted field `city` is not closed");
    check(b"1,a\0,x\n", "csv.nul: found a NUL byte, expected text");
    check(b"1,\0\0,x\n", "csv.nul: found 2 NUL bytes, expected text");
    check(b"1,caf\xe9,x\n", "csv.encoding: byte 0xE9 is not UTF-8; read as Windows-1252");
    check(b"1,caf\x81,x\n", "csv.undecodable: byte 0x81 is neither UTF-8 nor Windows-1252");
    check(b"id,\"city\",note\n", "csv.repeated-header: found the header again, expected a record");
    check(
        b"\xef\xbb\xbf1,a,x\n",
        "csv.byte-order-mark: found a byte order mark, expected one only at the beginning of the file: files seem to have been concatenated",
    );
    check(
        b"\x1a",
        "csv.debris: found the byte 0x1A, the DOS end-of-file mark, after the last record, expected nothing; all records before it are complete",
    );
    check(
        b"\0\0\0",
        "csv.debris: found 3 NUL bytes after the last record, expected nothing; all records before it are complete",
    );
    check(
        b"  ",
        "csv.debris: found 2 blanks after the last record, expected nothing; all records before it are complete",
    );
    check(
        b"1,a,x\x1a\0",
        "csv.debris: found 2 bytes of end marks, NULs and blanks at the end of the last record, expected a line ending",
    );
    check(b"1,a", "csv.truncated: the input ends within the record: found 2 fields, expected 3");
    check(b"1,\"a", "csv.truncated: the input ends inside the quoted field `city`");
    check(
        format!("1,{},x\n", "y".repeat(41)).as_bytes(),
        "csv.field-too-long: the field `city` takes 41 bytes, expected at most 40",
    );
    check(
        format!("1,{},x\n", "y".repeat(61)).as_bytes(),
        "csv.record-too-long: the record takes 66 bytes, expected at most 60; the first 60 are kept",
    );
    check(
        b"1,a\0\n",
        "csv.ragged: found 2 fields, expected 3; csv.nul: found a NUL byte, expected text",
    );
}
