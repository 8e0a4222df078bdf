//! The server as a program that stores its state in a folder: for running the platform on a machine without another S3 server.

#![expect(clippy::print_stdout, reason = "it tells a person what it answered")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use assay_bucket::{Keys, Server};

const HELP: &str = "\
An S3 server on the loopback interface, over a folder: what it answered is there when it is started again, however it ended. For tests.
Requests are printed as they are answered. Objects are in memory as well.

usage: bucket-server --root FOLDER [--port N]

options:
  --root FOLDER  where everything is kept; made if it is not there
  --port N       where it listens, on 127.0.0.1 (default: 9000; 0 for any free one)

environment:
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY  who may do anything; must be set
";

/// How often the log of requests is printed and cleared.
const EVERY: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            println!("error: {text}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

fn serve() -> Result<(), String> {
    let (mut root, mut port) = (None, 9000);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value after it"));
        match word.as_str() {
            "--help" | "-h" => {
                println!("{HELP}");
                return Ok(());
            }
            "--root" => root = Some(PathBuf::from(value()?)),
            "--port" => {
                let text = value()?;
                port = text.parse().map_err(|_| format!("`{text}` is not a port"))?;
            }
            other => return Err(format!("`{other}` is not an option")),
        }
    }
    let root = root.ok_or("`--root` says where everything is kept, and is missing")?;
    let set = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let keys = Keys {
        access_key: set("AWS_ACCESS_KEY_ID")?,
        secret_key: set("AWS_SECRET_ACCESS_KEY")?,
        session_token: None,
    };
    let server = Server::in_folder(&root, port, keys)
        .map_err(|error| format!("cannot serve `{}`: {error}", root.display()))?;
    println!("{} is served at {}", root.display(), server.endpoint());
    loop {
        for request in server.take_log() {
            let status = request.status.map_or("-".to_owned(), |status| status.to_string());
            let range = request.range.map_or(String::new(), |range| format!(" {range}"));
            println!("{status} {} {}/{}{range}", request.operation, request.bucket, request.key);
        }
        thread::sleep(EVERY);
    }
}
