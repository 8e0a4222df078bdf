//! From a place to what is read or written there. The choice between a disk and a bucket is made here; nobody behind it knows of it.

use std::io;

use anyhow::{Context, Result};
use assay_model::shown;
use assay_pipeline::{Input, MemoryLimit};
use assay_store::{LocalStore, Store};

use crate::args::BucketArgs;
use crate::location::Location;
use crate::place::Place;

#[cfg(feature = "s3")]
use {
    assay_s3::{Address, Memory, S3, S3Error, Settings},
    assay_store::blob::{Changed, Cursor, Spool, Steady},
    std::sync::{Arc, OnceLock},
};

/// The way to buckets, which is taken once something is in one. Its clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    #[cfg(feature = "s3")]
    settings: Settings,
    #[cfg(feature = "s3")]
    s3: Arc<OnceLock<S3>>,
}

/// Where the bytes of an input are read from, in each pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// From where they are.
    InPlace,
    /// From a copy on this machine's disk, that is made first.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "of buckets only"))]
    Spooled,
}

#[cfg(feature = "s3")]
impl Buckets {
    /// Nothing is sent to anybody yet.
    pub(crate) fn new(args: &BucketArgs, memory: MemoryLimit) -> Self {
        let settings = Settings {
            endpoint: args.endpoint_url.clone(),
            requester_pays: args.request_payer,
            kms_key: args.sse_kms_key_id.clone(),
            memory: Memory::of(memory.bytes()),
            ..Settings::default()
        };
        Self { settings, s3: Arc::default() }
    }

    fn s3(&self) -> Result<&S3> {
        if let Some(s3) = self.s3.get() {
            return Ok(s3);
        }
        let s3 = S3::connect(self.settings.clone()).context("cannot start the S3 client")?;
        Ok(self.s3.get_or_init(|| s3))
    }

    fn object(&self, address: &Address, name: Option<String>, reading: Reading) -> Result<Input> {
        let address = address.clone().object()?;
        let fault = || format!("cannot read `{address}`");
        let blob = self.s3()?.open(&address).with_context(fault)?;
        let name = name.or_else(|| Some(address.name().to_owned()));
        if reading == Reading::InPlace {
            return Ok(Input::new(blob, name));
        }
        let mut object = Cursor::new(Arc::new(Steady::new(blob)), 0, Arc::default());
        let spool = Spool::of(&mut object, &address.to_string())
            .map_err(|error| uncopied(&address, error))?;
        Ok(Input::new(Arc::new(spool), name))
    }

    fn prefix(&self, root: &Address) -> Result<Box<dyn Store>> {
        Ok(Box::new(self.s3()?.store(root.clone())?))
    }

    /// Ends what waits for a bucket's data, now and later; documents are still written.
    pub(crate) fn halt(&self) {
        self.settings.halt.ask();
    }

    /// That S3 had to be asked more than once, if so: what is slow without a word is taken for hung.
    pub(crate) fn repetitions(&self) -> Option<String> {
        let requests = self.s3.get()?.requests();
        let all: u64 = requests.sent.iter().map(|(_, sent)| sent).sum();
        let repeated = requests.repeated;
        (repeated > 0).then(|| {
            format!(
                "notice: {repeated} of {all} requests to S3 were repetitions of some that failed"
            )
        })
    }

    /// What was asked of S3, as a table; nothing if nothing was.
    pub(crate) fn table(&self) -> Option<String> {
        let requests = self.s3.get()?.requests();
        let line = |number: u64, what: &str| format!("{number:>10}  {what}");
        let mut lines = vec!["requests to S3".to_owned()];
        lines.extend(requests.sent.iter().map(|(operation, sent)| line(*sent, operation.name())));
        lines.push(line(requests.repeated, "of all were repetitions"));
        Some(lines.join("\n"))
    }
}

#[cfg(not(feature = "s3"))]
impl Buckets {
    pub(crate) fn new(_: &BucketArgs, _: MemoryLimit) -> Self {
        Self {}
    }

    pub(crate) fn halt(&self) {}

    pub(crate) fn repetitions(&self) -> Option<String> {
        None
    }

    pub(crate) fn table(&self) -> Option<String> {
        None
    }
}

impl Buckets {
    /// Opens an input. What it is named after is `name`, else the last part of its place.
    pub(crate) fn input(
        &self,
        place: &Place,
        name: Option<String>,
        #[cfg_attr(not(feature = "s3"), expect(unused_variables, reason = "of buckets only"))]
        reading: Reading,
    ) -> Result<Input> {
        match place {
            Place::Here(file) => here(file, name),
            #[cfg(feature = "s3")]
            Place::There(address) => self.object(address, name, reading),
        }
    }

    /// Opens a root to publish to, making it where it is a folder that is not there.
    pub(crate) fn store(&self, root: &Place) -> Result<Box<dyn Store>> {
        match root {
            Place::Here(folder) => Ok(Box::new(
                LocalStore::open(folder)
                    .with_context(|| format!("cannot use `{root}` as the root"))?,
            )),
            #[cfg(feature = "s3")]
            Place::There(address) => self.prefix(address),
        }
    }

    /// Writes a document, whatever was there before.
    pub(crate) fn write(&self, place: &Place, bytes: &[u8]) -> io::Result<()> {
        match place {
            Place::Here(file) => std::fs::write(file, bytes),
            #[cfg(feature = "s3")]
            Place::There(address) => {
                let s3 = self.s3().map_err(io::Error::other)?;
                s3.write(&address.clone().object().map_err(io::Error::other)?, bytes)
            }
        }
    }
}

/// Why an object could not be copied: it was not to be had, or there was nowhere to put it.
#[cfg(feature = "s3")]
fn uncopied(address: &Address, error: io::Error) -> anyhow::Error {
    let told = if Changed::is_in(&error) {
        format!("`{address}` changed while it was copied; run again once it is complete")
    } else if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<S3Error>) {
        format!("cannot read `{address}`")
    } else {
        format!("cannot copy `{address}` to a temporary file (set TMPDIR to use another folder)")
    };
    anyhow::Error::new(error).context(told)
}

fn here(file: &Location, name: Option<String>) -> Result<Input> {
    Input::from_path(file, name).with_context(|| format!("cannot read `{}`", shown(file.display())))
}
