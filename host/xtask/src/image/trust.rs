//! Tests TLS from inside the image: it accepts only servers whose authority is in its list.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use assay_standins::Server;

use super::start::Start;
use crate::checkout::Checkout;
use crate::{outside, shell};

/// The server's address, for which its certificate is issued.
const SUBJECT: &str = "subjectAltName=IP:127.0.0.1";

const BUCKET: &str = "lake";

/// The result.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The server was refused with the image's own list, and accepted with the right one.
    Passed,
    /// What is missing.
    Missing(&'static str),
}

/// Publishes the sample of this name in `data` to a server on this machine, whose certificate is signed by an authority made here.
pub(super) fn run(checkout: &Checkout, start: &Start, data: &Path, name: &str) -> Result<Outcome> {
    if !shell::succeeds(Command::new("openssl").arg("version")) {
        return Ok(Outcome::Missing("no `openssl` on the path to make certificates"));
    }
    let Some(versitygw) = outside::versitygw(checkout) else {
        return Ok(Outcome::Missing("no versitygw to act as the server"));
    };
    // The image must be able to read the authority's certificate.
    let authority = data.join("authority.pem");
    let keys = tempfile::tempdir().context("cannot make a folder for keys")?;
    let (certificate, key) = certify(keys.path(), &authority)?;
    let server = Server::start_versity_tls(&versitygw, &certificate, &key)?;
    fs::create_dir(server.objects(BUCKET)).context("cannot make the bucket")?;

    let (file, root) = (format!("/data/{name}"), format!("s3://{BUCKET}"));
    let run = |more: &[(&str, String)]| {
        let variables = [&server.environment()[..], more].concat();
        let mut run = start.networked(data, &variables, &["run", &file, "--root", &root]);
        run.output().context("cannot start the image")
    };
    refused(&run(&[])?)?;
    let right = run(&[("SSL_CERT_FILE", "/data/authority.pem".to_owned())])?;
    if right.status.code() != Some(0) {
        bail!("the image does not trust an authority in its list: {}", said(&right));
    }
    Ok(Outcome::Passed)
}

/// Fails unless a run ended because of the server's certificate, and said so.
fn refused(output: &Output) -> Result<()> {
    let said = said(output);
    if output.status.code() != Some(2) || !said.contains("UnknownIssuer") {
        bail!(
            "the image accepted a server with an unknown authority, or did not say why it refused: it ended with {}: {said}",
            output.status
        );
    }
    println!("refused    {}", said.lines().collect::<Vec<_>>().join("\n           "));
    Ok(())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// Makes an authority, and a server certificate signed by it, with its key.
fn certify(folder: &Path, authority: &Path) -> Result<(std::path::PathBuf, std::path::PathBuf)> {
    let (signing, certificate, key) =
        (folder.join("authority.key"), folder.join("server.pem"), folder.join("server.key"));
    let make = |subject: &str, key: &Path, to: &Path| {
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-noenc", "-days", "1", "-subj", subject]);
        openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.arg("-keyout").arg(key).arg("-out").arg(to);
        openssl
    };
    let mut first = make("/CN=An authority of nobody", &signing, authority);
    shell::output_of(first.args(["-addext", "keyUsage=critical,keyCertSign"]))?;
    let mut second = make("/CN=A server of nobody", &key, &certificate);
    second.arg("-CA").arg(authority).arg("-CAkey").arg(&signing);
    shell::output_of(second.args([
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        SUBJECT,
    ]))?;
    Ok((certificate, key))
}
