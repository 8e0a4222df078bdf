//! Suggested next commands: to learn more, or to continue once the cause is removed.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;

use assay_model::is_obeyed;
use assay_pipeline::Report;
use assay_pipeline::report::RuleReport;

use crate::args::JudgeArgs;

/// Most rule pages offered: more would be a list, not a next step.
const PAGES: usize = 3;

/// Helpful commands, ready to copy. Capitals stand for what only the reader knows.
pub(crate) fn commands(report: &Report, args: &JudgeArgs) -> Vec<String> {
    let typed = Typed { args };
    if let Some(failure) = &report.failure {
        return match &failure.winner {
            // The command as typed would silently replace the winner's run.
            Some(run) => vec![again(typed_arguments(), Some(run))],
            None => typed.after_failure(&failure.code),
        };
    }
    let mut next = Vec::new();
    if let Some(refusal) = &report.refusal {
        next.extend(typed.after_refusal(&refusal.code));
        if refusal.code == "replaces" {
            next.push(again(
                typed_arguments(),
                report.replaced.as_ref().map(|it| it.run_id.as_str()),
            ));
        }
    }
    next.extend(typed.explain(report));
    let of_file = report.file_findings.iter();
    next.extend(of_file.take(PAGES).filter_map(|finding| typed.page(&finding.rule)));
    next
}

/// The command as typed.
struct Typed<'a> {
    args: &'a JudgeArgs,
}

impl Typed<'_> {
    fn after_failure(&self, code: &str) -> Vec<String> {
        let rules = self.rules();
        match code {
            "pack" | "settings" | "rule_twice" | "column_missing" | "key_rewritten"
            | "level_too_mild" | "plugin_file"
                if cfg!(feature = "author") =>
            {
                let pack =
                    self.args.pack.as_deref().map(|pack| format!(" {}", quoted(pack.as_os_str())));
                vec![format!("assay lint{}{rules}", pack.unwrap_or_default())]
            }
            "lock" => vec![format!("assay lock{rules}")],
            // Nothing was begun and the message names the argument, or a person has to decide whom to trust.
            "not_begun" | "signature" | "trusted_key" => Vec::new(),
            _ => vec![again(typed_arguments(), None)],
        }
    }

    /// How to get a file judged that no pack judged.
    fn after_refusal(&self, code: &str) -> Option<String> {
        let more = match code {
            "file.layout-unknown"
            | "file.layout-not-taken"
            | "file.partition-not-taken"
            | "file.partition-not-found" => " --pack PACK",
            "file.kind-differs" => " --name NAME",
            "file.entry" => " --entry NAME",
            // The same file again, once it is complete.
            "file.damaged" => "",
            // The file after unpacking or converting it.
            "file.not-csv" | "file.header" | "file.unsupported" => {
                return Some(format!("assay check FILE{}", self.rules()));
            }
            _ => return None,
        };
        Some(format!("assay check {}{more}{}", self.file(), self.rules()))
    }

    /// Explains the first example record of the worst rule: by level first, then by number of hits.
    fn explain(&self, report: &Report) -> Option<String> {
        let hits = |rule: &&RuleReport| rule.failed + rule.errored;
        let worst = |levels: &[&str]| {
            let rules = report.rules.values();
            // The first of several with the same number of hits.
            rules
                .filter(|rule| levels.contains(&rule.level.as_str()) && !rule.examples.is_empty())
                .rev()
                .max_by_key(hits)
        };
        let rule = worst(&["refuse"]).or_else(|| worst(&["error"])).or_else(|| worst(&["warn"]))?;
        let record = rule.examples.first()?.record;
        let mut command = format!("assay explain {} --record {record}", self.file());
        let JudgeArgs { pack, entry, name, .. } = self.args;
        for (option, value) in [
            ("--pack", pack.as_deref().map(Path::as_os_str)),
            ("--entry", entry.as_deref().map(OsStr::new)),
            ("--name", name.as_deref().map(OsStr::new)),
        ] {
            command.push_str(&with_value(option, value));
        }
        Some(command + &self.rules())
    }

    /// Follows up a finding about the file: shows the page of its rule, or suggests another name.
    fn page(&self, rule: &str) -> Option<String> {
        if rule == "file.name" {
            return Some(format!("assay check {} --name NAME{}", self.file(), self.rules()));
        }
        cfg!(feature = "author").then(|| format!("assay rules {rule}{}", self.rules()))
    }

    /// The file argument; standard input must first be saved to a file.
    fn file(&self) -> String {
        let file = &self.args.file;
        if file.is_standard() { "FILE".to_owned() } else { quoted(&file.typed()) }
    }

    /// The options for rules and plugins, if they were given.
    fn rules(&self) -> String {
        let rules = &self.args.rules;
        with_value("--rules", rules.rules.as_deref().map(Path::as_os_str))
            + &with_value("--plugins", rules.plugins.as_deref().map(Path::as_os_str))
    }
}

/// An option with its value, if one was given.
fn with_value(name: &str, value: Option<&OsStr>) -> String {
    value.map(|value| format!(" {name} {}", quoted(value))).unwrap_or_default()
}

/// The arguments as typed, without the program.
fn typed_arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip(1)
}

/// Repeats the typed command with permission to replace `run`, if named, and no other.
fn again(typed: impl Iterator<Item = OsString>, run: Option<&str>) -> String {
    let mut line = "assay".to_owned();
    let mut typed = typed.filter(|argument| run.is_none() || argument != "--no-replace");
    while let Some(argument) = typed.next() {
        if run.is_some() && argument == "--expect-run" {
            typed.next();
            continue;
        }
        let named = argument.to_string_lossy().starts_with("--expect-run=");
        if run.is_none() || !named {
            line.extend([" ", &quoted(&argument)]);
        }
    }
    line + &run.map(|run| format!(" --expect-run {run}")).unwrap_or_default()
}

/// Quotes an argument for a shell; one that contains escaped characters is quoted for Bash and zsh only.
fn quoted(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    if !text.contains(is_obeyed) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = "$'".to_owned();
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => quoted.extend(['\\', letter]),
            _ if is_obeyed(letter) => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            _ => quoted.push(letter),
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_typed_again_with_leave_to_replace_one_run() {
        let check = |typed: &[&str], run: Option<&str>, expected: &str| {
            assert_eq!(again(typed.iter().map(OsString::from), run), expected);
        };
        check(
            &["run", "my file.csv", "--root", "lake"],
            None,
            "assay run 'my file.csv' --root lake",
        );
        let replacing = "assay run a.csv --root lake --expect-run 12ab";
        check(&["run", "a.csv", "--no-replace", "--root", "lake"], Some("12ab"), replacing);
        check(&["run", "a.csv", "--expect-run", "cd", "--root", "lake"], Some("12ab"), replacing);
        check(&["run", "a.csv", "--root", "lake", "--expect-run=cd"], Some("12ab"), replacing);
    }

    #[test]
    fn arguments_can_be_copied_into_a_shell() {
        let check = |argument: &str, expected: &str| {
            assert_eq!(quoted(OsStr::new(argument)), expected);
        };
        check("in/loans-2024.csv", "in/loans-2024.csv");
        check("loans 2024 (1).csv", "'loans 2024 (1).csv'");
        check("it's.csv", r"'it'\''s.csv'");
        check("$HOME", "'$HOME'");
        check("", "''");
        check("a\u{1b}\n'\u{202e}.csv", r"$'a\u001b\u000a\'\u202e.csv'");
    }
}
