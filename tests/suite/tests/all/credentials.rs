//! Permissions of keys, and keys that expire in the middle of a run: new ones are requested, and the run continues.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_bucket::{Action, Keys, Server};
use assay_suite::{BAD_LOAN, Library, Outcome, assay, checkout, finish};

const RAW: &str = "raw/loans-2023.csv";

/// Keys in the form that AWS's tools read from a credential process.
fn given(keys: &Keys) -> String {
    let Keys { access_key, secret_key, session_token } = keys;
    let token = session_token.as_deref().unwrap_or_default();
    format!(
        r#"{{"Version":1,"AccessKeyId":"{access_key}","SecretAccessKey":"{secret_key}","SessionToken":"{token}"}}"#
    )
}

/// A credential process that returns one pair of keys after another, and then always the last.
fn program(folder: &Path, keys: &[&Keys]) -> PathBuf {
    for (number, keys) in keys.iter().enumerate() {
        fs::write(folder.join(format!("keys-{number}")), given(keys)).expect("space");
    }
    let script = format!(
        "#!/bin/sh\ncd '{}'\nn=$(cat asked 2>/dev/null || echo 0)\necho $((n + 1)) > asked\n[ -f keys-$n ] || n={}\ncat keys-$n\n",
        folder.display(),
        keys.len() - 1
    );
    let path = folder.join("give-keys");
    fs::write(&path, script).expect("space");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

fn run(server: &Server, library: &Library, folder: &Path, keys: &[&Keys]) -> Outcome {
    let config = folder.join("config");
    let program = program(folder, keys);
    fs::write(
        &config,
        format!("[default]\nregion = us-east-1\ncredential_process = {}\n", program.display()),
    )
    .expect("space");
    let mut command: Command = assay();
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
    ] {
        command.env_remove(name);
    }
    command
        .env("AWS_CONFIG_FILE", &config)
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_S3", server.endpoint())
        .args(["run", &format!("s3://lake/{RAW}"), "--root", "s3://lake", "--format", "json"])
        .args(library.arguments());
    finish(&mut command)
}

#[test]
fn a_session_that_ends_at_any_request_of_a_run_is_renewed() {
    let (server, library) = (Server::start(), Library::new());
    server.bucket("lake");
    let file = library.loans(2023, 400, BAD_LOAN);
    server.put("lake", RAW, fs::read(file).expect("the file"));
    let lasting = server.session(u64::MAX);
    for requests in [0, 1, 2, 5, 9, 12] {
        for key in server.keys_of("lake").iter().filter(|key| *key != RAW) {
            server.delete("lake", key);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let brief = server.session(requests);
        let outcome = run(&server, &library, folder.path(), &[&brief, &lasting]);
        assert_eq!(outcome.code, Some(0), "after {requests}: {}", outcome.stderr);
        assert_eq!(outcome.number("records.read"), 401);
        let asked = fs::read_to_string(folder.path().join("asked")).expect("it was asked");
        assert_eq!(asked.trim(), "2", "after {requests} requests keys were asked for once more");
    }
}

#[test]
fn a_session_that_nobody_renews_ends_the_run_and_says_so() {
    let (server, library) = (Server::start(), Library::new());
    server.bucket("lake");
    let file = library.loans(2023, 400, BAD_LOAN);
    server.put("lake", RAW, fs::read(file).expect("the file"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let brief = server.session(6);
    let outcome = run(&server, &library, folder.path(), &[&brief]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    let failure = &outcome.summary["failure"];
    assert_eq!(failure["retryable"], true, "{failure:#}");
    let message = failure["message"].as_str().expect("a message");
    assert!(message.contains("ExpiredToken") && message.contains("log in again"), "{message}");
}

/// The server's actions, by their names in policies.
const ACTIONS: [(&str, Action); 9] = [
    ("s3:GetObject", Action::GetObject),
    ("s3:GetObjectVersion", Action::GetObjectVersion),
    ("s3:PutObject", Action::PutObject),
    ("s3:DeleteObject", Action::DeleteObject),
    ("s3:DeleteObjectVersion", Action::DeleteObjectVersion),
    ("s3:ListBucket", Action::ListBucket),
    ("s3:AbortMultipartUpload", Action::AbortMultipartUpload),
    ("s3:ListMultipartUploadParts", Action::ListMultipartUploadParts),
    ("s3:ListBucketMultipartUploads", Action::ListBucketMultipartUploads),
];

/// The actions in the policy on the page about buckets.
fn of_the_page() -> Vec<String> {
    let page = fs::read_to_string(checkout().join("docs/how-to/buckets.md")).expect("the page");
    let (_, policy) = page.split_once("```json\n").expect("a policy");
    let (policy, _) = policy.split_once("```").expect("its end");
    let policy: serde_json::Value = serde_json::from_str(policy).expect("a policy is JSON");
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let mut actions = Vec::new();
    for statement in statements {
        match &statement["Action"] {
            serde_json::Value::String(action) => actions.push(action.clone()),
            several => actions.extend(
                several
                    .as_array()
                    .expect("actions")
                    .iter()
                    .filter_map(|it| it.as_str())
                    .map(str::to_owned),
            ),
        }
    }
    actions.sort();
    actions.dedup();
    actions
}

#[test]
fn the_policy_on_the_page_is_enough_and_what_a_run_lacks_is_named() {
    let page = of_the_page();
    let (server, library) = (Server::start(), Library::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = server.session(u64::MAX);
    server.bucket("lake");
    server.put("lake", RAW, fs::read(library.loans(2023, 400, BAD_LOAN)).expect("the file"));
    let forbid = |names: &dyn Fn(&str) -> bool| {
        server.allow_all();
        for (name, action) in ACTIONS {
            if names(name) {
                server.deny(action);
            }
        }
        for key in server.keys_of("lake").iter().filter(|key| *key != RAW) {
            server.delete("lake", key);
        }
    };
    forbid(&|name| !page.iter().any(|action| action == name));
    let outcome = run(&server, &library, folder.path(), &[&keys]);
    assert_eq!(outcome.code, Some(0), "{page:?}: {}", outcome.stderr);
    for needed in ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] {
        assert!(page.iter().any(|action| action == needed), "{page:?}");
        forbid(&|name| name == needed);
        let outcome = run(&server, &library, folder.path(), &[&keys]);
        let told = format!("{:#}{}", outcome.summary["failure"], outcome.stderr);
        assert_eq!(outcome.code, Some(2), "without {needed}: {told}");
        assert!(told.contains(&format!("`{needed}`")), "without {needed}: {told}");
    }
}
