//! `assay new`: creates a project from a template, completely or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use assay_model::shown;
use include_dir::{Dir, include_dir};
use toml::Table;

use crate::error::AuthorError;
use crate::sdk;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// File in which a template describes itself.
const ABOUT: &str = "template.toml";

/// A plugin to create.
#[derive(Debug)]
pub struct NewPlugin<'a> {
    /// Its name, also the default name of the folder.
    pub name: &'a str,
    /// Folder to create (default: the name, in the current folder).
    pub folder: Option<&'a Path>,
    /// Its language, one of [`languages`].
    pub language: &'a str,
    /// Checkout of Assay whose SDK is used in place instead of a copy.
    pub sdk: Option<&'a Path>,
}

/// A plugin that was created.
#[derive(Debug, PartialEq, Eq)]
pub struct Created {
    /// Path of the folder.
    pub folder: PathBuf,
    /// Its files without the SDK's, ordered by name.
    pub files: Vec<String>,
    /// Number of SDK files stored with it.
    pub vendored: usize,
}

/// The languages that have templates, with the tools that each needs.
pub fn languages() -> Vec<(String, String)> {
    let mut languages: Vec<(String, String)> = TEMPLATES
        .dirs()
        .filter_map(|dir| {
            let about = about(dir).ok()?;
            let text = about.get("about").and_then(toml::Value::as_str).unwrap_or_default();
            Some((sdk::slashed(dir.path()), text.to_owned()))
        })
        .collect();
    languages.sort();
    languages
}

/// Creates a plugin. Fails, leaving nothing behind, if the name, the language or the SDK is not valid, if the folder is not empty, or if a
/// file cannot be written.
pub fn create(new: &NewPlugin<'_>) -> Result<Created, AuthorError> {
    check_name(new.name)?;
    let template = TEMPLATES.get_dir(new.language).ok_or_else(|| AuthorError::Language {
        language: new.language.to_owned(),
        known: languages()
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    let folder = new.folder.map_or_else(|| PathBuf::from(new.name), Path::to_owned);
    let taken = match fs::read_dir(&folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(AuthorError::file("use", &folder)(error)),
    };
    if taken {
        return Err(AuthorError::Exists { path: folder });
    }
    let linked = new.sdk.map(checkout).transpose()?;
    let about = about(template)?;
    let vendors = about.get("vendor").and_then(toml::Value::as_str);
    let vendor = vendors == Some("rust-sdk");
    let sdk_path = match &linked {
        Some(checkout) => sdk::slashed(&checkout.join("plugins/sdk")),
        None => format!("{}/plugins/sdk", sdk::FOLDER),
    };
    let mut files = rendered(template, template, new.name, &sdk_path)?;
    for name in about.get("same_as_rust").and_then(toml::Value::as_array).into_iter().flatten() {
        let rust = TEMPLATES.get_dir("rust");
        let name = name.as_str().unwrap_or_default();
        let dir = rust.and_then(|rust| Some((rust, rust.get_dir(rust.path().join(name))?)));
        let (rust, dir) = dir.ok_or_else(|| AuthorError::Embedded {
            detail: format!("the template for Rust has no `{name}`"),
        })?;
        files.extend(rendered(rust, dir, new.name, &sdk_path)?);
    }
    if vendor {
        files.push(("Cargo.lock".to_owned(), sdk::lock(new.name)?.into_bytes()));
    }
    files.push((
        "rules/assay.lock".to_owned(),
        assay_packs::Lock::empty(Path::new("")).to_toml().into_bytes(),
    ));
    files.sort();
    let names = files.iter().map(|(name, _)| name.clone()).collect();
    let vendored = match vendors {
        Some("wit") => sdk::contract(),
        Some("rust-sdk") if linked.is_none() => sdk::files()?,
        _ => Vec::new(),
    };
    let count = vendored.len();
    files.extend(
        vendored.into_iter().map(|(name, bytes)| (format!("{}/{name}", sdk::FOLDER), bytes)),
    );
    write(&folder, &files)?;
    Ok(Created { folder, files: names, vendored: count })
}

/// Writes into a temporary folder next to the target and then renames it: a half-written plugin would have to be cleaned up.
fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), AuthorError> {
    let unfinished = folder.with_added_extension("part");
    let _ = fs::remove_dir_all(&unfinished);
    let written = files.iter().try_for_each(|(name, bytes)| {
        let path = unfinished.join(name);
        let parent = path.parent().unwrap_or(&unfinished);
        fs::create_dir_all(parent).map_err(AuthorError::file("create", parent))?;
        fs::write(&path, bytes).map_err(AuthorError::file("write", &path))
    });
    let placed = written.and_then(|()| {
        // The target may exist as an empty folder.
        let _ = fs::remove_dir(folder);
        fs::rename(&unfinished, folder).map_err(AuthorError::file("create", folder))
    });
    if placed.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    placed
}

/// The files of a template, or of one of its folders, with placeholders filled in.
fn rendered(
    template: &Dir<'_>,
    of: &Dir<'_>,
    name: &str,
    sdk: &str,
) -> Result<Vec<(String, Vec<u8>)>, AuthorError> {
    let fill = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{crate}}", &name.replace('-', "_"))
            .replace("{{type}}", &type_name(name))
            .replace("{{sdk}}", sdk)
            .replace("{{version}}", env!("CARGO_PKG_VERSION"))
    };
    let mut files = Vec::new();
    let mut open = vec![of];
    while let Some(dir) = open.pop() {
        open.extend(dir.dirs());
        for file in dir.files() {
            let path = file.path().strip_prefix(template.path()).unwrap_or(file.path());
            if path == Path::new(ABOUT) {
                continue;
            }
            let text = file.contents_utf8().ok_or_else(|| AuthorError::Embedded {
                detail: format!("the template's `{}` is not text", shown(path.display())),
            })?;
            files.push((fill(&file_name(&sdk::slashed(path))), fill(text).into_bytes()));
        }
    }
    Ok(files)
}

