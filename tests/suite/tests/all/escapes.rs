//! Text from outside is escaped in all output: no name, cell or plugin message can give commands to a terminal, a CI log or a page.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_suite::{Library, assay, checkout, plugins};
use tempfile::TempDir;

/// Text from an attacker, and its end, which must be visible wherever the text is shown.
const INJECTED: [(&str, &str); 4] = [
    ("a\u{1b}[2J\u{9b}32m\u{7f}\u{8}ACCEPTED", "ACCEPTED"),
    ("b\n::error title=owned::by a name", "title=owned::by a name"),
    ("c\r\n##[error]owned", "##[error]owned"),
    ("<script>\u{202e}vsc\u{2066}\u{200b}\u{2028}\u{feff}\u{61c}alert", "alert"),
];

/// Characters that move a cursor, end a line, change the direction of text or are invisible.
fn obeyed(character: char) -> bool {
    let bidi = matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(character, '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}');
    bidi || unseen || character.is_control() && !matches!(character, '\n' | '\t')
}

/// A folder with the files of a case, and the rules that judge them.
struct Ground<'a> {
    folder: TempDir,
    library: &'a Library,
}

impl Ground<'_> {
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("space");
        fs::write(&path, bytes).expect("space");
        path
    }

    fn pack(&self, from: &str, to: &str) {
        let path = self.library.rule_file("loans/2023.toml");
        let text = fs::read_to_string(&path).expect("a pack");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("space");
    }

    /// A command on a file, with the library's rules.
    fn on(&self, words: &[&str], file: &Path, more: &[&str]) -> Command {
        let mut command = typed(words);
        command.arg(file).args(more).args(self.library.arguments());
        command
    }

    /// `check` of a file, in text for people and in JSON.
    fn checks(&self, file: &Path, more: &[&str]) -> Vec<Command> {
        let json = [more, &["--format", "json"]].concat();
        vec![self.on(&["check"], file, more), self.on(&["check"], file, &json)]
    }
}

fn typed(words: &[&str]) -> Command {
    let mut command = assay();
    command.args(words).env("GITHUB_ACTIONS", "true");
    command
}

/// A text quoted in the way that TOML and JSON share.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for unit in text.encode_utf16() {
        write!(quoted, "\\u{unit:04x}").expect("a string takes it");
    }
    quoted + "\""
}

/// A field of CSV.
fn field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

const HEAD: &str = "loan_id,member_id,branch,book_title,isbn,loaned_on,returned_on,fine_eur\n";

/// A record whose branch is `text`, which no list contains.
fn loan(text: &str) -> String {
    format!("{HEAD}L1,M1,{},Title,,2023-02-03,,1.25\n", field(text))
}

type Source = (&'static str, fn(&Ground<'_>, &str) -> Vec<Command>);

