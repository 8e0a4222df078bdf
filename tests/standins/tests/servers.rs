//! Both servers start empty, keep what they are given, and are gone when they should be.

use std::fs;
use std::net::TcpStream;

use assay_standins::{Conditions, Link, Server};

fn works(server: Server) {
    server.bucket("plain").expect("a bucket");
    server.versioned_bucket("kept").expect("a bucket that keeps versions");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("large");
    // More than any buffer on the way.
    fs::write(&file, vec![b'x'; 5_000_000]).expect("space");
    server.upload("plain", "raw/year=2023/large.csv", &file).expect("the object is taken");
    // Small, because a server may answer and close before it has read all.
    fs::write(&file, "x").expect("space");
    let missing = server.upload("none", "small.csv", &file).expect_err("there is no such bucket");
    assert!(missing.to_string().contains("NoSuchBucket"), "{missing}");
    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err(), "it listens after its end");
}

#[test]
fn versitygw_works() {
    let Some(server) = Server::versity() else { return };
    server.bucket("first").expect("a bucket");
    let operations = server.operations().expect("it notes requests");
    assert_eq!(operations.last().map(String::as_str), Some("CreateBucket"), "{operations:?}");
    works(server);
}

#[test]
fn moto_works() {
    let Some(server) = Server::moto() else { return };
    works(server);
}

#[test]
fn many_start_at_once() {
    let Some(first) = Server::versity() else { return };
    let others: Vec<_> = (0..4).map(|_| std::thread::spawn(Server::versity)).collect();
    let others = others.into_iter().map(|other| other.join().expect("it starts"));
    for server in others.chain([Some(first)]) {
        server.expect("it is on the machine").bucket("same-name").expect("each is empty");
    }
}

#[test]
fn a_link_is_between() {
    let Some(server) = Server::versity() else { return };
    let conditions = Conditions {
        latency: std::time::Duration::from_millis(1),
        connection: 100_000_000,
        all: 200_000_000,
    };
    let link = Link::to(server.address(), conditions).expect("a free port");
    assert_ne!(link.endpoint(), server.endpoint());
    assert_eq!(link.traffic().connections, 0);
}
