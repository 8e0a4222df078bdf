//! Optional features of the program: commands and flags that no run needs.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What a feature brings.
struct Feature {
    name: &'static str,
    commands: &'static [&'static str],
    /// Whether this program was built with it.
    built: bool,
}

/// Features that add commands.
const FEATURES: [Feature; 2] = [
    Feature {
        name: "author",
        commands: &["new", "build", "rules", "lint", "pack", "test", "bench", "package"],
        built: cfg!(feature = "author"),
    },
    Feature { name: "registry", commands: &["push", "pull"], built: cfg!(feature = "registry") },
];

/// A message for a command that this program was built without; `None` for other mistakes.
pub(crate) fn left_out(mistake: &clap::Error) -> Option<String> {
    if mistake.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(typed)) = mistake.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let brings = |feature: &&Feature| !feature.built && feature.commands.contains(&typed.as_str());
    let feature = FEATURES.iter().find(brings)?;
    Some(lacks(&format!("`assay {typed}`"), feature.name))
}

/// Says that something is missing, and how to get it.
pub(crate) fn lacks(what: &str, feature: &str) -> String {
    format!(
        "{what} is not in this program: it was built without the feature `{feature}`\nhelp: build it with `cargo build -p assay --features {feature}`"
    )
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::args::Cli;

    #[test]
    fn a_command_is_there_or_told_to_be_left_out() {
        for feature in FEATURES {
            for command in feature.commands {
                let there = Cli::command().find_subcommand(command).is_some();
                assert_eq!(there, feature.built, "{command}");
                let mistake = Cli::try_parse_from(["assay", command, "--nonsense"]);
                let said = left_out(&mistake.expect_err("nobody knows this flag"));
                assert_eq!(said.is_some(), !feature.built, "{command}: {said:?}");
            }
        }
        let mistake = Cli::try_parse_from(["assay", "tset"]).expect_err("no such command");
        assert_eq!(left_out(&mistake), None);
    }
}
