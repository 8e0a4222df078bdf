//! Runs the contracts for stores and blobs against buckets, on our own server and on two others.

use std::time::Duration;

use assay_s3::{Address, Keys, Patience, S3, Settings};
use assay_standins::Server;
use assay_store::contract::{BlobCase, check_blob, check_store_but};

/// Bucket used by all tests here; it must exist.
const BUCKET: &str = "lake";

fn connect(environment: &[(&str, String)]) -> S3 {
    let value = |wanted: &str| {
        let found = environment.iter().find(|(name, _)| *name == wanted);
        found.expect("it is set").1.clone()
    };
    let keys = Keys {
        access_key: value("AWS_ACCESS_KEY_ID"),
        secret_key: value("AWS_SECRET_ACCESS_KEY"),
        session_token: None,
    };
    S3::connect(Settings {
        endpoint: Some(value("AWS_ENDPOINT_URL_S3")),
        region: Some(value("AWS_REGION")),
        keys: Some(keys),
        // Long pauses gain nothing on the loopback interface.
        patience: Patience { pause: Duration::from_millis(20), ..Patience::default() },
        ..Settings::default()
    })
    .expect("threads")
}

fn address(key: &str) -> Address {
    Address::new(&format!("s3://{BUCKET}/{key}")).expect("an address")
}

fn other(server: &Server) -> S3 {
    server.bucket(BUCKET).expect("a bucket");
    connect(&server.environment())
}

fn keeps_the_contract(s3: &S3, known: &[&str]) {
    check_store_but(&|name| Box::new(s3.store(address(name)).expect("a root")), known);
    let number = std::cell::Cell::new(0);
    check_blob(&|content| {
        number.set(number.get() + 1);
        let place = address(&format!("inputs/{}", number.get()));
        s3.write(&place, content).expect("it is taken");
        let blob = s3.open(&place).expect("it is there");
        let s3 = s3.clone();
        let change = move |other: &[u8]| s3.write(&place, other).expect("it is taken");
        BlobCase { blob, change: Some(Box::new(change)) }
    });
}

#[test]
fn the_bucket_in_process_keeps_the_contract() {
    let server = assay_bucket::Server::start();
    server.bucket(BUCKET);
    keeps_the_contract(&connect(&server.environment()), &[]);
}

#[test]
fn versitygw_keeps_the_contract() {
    if let Some(server) = Server::versity() {
        keeps_the_contract(&other(&server), &[]);
    }
}

#[test]
fn moto_keeps_the_contract() {
    if let Some(server) = Server::moto() {
        // Its answer to a completed upload cannot be read, so the created object seems to have been there before. It checks a condition
        // first and writes afterwards, so two simultaneous requests may both be let in: once in some hundred runs of this.
        let known = [
            "upload-appears-whole",
            "one-of-many-creates",
            "many-upload-the-same",
            "no-swap-is-lost",
        ];
        keeps_the_contract(&other(&server), &known);
    }
}
