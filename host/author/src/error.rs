//! What keeps an author from going on. Each text says what was found and what to do.

use std::path::PathBuf;

use assay_model::shown;
use assay_packs::PackError;
use assay_pipeline::RunError;
use assay_sandbox::SandboxError;
use assay_shipping::ShippingError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorError {
    /// The name cannot be a plugin's.
    #[error(
        "`{name}` cannot be a plugin's name: {reason}\nhelp: lower case letters, digits and single hyphens, a letter first, such as `{proposed}`", name = shown(name))]
    Name {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
        /// What could be meant.
        proposed: String,
    },
    /// There is no template for the language.
    #[error("there is no template for `{language}`\nhelp: there are templates for {known}", language = shown(language))]
    Language {
        /// What was asked for.
        language: String,
        /// Those there are.
        known: String,
    },
    /// The folder is taken.
    #[error(
        "`{path}` exists and is not empty; nothing was written\nhelp: choose another name, or another folder with `--path DIR`", path = shown(path.display()))]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The SDK is not where it was said to be.
    #[error(
        "`{path}` is not a checkout of Assay: it has no `plugins/sdk/Cargo.toml`\nhelp: leave out `--sdk`, and the SDK is written beside the plugin", path = shown(path.display()))]
    NoSdk {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file or folder cannot be used.
    #[error("cannot {what} `{path}`", path = shown(path.display()))]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Something embedded in the program is not as it must be.
    #[error("the program is damaged: {detail}", detail = shown(detail))]
    Embedded {
        /// What is wrong with it.
        detail: String,
    },
    /// Something that building needs is not there.
    #[error("{}", missing.join("\n"))]
    Missing {
        /// Each with the way to get it.
        missing: Vec<String>,
    },
    /// There is no crate in the folder.
    #[error(
        "`{path}` has none of `Cargo.toml`, `pyproject.toml` and `package.json`, so there is no plugin to build\nhelp: name the plugin's folder, or create one with `assay new my-rules`", path = shown(path.display()))]
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// The project in Python or JavaScript does not say which module is the plugin.
    #[error("`{path}` does not say which module holds the plugin\nhelp: write `{line}`", path = shown(path.display()))]
    NoModule {
        /// The manifest.
        path: PathBuf,
        /// What to write.
        line: &'static str,
    },
    /// The builder for Python is not there.
    #[error(
        "componentize-py, which builds plugins in Python, was not found in `{folder}/.venv`, in the active environment or on the PATH\nhelp: install it: python3 -m venv {folder}/.venv && {folder}/.venv/bin/pip install componentize-py==0.25.1", folder = shown(folder.display()))]
    NoComponentizePy {
        /// The project's folder.
        folder: PathBuf,
    },
    /// Python did not get through.
    #[error(
        "componentize-py cannot build the plugin: {said}\nhelp: `python3 -m unittest` runs the rules without it; install libraries it does not find into `.venv`; they must be pure Python"
    )]
    Python {
        /// What it said.
        said: String,
    },
    /// The builder for JavaScript is not there.
    #[error(
        "componentize-js, which builds plugins in JavaScript, was not found in `{folder}/node_modules` or on the PATH\nhelp: install it: npm install --prefix {folder}", folder = shown(folder.display()))]
    NoComponentizeJs {
        /// The project's folder.
        folder: PathBuf,
    },
    /// JavaScript did not get through.
    #[error(
        "componentize-js cannot build the plugin: {said}\nhelp: `npm test` runs the rules without it; import libraries by file path; they must not use Node.js APIs"
    )]
    JavaScript {
        /// What it said.
        said: String,
    },
    /// A manifest cannot be read.
    #[error("cannot read `{path}`: {detail}", path = shown(path.display()), detail = shown(detail))]
    Metadata {
        /// The manifest.
        path: PathBuf,
        /// What cargo said.
        detail: String,
    },
    /// The crate is none that becomes a component.
    #[error(
        "the crate `{package}` does not produce a component\nhelp: write `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in `{manifest}`", package = shown(package), manifest = shown(manifest.display()))]
    NoComponent {
        /// Its name.
        package: String,
        /// Its manifest.
        manifest: PathBuf,
    },
    /// The folder holds a workspace and no crate.
    #[error(
        "`{path}` is a workspace, not a plugin\nhelp: name the folder of one of its plugins: {plugins}", path = shown(path.display()))]
    Workspace {
        /// The folder.
        path: PathBuf,
        /// Plugins in it.
        plugins: String,
    },
    /// Cargo failed; what it said is on the terminal.
    #[error("the plugin does not build: see cargo's messages above ({status})", status = shown(status))]
    Cargo {
        /// How it ended.
        status: String,
    },
    /// The compiler wrote a plain module.
    #[error("`{path}` is a core module, not a component\nhelp: the linker must be `wasm-component-ld`; remove `linker` settings for {target} from the folder's and your own `.cargo/config.toml`", target = crate::target::TARGET, path = shown(path.display()))]
    NotComponent {
        /// The file.
        path: PathBuf,
    },
    /// The component exports nothing, or not the contract.
    #[error(
        "the crate `{package}` builds, but is not a rule plugin\nhelp: declare the plugin with `assay_sdk::plugin!`, or call `assay_sdk::export_plugin!` with it", package = shown(package))]
    NoPlugin {
        /// The crate.
        package: String,
        /// What the sandbox said.
        source: Box<SandboxError>,
    },
    /// The component wants something.
    #[error("the plugin imports `{import}`, but a plugin must not import anything\nhelp: a dependency uses files, clocks, threads or randomness: find it with `cargo tree --target {target}`; most crates have a feature that turns this off", target = crate::target::TARGET, import = shown(import))]
    Imports {
        /// The first import.
        import: String,
    },
    /// The component cannot be used.
    #[error("the plugin cannot be loaded")]
    Sandbox(#[source] Box<SandboxError>),
    /// The lock does not fit.
    #[error(
        "`{lock}` does not pin what was built\n  pinned: {pinned}\n  built:  sha256:{built}\nhelp: if the rules were meant to change, accept the new build with `assay build`; if not, the compiler or a dependency has changed since it was pinned", lock = shown(lock.display()), pinned = shown(pinned))]
    NotPinned {
        /// The lock.
        lock: PathBuf,
        /// What it says.
        pinned: String,
        /// What was built.
        built: String,
    },
    /// There is neither a pack nor a plugin.
    #[error(
        "`{path}` is neither a pack nor a plugin of these rules\nhelp: name a pack (`rules/<dataset>/<kind>/<year>.toml`), a component (`target/plugins/<name>.wasm`) or a folder; `--rules` and `--plugins` say where they are", path = shown(path.display()))]
    NothingToLint {
        /// What was named.
        path: PathBuf,
    },
    /// Rules or lock cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack's plugins may not be used: a run would say the same.
    #[error(transparent)]
    Run(Box<RunError>),
    /// The plugin cannot be packaged.
    #[error(transparent)]
    Shipping(#[from] ShippingError),
}

impl From<SandboxError> for AuthorError {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(Box::new(error))
    }
}

impl From<RunError> for AuthorError {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

impl AuthorError {
    pub(crate) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}
