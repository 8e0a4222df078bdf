//! Configuration of the SDK's client.

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

/// State shared by all requests.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    http: SharedHttpClient,
    answers: Answers,
    current: RwLock<Current>,
    /// Held while keys are being renewed.
    renewing: tokio::sync::Mutex<()>,
    pub(crate) requests: Counters,
    /// Repetitions left.
    pub(crate) repetitions: AtomicU32,
    /// One permit is held by each part being uploaded.
    pub(crate) parts: Arc<Semaphore>,
}

/// A client with the keys it found.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) client: Client,
    /// How many times keys were renewed before.
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

    /// Renews the keys, unless another task has done so since `generation`.
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
        // An attempt must cover the request and the body, but the SDK's ends at the headers; so `Inner::call` repeats instead.
        .retry_config(RetryConfig::disabled());
    let elsewhere = settings.endpoint.is_some()
        || ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
    loader = match &settings.region {
        Some(region) => loader.region(Region::new(region.clone())),
        // The region only has to be some word here, so don't query the instance metadata for one.
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

/// Used if no region is named, as in the AWS CLI. If the bucket is elsewhere, S3 says where.
const DEFAULT_REGION: &str = "us-east-1";

fn configured(shared: &SdkConfig) -> Builder {
    let mut config = Builder::from(shared);
    if !is_custom(shared) {
        return config;
    }
    // Servers other than AWS's address buckets by path, and many fail on checksums they don't know. Checksums set in the environment or the
    // profile are kept.
    config = config.force_path_style(true);
    if shared.request_checksum_calculation().is_none() {
        config = config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
    }
    if shared.response_checksum_validation().is_none() {
        config = config.response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    config
}

/// Whether an endpoint other than AWS's is set, by any means.
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
