//! `assay build` of a plugin in JavaScript: componentize-js packs the rules and a whole engine into a component.
//!
//! All WASI features are switched off in the build, so the component imports nothing, like one in Rust. Two builds of the same source
//! differ: the engine's memory after its start becomes part of the component.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::AuthorError;

/// The manifest of a JavaScript project.
pub(crate) const MANIFEST: &str = "package.json";

const TOOL: &str = "componentize-js";

/// Access to the outside world: everything that componentize-js can leave out.
const WITHOUT: [&str; 5] = ["stdio", "random", "clocks", "http", "fetch-event"];

/// The component's exports, made from the author's module. The file is in `target/javascript`.
const ENTRY: &str = "import { bind } from \"../../assay-sdk/component.js\";\nimport { plugin as rules } from \"../../{{module}}\";\n\n\
                     export const plugin = bind(rules);\n";

/// A JavaScript project, as described by its manifest.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    manifest: Value,
    module: String,
}

impl Project {
    /// Reads the manifest of a folder; `None` if it has none.
    pub(crate) fn of(folder: &Path) -> Result<Option<Self>, AuthorError> {
        let path = folder.join(MANIFEST);
        if !path.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(AuthorError::file("read", &path))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|error| {
            AuthorError::Metadata { path: path.clone(), detail: error.to_string() }
        })?;
        let module = manifest["assay"]["module"].as_str().map(str::to_owned);
        let Some(module) = module else {
            let line = "\"assay\": { \"module\": \"plugin.js\" }";
            return Err(AuthorError::NoModule { path, line });
        };
        Ok(Some(Self { folder: folder.to_owned(), manifest, module }))
    }

    /// A text of the manifest. If npm also allows an object, its `url` or `name` is used.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let value = self.manifest.get(key)?;
        let text = [value, &value["url"], &value["name"]].into_iter().find_map(Value::as_str)?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    /// The version of the SDK stored with the project.
    pub(crate) fn sdk(&self) -> Option<String> {
        self.manifest["assay"]["sdk"].as_str().map(str::to_owned)
    }

    /// Builds the component. Returns its bytes and the builder's version.
    pub(crate) fn build(&self) -> Result<(Vec<u8>, String), AuthorError> {
        // The builder's inputs must be below its working directory and have canonical paths.
        let folder = self.folder.canonicalize().map_err(AuthorError::file("use", &self.folder))?;
        let tool = tool(&folder)
            .ok_or_else(|| AuthorError::NoComponentizeJs { folder: self.folder.clone() })?;
        let version = Command::new(&tool).arg("--version").stdin(Stdio::null()).output();
        let version = version.map_err(AuthorError::file("start", &tool))?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        let glue = folder.join("target/javascript");
        fs::create_dir_all(&glue).map_err(AuthorError::file("create", &glue))?;
        let entry = glue.join("entry.js");
        fs::write(&entry, ENTRY.replace("{{module}}", &self.module))
            .map_err(AuthorError::file("write", &entry))?;
        let component = glue.join("component.wasm");
        let mut command = Command::new(&tool);
        command.current_dir(&folder).arg(&entry);
        command.args(["--wit", "vendor/assay/wit", "--world-name", "rule-plugin", "--disable"]);
        command.args(WITHOUT).arg("--out").arg(&component).stdin(Stdio::null());
        let output = command.output().map_err(AuthorError::file("start", &tool))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(AuthorError::JavaScript { said: essence(&said) });
        }
        let bytes = fs::read(&component).map_err(AuthorError::file("read", &component))?;
        Ok((bytes, version))
    }
}

/// Finds the builder: in the project's own `node_modules`, else on the path.
fn tool(folder: &Path) -> Option<PathBuf> {
    let own = folder.join("node_modules/.bin").join(TOOL);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(TOOL));
    std::iter::once(own).chain(on_path).find(|tool| tool.is_file())
}

/// Reduces the builder's output to what the author needs, without its own stack trace.
fn essence(said: &str) -> String {
    let told = said.rsplit("Exception while evaluating top-level script\n").next();
    let own = |line: &&str| !line.trim_start().starts_with("at ") && !line.starts_with("Node.js v");
    let lines: Vec<&str> = told.unwrap_or(said).lines().take_while(own).collect();
    // The note about rejected promises adds nothing.
    let told = lines.join("\n");
    told.split("\nAdditionally, some promises").next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_builder_says_is_cut_to_what_helps() {
        let around = |told: &str| {
            format!(
                "file:///x/componentize.js:365\n    throw new Error(err);\n          ^\n\nError: Failed to initialize component (wizer):\n\
                 Exception while evaluating top-level script\n{told}\n    at componentize (file:///x/componentize.js:365:11)\n\nNode.js v20.20.2\n"
            )
        };
        let cases = [
            (
                "plugin.js:1:9 SyntaxError: expected expression, got ';':",
                "plugin.js:1:9 SyntaxError: expected expression, got ';':",
            ),
            (
                "plugin.js:19:7 Error: two rules\nAdditionally, some promises were rejected, but the rejection never handled:\nx",
                "plugin.js:19:7 Error: two rules",
            ),
        ];
        for (told, expected) in cases {
            assert_eq!(essence(&around(told)), expected);
        }
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
            r#"{ "license": "MIT", "author": { "name": "A" }, "repository": { "url": "https://example.org/a.git" },
                "assay": { "module": "plugin.js", "sdk": "0.1.0" } }"#,
        );
        let project = project.expect("a manifest").expect("a plugin's");
        let found = ["license", "author", "repository", "homepage"].map(|key| project.text(key));
        let expected = [Some("MIT"), Some("A"), Some("https://example.org/a.git"), None];
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)));
        assert_eq!(project.sdk().as_deref(), Some("0.1.0"));
        for wrong in ["{", r#"{ "name": "a" }"#] {
            let text = read(wrong).expect_err("a mistake").to_string();
            assert!(text.contains(MANIFEST), "{text}");
        }
    }
}
