//! What can be typed to ship a plugin.

use clap::Args;

use super::format::Format;
use super::rules::RulesArgs;
use crate::location::Location;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay keygen release                      release.key (secret: only you can read it) and release.pub

A pack that says whom it trusts holds the line that is printed:
  [trust]
  keys = [\"MCowBQYDK2VwAyEA…\"]

The files are PEM, as `openssl genpkey -algorithm ed25519` writes them.")]
pub(crate) struct KeygenArgs {
    /// Where the two files go, without `.key` and `.pub`.
    #[arg(default_value = "assay", value_name = "PATH")]
    pub(crate) path: Location,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay sign target/package/my-rules.wasm --key release.key
  assay sign my-rules.wasm --key new.key            a second signature beside the first, while a key is replaced

The signature comes to FILE.sig, a DSSE envelope that `openssl` can check too. It holds for the file's bytes and its name.")]
pub(crate) struct SignArgs {
    /// The file; usually a component.
    pub(crate) file: Location,
    /// The secret key.
    #[arg(long, env = "ASSAY_KEY", value_name = "FILE")]
    pub(crate) key: Location,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay verify my-rules.wasm --key release.pub
  assay verify my-rules.wasm --key MCowBQYDK2VwAyEA…

Exit codes: 0 signed by one of the keys; 1 not; 2 could not look.")]
pub(crate) struct VerifyArgs {
    /// The file; its signature lies beside it as FILE.sig.
    pub(crate) file: Location,
    /// A public key: its file, or its line. May be repeated: one of them must have signed.
    #[arg(long, required = true, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[cfg(feature = "registry")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay push target/package/my-rules.wasm oci://ghcr.io/me/my-rules:0.1.0
  assay push my-rules.wasm oci://localhost:5000/my-rules:0.1.0

The answer is the place by digest, which never means anything else: put that into scripts. FILE.sig goes along if it is there.
Credentials: ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD, or what `docker login` stored. Only this machine is spoken to without TLS.")]
pub(crate) struct PushArgs {
    /// The component.
    pub(crate) file: Location,
    /// Where to: `oci://HOST/REPOSITORY:TAG`
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[cfg(feature = "registry")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay pull oci://ghcr.io/me/my-rules@sha256:1f0c… -o plugins/my-rules.wasm --key release.pub
  assay pull oci://ghcr.io/me/my-rules:0.1.0 -o plugins/my-rules.wasm      a tag may mean something else tomorrow

Everything is compared with its digest before anything is written. The name that a signature holds for is that of -o.")]
pub(crate) struct PullArgs {
    /// Where from: `oci://HOST/REPOSITORY@sha256:…`, or `:TAG`
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,
    /// The file to write; the signature goes beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Location,
    /// A public key, its file or its line: without a signature by it, nothing is written. May be repeated.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay export rules/library/loans/2023.toml -o loans-2023.tar.zst
  assay sign loans-2023.tar.zst --key release.key          so that the other side can tell whose it is

In it: the pack with what it extends, the dataset with the layouts, the plugins with their signatures, and the lock of just these.
The same pack and plugins give the same bytes.")]
pub(crate) struct ExportArgs {
    /// The pack.
    pub(crate) pack: Location,
    /// The bundle to write.
    #[arg(short, long, value_name = "FILE.tar.zst")]
    pub(crate) output: Location,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay import loans-2023.tar.zst --rules /srv/assay/rules
  assay import loans-2023.tar.zst --rules rules --key release.pub      FILE.sig must be a signature of the bundle by this key

Every digest and signature is checked before anything is written. Then the whole folder changes at once: a run sees the old rules or the
new ones. Packs and plugins that are there and not in the bundle stay.")]
pub(crate) struct ImportArgs {
    /// The bundle.
    pub(crate) bundle: Location,
    /// The folder of the rules, made if it is not there. Plugins go to its `plugins`.
    #[arg(long, env = "ASSAY_RULES", value_name = "DIR")]
    pub(crate) rules: Location,
    /// A public key, its file or its line, that must have signed the bundle. May be repeated: one of them.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
