//! `assay package`: stamps a component with what it is and what it was built from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assay_model::Digest;
use assay_sandbox::Component;
use assay_shipping::{SourceTree, Stamps, read_stamps, source_digest, stamp};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use crate::build::{BuildRequest, build, load, metadata, plugin};
use crate::error::AuthorError;
use crate::{javascript, python};

/// What to package.
#[derive(Debug)]
pub struct PackageRequest<'a> {
    /// A plugin's folder, which is built first, or a component.
    pub target: &'a Path,
    /// Folder of the component's source, if the target is a component.
    pub sources: Option<&'a Path>,
    /// Revision of the source. Not taken from git, because the same source must give the same bytes in a folder without git.
    pub revision: Option<&'a str>,
    /// Folder of compiled plugins; `None` compiles anew.
    pub cache: Option<PathBuf>,
}

/// A packaged plugin.
#[derive(Debug)]
pub struct Packaged {
    /// Bytes of the component.
    pub bytes: Vec<u8>,
    /// The stamps in it.
    pub stamps: Stamps,
    /// Number of files covered by the source digest; `None` if the source is unknown.
    pub sources: Option<usize>,
    /// Folder of the workspace, if a folder was packaged.
    pub root: Option<PathBuf>,
}

/// What a plugin's project says about it.
struct Origin {
    stamps: Stamps,
    trees: Vec<SourceTree>,
    root: PathBuf,
}

/// Packages a plugin. Fails if it cannot be built, read or stamped.
pub fn package(request: &PackageRequest<'_>) -> Result<Packaged, AuthorError> {
    if !request.target.is_dir() {
        return component(request);
    }
    let cache = request.cache.clone();
    let built = build(&BuildRequest { folder: request.target, check: false, cache })?;
    let bytes = fs::read(&built.path).map_err(AuthorError::file("read", &built.path))?;
    let Origin { stamps, trees, root } = origin(request.target)?;
    let (digest, files) = source_digest(&trees)?;
    let mut packaged = finish(request, &built.component, &bytes, stamps, Some(digest))?;
    packaged.sources = Some(files);
    packaged.root = Some(root);
    Ok(packaged)
}

/// Packages a component built by another tool. Its existing stamps stay.
fn component(request: &PackageRequest<'_>) -> Result<Packaged, AuthorError> {
    let path = request.target;
    let bytes = fs::read(path).map_err(AuthorError::file("read", path))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let component = load(&bytes, &stem, request.cache.clone())?;
    let stamps = read_stamps(&bytes)?;
    let sources = request.sources.map(|folder| {
        source_digest(&[SourceTree { name: String::new(), path: folder.to_owned() }])
    });
    let sources = sources.transpose()?;
    let digest = sources.map(|(digest, _)| digest).or(stamps.source_digest);
    let mut packaged = finish(request, &component, &bytes, stamps, digest)?;
    packaged.sources = sources.map(|(_, files)| files);
    Ok(packaged)
}

fn finish(
    request: &PackageRequest<'_>,
    component: &Component,
    bytes: &[u8],
    mut stamps: Stamps,
    digest: Option<Digest>,
) -> Result<Packaged, AuthorError> {
    let info = component.info();
    // Runs and reports use what the plugin itself says.
    stamps.name = Some(info.name.clone());
    stamps.version = Some(info.version.clone());
    stamps.source_digest = digest;
    if let Some(revision) = request.revision {
        stamps.revision = Some(revision.to_owned());
    }
    stamps.processed_by = vec![("assay".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    let bytes = stamp(bytes, &stamps)?;
    let stamps = read_stamps(&bytes)?;
    Ok(Packaged { bytes, stamps, sources: None, root: None })
}

/// Reads a project's manifest, and finds the files that the plugin is built from.
fn origin(folder: &Path) -> Result<Origin, AuthorError> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        let stamps = match python::Project::of(folder)? {
            Some(project) => Some(of_python(&project)),
            None => javascript::Project::of(folder)?.map(|project| of_javascript(&project)),
        };
        if let Some(stamps) = stamps {
            let trees = vec![SourceTree { name: String::new(), path: folder.to_owned() }];
            return Ok(Origin { stamps, trees, root: folder.to_owned() });
        }
    }
    let metadata = metadata(&manifest)?;
    let (package, _) = plugin(&metadata, &manifest, folder)?;
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let sdk = metadata.packages.iter().filter(|package| package.name.as_str() == "assay-sdk");
    let stamps = Stamps {
        description: text(&package.description),
        authors: Some(package.authors.join(", ")).filter(|text| !text.is_empty()),
        licenses: text(&package.license),
        source: text(&package.repository),
        homepage: text(&package.homepage),
        sdk: sdk.map(|sdk| (sdk.name.to_string(), sdk.version.to_string())).collect(),
        ..Stamps::default()
    };
    let root = metadata.workspace_root.as_std_path().to_owned();
    Ok(Origin { stamps, trees: trees(&metadata, package), root })
}

fn of_python(project: &python::Project) -> Stamps {
    let sdk = project.sdk().map(|version| ("assay-sdk-python".to_owned(), version));
    Stamps {
        description: project.text("description"),
        authors: project.authors(),
        licenses: project.text("license"),
        source: project.url("source").or_else(|| project.url("repository")),
        homepage: project.url("homepage"),
        sdk: sdk.into_iter().collect(),
        language: vec![("Python".to_owned(), String::new())],
        ..Stamps::default()
    }
}

fn of_javascript(project: &javascript::Project) -> Stamps {
    let sdk = project.sdk().map(|version| ("assay-sdk-javascript".to_owned(), version));
    // npm writes `git+https://…`, which other readers of the stamp do not understand.
    let source = project.text("repository");
    let source = source.map(|url| url.strip_prefix("git+").unwrap_or(&url).to_owned());
    Stamps {
        description: project.text("description"),
        authors: project.text("author"),
        licenses: project.text("license"),
        source,
        homepage: project.text("homepage"),
        sdk: sdk.into_iter().collect(),
        language: vec![("JavaScript".to_owned(), String::new())],
        ..Stamps::default()
    }
}

/// The plugin's folder, the folders of local crates that it is built from, and the lock of all other crates.
fn trees(metadata: &Metadata, package: &Package) -> Vec<SourceTree> {
    let folder = |package: &Package| {
        package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned())
    };
    let Some(own) = folder(package) else { return Vec::new() };
    let mut trees = Vec::new();
    for id in reachable(metadata, &package.id) {
        let local = metadata.packages.iter().find(|other| other.id == *id);
        let Some(local) = local.filter(|other| other.source.is_none()) else { continue };
        let Some(path) = folder(local).filter(|path| !path.starts_with(&own)) else { continue };
        trees.push(SourceTree { name: format!("beside/{}", local.name), path });
    }
    let lock = metadata.workspace_root.join("Cargo.lock").into_std_path_buf();
    if lock.is_file() && !lock.starts_with(&own) {
        trees.push(SourceTree { name: "beside/Cargo.lock".to_owned(), path: lock });
    }
    trees.push(SourceTree { name: String::new(), path: own });
    trees
}

/// All packages that are compiled into a package or run during its build.
fn reachable<'m>(metadata: &'m Metadata, from: &'m PackageId) -> BTreeSet<&'m PackageId> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: Vec<_> = nodes.collect();
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = nodes.iter().find(|node| node.id == *id);
        let needed = node.into_iter().flat_map(|node| &node.deps).filter(|dep| {
            dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        });
        open.extend(needed.map(|dep| &dep.pkg));
    }
    seen
}
