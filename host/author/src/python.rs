//! `assay build` of a plugin in Python: componentize-py packs the rules and a whole `CPython` into a component.
//!
//! WASI is stubbed out in the build (`--stub-wasi`), so the component imports nothing, like one in Rust. Two builds of the same source
//! differ: `CPython`'s memory after its start becomes part of the component.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use toml::Table;

use crate::error::AuthorError;

/// The manifest of a Python project.
pub(crate) const MANIFEST: &str = "pyproject.toml";

const TOOL: &str = "componentize-py";

/// The modules that componentize-py looks for: one with the functions of the interface `plugin`, and one named after the interface with its
/// resource. Both take their content from the author's module.
const GLUE: [(&str, &str); 3] = [
    (
        "assay_bound.py",
        "from assay_sdk.component import bind\nfrom {{module}} import plugin\n\nFunctions, Session = bind(plugin)\n",
    ),
    ("app.py", "from assay_bound import Functions as Plugin\n"),
    ("plugin.py", "from assay_bound import Session\n"),
];

/// A Python project, as described by its manifest.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    table: Table,
    module: String,
}

impl Project {
    /// Reads the manifest of a folder; `None` if it is not a plugin's.
    pub(crate) fn of(folder: &Path) -> Result<Option<Self>, AuthorError> {
        let path = folder.join(MANIFEST);
        if !path.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(AuthorError::file("read", &path))?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            AuthorError::Metadata { path: path.clone(), detail: error.to_string() }
        })?;
        let module = table
            .get("tool")
            .and_then(|tool| tool.get("assay")?.get("module")?.as_str().map(str::to_owned));
        let Some(module) = module else {
            let line = "module = \"my_rules\"` under `[tool.assay]";
            return Err(AuthorError::NoModule { path, line });
        };
        Ok(Some(Self { folder: folder.to_owned(), table, module }))
    }

    /// A text in the table `[project]`.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let value = self.table.get("project")?.get(key)?;
        // In older manifests the licence may be a table.
        let value = value.as_str().or_else(|| value.get("text")?.as_str())?;
        Some(value.to_owned()).filter(|text| !text.is_empty())
    }

    /// A URL in the table `[project.urls]`; the case of its key does not matter.
    pub(crate) fn url(&self, name: &str) -> Option<String> {
        let urls = self.table.get("project")?.get("urls")?.as_table()?;
        let (_, url) = urls.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        url.as_str().map(str::to_owned)
    }

    /// Names of the authors.
    pub(crate) fn authors(&self) -> Option<String> {
        let authors = self.table.get("project")?.get("authors")?.as_array()?;
        let names = authors.iter().filter_map(|author| author.get("name")?.as_str());
        Some(names.collect::<Vec<_>>().join(", ")).filter(|names| !names.is_empty())
    }

    /// The version of the SDK stored with the project.
    pub(crate) fn sdk(&self) -> Option<String> {
        self.table.get("tool")?.get("assay")?.get("sdk")?.as_str().map(str::to_owned)
    }

    /// Builds the component. Returns its bytes and the builder's version.
    pub(crate) fn build(&self) -> Result<(Vec<u8>, String), AuthorError> {
        let tool = tool(&self.folder)?;
        let version = version(&tool)?;
        let glue = self.folder.join("target/python");
        fs::create_dir_all(&glue).map_err(AuthorError::file("create", &glue))?;
        for (name, text) in GLUE {
            let path = glue.join(name);
            fs::write(&path, text.replace("{{module}}", &self.module))
                .map_err(AuthorError::file("write", &path))?;
        }
        let component = glue.join("component.wasm");
        let output = Command::new(&tool)
            .current_dir(&self.folder)
            .args(["--quiet", "--wit-path", "vendor/assay/wit", "--world", "rule-plugin"])
            .args(["componentize", "--stub-wasi", "--python-path", "target/python"])
            .args(["--python-path", ".", "app", "--output", "target/python/component.wasm"])
            // Keep at least this the same in every build.
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null())
            .output()
            .map_err(AuthorError::file("start", &tool))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(AuthorError::Python { said: essence(&said) });
        }
        let bytes = fs::read(&component).map_err(AuthorError::file("read", &component))?;
        Ok((bytes, version))
    }
}

/// Finds the builder: in the project's own environment, in the active one, or on the path.
fn tool(folder: &Path) -> Result<PathBuf, AuthorError> {
    let own = folder.join(".venv/bin").join(TOOL);
    if own.is_file() {
        // The process is started in the folder, so a relative path would be resolved from there.
        return own.canonicalize().map_err(AuthorError::file("use", &own));
    }
    let active =
        std::env::var_os("VIRTUAL_ENV").map(|env| PathBuf::from(env).join("bin").join(TOOL));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(TOOL));
    active
        .into_iter()
        .chain(on_path)
        .find(|tool| tool.is_file())
        .ok_or_else(|| AuthorError::NoComponentizePy { folder: folder.to_owned() })
}

fn version(tool: &Path) -> Result<String, AuthorError> {
    let output = Command::new(tool)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(AuthorError::file("start", tool))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().last().unwrap_or("of unknown version").to_owned())
}

/// Reduces the builder's output to what the author needs, without its own stack trace.
fn essence(said: &str) -> String {
    let told = said.split("\nStack backtrace:").next().unwrap_or(said);
    let told = told.rsplit_once("\nCaused by:").map_or(told, |(told, _)| told);
    let told = told.rsplit("AssertionError: ").next().unwrap_or(told);
    told.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_builder_says_is_cut_to_what_helps() {
        let said = "Traceback (most recent call last):\n  File \"bin/componentize-py\", line 8, in <module>\n    sys.exit(script())\n\
             AssertionError: ModuleNotFoundError: No module named 'numpy'\n\n\nCaused by:\n    ModuleNotFoundError: No module named 'numpy'\n\n\
             Stack backtrace:\n   0: <anyhow::Error>::msg\n";
        assert_eq!(essence(said), "ModuleNotFoundError: No module named 'numpy'");
        assert_eq!(essence("something else\n"), "something else");
    }

    #[test]
    fn manifests_are_read_and_mistaken_ones_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |text: &str| {
            fs::write(folder.path().join(MANIFEST), text).expect("space");
            Project::of(folder.path())
        };
        assert!(Project::of(folder.path()).expect("nothing to read").is_none());
        let project = read(
            "[project]\nname = \"a\"\nlicense = \"MIT\"\nauthors = [{ name = \"A\" }, { name = \"B\" }]\n\
             [project.urls]\nHomepage = \"https://example.org\"\n[tool.assay]\nmodule = \"a\"\nsdk = \"0.1.0\"\n",
        );
        let project = project.expect("a manifest").expect("a plugin's");
        assert_eq!(project.text("license").as_deref(), Some("MIT"));
        assert_eq!(project.text("description"), None);
        assert_eq!(project.authors().as_deref(), Some("A, B"));
        assert_eq!(project.url("homepage").as_deref(), Some("https://example.org"));
        assert_eq!(project.sdk().as_deref(), Some("0.1.0"));
        for wrong in ["[project\n", "[project]\nname = \"a\"\n"] {
            let text = read(wrong).expect_err("a mistake").to_string();
            assert!(text.contains(MANIFEST), "{text}");
        }
    }
}
