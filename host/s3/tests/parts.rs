//! A multipart upload with a fault in each of its requests: the object exists whole or not at all, and nothing is left half-done.

use std::io::Write as _;
use std::time::Duration;

use assay_bucket::{Fault, Operation, Server};
use assay_s3::{Address, Keys, Memory, Patience, S3, Settings};
use assay_store::{Finished, Key, Store, StoreError};

/// More than two parts of S3's minimum size.
const BYTES: usize = 11 << 20;

fn connect(part: usize, server: &Server) -> S3 {
    let keys = server.keys();
    S3::connect(Settings {
        endpoint: Some(server.endpoint()),
        region: Some("us-east-1".to_owned()),
        keys: Some(Keys {
            access_key: keys.access_key.clone(),
            secret_key: keys.secret_key.clone(),
            session_token: None,
        }),
        memory: Memory { part_bytes: part, ..Memory::default() },
        patience: Patience {
            attempts: 4,
            pause: Duration::from_millis(2),
            attempt: Duration::from_secs(2),
            ..Patience::default()
        },
        ..Settings::default()
    })
    .expect("threads")
}

fn upload(server: &Server, key: &str, bytes: &[u8]) -> Result<Finished, StoreError> {
    upload_in_parts_of(Memory::default().part_bytes, server, key, bytes)
}

fn upload_in_parts_of(
    part: usize,
    server: &Server,
    key: &str,
    bytes: &[u8],
) -> Result<Finished, StoreError> {
    let store = connect(part, server).store(Address::new("s3://lake").expect("an address"));
    let store = store.expect("a root");
    let key = Key::new(key).expect("a key");
    let mut upload = store.upload(&key)?;
    for chunk in bytes.chunks(1 << 20) {
        upload.write_all(chunk).map_err(|source| StoreError::io("write", &key, source))?;
    }
    upload.finish()
}

/// `hurts`: whether the fault may fail the upload; faults that are retried until success may not.
fn check(fault: &Fault, hurts: bool) {
    let server = Server::start();
    server.bucket("lake");
    let bytes: Vec<u8> = (0..BYTES).map(|at| (at % 251).to_le_bytes()[0]).collect();
    server.faults().clear();
    upload(&server, "learned", &bytes).expect("nothing goes wrong");
    let requests = server.faults().requests();
    assert!(requests >= 5, "{requests} requests");
    for at in 0..requests {
        let (key, place) = (format!("object-{at}"), format!("{fault:?} at request {at}"));
        server.faults().clear();
        server.faults().at(at, fault.clone());
        let outcome = upload(&server, &key, &bytes);
        assert!(hurts || outcome.is_ok(), "{place}: {outcome:?}");
        let there = server.get("lake", &key);
        assert_eq!(outcome.is_ok(), there.is_some(), "{place}: {outcome:?}");
        assert!(there.is_none_or(|there| there == bytes), "{place}: it is there, and not whole");
        server.faults().clear();
        upload(&server, &key, &bytes).unwrap_or_else(|error| panic!("{place}, then: {error}"));
        assert!(server.get("lake", &key).is_some_and(|there| there == bytes), "{place}, then");
    }
    // If the answer to an upload's beginning was lost, its id is unknown; `assay gc` and lifecycle rules remove it.
    let lost = matches!(
        fault,
        Fault::LostReply
            | Fault::Repeated
            | Fault::ConflictDone
            | Fault::SentTwice
            | Fault::Reset(_)
            | Fault::Truncated(_)
    );
    let left = server.unfinished_uploads("lake");
    assert!(left.len() <= usize::from(lost), "{fault:?}: {left:?}");
}

#[test]
fn what_may_pass_does_not_hurt_an_upload() {
    for fault in [
        Fault::SlowDown,
        Fault::InternalError,
        Fault::ErrorInside,
        Fault::Conflict,
        Fault::ConflictDone,
        Fault::RefusedBody(1 << 20),
        Fault::Reset(10),
        Fault::Truncated(10),
        Fault::LostReply,
        Fault::Repeated,
        Fault::SentTwice,
        Fault::Closed,
    ] {
        check(&fault, false);
    }
}

/// After a conflict the object is checked: its content decides, whatever became of the upload.
#[test]
fn after_a_conflict_what_is_there_decides() {
    let bytes = b"fifteen letters";
    let check = |fault: &Fault, there: Option<&'static [u8]>, expected: &str| {
        let server = Server::start();
        server.bucket("lake");
        server.least_part(1);
        if let Some(there) = there {
            server.put("lake", "object", there);
        }
        let completing = Operation::CompleteMultipartUpload;
        server.faults().at_operation(completing, 0, fault.clone());
        let outcome = format!("{:?}", upload_in_parts_of(10, &server, "object", bytes));
        assert!(outcome.contains(expected), "{fault:?}, {there:?}: {outcome}");
        let now = server.get("lake", "object");
        let kept = there.map_or_else(|| outcome.starts_with("Ok").then_some(&bytes[..]), Some);
        assert_eq!(now.as_deref(), kept, "{fault:?}, {there:?}");
        assert_eq!(server.unfinished_uploads("lake"), [""; 0], "{fault:?}, {there:?}");
    };
    let others: Option<&[u8]> = Some(b"somebody else's");
    check(&Fault::Conflict, None, "Ok(Created)");
    check(&Fault::ConflictDone, None, "Ok(Created)");
    check(&Fault::ConflictGone, None, "NoSuchUpload");
    for fault in [Fault::Conflict, Fault::ConflictGone] {
        check(&fault, Some(bytes), "Ok(AlreadyThere)");
        check(&fault, others, "Differs");
    }
}

#[test]
fn what_does_not_pass_leaves_nothing_behind() {
    for fault in [Fault::ClockSkew, Fault::Elsewhere] {
        check(&fault, true);
    }
}
