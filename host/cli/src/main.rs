//! `assay`: placeholder.
fn main() {}
