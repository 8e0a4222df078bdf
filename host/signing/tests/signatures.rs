//! Which signatures are accepted, the messages about all others, and agreement with `openssl`.

use std::fs;
use std::path::Path;
use std::process::Command;

use assay_signing::{PublicKey, SecretKey, Subject, sign, signature_path, verify, verify_beside};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const NAME: &str = "my-rules.wasm";
const BYTES: &[u8] = b"\0asm and so on";

/// Keys for tests, fixed so that messages are the same in each run.
const ONE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
const TWO: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC\n-----END PRIVATE KEY-----\n";

fn key(pem: &str) -> SecretKey {
    SecretKey::from_pem(pem).expect("a key")
}

fn subject() -> Subject<'static> {
    Subject { name: NAME, version: Some("0.1.0"), bytes: BYTES }
}

#[test]
fn what_is_signed_by_a_trusted_key_is_accepted_and_nothing_else() {
    let (one, two) = (key(ONE), key(TWO));
    let envelope = sign(subject(), &one, None);
    let signed = verify(&envelope, NAME, BYTES, &[two.public(), one.public()]).expect("it holds");
    assert_eq!(signed.key, one.public().id());
    assert_eq!(signed.release, "pkg:generic/my-rules@0.1.0");

    let mut said = String::new();
    let mut refused = |case: &str, envelope: &str, name: &str, bytes: &[u8], keys: &[PublicKey]| {
        let error = verify(envelope, name, bytes, keys).expect_err(case);
        said.extend([case, "\n", &error.to_string(), "\n\n"]);
    };
    let trusted = [one.public()];
    refused("another key is trusted", &envelope, NAME, BYTES, &[two.public()]);
    refused("no key is trusted", &envelope, NAME, BYTES, &[]);
    refused("the file was changed", &envelope, NAME, b"\0asm and more", &trusted);
    refused("the file was renamed", &envelope, "other.wasm", BYTES, &trusted);
    refused("no JSON", "-----BEGIN SIGNATURE-----", NAME, BYTES, &trusted);
    refused("another payload", &envelope.replace("in-toto", "out-toto"), NAME, BYTES, &trusted);

    let mut value: Value = serde_json::from_str(&envelope).expect("JSON");
    let payload = STANDARD.decode(value["payload"].as_str().expect("text")).expect("base64");
    let payload = String::from_utf8(payload).expect("text").replace("0.1.0", "0.2.0");
    value["payload"] = STANDARD.encode(payload).into();
    refused("the payload was changed", &value.to_string(), NAME, BYTES, &trusted);

    let mut value: Value = serde_json::from_str(&envelope).expect("JSON");
    value["signatures"][0]["keyid"] = two.public().id().to_string().into();
    refused("the key's id was changed", &value.to_string(), NAME, BYTES, &[two.public()]);
    insta::assert_snapshot!(said);
}

#[test]
fn a_second_key_signs_beside_the_first() {
    let (one, two) = (key(ONE), key(TWO));
    let first = sign(subject(), &one, None);
    let both = sign(subject(), &two, Some(&first));
    for key in [one.public(), two.public()] {
        assert_eq!(
            verify(&both, NAME, BYTES, std::slice::from_ref(&key)).expect("it holds").key,
            key.id()
        );
    }
    assert_eq!(sign(subject(), &two, Some(&both)), both, "signing again changes nothing");
    // A signature of other bytes is not kept.
    let other = Subject { bytes: b"other", ..subject() };
    let anew = sign(other, &two, Some(&both));
    assert!(verify(&anew, NAME, b"other", &[one.public()]).is_err());
    assert!(verify(&anew, NAME, b"other", &[two.public()]).is_ok());
}

#[test]
fn keys_are_read_back_and_mistaken_ones_are_named() {
    let one = key(ONE);
    let public = one.public();
    assert_eq!(one.to_pem(), ONE);
    assert_eq!(PublicKey::from_pem(&public.to_pem()), Ok(public.clone()));
    assert_eq!(public.to_string().parse(), Ok(public.clone()));
    assert!(public.to_pem().contains(&public.to_string()), "a pack holds the line of the PEM");
    assert!(!format!("{one:?}").contains("AQEBAQ"), "a secret is not shown");
    let fresh = (SecretKey::generate(), SecretKey::generate());
    assert_ne!(fresh.0.expect("chance").to_pem(), fresh.1.expect("chance").to_pem());
    let mut said = String::new();
    for text in
        [&public.to_pem(), "", "ssh-ed25519 AAAA", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "hm"]
    {
        let mistake = SecretKey::from_pem(text).expect_err("no secret key");
        said.extend([&mistake.to_string(), "\n\n"]);
    }
    for text in [ONE, "hm", "MCowBQYDK2VwAyEA"] {
        let mistake = PublicKey::from_pem(text).expect_err("no public key");
        said.extend([&mistake.to_string(), "\n\n"]);
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_file_without_its_signature_is_told_where_it_would_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(NAME);
    let error = verify_beside(&file, BYTES, &[key(ONE).public()]).expect_err("there is none");
    let text = error.to_string().replace(&folder.path().display().to_string(), "$DIR");
    assert!(
        text.starts_with("it is not signed: there is no `$DIR/my-rules.wasm.sig`\nhelp: "),
        "{text}"
    );
    fs::write(signature_path(&file), sign(subject(), &key(ONE), None)).expect("written");
    verify_beside(&file, BYTES, &[key(ONE).public()]).expect("it holds");
}

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    let output = command.args(arguments).current_dir(folder).output();
    output.expect("`openssl` is on the machine: this test asks it").status.success()
}

#[test]
fn openssl_reads_our_keys_and_checks_our_signatures_and_we_read_its_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert!(openssl(at, &["genpkey", "-algorithm", "ed25519", "-out", "its.key"]));
    let its = key(&fs::read_to_string(at.join("its.key")).expect("a key"));
    let ours = SecretKey::generate().expect("chance");
    fs::write(at.join("our.key"), ours.to_pem()).expect("written");
    for (file, secret) in [("its.key", &its), ("our.key", &ours)] {
        assert!(openssl(at, &["pkey", "-in", file, "-pubout", "-out", "key.pub"]), "{file}");
        let text = fs::read_to_string(at.join("key.pub")).expect("a key");
        assert_eq!(text, secret.public().to_pem());

        let envelope: Value = serde_json::from_str(&sign(subject(), secret, None)).expect("JSON");
        let decode =
            |value: &Value| STANDARD.decode(value.as_str().expect("text")).expect("base64");
        let payload = decode(&envelope["payload"]);
        let mut signed =
            format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes();
        signed.extend(&payload);
        fs::write(at.join("signed"), &signed).expect("written");
        fs::write(at.join("signature"), decode(&envelope["signatures"][0]["sig"]))
            .expect("written");
        let check = [
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "key.pub",
            "-rawin",
            "-in",
            "signed",
            "-sigfile",
            "signature",
        ];
        assert!(openssl(at, &check), "{file}");
        signed.push(b' ');
        fs::write(at.join("signed"), &signed).expect("written");
        assert!(!openssl(at, &check), "{file}");
    }
}
