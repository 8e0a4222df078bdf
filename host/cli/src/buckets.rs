//! Opens places for reading and writing. The choice between disk and bucket is made here; the code behind it does not know of it.

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

/// Access to buckets; the connection is made on first use. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    #[cfg(feature = "s3")]
    settings: Settings,
    #[cfg(feature = "s3")]
    s3: Arc<OnceLock<S3>>,
}

/// Where each pass reads the bytes of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// At their own place.
    InPlace,
    /// In a copy that is first made on this machine's disk.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "of buckets only"))]
    Spooled,
}

#[cfg(feature = "s3")]
impl Buckets {
    /// Stores the settings; sends nothing.
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

    /// Ends requests for a bucket's data, waiting or future; documents are still written.
    pub(crate) fn halt(&self) {
        self.settings.halt.ask();
    }

    /// Says how many requests to S3 were repetitions, if any: a run that is slow without explanation looks hung.
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

    /// A table of the requests to S3, or `None` if there were none.
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
    /// Opens an input. Its name is `name`, or else the last part of its place.
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

    /// Opens a root for publishing. A folder that does not exist is created.
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

    /// Writes a document, replacing any existing one.
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

/// Explains why an object could not be copied: it could not be read, or there was nowhere to put it.
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
