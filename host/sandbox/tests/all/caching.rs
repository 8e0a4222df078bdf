//! The cache of compiled components: when it is used, and when it must not be.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assay_sandbox::{Options, Sandbox};
use tempfile::TempDir;

use crate::guests;

/// Starts a host with the cache, loads the plugin, and returns whether it came from the cache and what the
/// warnings were.
fn start(cache: &Path) -> (bool, String) {
    let sandbox =
        Sandbox::new(Options { cache: Some(cache.to_owned()), ..Options::default() }).unwrap();
    let component = sandbox.compile("hostile", guests::hostile()).unwrap();
    let place = cache.parent().unwrap().display().to_string();
    (component.is_from_cache(), sandbox.warnings().join("\n").replace(&place, "…"))
}

fn folder() -> (TempDir, PathBuf) {
    let place = TempDir::new().unwrap();
    let cache = place.path().join("cache");
    (place, cache)
}

fn only_file(cache: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_second_start_does_not_compile() {
    let (_place, cache) = folder();
    assert_eq!(start(&cache), (false, String::new()));
    assert_eq!(mode(&cache), 0o700);
    assert_eq!(mode(&only_file(&cache)), 0o600);
    assert_eq!(start(&cache), (true, String::new()));
}

#[test]
fn code_for_another_meter_is_not_taken() {
    let (_place, cache) = folder();
    assert_eq!(start(&cache), (false, String::new()));
    let meter = assay_sandbox::Meter::Steps(1 << 30);
    let steps = Options { cache: Some(cache.clone()), meter, ..Options::default() };
    let component = Sandbox::new(steps).unwrap().compile("hostile", guests::hostile()).unwrap();
    assert!(!component.is_from_cache());
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
}

/// The file that a first start writes: its name and content. Compiling takes seconds in a debug build, so it is
/// done only once.
fn good_file() -> &'static (OsString, Vec<u8>) {
    static FILE: OnceLock<(OsString, Vec<u8>)> = OnceLock::new();
    FILE.get_or_init(|| {
        let (_place, cache) = folder();
        start(&cache);
        let file = only_file(&cache);
        (file.file_name().unwrap().to_owned(), fs::read(file).unwrap())
    })
}

/// Damages the file of a first start; the second start must then warn and compile again, and leave a good file for
/// the third.
fn check_spoilt_file(spoil: impl Fn(&Path), warning: &str) {
    let (_place, cache) = folder();
    let (name, bytes) = good_file();
    DirBuilder::new().mode(0o700).create(&cache).unwrap();
    fs::write(cache.join(name), bytes).unwrap();
    spoil(&cache.join(name));
    let (cached, warned) = start(&cache);
    assert!(!cached);
    assert!(warned.contains(warning), "{warned}");
    assert_eq!(start(&cache), (true, String::new()));
}

#[test]
fn spoilt_files_are_not_loaded() {
    let rewrite = |change: fn(&mut Vec<u8>)| {
        move |file: &Path| {
            let mut bytes = fs::read(file).unwrap();
            change(&mut bytes);
            fs::write(file, bytes).unwrap();
        }
    };
    check_spoilt_file(rewrite(|bytes| bytes.truncate(bytes.len() / 2)), "it is damaged");
    check_spoilt_file(rewrite(Vec::clear), "it is damaged");
    check_spoilt_file(rewrite(|bytes| bytes[5000] ^= 1), "it is damaged");
    check_spoilt_file(rewrite(|bytes| *bytes.last_mut().unwrap() ^= 1), "it is damaged");
    let chmod = |file: &Path| fs::set_permissions(file, fs::Permissions::from_mode(0o666)).unwrap();
    check_spoilt_file(chmod, "others can write it (mode 666)");
    let link = |file: &Path| {
        let elsewhere = file.with_extension("elsewhere");
        fs::rename(file, &elsewhere).unwrap();
        symlink(&elsewhere, file).unwrap();
    };
    check_spoilt_file(link, "it is a symbolic link");
}

#[test]
fn a_file_that_is_whole_but_not_compiled_code_is_not_loaded() {
    let forge = |file: &Path| {
        let mut bytes = b"not compiled code".to_vec();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let key: Vec<u8> = (0..name.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&name[at..at + 2], 16).unwrap())
            .collect();
        let code = assay_digest::sha256(&bytes);
        bytes.extend(assay_digest::sha256([key, code.0.to_vec()].concat()).0);
        fs::write(file, bytes).unwrap();
    };
    check_spoilt_file(forge, "is not used");
}

#[test]
fn code_of_another_plugin_is_not_loaded() {
    let (_place, cache) = folder();
    let options = || Options { cache: Some(cache.clone()), ..Options::default() };
    let load = |bytes: &[u8]| {
        let sandbox = Sandbox::new(options()).unwrap();
        let component = sandbox.compile("hostile", bytes).unwrap();
        (component.is_from_cache(), sandbox.warnings().join("\n"))
    };
    let other = guests::describing("other");
    load(guests::hostile());
    let one = only_file(&cache);
    load(&other);
    let files = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path());
    let two = files.into_iter().find(|path| *path != one).unwrap();
    let aside = cache.join("aside");
    fs::rename(&one, &aside).unwrap();
    fs::rename(&two, &one).unwrap();
    fs::rename(&aside, &two).unwrap();
    for bytes in [guests::hostile(), &other] {
        let (cached, warned) = load(bytes);
        assert!(!cached && warned.contains("it is damaged"), "{warned}");
        assert!(load(bytes).0, "it was compiled again");
    }
}

/// Folders that others can write to are not used at all; nothing is read from them.
fn check_spoilt_folder(spoil: impl Fn(&Path), warning: &str) {
    let (_place, cache) = folder();
    spoil(&cache);
    let sandbox = Sandbox::new(Options { cache: Some(cache), ..Options::default() }).unwrap();
    let warned = sandbox.warnings().join("\n");
    assert!(warned.contains("is not used: "), "{warned}");
    assert!(warned.contains(warning), "{warned}");
}

#[test]
fn folders_that_others_can_write_are_not_used() {
    let with_mode = |mode: u32| {
        move |cache: &Path| {
            fs::create_dir(cache).unwrap();
            fs::set_permissions(cache, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    check_spoilt_folder(with_mode(0o777), "others can write it (mode 777)");
    check_spoilt_folder(with_mode(0o770), "others can write it (mode 770)");
    check_spoilt_folder(with_mode(0o1777), "others can write it (mode 1777)");
    let link = |cache: &Path| {
        let elsewhere = cache.with_extension("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, cache).unwrap();
    };
    check_spoilt_folder(link, "it is a symbolic link or no folder");
    check_spoilt_folder(|cache| fs::write(cache, "").unwrap(), "it cannot be created");
}

#[test]
fn folders_of_others_are_not_used() {
    // Only root can change a folder's owner.
    let (_place, cache) = folder();
    fs::create_dir(&cache).unwrap();
    if std::os::unix::fs::chown(&cache, Some(65534), None).is_err() {
        eprintln!("skipped: only root can make a folder that belongs to somebody else");
        return;
    }
    let (cached, warned) = start(&cache);
    assert!(!cached, "the plugin runs without");
    assert!(warned.contains("it belongs to user 65534, expected 0, who runs this"), "{warned}");
}
