//! What can be typed to ship a plugin.

use clap::Args;

use super::format::Format;
use super::rules::RulesArgs;
use crate::location::Location;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay keygen release                      release.key (secret: only you can read it) and release.pub

To trust the key, add the printed line to a pack:
  [trust]
  keys = [\"MCowBQYDK2VwAyEA…\"]

The files are PEM, as `openssl genpkey -algorithm ed25519` writes them.")]
pub(crate) struct KeygenArgs {
    /// Path of the two files, without `.key` and `.pub`.
    #[arg(default_value = "assay", value_name = "PATH")]
    pub(crate) path: Location,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay sign target/package/my-rules.wasm --key release.key
  assay sign my-rules.wasm --key new.key            a second signature beside the first, while a key is replaced

The signature is written to FILE.sig, a DSSE envelope that `openssl` can verify too. It covers the file's bytes and its name.")]
pub(crate) struct SignArgs {
    /// File to sign, usually a component.
    pub(crate) file: Location,
    /// Secret key file.
    #[arg(long, env = "ASSAY_KEY", value_name = "FILE")]
    pub(crate) key: Location,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay verify my-rules.wasm --key release.pub
  assay verify my-rules.wasm --key MCowBQYDK2VwAyEA…

Exit codes: 0 signed by one of the keys; 1 not signed by any of them; 2 could not check.")]
pub(crate) struct VerifyArgs {
    /// File to verify; its signature is read from FILE.sig.
    pub(crate) file: Location,
    /// Public key: a file or a line of a pack's `[trust] keys`. May be repeated; one of them must have signed.
    #[arg(long, required = true, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[cfg(feature = "registry")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay push target/package/my-rules.wasm oci://ghcr.io/me/my-rules:0.1.0
  assay push my-rules.wasm oci://localhost:5000/my-rules:0.1.0

Prints the reference by digest, which never changes; use it in scripts. FILE.sig is pushed too, if it exists.
Credentials: ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD, or what `docker login` stored. TLS is required, except for this machine.")]
pub(crate) struct PushArgs {
    /// Component (`.wasm`).
    pub(crate) file: Location,
    /// Where to push: `oci://HOST/REPOSITORY:TAG`
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,
    /// Output format.
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
  assay pull oci://ghcr.io/me/my-rules:0.1.0 -o plugins/my-rules.wasm      a tag can be moved

All digests are verified before anything is written. The signature must be for the file name given by -o.")]
pub(crate) struct PullArgs {
    /// What to pull: `oci://HOST/REPOSITORY@sha256:…`, or `:TAG`
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,
    /// File to write; the signature is written beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Location,
    /// Public key, as a file or a line; nothing is written without a signature by it. May be repeated.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay export rules/library/loans/2023.toml -o loans-2023.tar.zst
  assay sign loans-2023.tar.zst --key release.key          lets the recipient verify its origin

The bundle holds the pack and what it extends, the dataset with its layouts, the plugins with their signatures, and a lock of only these.
The same pack and plugins give the same bytes.")]
pub(crate) struct ExportArgs {
    /// Pack to export.
    pub(crate) pack: Location,
    /// Bundle to write.
    #[arg(short, long, value_name = "FILE.tar.zst")]
    pub(crate) output: Location,
    /// Output format.
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

Every digest and signature is verified before anything is written. Then the folder changes in one step: a run sees either the old rules or
the new ones. Other packs and plugins in the folder stay.")]
pub(crate) struct ImportArgs {
    /// Bundle to import.
    pub(crate) bundle: Location,
    /// Folder to install the rules in; created if missing. Plugins go to its `plugins`.
    #[arg(long, env = "ASSAY_RULES", value_name = "DIR")]
    pub(crate) rules: Location,
    /// Public key, as a file or a line. May be repeated; one of them must have signed the bundle.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<Location>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