/// Sources of text, each with the commands that show it.
const SOURCES: [Source; 13] = [
    ("what is typed", |_, text| {
        let words: [&[&str]; 12] = [
            &[text],
            &["check", "--format", text],
            &["check", text],
            &["run", text, "--root", text],
            &["check", &format!("s3://bucket/{text}")],
            &["inspect", text],
            &["rules", text],
            &["explain", "x.csv", "--record", text],
            &["sample", "open-payments", text, "--year", "2023", "-o", "-"],
            &["try", "x.wasm", "x.csv", "--partition", text],
            &["pull", text, "-o", "x.wasm"],
            &["sign", text, "--key", text],
        ];
        words.map(typed).into()
    }),
    ("a folder that is typed", |_, text| {
        let words: [&[&str]; 10] = [
            &["check", "Cargo.toml", "--rules", text],
            &["check", "Cargo.toml", "--pack", text],
            &["rules", "--rules", text],
            &["gc", "--root", text],
            &["new", text],
            &["build", text],
            &["lint", text],
            &["test", text],
            &["import", text, "--rules", text],
            &["package", text],
        ];
        words.map(typed).into()
    }),
    ("a file's name", |ground, text| {
        let file = ground.file(&format!("{text}.csv"), "what,ever\n1,2\n");
        let known = ground.file(&format!("loans-2023{text}.csv"), loan("South"));
        let mut commands = ground.checks(&file, &[]);
        commands.extend(ground.checks(&known, &[]));
        commands.push(ground.on(&["explain"], &known, &["--record", "9"]));
        commands.push(ground.on(
            &["try"],
            &plugins().join("checks.wasm"),
            &[&file.to_string_lossy()],
        ));
        let mut named = ground.on(&["check"], &known, &["--name", text]);
        named.args(["--progress", "always"]);
        commands.push(named);
        let root = ground.folder.path().join(text);
        commands.push(ground.on(&["run"], &known, &["--root", &root.to_string_lossy()]));
        commands
    }),
    ("a header", |ground, text| {
        let file = ground.file("strange.csv", format!("{},{}\n1,2\n", field(text), field(text)));
        let near = loan("Nord").replace("book_title", &field(text));
        let near = ground.file("loans-2023.csv", near);
        let alone = ground.file("alone.csv", format!("{text}\n1,2\n"));
        let mut commands = ground.checks(&file, &[]);
        commands.extend(ground.checks(&near, &[]));
        commands.extend(ground.checks(&alone, &[]));
        commands
    }),
    ("a cell", |ground, text| {
        let file = ground.file("loans-2023.csv", loan(text));
        let mut commands = ground.checks(&file, &[]);
        commands.push(ground.on(&["explain"], &file, &["--record", "1"]));
        commands.push(ground.on(&["explain"], &file, &["--record", "1", "--format", "json"]));
        commands.push(ground.on(
            &["try"],
            &plugins().join("checks.wasm"),
            &[&file.to_string_lossy()],
        ));
        let date = loan("Nord").replace("2023-02-03", &field(text));
        commands.extend(ground.checks(&ground.file("loans-2023-b.csv", date), &[]));
        commands
    }),
    ("the name of a zip entry", |ground, text| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in [format!("{text}.csv"), format!("{text}.2.csv")] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("it is written");
            zip.write_all(loan("South").as_bytes()).expect("it is written");
        }
        let file = ground.file("loans-2023.zip", zip.finish().expect("it is whole").into_inner());
        let mut commands = ground.checks(&file, &[]);
        commands.extend(ground.checks(&file, &["--entry", text]));
        commands.extend(ground.checks(&file, &["--entry", &format!("{text}.csv")]));
        commands
    }),
    ("a plugin's file", |ground, text| {
        let good = fs::read(plugins().join("checks.wasm")).expect("a plugin");
        let bad = ground.file(&format!("{text}.wasm"), "no component");
        let good = ground.file(&format!("{text}.2.wasm"), good);
        let mut commands = vec![];
        for file in [&bad, &good] {
            commands.push(ground.on(&["lint"], file, &[]));
            for words in [&["inspect"][..], &["verify", "--key", "x"], &["push"]] {
                let mut command = typed(words);
                command.arg(file);
                commands.push(command);
            }
        }
        commands
    }),
    ("a stamp", |ground, text| {
        let mut bytes = fs::read(plugins().join("checks.wasm")).expect("a plugin");
        for name in ["description", "authors", "version", "revision"] {
            let length = |length: usize| u8::try_from(length).expect("below 128");
            bytes.extend([0, length(1 + name.len() + text.len()), length(name.len())]);
            bytes.extend(name.bytes().chain(text.bytes()));
        }
        let file = ground.file("stamped.wasm", bytes);
        let file = file.to_string_lossy();
        vec![typed(&["inspect", &file]), typed(&["inspect", &file, "--format", "json"])]
    }),
    ("a plugin's settings", |ground, text| {
        let file = ground.file("loans-2023.csv", loan("South"));
        let tries = |settings: String| {
            let more = [&*file.to_string_lossy(), "--settings", &settings];
            ground.on(&["try"], &plugins().join("checks.wasm"), &more)
        };
        let text = quoted(text);
        let named = |name: &str, kind: &str, column: &str, more: &str| {
            let rule = format!("{{\"check\": {kind}, \"columns\": [{column}]{more}}}");
            tries(format!("{{\"rules\": {{{name}: {rule}}}}}"))
        };
        let rule = |kind: &str, more: &str| named("\"x\"", kind, "\"branch\"", more);
        vec![
            tries(format!("{{{text}: 1}}")),
            tries(text.clone()),
            rule(&text, ""),
            named(&text, "\"required\"", "\"branch\"", ""),
            named("\"x\"", "\"required\"", &text, ""),
            rule("\"matches\"", &format!(", \"pattern\": {text}")),
            rule("\"matches\"", &format!(", \"pattern\": \"(\", \"message\": {text}")),
            rule("\"one-of\"", &format!(", \"values\": [\"y\"], \"message\": {text}")),
            rule("\"one-of\"", &format!(", \"values\": [{text}]")),
        ]
    }),
    ("a pack", |ground, text| {
        let file = ground.file("loans-2023.csv", loan("South"));
        let text = quoted(text);
        ground.pack(
            "[partition]",
            &format!("[levels]\n{text} = \"warn\"\n[plugins.{text}]\n[partition]"),
        );
        let mut commands = ground.checks(&file, &[]);
        commands.push(ground.on(&["lint"], &ground.library.rule_file("loans/2023.toml"), &[]));
        commands
    }),
    ("a signature", |ground, text| {
        let bytes = fs::read(plugins().join("checks.wasm")).expect("a plugin");
        let file = ground.file("signed.wasm", bytes);
        let key = ground.folder.path().join("key");
        let key = key.to_string_lossy();
        assert!(typed(&["keygen", &key]).output().expect("assay runs").status.success());
        let text = quoted(text);
        let envelope = format!(
            "{{\"payloadType\": \"application/vnd.in-toto+json\", \"payload\": \"\", \"signatures\": [{{\"keyid\": {text}, \"sig\": \"\"}}]}}"
        );
        ground.file("signed.wasm.sig", &envelope);
        let verify = typed(&["verify", &file.to_string_lossy(), "--key", &format!("{key}.pub")]);
        vec![verify, typed(&["sign", &file.to_string_lossy(), "--key", &file.to_string_lossy()])]
    }),
    ("a bundle", |ground, text| {
        let file = ground.file(&format!("{text}.assay"), text);
        let rules = ground.folder.path().join("imported");
        vec![typed(&["import", &file.to_string_lossy(), "--rules", &rules.to_string_lossy()])]
    }),
    ("a case of a plugin's tests", |ground, text| {
        let plugin = ground.folder.path().join("checks");
        let case = format!("checks/cases/{text}");
        let settings = "[plugins.checks.settings.rules.known]\ncheck = \"one-of\"\ncolumns = [\"branch\"]\nvalues = [\"Nord\"]\n";
        ground.file(&format!("{case}/settings.toml"), settings);
        ground.file(&format!("{case}/input.csv"), format!("branch\n{}\n", field(text)));
        ground.file(
            &format!("{case}/expected.csv"),
            format!("record,rule,column,found\n1,{},,\n", field(text)),
        );
        ground.file(
            "checks/Cargo.toml",
            fs::read(checkout().join("plugins/checks/Cargo.toml")).expect("it is there"),
        );
        let component = plugins().join("checks.wasm");
        ["human", "github", "junit", "json"]
            .map(|format| {
                let words = [
                    "test",
                    &plugin.to_string_lossy(),
                    "--component",
                    &component.to_string_lossy(),
                ];
                let mut command = typed(&words);
                command.args(["--format", format]);
                command
            })
            .into()
    }),
];

