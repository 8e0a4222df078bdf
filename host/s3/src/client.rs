//! The SDK's client, as it is set up here.

use std::io;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, PoisonError, RwLock};

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    Builder, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
};
use aws_types::service_config::ServiceConfigKey;
use tokio::sync::Semaphore;

use crate::answers::Answers;
use crate::requests::Counters;
use crate::settings::Settings;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    http: SharedHttpClient,
    answers: Answers,
    current: RwLock<Current>,
    /// Held while new keys are looked for.
    renewing: tokio::sync::Mutex<()>,
    pub(crate) requests: Counters,
    /// How many repetitions are left.
    pub(crate) repetitions: AtomicU32,
    /// Taken by each part on its way.
    pub(crate) parts: Arc<Semaphore>,
}

/// A client with the keys that it found.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) client: Client,
    /// How many times keys were looked for before.
    pub(crate) generation: u32,
}

impl Inner {
    pub(crate) async fn new(settings: Settings) -> io::Result<Self> {
        let (http, answers) = (crate::http::client()?, Answers::default());
        let client = client(&settings, &http, &answers).await;
        Ok(Self {
            http,
            answers,
            current: RwLock::new(Current { client, generation: 0 }),
            renewing: tokio::sync::Mutex::default(),
            requests: Counters::default(),
            repetitions: AtomicU32::new(settings.patience.budget),
            parts: Arc::new(Semaphore::new(settings.memory.parts)),
            settings,
        })
    }

    pub(crate) fn client(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks for keys anew, unless somebody has since `generation`.
    pub(crate) async fn renew(&self, generation: u32) {
        let _alone = self.renewing.lock().await;
        if self.client().generation > generation {
            return;
        }
        let client = client(&self.settings, &self.http, &self.answers).await;
        let renewed = Current { client, generation: generation + 1 };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
    }
}

async fn client(settings: &Settings, http: &SharedHttpClient, answers: &Answers) -> Client {
    let patience = settings.patience;
    let timeouts = TimeoutConfig::builder().connect_timeout(patience.connect).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .timeout_config(timeouts)
        // An attempt here is the request and its body, and the SDK's ends at the headers: so it is repeated here.
        .retry_config(RetryConfig::disabled());
    let elsewhere = settings.endpoint.is_some()
        || ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
    loader = match &settings.region {
        Some(region) => loader.region(Region::new(region.clone())),
        // Nobody asks an instance's metadata for a region that only has to be some word.
        None if elsewhere => loader.region(
            RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
                .or_else(ProfileFileRegionProvider::new())
                .or_else(DEFAULT_REGION),
        ),
        None => loader.region(RegionProviderChain::default_provider().or_else(DEFAULT_REGION)),
    };
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(keys) = &settings.keys {
        let token = keys.session_token.clone();
        let given = Credentials::new(&keys.access_key, &keys.secret_key, token, None, "given");
        loader = loader.credentials_provider(given);
    }
    let config = configured(&loader.load().await).interceptor(answers.clone());
    Client::from_conf(config.build())
}

/// Where no region is named: as the AWS CLI has it. If a bucket is elsewhere, S3 says where.
const DEFAULT_REGION: &str = "us-east-1";

fn configured(shared: &SdkConfig) -> Builder {
    let mut config = Builder::from(shared);
    if !is_custom(shared) {
        return config;
    }
    // Servers that are not AWS's know buckets by path, and many stumble over checksums that they do not know. Who sets those in the environment or the
    // profile has them.
    config = config.force_path_style(true);
    if shared.request_checksum_calculation().is_none() {
        config = config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
    }
    if shared.response_checksum_validation().is_none() {
        config = config.response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    config
}

/// Whether another endpoint than AWS's is set, by whatever means.
fn is_custom(shared: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .expect("all of it is given");
    let of_s3 = shared.service_config().and_then(|config| config.load_config(key));
    of_s3.is_some() || shared.endpoint_url().is_some()
}
