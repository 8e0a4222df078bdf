//! Files that are embedded are watched as folders, so that a new one is noticed too.

fn main() {
    for folder in ["templates", "../../plugins/sdk", "../../plugins/sdk-macros", "../../wit"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
