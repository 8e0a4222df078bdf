//! The script that checks our assumptions about buckets in a user's account, run against an independent server.

use std::process::Command;

use assay_standins::Server;
use assay_suite::{assay, checkout};

#[test]
fn the_script_for_accounts_passes_on_an_independent_server() {
    let (Some(server), Some(moto)) = (Server::versity(), assay_standins::moto()) else { return };
    server.versioned_bucket("account").expect("a bucket");
    // The library used by the script is installed with moto.
    let mut script = Command::new(moto.with_file_name("python"));
    script.arg("-B").arg(checkout().join("tests/s3/account.py")).arg(assay().get_program());
    script.arg("s3://account/below").envs(server.environment()).env_remove("AWS_PROFILE");
    let done = script.output().expect("Python runs");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    let kept = said.lines().filter(|line| line.starts_with("holds ")).count();
    assert_eq!(kept, 12, "{said}");
    assert!(!said.contains("not tried"), "{said}");
    // The script removes what it wrote.
    let left = std::fs::read_dir(server.objects("account")).expect("the bucket's folder");
    let left: Vec<_> = left.flatten().map(|entry| entry.file_name()).collect();
    // This name belongs to the server.
    let left: Vec<_> = left.into_iter().filter(|name| name != ".sgwtmp").collect();
    assert!(left.is_empty(), "{left:?}");
}