/// `_github/ci.yml.in` becomes `.github/ci.yml`: a template's files must not affect our own checkout.
fn file_name(path: &str) -> String {
    // Python's `__init__.py` keeps its name.
    let hidden = |part: &&str| !part.starts_with("__");
    let part = |part: &str| match Some(part).filter(hidden).and_then(|part| part.strip_prefix('_'))
    {
        Some(rest) => format!(".{rest}"),
        None => part.to_owned(),
    };
    let path = path.strip_suffix(".in").unwrap_or(path);
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `my-rules` becomes `MyRulesPlugin`: a name that is not used in the SDK.
fn type_name(name: &str) -> String {
    let mut text: String = name
        .split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect();
    text.push_str("Plugin");
    text
}

/// Checks a plugin's name: it must be valid for the contract, for cargo and as a file name.
fn check_name(name: &str) -> Result<(), AuthorError> {
    let bytes = name.as_bytes();
    let reason = if bytes.is_empty() {
        "it is empty"
    } else if bytes.len() > 64 {
        "it is longer than 64 letters"
    } else if !bytes[0].is_ascii_lowercase() {
        "it does not begin with a lower-case letter"
    } else if !bytes.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        "it has a character other than lower-case letters, digits and hyphens"
    } else if name.ends_with('-') || name.contains("--") {
        "a hyphen stands between letters"
    } else if RESERVED.contains(&name) {
        "cargo or the SDK has something of that name"
    } else {
        return Ok(());
    };
    let mut proposed: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if proposed.first().is_none_or(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
        proposed.insert(0, "my".to_owned());
    }
    if proposed.len() == 1 {
        proposed.push("rules".to_owned());
    }
    let mut proposed = proposed.join("-");
    proposed.truncate(64);
    Err(AuthorError::Name { name: name.to_owned(), reason, proposed })
}

/// Names that a crate cannot have or that the SDK needs: keywords, crates of the compiler, folders of cargo.
const RESERVED: [&str; 24] = [
    "abstract",
    "alloc",
    "assay-sdk",
    "assay-sdk-macros",
    "build",
    "core",
    "const",
    "crate",
    "deps",
    "enum",
    "examples",
    "fn",
    "impl",
    "incremental",
    "mod",
    "proc-macro",
    "self",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "type",
    "use",
];