/// Output lines that a terminal or a CI server would obey.
fn faults(text: &str) -> Vec<String> {
    let owned = |line: &str| {
        let line = line.trim_start();
        line.starts_with("::error title=owned") || line.starts_with("##[error]owned")
    };
    let page = text.starts_with("<?xml");
    let bad =
        |line: &&str| line.contains(obeyed) || owned(line) || page && line.contains("<script");
    text.split('\n').filter(bad).map(|line| line.escape_default().to_string()).collect()
}

#[test]
fn nothing_from_outside_is_obeyed_where_it_is_shown() {
    let (mut told, library) = (Vec::new(), Library::new());
    for (source, commands) in SOURCES {
        for (text, end) in INJECTED {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let ground = Ground { folder, library: &library };
            let mut shown = false;
            for mut command in commands(&ground, text) {
                let output = command.output().expect("assay runs");
                let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
                let words: Vec<String> = words.take(3).collect();
                let of = format!("{source}: {:?}", words.join(" "));
                for printed in [&output.stdout, &output.stderr] {
                    let printed = String::from_utf8_lossy(printed);
                    shown |= printed.contains(end);
                    told.extend(faults(&printed).into_iter().map(|fault| format!("{of}: {fault}")));
                }
            }
            if !shown {
                told.push(format!("{source}: nobody is told of {text:?}"));
            }
            library.restore("loans/2023.toml");
        }
    }
    assert!(told.is_empty(), "{} faults:\n{}", told.len(), told.join("\n"));
}
