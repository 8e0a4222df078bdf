//! Embedded files are watched as folders, so that new files are noticed too.

fn main() {
    for folder in ["templates", "../../plugins/sdk", "../../plugins/sdk-macros", "../../wit"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
