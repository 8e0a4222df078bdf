//! Error messages when S3 refuses.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use assay_bucket::{Action, Fault, Operation, Server};
use assay_s3::{Address, Keys, Memory, Patience, S3, Settings};
use assay_store::{Key, Store};

struct Place {
    server: Server,
    told: String,
}

impl Place {
    fn new() -> Self {
        let server = Server::start();
        server.bucket("lake");
        server.least_part(1);
        server.put("lake", "raw/a.csv", "a,b\n1,2\n");
        Self { server, told: String::new() }
    }

    fn settings(&self) -> Settings {
        let keys = self.server.keys();
        Settings {
            endpoint: Some(self.server.endpoint()),
            region: Some("us-east-1".to_owned()),
            keys: Some(Keys {
                access_key: keys.access_key.clone(),
                secret_key: keys.secret_key.clone(),
                session_token: None,
            }),
            // Longer objects are uploaded in parts.
            memory: Memory { part_bytes: 10, ..Memory::default() },
            patience: Patience {
                attempts: 3,
                pause: Duration::from_millis(1),
                ..Patience::default()
            },
            ..Settings::default()
        }
    }

    /// Records the error of an attempt that must fail, without the parts that vary.
    fn tell<T: std::fmt::Debug>(
        &mut self,
        situation: &str,
        settings: Settings,
        act: impl Fn(&S3) -> Result<T, Box<dyn std::error::Error>>,
    ) {
        let s3 = S3::connect(settings).expect("threads");
        let error = act(&s3).expect_err(situation);
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(error) = next {
            let said = error.to_string();
            if !text.contains(&said) {
                write!(text, "\nbecause: {said}").expect("memory");
            }
            next = error.source();
        }
        let text = without_numbers(&text);
        writeln!(self.told, "== {situation}\n{text}\n").expect("memory");
    }
}

/// Removes the numbers of request ids.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("REQUEST");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str("REQUEST");
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}

fn open(address: &str) -> impl Fn(&S3) -> Result<(), Box<dyn std::error::Error>> {
    let address = Address::new(address).expect("an address");
    move |s3| Ok(s3.open(&address).map(drop)?)
}

fn create(s3: &S3) -> Result<(), Box<dyn std::error::Error>> {
    let store = s3.store(Address::new("s3://lake")?)?;
    Ok(store.create(&Key::new("staging/x.json")?, b"1").map(drop)?)
}

fn get(s3: &S3) -> Result<(), Box<dyn std::error::Error>> {
    let store = s3.store(Address::new("s3://lake")?)?;
    Ok(store.get(&Key::new("staging/_commit/manifest.json")?).map(drop)?)
}

/// An upload in two parts.
fn upload(s3: &S3) -> Result<(), Box<dyn std::error::Error>> {
    let store = s3.store(Address::new("s3://lake")?)?;
    let mut upload = store.upload(&Key::new("staging/part-00000.parquet")?)?;
    upload.write_all(b"fifteen letters")?;
    Ok(upload.finish().map(drop)?)
}

fn list(s3: &S3) -> Result<(), Box<dyn std::error::Error>> {
    let store = s3.store(Address::new("s3://lake")?)?;
    let cleaning = store.cleaning().expect("it can be listed");
    Ok(cleaning.list(&Key::new("staging")?).map(drop)?)
}

#[test]
fn each_error_says_what_to_do() {
    let mut place = Place::new();
    let settings = place.settings();
    let keys = |access: &str, secret: &str| Settings {
        keys: Some(Keys {
            access_key: access.to_owned(),
            secret_key: secret.to_owned(),
            session_token: None,
        }),
        ..settings.clone()
    };
    let own = place.server.keys().clone();
    place.tell("no object", settings.clone(), open("s3://lake/raw/b.csv"));
    place.tell("no version", settings.clone(), open("s3://lake/raw/a.csv?versionId=none"));
    place.tell("no bucket", settings.clone(), open("s3://puddle/raw/a.csv"));
    place.tell("no bucket to write to", settings.clone(), |s3| {
        let store = s3.store(Address::new("s3://puddle")?)?;
        Ok(store.create(&Key::new("x.json")?, b"1").map(drop)?)
    });
    place.tell("an unknown key", keys("AKIANOBODY", "secret"), create);
    place.tell("a wrong secret", keys(&own.access_key, "wrong"), create);
    place.server.deny(Action::GetObject);
    place.tell("an object that may not be read", settings.clone(), open("s3://lake/raw/a.csv"));
    place.tell("a document that may not be read", settings.clone(), get);
    place.server.allow_all();
    place.server.deny(Action::ListBucket);
    place.tell("a missing document, without the right to know", settings.clone(), get);
    place.tell("a list that may not be had", settings.clone(), list);
    place.server.allow_all();
    place.server.deny(Action::PutObject);
    place.tell("an object that may not be written", settings.clone(), create);
    place.server.allow_all();
    let completing = Operation::CompleteMultipartUpload;
    place.server.faults().from_operation(completing, 0, Fault::Conflict);
    place.tell("an upload that S3 wants once more", settings.clone(), upload);
    place.server.faults().clear();
    place.server.faults().at_operation(completing, 0, Fault::ConflictGone);
    place.tell("an upload that S3 gave up", settings.clone(), upload);
    place.server.faults().clear();
    let session = place.server.session(0);
    let expired = Settings {
        keys: Some(Keys {
            access_key: session.access_key,
            secret_key: session.secret_key,
            session_token: session.session_token,
        }),
        ..settings.clone()
    };
    place.tell("a session that is over", expired, create);
    let nobody = Settings { endpoint: Some("http://127.0.0.1:9".to_owned()), ..settings };
    place.tell("a server that is not there", nobody, create);
    insta::assert_snapshot!(place.told);
}
