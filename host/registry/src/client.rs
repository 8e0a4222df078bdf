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

/// 10 s: a registry that has not accepted a connection by then is down, and a CI job should say so.
const CONNECT: Duration = Duration::from_secs(10);

/// 60 s without a byte: slow connections stall for seconds, dead ones forever.
const READ: Duration = Duration::from_mins(1);

/// Maximum growth of the process's memory during a request. 256 MiB: the largest component takes half of it while its buffer grows; a
/// manifest takes some kilobytes.
const MOST: u64 = 256 << 20;

/// Interval between checks of that limit. 50 ms: at 1 GB/s it can be exceeded by 50 MB before this is noticed.
const LOOK: Duration = Duration::from_millis(50);

/// A client that is ready for requests, and the runtime it uses.
pub(crate) struct Connection {
    pub(crate) client: Client,
    runtime: Runtime,
}

impl Connection {
    pub(crate) fn open(place: &OciReference) -> Result<Self, RegistryError> {
        static TLS: Once = Once::new();
        // `ring` needs only a C compiler to build. It is fine if another part of the program has already chosen a provider.
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
            // A pull is always for a plugin, never for a choice between platforms.
            platform_resolver: None,
            ..ClientConfig::default()
        });
        runtime.block_on(client.store_auth_if_needed(place.registry(), &auth));
        Ok(Self { client, runtime })
    }

    /// Waits for a request and classifies its error. An endless answer is abandoned: the client reads manifests, lists and errors into
    /// memory whatever their length.
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

/// Resident memory of the process in bytes; 0 if the system does not report it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes * 1_024)
}

/// Credentials from the environment, else those stored by `docker login`, else anonymous access.
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
