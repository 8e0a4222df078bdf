//! Errors of the authoring commands. Each text says what was found and what to do.

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
    /// The name is not allowed for a plugin.
    #[error(
        "`{name}` cannot be a plugin's name: {reason}\nhelp: lower case letters, digits and single hyphens, a letter first, such as `{proposed}`", name = shown(name))]
    Name {
        /// The requested name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
        /// A similar name that is allowed.
        proposed: String,
    },
    /// There is no template for the language.
    #[error("there is no template for `{language}`\nhelp: there are templates for {known}", language = shown(language))]
    Language {
        /// The requested language.
        language: String,
        /// The available languages.
        known: String,
    },
    /// The folder is not empty.
    #[error(
        "`{path}` exists and is not empty; nothing was written\nhelp: choose another name, or another folder with `--path DIR`", path = shown(path.display()))]
    Exists {
        /// Path of the folder.
        path: PathBuf,
    },
    /// The SDK is not in the given folder.
    #[error(
        "`{path}` is not a checkout of Assay: it has no `plugins/sdk/Cargo.toml`\nhelp: leave out `--sdk`, and the SDK is written beside the plugin", path = shown(path.display()))]
    NoSdk {
        /// Where it was expected.
        path: PathBuf,
    },
    /// A file or folder cannot be used.
    #[error("cannot {what} `{path}`", path = shown(path.display()))]
    File {
        /// The attempted operation.
        what: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// Something embedded in the program is invalid.
    #[error("the program is damaged: {detail}", detail = shown(detail))]
    Embedded {
        /// What is wrong with it.
        detail: String,
    },
    /// Tools needed for building are missing.
    #[error("{}", missing.join("\n"))]
    Missing {
        /// Each tool, with how to get it.
        missing: Vec<String>,
    },
    /// The folder contains no crate or project.
    #[error(
        "`{path}` has none of `Cargo.toml`, `pyproject.toml` and `package.json`, so there is no plugin to build\nhelp: name the plugin's folder, or create one with `assay new my-rules`", path = shown(path.display()))]
    NoManifest {
        /// Path of the folder.
        path: PathBuf,
    },
    /// The Python or JavaScript project does not name the module that is the plugin.
    #[error("`{path}` does not say which module holds the plugin\nhelp: write `{line}`", path = shown(path.display()))]
    NoModule {
        /// Path of the manifest.
        path: PathBuf,
        /// The line to add.
        line: &'static str,
    },
    /// The builder for Python was not found.
    #[error(
        "componentize-py, which builds plugins in Python, was not found in `{folder}/.venv`, in the active environment or on the PATH\nhelp: install it: python3 -m venv {folder}/.venv && {folder}/.venv/bin/pip install componentize-py==0.25.1", folder = shown(folder.display()))]
    NoComponentizePy {
        /// Folder of the project.
        folder: PathBuf,
    },
    /// The build of a Python plugin failed.
    #[error(
        "componentize-py cannot build the plugin: {said}\nhelp: `python3 -m unittest` runs the rules without it; install libraries it does not find into `.venv`; they must be pure Python"
    )]
    Python {
        /// The builder's message.
        said: String,
    },
    /// The builder for JavaScript was not found.
    #[error(
        "componentize-js, which builds plugins in JavaScript, was not found in `{folder}/node_modules` or on the PATH\nhelp: install it: npm install --prefix {folder}", folder = shown(folder.display()))]
    NoComponentizeJs {
        /// Folder of the project.
        folder: PathBuf,
    },
    /// The build of a JavaScript plugin failed.
    #[error(
        "componentize-js cannot build the plugin: {said}\nhelp: `npm test` runs the rules without it; import libraries by file path; they must not use Node.js APIs"
    )]
    JavaScript {
        /// The builder's message.
        said: String,
    },
    /// A manifest cannot be read.
    #[error("cannot read `{path}`: {detail}", path = shown(path.display()), detail = shown(detail))]
    Metadata {
        /// Path of the manifest.
        path: PathBuf,
        /// Cargo's message.
        detail: String,
    },
    /// The crate does not produce a component.
    #[error(
        "the crate `{package}` does not produce a component\nhelp: write `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in `{manifest}`", package = shown(package), manifest = shown(manifest.display()))]
    NoComponent {
        /// Name of the crate.
        package: String,
        /// Path of its manifest.
        manifest: PathBuf,
    },
    /// The folder contains a workspace, not a crate.
    #[error(
        "`{path}` is a workspace, not a plugin\nhelp: name the folder of one of its plugins: {plugins}", path = shown(path.display()))]
    Workspace {
        /// Path of the folder.
        path: PathBuf,
        /// The plugins in it.
        plugins: String,
    },
    /// Cargo failed; its output is on the terminal.
    #[error("the plugin does not build: see cargo's messages above ({status})", status = shown(status))]
    Cargo {
        /// Its exit status.
        status: String,
    },
    /// The compiler produced a core module instead of a component.
    #[error("`{path}` is a core module, not a component\nhelp: the linker must be `wasm-component-ld`; remove `linker` settings for {target} from the folder's and your own `.cargo/config.toml`", target = crate::target::TARGET, path = shown(path.display()))]
    NotComponent {
        /// Path of the file.
        path: PathBuf,
    },
    /// The component does not export the contract.
    #[error(
        "the crate `{package}` builds, but is not a rule plugin\nhelp: declare the plugin with `assay_sdk::plugin!`, or call `assay_sdk::export_plugin!` with it", package = shown(package))]
    NoPlugin {
        /// Name of the crate.
        package: String,
        /// The sandbox's error.
        source: Box<SandboxError>,
    },
    /// The component imports something.
    #[error("the plugin imports `{import}`, but a plugin must not import anything\nhelp: a dependency uses files, clocks, threads or randomness: find it with `cargo tree --target {target}`; most crates have a feature that turns this off", target = crate::target::TARGET, import = shown(import))]
    Imports {
        /// The first import.
        import: String,
    },
    /// The component cannot be used.
    #[error("the plugin cannot be loaded")]
    Sandbox(#[source] Box<SandboxError>),
    /// The lock does not pin the component that was built.
    #[error(
        "`{lock}` does not pin what was built\n  pinned: {pinned}\n  built:  sha256:{built}\nhelp: if the rules were meant to change, accept the new build with `assay build`; if not, the compiler or a dependency has changed since it was pinned", lock = shown(lock.display()), pinned = shown(pinned))]
    NotPinned {
        /// Path of the lock.
        lock: PathBuf,
        /// The lock's entry.
        pinned: String,
        /// Digest of the component.
        built: String,
    },
    /// The path is neither a pack nor a plugin.
    #[error(
        "`{path}` is neither a pack nor a plugin of these rules\nhelp: name a pack (`rules/<dataset>/<kind>/<year>.toml`), a component (`target/plugins/<name>.wasm`) or a folder; `--rules` and `--plugins` say where they are", path = shown(path.display()))]
    NothingToLint {
        /// The given path.
        path: PathBuf,
    },
    /// The rules or the lock cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack's plugins may not be used: a run would fail in the same way.
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
