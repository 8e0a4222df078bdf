//! The program's texts, each set as one document to be read from beginning to end: the help of every command, and every error text.

use std::fs;
use std::path::{Path, PathBuf};

use assay_suite::{assay, checkout};

/// Phrases that a native reader stumbles over.
const TICS: [&str; 12] = [
    " is no ",
    " are no ",
    "if left out",
    "so many",
    " must hold that ",
    " comes to ",
    "vouch",
    "stands twice",
    " anew",
    ", be it ",
    "dearer",
    "unsaid",
];

/// Fails if a document contains one of them.
fn reads_well(document: &str) {
    let document = document.replace("there is no ", "").replace("there are no ", "");
    let tics: Vec<_> = TICS.iter().filter(|tic| document.contains(*tic)).collect();
    assert!(tics.is_empty(), "{tics:?}");
}

fn help(words: &[&str], document: &mut String) {
    let output = assay().args(words).arg("--help").output().expect("assay runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    document.extend(["\n──── assay ", &words.join(" "), "\n\n", &text]);
    let commands = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        let name = line.trim_start().split(' ').next().expect("a first word");
        if line.starts_with("  ") && !line.starts_with("   ") && name != "help" {
            help(&[words, &[name]].concat(), document);
        }
    }
}

#[test]
fn the_help_of_every_command_reads_well() {
    let mut document = String::new();
    help(&[], &mut document);
    // Clap leaves trailing blanks at the end of paragraphs.
    let lines: Vec<&str> = document.lines().map(str::trim_end).collect();
    let document = lines.join("\n");
    reads_well(&document);
    insta::assert_snapshot!(document);
}

/// How error texts begin in the sources.
const BEGINNINGS: [&str; 6] =
    ["#[error(", "bail!(", ".context(", "with_context(", "Mistake::new(", ".help("];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// The string literals up to the parenthesis that closes the one before `code`.
fn literals(code: &str) -> Vec<String> {
    let (mut found, mut depth, mut letters) = (Vec::new(), 1, code.chars().peekable());
    while depth > 0
        && let Some(letter) = letters.next()
    {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    match letter {
                        '\\' if letters.peek() == Some(&'\n') => {
                            while letters.next_if(|next| next.is_whitespace()).is_some() {}
                        }
                        '\\' => text.extend([letter].into_iter().chain(letters.next())),
                        _ => text.push(letter),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_error_text_is_in_one_document() {
    let host = checkout().join("host");
    let mut files = Vec::new();
    for entry in fs::read_dir(&host).expect("a readable folder") {
        let source = entry.expect("a readable entry").path().join("src");
        if source.is_dir() && !source.starts_with(host.join("xtask")) {
            sources(&source, &mut files);
        }
    }
    files.sort();
    let mut document = String::new();
    for file in files {
        let code = fs::read_to_string(&file).expect("a source");
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let mut texts = Vec::new();
        let mut rest = code;
        while let Some((at, begin)) =
            BEGINNINGS.iter().filter_map(|it| Some((rest.find(it)?, it))).min()
        {
            rest = &rest[at + begin.len()..];
            let words =
                |text: &String| text.split(' ').filter(|word| !word.starts_with('{')).count() > 1;
            texts.extend(literals(rest).into_iter().filter(words));
        }
        texts.dedup();
        if !texts.is_empty() {
            let name = file.strip_prefix(checkout()).expect("below the checkout");
            document.extend(["\n", &name.display().to_string(), "\n"]);
            for text in &texts {
                document.extend([
                    "  ", text, "
",
                ]);
            }
        }
    }
    reads_well(&document);
    insta::assert_snapshot!(document);
}
