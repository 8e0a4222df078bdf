//! Authors' mistakes that the compiler reports: each case's `.stderr` shows what the author reads.
//! `TRYBUILD=overwrite cargo test -p assay-sdk --test compile_fail` rewrites these files.

#[test]
fn mistakes_are_told_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
