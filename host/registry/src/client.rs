//! The connection to a registry.

use std::pin::pin;
use std::sync::Once;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};
use oci_client::Client;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use tokio::runtime::Runtime;

use crate::answer;
use crate::error::RegistryError;
use crate::reference::OciReference;

/// 10 s: a registry that does not even take a connection by then is down, and a CI job should say so.
const CONNECT: Duration = Duration::from_secs(10);

/// 60 s without a byte: slow lines stall for seconds, dead ones for ever.
const READ: Duration = Duration::from_mins(1);

/// 256 MiB: the largest component takes half of it, while its buffer grows; a manifest is some kilobytes.
const MOST: u64 = 256 << 20;

/// 50 ms: at a gigabyte a second 50 MB more than [`MOST`] come before it is seen.
const LOOK: Duration = Duration::from_millis(50);

/// A client that is ready to ask, and what runs it.
pub(crate) struct Connection {
    pub(crate) client: Client,
    runtime: Runtime,
}

impl Connection {
    pub(crate) fn open(place: &OciReference) -> Result<Self, RegistryError> {
        static TLS: Once = Once::new();
        // `ring` builds with a C compiler alone. That another part of the program chose first is no fault.
        TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let protocol =
            if place.is_loopback() { ClientProtocol::Http } else { ClientProtocol::Https };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| RegistryError::Protocol {
            registry: place.registry().to_owned(),
            detail: format!("no runtime for connections: {error}"),
        })?;
        let auth = credentials(place)?;
        let client = Client::new(ClientConfig {
            protocol,
            connect_timeout: Some(CONNECT),
            read_timeout: Some(READ),
            user_agent: concat!("assay/", env!("CARGO_PKG_VERSION")),
            // What is pulled is a plugin, never the one of several platforms that fits.
            platform_resolver: None,
            ..ClientConfig::default()
        });
        runtime.block_on(client.store_auth_if_needed(place.registry(), &auth));
        Ok(Self { client, runtime })
    }

    /// Waits for what is asked, and sorts what goes wrong. An answer that does not end is given up: the client reads manifests, lists
    /// and errors whole, however long they are.
    pub(crate) fn wait<T>(
        &self,
        place: &OciReference,
        asked: impl Future<Output = Result<T, oci_client::errors::OciDistributionError>>,
    ) -> Result<T, RegistryError> {
        self.runtime.block_on(async {
            let mut asked = pin!(asked);
            let before = resident();
            loop {
                if let Ok(answer) = tokio::time::timeout(LOOK, &mut asked).await {
                    return answer.map_err(|error| answer::sorted(place, &error));
                }
                if resident().saturating_sub(before) > MOST {
                    let registry = place.registry().to_owned();
                    return Err(RegistryError::TooMuch { registry, limit: MOST });
                }
            }
        })
    }
}

/// Bytes of memory that the process has; 0 where the system does not say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes * 1_024)
}

/// Who asks: the environment's word, else what `docker login` stored, else nobody in particular.
fn credentials(place: &OciReference) -> Result<RegistryAuth, RegistryError> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(user), Some(password)) = (of("ASSAY_REGISTRY_USER"), of("ASSAY_REGISTRY_PASSWORD"))
    {
        return Ok(RegistryAuth::Basic(user, password));
    }
    match get_credential(place.registry()) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(RegistryAuth::Basic(user, password))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(RegistryAuth::Bearer(token)),
        Err(
            CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::NoCredentialConfigured
            | CredentialRetrievalError::ConfigReadError,
        ) => Ok(RegistryAuth::Anonymous),
        Err(error) => Err(RegistryError::Credentials {
            registry: place.registry().to_owned(),
            detail: error.to_string(),
        }),
    }
}
