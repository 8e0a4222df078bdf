//! This server and two independent ones, checked against AWS's documentation.

use assay_bucket::conformance::{Known, check};
use assay_bucket::{Keys, Server};

fn keys(environment: &[(&'static str, String)]) -> Keys {
    let value = |name: &str| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.expect("it is set").1.clone()
    };
    Keys {
        access_key: value("AWS_ACCESS_KEY_ID"),
        secret_key: value("AWS_SECRET_ACCESS_KEY"),
        session_token: None,
    }
}

#[test]
fn ours_answers_as_aws_documents() {
    let server = Server::start();
    check(&server.endpoint(), &keys(&server.environment()), &[]);
}

#[test]
fn versitygw_differs_as_is_known() {
    let Some(server) = assay_standins::Server::versity() else { return };
    check(&server.endpoint(), &keys(&server.environment()), &VERSITY);
}

#[test]
fn moto_differs_as_is_known() {
    let Some(server) = assay_standins::Server::moto() else { return };
    check(&server.endpoint(), &keys(&server.environment()), &MOTO);
}

const VERSITY: [Known; 8] = [
    Known {
        case: "conditions on deleting",
        says: &[(6, "412, PreconditionFailed"), (7, "200")],
        why: "it takes `*` for an entity tag",
    },
    Known { case: "deleting many", says: &[(5, "200, Key `b`")], why: "`Quiet` is not looked at" },
    Known {
        case: "delete markers",
        says: &[(3, "404, no x-amz-delete-marker")],
        why: "HEAD does not tell of markers",
    },
    Known {
        case: "conditions on what was deleted",
        says: &[(2, "200"), (3, "412, PreconditionFailed")],
        why: "conditions are held against the object before the marker, so that one which was deleted can be replaced",
    },
    Known {
        case: "listing uploads",
        says: &[(6, "400, InvalidArgument")],
        why: "it does not take its own `NextUploadIdMarker` back: lists of uploads end with their first page",
    },
    Known {
        case: "a name that another begins with",
        says: &[
            (1, "409, ExistingObjectIsDirectory"),
            (2, "404, NoSuchKey"),
            (4, "200, Key `a/b`"),
        ],
        why: "objects are files, and prefixes are folders",
    },
    Known {
        case: "names",
        says: &[(4, "200, Key `p/é(3)`")],
        why: "`encoding-type` is not looked at",
    },
    Known {
        case: "signatures",
        says: &[(2, "404, XAdminUserNotFound")],
        why: "its name for an unknown access key",
    },
];

const MOTO: [Known; 12] = [
    Known {
        case: "conditions on deleting",
        says: &[(6, "412, PreconditionFailed"), (7, "200")],
        why: "it takes `*` for an entity tag",
    },
    Known {
        case: "copying",
        says: &[(6, "200"), (7, "200")],
        why: "conditions on what is copied are not looked at",
    },
    Known { case: "deleting many", says: &[(5, "200, Key `b`")], why: "`Quiet` is not looked at" },
    Known {
        case: "delete markers",
        says: &[
            (2, "404, NoSuchKey, no x-amz-delete-marker"),
            (5, "404, NoSuchVersion"),
            (6, "204, no x-amz-delete-marker"),
        ],
        why: "markers are not told of",
    },
    Known {
        case: "parts make an object",
        says: &[(8, "500")],
        why: "a part of an unknown upload is a crash",
    },
    Known {
        case: "parts that cannot be put together",
        says: &[(3, "200"), (4, "200"), (5, "200"), (6, "200"), (7, "200, Key ``")],
        why: "the order of parts is not looked at; all else follows from that success",
    },
    Known {
        case: "an upload that replaces",
        says: &[(2, "200"), (4, "500"), (6, "500"), (7, "200, body `there`")],
        why: "`If-Match` is not looked at on completion, and a completed upload is a crash",
    },
    Known {
        case: "ending an upload",
        says: &[(3, "500"), (4, "500")],
        why: "an unknown upload is a crash",
    },
    Known {
        case: "listing uploads",
        says: &[
            (3, "200, Key `b/1 a/1 a/2`, IsTruncated `false`"),
            (5, "200, Key `b/1 a/1 a/2`, IsTruncated `false`, NextKeyMarker ``"),
            (6, "200, Key `b/1 a/1 a/2`, IsTruncated `false`"),
            (7, "200, Key `b/1 a/1 a/2`"),
        ],
        why: "uploads are listed in the order of their beginning, all of them",
    },
    Known {
        case: "checksums",
        says: &[
            (0, "200, no x-amz-checksum-crc32"),
            (1, "200, body `hello`, no x-amz-checksum-crc32"),
            (2, "200"),
            (3, "200"),
            (4, "200"),
        ],
        why: "checksums are not compared",
    },
    Known {
        case: "checksums behind the body",
        says: &[(2, "200"), (3, "200")],
        why: "checksums are not compared",
    },
    Known {
        case: "signatures",
        says: &[(1, "200"), (2, "200"), (3, "200"), (4, "200"), (5, "200, body `two`")],
        why: "any signature passes",
    },
];
