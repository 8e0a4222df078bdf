//! The tools for building a plugin: cargo, the standard library for WebAssembly, and the linker that makes components. All of them come
//! with rustup, except for the machine's own C compiler. Errors say which are missing and how to get them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::AuthorError;
use crate::target::{LINKER, TARGET};

/// The compiler that cargo uses in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// Its version, such as `1.95.0`.
    pub version: String,
    /// The machine it runs on.
    pub host: String,
    /// The commit it was built from, which occurs in the standard library's paths.
    pub commit: String,
    /// Where it is installed.
    pub sysroot: PathBuf,
}

/// Which of the tools were found.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
struct Found {
    cargo: bool,
    rustup: bool,
    /// The compiler's description of itself, or why it gave none.
    rustc: Option<Result<Toolchain, String>>,
    target: bool,
    linker: bool,
    /// Whether there is a C compiler: macros and build scripts run on this machine, and Rust links them with it.
    native: bool,
}

impl Toolchain {
    /// Finds the tools that builds in a folder would use. Fails if one is missing.
    pub fn of(folder: &Path) -> Result<Self, AuthorError> {
        let mut found = Found {
            cargo: ask(folder, "cargo", &["--version"]).is_ok(),
            rustup: ask(folder, "rustup", &["--version"]).is_ok(),
            native: cfg!(not(unix)) || ask(folder, "cc", &["--version"]).is_ok(),
            ..Found::default()
        };
        let rustc = rustc(folder);
        if let Ok(toolchain) = &rustc {
            let lib = toolchain.sysroot.join("lib/rustlib");
            found.target = lib.join(TARGET).join("lib").is_dir();
            let linker = format!("{LINKER}{}", std::env::consts::EXE_SUFFIX);
            found.linker = lib.join(&toolchain.host).join("bin").join(linker).is_file()
                || ask(folder, LINKER, &["--version"]).is_ok();
        }
        found.rustc = Some(rustc);
        match found.missing() {
            missing if missing.is_empty() => match found.rustc {
                Some(Ok(toolchain)) => Ok(toolchain),
                _ => Err(AuthorError::Missing { missing }),
            },
            missing => Err(AuthorError::Missing { missing }),
        }
    }
}

impl Found {
    /// Each missing tool, with how to get it.
    fn missing(&self) -> Vec<String> {
        if !self.cargo {
            return vec![
                "`cargo` was not found, so nothing can be built\nhelp: install Rust with rustup, from https://rustup.rs, and open a new terminal"
                    .to_owned(),
            ];
        }
        let toolchain = match &self.rustc {
            Some(Ok(toolchain)) => toolchain,
            Some(Err(why)) => {
                return vec![format!(
                    "`rustc` does not answer: {why}\nhelp: `rustup show` tells which toolchain the folder asks for; `rustup toolchain install` gets it"
                )];
            }
            None => return Vec::new(),
        };
        let mut missing = Vec::new();
        if !self.target {
            let help = if self.rustup {
                format!(
                    "`rustup target add {TARGET}`, in the plugin's folder, because each toolchain has its own"
                )
            } else {
                format!(
                    "this Rust did not come from rustup; install your distribution's package for {TARGET}, or Rust from https://rustup.rs"
                )
            };
            missing.push(format!(
                "Rust {} has no standard library for {TARGET}\nhelp: {help}",
                toolchain.version
            ));
        }
        if !self.linker {
            let help = if self.rustup {
                "`rustup update`: it comes with Rust 1.82 and later".to_owned()
            } else {
                format!("it comes with Rust from https://rustup.rs; or `cargo install {LINKER}`")
            };
            missing.push(format!(
                "Rust {} has no `{LINKER}`, which makes a component of what the compiler writes\nhelp: {help}",
                toolchain.version
            ));
        }
        if !self.native {
            missing.push(
                "no C compiler (`cc`) was found, through which Rust links the macros that the build runs\nhelp: `apt-get install gcc libc6-dev` on Debian and Ubuntu, `dnf install gcc` on Fedora, `xcode-select --install` on macOS"
                    .to_owned(),
            );
        }
        missing
    }
}

fn rustc(folder: &Path) -> Result<Toolchain, String> {
    let version = ask(folder, "rustc", &["--version", "--verbose"])?;
    let field = |key: &str| {
        let line = version.lines().find_map(|line| line.strip_prefix(key));
        line.map(|value| value.trim().to_owned())
            .ok_or_else(|| format!("`rustc --version --verbose` does not say `{key}`"))
    };
    Ok(Toolchain {
        version: field("release:")?,
        host: field("host:")?,
        commit: field("commit-hash:")?,
        sysroot: PathBuf::from(ask(folder, "rustc", &["--print", "sysroot"])?.trim()),
    })
}

/// The output of a program, or why there is none.
fn ask(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(complaint.lines().next().unwrap_or("it failed").trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_with_the_way_to_get_it() {
        let toolchain = Toolchain {
            version: "1.95.0".to_owned(),
            host: "x86_64-unknown-linux-gnu".to_owned(),
            commit: "f2d3ce0bd".to_owned(),
            sysroot: PathBuf::from("/toolchain"),
        };
        let all = || Found {
            cargo: true,
            rustup: true,
            rustc: Some(Ok(toolchain.clone())),
            target: true,
            linker: true,
            native: true,
        };
        let mut text = String::new();
        let mut show = |name: &str, found: &Found| {
            text.extend(["── ", name, "\n", &found.missing().join("\n"), "\n"]);
        };
        show("nothing is missing", &all());
        show("no cargo", &Found { cargo: false, ..all() });
        show(
            "no compiler",
            &Found { rustc: Some(Err("toolchain '1.95.0' is not installed".to_owned())), ..all() },
        );
        show("no target", &Found { target: false, ..all() });
        show("no target, no rustup", &Found { target: false, rustup: false, ..all() });
        show("neither target nor linker", &Found { target: false, linker: false, ..all() });
        show("no linker, no rustup", &Found { linker: false, rustup: false, ..all() });
        show("no C compiler", &Found { native: false, ..all() });
        insta::assert_snapshot!(text);
    }
}
