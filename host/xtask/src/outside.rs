//! Third-party programs that tests need and `assay` does not: the builders of plugins in Python and JavaScript, a registry, and two S3
//! servers.
//!
//! If one cannot be installed on a machine, that is not a fault of the checkout: tests that need it are skipped, and `test` says so in its
//! last lines. If one is installed, it must be used: a test that skips itself then fails.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::python::Place;
use crate::{python, shell};

/// A program that tests look for on `PATH`.
struct Outside {
    /// Its name in `ASSAY_MUST_RUN`.
    name: &'static str,
    /// What is not tested without it.
    untested: &'static str,
    /// The folder it is in, if it is installed; empty if it is on `PATH` anyway.
    found: fn(&Checkout) -> Option<PathBuf>,
    /// Installs it.
    fetch: fn(&Checkout) -> Result<()>,
}

const ALL: [Outside; 5] = [
    Outside {
        name: "python",
        untested: "no plugin was built from Python",
        found: find_componentize_py,
        // It is part of the tests' Python environment.
        fetch: |checkout| python::environment(checkout).map(drop),
    },
    Outside {
        name: "javascript",
        untested: "no plugin was built from JavaScript",
        found: find_componentize_js,
        fetch: fetch_componentize_js,
    },
    Outside {
        name: "registry",
        untested: "nothing was pushed to a registry",
        found: find_registry,
        fetch: fetch_registry,
    },
    Outside {
        name: "versitygw",
        untested: "nothing was read from or written to an independent S3 server",
        found: find_versitygw,
        fetch: fetch_versitygw,
    },
    Outside {
        name: "moto",
        untested: "no third reading of S3's API was compared",
        found: |checkout| Some(python::ready(checkout, &MOTO).ok()??.parent()?.to_owned()),
        fetch: |checkout| python::make(checkout, &MOTO).map(drop),
    },
];

/// The environment of moto, which also contains AWS's Python library. It is separate, because the tests' readers and a server have nothing
/// in common.
pub(crate) const MOTO: Place =
    Place { folder: "moto", requirements: "tests/s3/requirements.txt", from_source: &[] };

/// The files with which `tests/javascript` pins its packages.
const PINNED: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs missing programs, and reports the state of each.
pub(crate) fn prepare(checkout: &Checkout) {
    for outside in &ALL {
        if (outside.found)(checkout).is_none()
            && let Err(error) = (outside.fetch)(checkout)
        {
            eprintln!("not ready: {}: {error:#}", outside.name);
        }
        if let Some(folder) = (outside.found)(checkout) {
            let place = match checkout.relative(&folder) {
                place if place.is_empty() => "on the path".to_owned(),
                place => place,
            };
            println!("ready to test: {} ({place})", outside.name);
        }
    }
}

/// Installs only versitygw, if the machine supports it.
pub(crate) fn versitygw(checkout: &Checkout) -> Option<PathBuf> {
    if find_versitygw(checkout).is_none()
        && let Err(error) = fetch_versitygw(checkout)
    {
        eprintln!("not ready: versitygw: {error:#}");
    }
    assay_standins::versitygw()
}

/// What is not tested on this machine, for people.
pub(crate) fn untested(checkout: &Checkout) -> Vec<&'static str> {
    let missing = ALL.iter().filter(|outside| (outside.found)(checkout).is_none());
    missing.map(|outside| outside.untested).collect()
}

/// Puts installed programs on the `PATH` of a command that runs tests, and requires their use.
pub(crate) fn hand_over(checkout: &Checkout, command: &mut Command) {
    let found: Vec<(&str, PathBuf)> =
        ALL.iter().filter_map(|outside| Some((outside.name, (outside.found)(checkout)?))).collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    command.env("ASSAY_MUST_RUN", names.join(","));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = found.iter().map(|(_, folder)| folder.clone());
    let own = own.filter(|folder| !folder.as_os_str().is_empty());
    let folders: Vec<PathBuf> = own.chain(std::env::split_paths(&path)).collect();
    // If a folder's name is not valid in `PATH`, all of them are left out; tests then report what they lack.
    let joined: OsString = std::env::join_paths(folders).unwrap_or(path);
    command.env("PATH", joined);
}

fn find_componentize_py(checkout: &Checkout) -> Option<PathBuf> {
    let folder = python::interpreter(checkout).parent()?.to_owned();
    folder.join("componentize-py").is_file().then_some(folder)
}

fn find_componentize_js(checkout: &Checkout) -> Option<PathBuf> {
    let home = javascript(checkout);
    let folder = home.join("node_modules/.bin");
    let current = fs::read_to_string(home.join("lock.digest")).ok() == pinned(checkout).ok();
    (current && folder.join("componentize-js").is_file()).then_some(folder)
}

