//! Any bytes give records: the reader against the `csv` crate, and against itself cut into other pieces.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assay_ingest::check_against_oracle(bytes));
