//! Mistakes of authors that the compiler tells: what each case's `.stderr` shows is what they read.
//! `TRYBUILD=overwrite cargo test -p assay-sdk --test compile_fail` writes these anew.

#[test]
fn mistakes_are_told_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
