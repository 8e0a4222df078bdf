//! A root that runs publish to, on a disk or in a bucket, and the output of runs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_pipeline::Input;
use assay_s3::{Address, S3Store};
use assay_store::{Key, LocalStore, Store};
use serde_json::Value;
use tempfile::TempDir;

use crate::assay;
use crate::ground::Ground;

/// The value of `assay run --root`.
#[derive(Debug)]
pub struct Lake {
    ground: Ground,
    /// On a disk the lake itself; otherwise a copy of what was last fetched from it.
    folder: TempDir,
    /// Its address, if it is in a bucket.
    address: Option<Address>,
}

impl Default for Lake {
    fn default() -> Self {
        Self::new()
    }
}

/// A run's output and exit code.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if it was killed.
    pub code: Option<i32>,
    /// The object printed with `--format json`; null if there was none.
    pub summary: Value,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    /// A number in the summary, given its path: `records.read`.
    pub fn number(&self, path: &str) -> u64 {
        let value = path.split('.').fold(&self.summary, |value, key| &value[key]);
        value
            .as_u64()
            .unwrap_or_else(|| panic!("no number `{path}` in {:#}\n{}", self.summary, self.stderr))
    }

    /// A text in the summary.
    pub fn text(&self, key: &str) -> &str {
        let value = self.summary[key].as_str();
        value.unwrap_or_else(|| panic!("no text `{key}` in {:#}\n{}", self.summary, self.stderr))
    }
}

impl Lake {
    /// An empty lake in a folder.
    pub fn new() -> Self {
        Self::on(Ground::Disk)
    }

    /// An empty lake.
    pub fn on(ground: Ground) -> Self {
        let address = match ground {
            Ground::Disk => None,
            Ground::Bucket(endpoint) => Some(endpoint.fresh()),
        };
        Self { ground, folder: tempfile::tempdir().expect("a temporary folder"), address }
    }

    /// Its folder, or a folder with a copy of its current content.
    pub fn path(&self) -> &Path {
        if let Some(store) = self.bucket() {
            std::fs::remove_dir_all(self.folder.path()).expect("it is ours");
            std::fs::create_dir(self.folder.path()).expect("it is ours");
            for (name, bytes) in fetched(&store) {
                let path = self.folder.path().join(name);
                std::fs::create_dir_all(path.parent().expect("it has one")).expect("space");
                std::fs::write(path, bytes).expect("space");
            }
        }
        self.folder.path()
    }

    /// Its name as an argument.
    pub fn root(&self) -> String {
        match &self.address {
            None => self.folder.path().display().to_string(),
            Some(address) => address.to_string(),
        }
    }

    /// Its store.
    pub fn store(&self) -> Box<dyn Store> {
        match self.bucket() {
            None => Box::new(LocalStore::open(self.folder.path()).expect("a root")),
            Some(store) => Box::new(store),
        }
    }

    fn bucket(&self) -> Option<S3Store> {
        let Ground::Bucket(endpoint) = self.ground else { return None };
        let address = self.address.clone().expect("it is in a bucket");
        Some(endpoint.s3().store(address).expect("a root"))
    }

    /// The name under which runs on this lake read a file, which is first uploaded if the lake is in a bucket.
    pub fn place(&self, file: &Path) -> OsString {
        match (self.ground, &self.address) {
            (Ground::Bucket(endpoint), Some(lake)) if file != Path::new("-") => {
                endpoint.place(lake, file).to_string().into()
            }
            _ => file.into(),
        }
    }

    /// A file as an input, read from where runs on this lake read it.
    pub fn input(&self, file: &Path) -> Input {
        match (self.ground, &self.address) {
            (Ground::Bucket(endpoint), Some(lake)) => {
                let place = endpoint.place(lake, file);
                let blob = endpoint.s3().open(&place).expect("it is there");
                Input::new(blob, Some(place.name().to_owned()))
            }
            _ => Input::from_path(file, None).expect("the file"),
        }
    }

    /// `assay` with the environment for this lake.
    pub fn assay(&self) -> Command {
        let mut command = assay();
        if let Ground::Bucket(endpoint) = self.ground {
            command.envs(endpoint.environment().iter().map(|(name, value)| (name, value)));
        }
        command
    }

    /// The command `assay run FILE --root LAKE --format json`.
    pub fn command(&self, file: &Path) -> Command {
        let mut command = self.assay();
        command.arg("run").arg(self.place(file)).arg("--root").arg(self.root());
        command.args(["--format", "json"]);
        command
    }

    /// Runs `assay run` on a file.
    pub fn run(&self, file: &Path, more: &[&str]) -> Outcome {
        finish(self.command(file).args(more))
    }

    /// The path, relative to the root, of an object named by address in a manifest.
    pub fn below_root(&self, url: &str) -> PathBuf {
        let path = url.strip_prefix("file://").unwrap_or(url);
        let root = match self.address {
            None => self.folder.path().canonicalize().expect("it is there").display().to_string(),
            Some(_) => self.root(),
        };
        let below = path.strip_prefix(&root).and_then(|path| path.strip_prefix('/'));
        PathBuf::from(below.unwrap_or_else(|| panic!("`{url}` is not below `{root}`")))
    }

    /// All files that a reader could follow, with their content, by path below the root; hidden files are left out.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        if let Some(store) = self.bucket() {
            return fetched(&store);
        }
        let (root, mut files) = (self.folder.path(), BTreeMap::new());
        gather(root, root, &mut files);
        files
    }

    /// The Parquet files under `staging/`, without the name of the attempt that wrote them: these must be the same to the byte.
    pub fn staged(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut staged = BTreeMap::new();
        for (path, bytes) in self.files() {
            let is_data = path.extension().is_some_and(|end| end == "parquet");
            if is_data && path.starts_with("staging") {
                let of_attempt = |part: &Path| part.to_string_lossy().starts_with("attempt=");
                let path: PathBuf = path.iter().filter(|it| !of_attempt(Path::new(it))).collect();
                let earlier = staged.insert(path, bytes.clone());
                assert!(earlier.is_none_or(|it| it == bytes), "two attempts, other bytes");
            }
        }
        staged
    }
}

/// Runs a command to its end and collects its output.
pub fn finish(command: &mut Command) -> Outcome {
    let output = command.output().expect("assay runs");
    Outcome {
        code: output.status.code(),
        summary: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// All objects of a lake in a bucket.
fn fetched(store: &S3Store) -> BTreeMap<PathBuf, Vec<u8>> {
    let cleaning = store.cleaning().expect("buckets can be listed");
    let folders = ["staging", "metadata"].map(|name| Key::new(name).expect("a key"));
    let listed = folders.iter().flat_map(|folder| cleaning.list(folder).expect("it can be listed"));
    let read = |key: &Key| store.get(key).expect("it can be read").expect("it was listed").bytes;
    listed.map(|object| (PathBuf::from(object.key.as_str()), read(&object.key))).collect()
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            gather(root, &path, files);
        } else if !hidden {
            let name = path.strip_prefix(root).expect("below the root").to_owned();
            files.insert(name, std::fs::read(&path).expect("a readable file"));
        }
    }
}
