//! Connections: TLS by rustls with `ring`, through a proxy if one is named.

use std::io;

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};

/// Creates an HTTP client. Plain HTTP (instance metadata, container credentials, servers on this machine) never goes through a proxy, which
/// could not reach these. Fails if the proxy cannot be used.
pub(crate) fn client() -> io::Result<SharedHttpClient> {
    let proxy = proxy(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    }))
}

/// Reads the HTTPS proxy from the environment.
fn proxy(value: impl Fn(&str) -> Option<String>) -> io::Result<ProxyConfig> {
    let first = |names: [&str; 2]| names.iter().find_map(|name| value(name));
    let Some(url) =
        first(["https_proxy", "HTTPS_PROXY"]).or_else(|| first(["all_proxy", "ALL_PROXY"]))
    else {
        return Ok(ProxyConfig::disabled());
    };
    let wrong = |error| {
        // The address may contain a password.
        let text = format!("the proxy that HTTPS_PROXY names cannot be used: {error}");
        io::Error::new(io::ErrorKind::InvalidInput, text)
    };
    let proxy = ProxyConfig::https(&url).map_err(wrong)?;
    Ok(match first(["no_proxy", "NO_PROXY"]) {
        Some(rules) => proxy.no_proxy(rules),
        None => proxy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_what_the_environment_names() {
        let check = |set: &[(&str, &str)], expected: Result<bool, &str>| {
            let value = |name: &str| {
                set.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned())
            };
            match (proxy(value), expected) {
                (Ok(found), Ok(is_used)) => assert_eq!(!found.is_disabled(), is_used, "{set:?}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, _) => panic!("{set:?}: {found:?}"),
            }
        };
        check(&[], Ok(false));
        check(&[("HTTP_PROXY", "http://proxy:3128")], Ok(false));
        check(&[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "internal")], Ok(true));
        check(&[("all_proxy", "http://proxy:3128")], Ok(true));
        check(&[("https_proxy", "://")], Err("HTTPS_PROXY names cannot be used"));
    }
}
