//! A round trip through a real registry in a process of its own, on the loopback interface.

mod process;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use assay_registry::{OciReference, Push, RegistryError, pull, push};

use process::Registry;

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 and so on";
const LIMIT: u64 = 1 << 20;

impl Registry {
    fn place(&self, rest: &str) -> OciReference {
        format!("oci://127.0.0.1:{}/{rest}", self.port).parse().expect("a place")
    }

    /// The registry's answer for a path, read by an independent client.
    fn curl(&self, path: &str) -> serde_json::Value {
        let url = format!("http://127.0.0.1:{}/v2/{path}", self.port);
        let accept = "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
        let output = Command::new("curl").args(["-sS", "-H", accept, &url]).output();
        serde_json::from_slice(&output.expect("curl runs").stdout).expect("JSON")
    }

    fn said(&self, error: &RegistryError) -> String {
        error.to_string().replace(&self.port.to_string(), "PORT")
    }
}

fn a_push<'a>(
    place: &'a OciReference,
    exports: &'a [String],
    signature: Option<&'a str>,
) -> Push<'a> {
    let title = ("org.opencontainers.image.title".to_owned(), "my-rules".to_owned());
    Push {
        place,
        component: COMPONENT,
        imports: &[],
        exports,
        signature,
        annotations: BTreeMap::from([title]),
    }
}

#[test]
fn what_is_pulled_by_digest_is_what_was_pushed_and_nothing_else_is_taken() {
    let Some(registry) = Registry::start() else { return };
    let exports = ["assay:rules/plugin@1.0.0".to_owned()];
    let tag = registry.place("team/my-rules:0.1.0");
    let pushed = push(&a_push(&tag, &exports, Some("{\"signature\": 1}"))).expect("it is pushed");
    let pulled = pull(&pushed.place, LIMIT).expect("it is there");
    assert_eq!(pulled.component, COMPONENT);
    assert_eq!(pulled.digest, pushed.digest);
    assert_eq!(pulled.signatures, ["{\"signature\": 1}"]);
    assert_eq!(pull(&tag, LIMIT).expect("the tag names it"), pulled);

    // Pushing the same again changes nothing, and a second signature is added to the first.
    let again = push(&a_push(&tag, &exports, Some("{\"signature\": 1}"))).expect("it is pushed");
    assert_eq!(again, pushed);
    let more = push(&a_push(&tag, &exports, Some("{\"signature\": 2}"))).expect("it is pushed");
    assert_eq!(more.digest, pushed.digest);
    assert_eq!(pull(&tag, LIMIT).expect("it is there").signatures.len(), 2);

    // Other clients see a standard artifact.
    let manifest = registry.curl("team/my-rules/manifests/0.1.0");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1));
    assert_eq!(manifest["annotations"]["org.opencontainers.image.title"], "my-rules");
    let config = manifest["config"]["digest"].as_str().expect("a digest");
    let config = registry.curl(&format!("team/my-rules/blobs/{config}"));
    assert_eq!(config["component"]["exports"][0], "assay:rules/plugin@1.0.0");
    assert_eq!(config["layerDigests"][0], manifest["layers"][0]["digest"]);

    let mut said = String::new();
    let mut refused = |case: &str, result: Result<(), RegistryError>| {
        let error = result.expect_err(case);
        said.extend([case, "\n", &registry.said(&error), "\n\n"]);
    };
    let nothing = "11".repeat(32).parse().expect("a digest");
    refused("no such digest", pull(&tag.at(nothing), LIMIT).map(drop));
    refused("no such tag", pull(&registry.place("team/my-rules:9"), LIMIT).map(drop));
    refused("no such repository", pull(&registry.place("team/other:1"), LIMIT).map(drop));
    refused("too large", pull(&tag, 10).map(drop));
    refused("a push by digest", push(&a_push(&pushed.place, &exports, None)).map(drop));
    let signature = tag.at(pushed.signature.expect("it was signed"));
    refused("no plugin", pull(&signature, LIMIT).map(drop));

    // The registry's disk corrupts the content.
    let hex = manifest["layers"][0]["digest"].as_str().expect("a digest")[7..].to_owned();
    let blob = format!("store/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
    let mut bytes = COMPONENT.to_vec();
    bytes[9] ^= 1;
    fs::write(registry.folder.path().join(blob), bytes).expect("the registry's file");
    let error = pull(&pushed.place, LIMIT).expect_err("other bytes");
    assert!(registry.said(&error).contains("sha256:"), "{error}");
    insta::assert_snapshot!(said);
}