fn checkout(path: &Path) -> Result<PathBuf, AuthorError> {
    if !path.join("plugins/sdk/Cargo.toml").is_file() {
        return Err(AuthorError::NoSdk { path: path.to_owned() });
    }
    path.canonicalize().map_err(AuthorError::file("use", path))
}

fn about(template: &Dir<'_>) -> Result<Table, AuthorError> {
    let damaged = || AuthorError::Embedded {
        detail: format!("the template `{}` has no `{ABOUT}`", shown(template.path().display())),
    };
    let file = template.get_file(template.path().join(ABOUT)).ok_or_else(damaged)?;
    file.contents_utf8().and_then(|text| text.parse().ok()).ok_or_else(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_written_once_and_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("my-rules");
        let new = NewPlugin { name: "my-rules", folder: Some(&at), language: "rust", sdk: None };
        let created = create(&new).expect("nothing is there");
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            ".gitignore",
            ".github/workflows/ci.yml",
            "rules/assay.lock",
            "src/lib.rs",
        ] {
            assert!(created.files.iter().any(|file| file == name), "{name}: {:?}", created.files);
        }
        for name in &created.files {
            let text = fs::read_to_string(at.join(name)).expect("it was written");
            for place in ["{{name}}", "{{crate}}", "{{type}}", "{{sdk}}", "{{version}}"] {
                assert!(!text.contains(place), "{name} has a place {place} that nobody filled");
            }
        }
        let before = fs::read(at.join("src/lib.rs")).expect("a file");
        let error = create(&new).expect_err("it is there");
        assert!(matches!(error, AuthorError::Exists { .. }), "{error}");
        assert_eq!(fs::read(at.join("src/lib.rs")).expect("a file"), before);
        let entries = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(entries, 1, "nothing is left beside it");
    }

    #[test]
    fn a_plugin_in_python_has_its_sdk_and_the_rule_of_the_one_in_rust() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("my-rules");
        let new = NewPlugin { name: "my-rules", folder: Some(&at), language: "python", sdk: None };
        let created = create(&new).expect("nothing is there");
        for name in [
            "my_rules.py",
            "test_my_rules.py",
            "assay_sdk/__init__.py",
            "rules/shipped-in-time.md",
            "rules/orders/weekly/2024.toml",
            "samples/orders_2024.csv",
        ] {
            assert!(created.files.iter().any(|file| file == name), "{name}: {:?}", created.files);
        }
        for name in created.files.iter().filter(|name| !name.starts_with(".github")) {
            let text = fs::read_to_string(at.join(name)).expect("it was written");
            assert!(!text.contains("{{"), "{name} has a place that nobody filled");
        }
        assert!(at.join("vendor/assay/wit/rules.wit").is_file());
        // The rules run without WebAssembly; Python is available wherever this repository is tested.
        let mut python = std::process::Command::new("python3");
        let output = python.args(["-m", "unittest"]).current_dir(&at).output().expect("python3");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn names_that_cannot_be_are_told_what_could() {
        let check = |name: &str, expected: &str| {
            let new = NewPlugin { name, folder: None, language: "rust", sdk: None };
            assert_eq!(create(&new).expect_err("a bad name").to_string(), expected);
        };
        let help = "help: lower case letters, digits and single hyphens, a letter first, such as";
        check(
            "My Rules",
            &format!(
                "`My Rules` cannot be a plugin's name: it does not begin with a lower-case letter\n{help} `my-rules`"
            ),
        );
        check(
            "my_rules",
            &format!(
                "`my_rules` cannot be a plugin's name: it has a character other than lower-case letters, digits and hyphens\n{help} `my-rules`"
            ),
        );
        check(
            "test",
            &format!(
                "`test` cannot be a plugin's name: cargo or the SDK has something of that name\n{help} `test-rules`"
            ),
        );
        check(
            "2024",
            &format!(
                "`2024` cannot be a plugin's name: it does not begin with a lower-case letter\n{help} `my-2024`"
            ),
        );
        let new = NewPlugin { name: "a", folder: None, language: "cobol", sdk: None };
        let text = create(&new).expect_err("no such template").to_string();
        assert!(
            text.starts_with("there is no template for `cobol`\nhelp: there are templates for "),
            "{text}"
        );
    }
}