fn fetch_componentize_js(checkout: &Checkout) -> Result<()> {
    if !shell::succeeds(Command::new("npm").arg("--version")) {
        bail!(
            "`npm` was not found\n  help: it comes with Node.js 20 or newer; `apt-get install npm` on Debian and Ubuntu"
        );
    }
    let home = javascript(checkout);
    fs::create_dir_all(&home).with_context(|| format!("cannot create `{}`", home.display()))?;
    for name in PINNED {
        let from = checkout.root().join("tests/javascript").join(name);
        fs::copy(&from, home.join(name))
            .with_context(|| format!("cannot copy `{}`", from.display()))?;
    }
    let mut npm = Command::new("npm");
    // None of its packages needs to run scripts on installation.
    npm.current_dir(&home).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    shell::run_on_stderr(&mut npm)
        .context("npm must reach a registry of packages; it reads its address from `.npmrc`")?;
    // Written last, so that an interrupted installation is repeated.
    let stamp = home.join("lock.digest");
    fs::write(&stamp, pinned(checkout)?)
        .with_context(|| format!("cannot write `{}`", stamp.display()))
}

fn javascript(checkout: &Checkout) -> PathBuf {
    checkout.output().join("javascript")
}

fn pinned(checkout: &Checkout) -> Result<String> {
    let lock = checkout.root().join("tests/javascript").join(PINNED[1]);
    let bytes = fs::read(&lock).with_context(|| format!("cannot read `{}`", lock.display()))?;
    Ok(assay_digest::named(&bytes))
}

fn find_registry(checkout: &Checkout) -> Option<PathBuf> {
    let on_path = ["docker-registry", "registry"];
    if on_path.iter().any(|name| shell::succeeds(Command::new(name).arg("--version"))) {
        return Some(PathBuf::new());
    }
    let folder = checkout.output().join("registry/usr/bin");
    folder.join("docker-registry").is_file().then_some(folder)
}

/// From the distribution's package, unpacked but not installed: that needs no privileges, and starts no service.
fn fetch_registry(checkout: &Checkout) -> Result<()> {
    let package = "docker-registry";
    if !shell::succeeds(Command::new("dpkg-deb").arg("--version")) {
        bail!(
            "there is no `docker-registry` or `registry` on the path\n  help: it is CNCF Distribution; put its program there"
        );
    }
    let home = checkout.output().join("registry");
    fs::create_dir_all(&home).with_context(|| format!("cannot create `{}`", home.display()))?;
    let mut download = Command::new("apt-get");
    download.current_dir(&home).args(["download", "--quiet", package]);
    shell::run_on_stderr(&mut download)
        .context("help: `apt-get update`, or `apt-get install docker-registry`")?;
    let archive = newest_archive(&home)?;
    let mut unpack = Command::new("dpkg-deb");
    unpack.arg("--extract").arg(&archive).arg(&home);
    shell::run_on_stderr(&mut unpack)
}

fn newest_archive(folder: &Path) -> Result<PathBuf> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut archives: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "deb"))
        .collect();
    archives.sort();
    archives.pop().context("`apt-get download` left no package")
}

fn find_versitygw(_: &Checkout) -> Option<PathBuf> {
    Some(assay_standins::versitygw()?.parent()?.to_owned())
}

/// Compiled by Go into the user's cache folder, once per release.
fn fetch_versitygw(_: &Checkout) -> Result<()> {
    let version = assay_standins::VERSITYGW;
    if !shell::succeeds(Command::new("go").arg("version")) {
        bail!(
            "`go` was not found, which builds versitygw {version}\n  help: Go 1.25 or newer from https://go.dev, or put a `versitygw` \
             on the path; without it no test talks to an independent S3 server"
        );
    }
    let folder = assay_standins::cache(version)
        .context("neither `XDG_CACHE_HOME` nor `HOME` says where to keep versitygw")?;
    eprintln!(
        "building versitygw {version} into `{}`: two minutes of CPU, five where nothing of it was fetched before",
        folder.display()
    );
    // First into a temporary folder beside it, so that the final folder is always complete.
    let begun = folder.with_extension(format!("{}.part", std::process::id()));
    let mut go = Command::new("go");
    go.arg("install").arg(format!("github.com/versity/versitygw/cmd/versitygw@v{version}"));
    // The checksums of a release are pinned by Go's checksum database, and `go` checks them itself.
    shell::run_on_stderr(go.env("GOBIN", &begun))
        .context("Go must reach its module proxy; the variable `GOPROXY` names a mirror")?;
    match fs::rename(&begun, &folder) {
        // Another checkout was faster.
        Err(_) if folder.is_dir() => Ok(fs::remove_dir_all(&begun)?),
        moved => moved.with_context(|| format!("cannot make `{}`", folder.display())),
    }
}