#[test]
fn who_does_not_answer_is_named() {
    // Nobody listens on a port that was just released.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let place: OciReference =
        format!("oci://127.0.0.1:{}/a:1", port.expect("a port").port()).parse().expect("a place");
    let error = pull(&place, LIMIT).expect_err("nobody is there");
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error}");
}

/// Answers every request as `answer` says: a head and, if given, a piece of a body that is repeated forever. Returns the port.
fn liar(answer: impl Fn(&str) -> (String, Option<Vec<u8>>) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut asked = [0; 4_096];
            let read = stream.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            let (head, piece) = answer(asked.split(' ').nth(1).unwrap_or_default());
            let mut sent = stream.write_all(head.as_bytes());
            while let (Some(piece), Ok(())) = (&piece, &sent) {
                sent = stream.write_all(piece);
            }
        }
    });
    port
}

#[test]
fn an_answer_without_an_end_is_given_up() {
    let check = |flooded: &'static str, expected: u64| {
        let layer = "\"mediaType\": \"application/wasm\", \"size\": 1000";
        let digest = format!("sha256:{}", "11".repeat(32));
        let manifest = format!(
            "{{\"schemaVersion\": 2, \"config\": {{\"mediaType\": \"x\", \"digest\": \"{digest}\", \"size\": 2}}, \
             \"layers\": [{{{layer}, \"digest\": \"{digest}\"}}]}}"
        );
        let port = liar(move |path| {
            let ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
            let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
            if path.contains(flooded) {
                return (format!("{ok}{kind}\r\n"), Some(vec![b' '; 1 << 20]));
            }
            let body = if path.contains("/manifests/") { manifest.as_str() } else { "{}" };
            (format!("{ok}{kind}Content-Length: {}\r\n\r\n{body}", body.len()), None)
        });
        let place: OciReference = format!("oci://127.0.0.1:{port}/a:1").parse().expect("a place");
        match pull(&place, LIMIT).expect_err("it never ends") {
            RegistryError::TooMuch { limit, .. } => assert_eq!(limit, expected, "{flooded}"),
            other => panic!("{flooded}: {other}"),
        }
    };
    check("/blobs/", 1_000);
    check("/manifests/", 256 << 20);
}

#[test]
fn places_are_read_and_mistaken_ones_are_told() {
    for text in [
        "oci://ghcr.io/me/my-rules:0.1.0",
        "oci://localhost/my-rules:1",
        "oci://localhost:5000/a/b/c:1",
        "oci://ghcr.io/me/my-rules@sha256:1111111111111111111111111111111111111111111111111111111111111111",
    ] {
        let place: OciReference = text.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(place.to_string(), text);
    }
    let mut said = String::new();
    for text in [
        "my-rules:0.1.0",
        "oci://my-rules:0.1.0",
        "oci://me/my-rules:0.1.0",
        "oci://ghcr.io/me/My-Rules:0.1.0",
        "oci://ghcr.io/me/my-rules",
        "oci://ghcr.io/me/my-rules@sha256:11",
        "oci://ghcr.io/me/my-rules@sha512:11111111111111111111111111111111",
        "https://ghcr.io/me/my-rules:1",
    ] {
        let mistake = text.parse::<OciReference>().expect_err("a mistake");
        said.extend([&mistake.to_string(), "\n"]);
    }
    insta::assert_snapshot!(said);
}
