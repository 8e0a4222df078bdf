//! This server and two independent ones, held against AWS's documentation.

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

const VERSITY: [Known; 0] = [];

const MOTO: [Known; 0] = [];
