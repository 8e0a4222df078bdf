//! A crate's modules, each with its names and the paths in its code, read from the tokens of one file after another.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{self, Token};

/// A source file of a crate.
#[derive(Debug)]
pub(in super::super) struct Source {
    /// Path below the crate's `src`: `judge/findings.rs`.
    pub(in super::super) path: String,
    pub(in super::super) text: String,
}

/// The modules of one crate. The first is the root.
#[derive(Debug)]
pub(super) struct Modules {
    pub(super) all: Vec<Module>,
    /// Macros with `#[macro_export]`, which belong to the root, and the modules that define them.
    pub(super) exported: BTreeMap<String, usize>,
}

/// A module: a file, or `mod name { … }` inside one.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// `judge::findings`; the root is called `root`.
    pub(super) name: String,
    /// The file of its code: `judge/findings.rs`.
    pub(super) path: String,
    /// The module of the whole file: itself, unless it is inline.
    pub(super) file: usize,
    pub(super) parent: Option<usize>,
    pub(super) children: BTreeMap<String, usize>,
    /// Names of the items defined here.
    pub(super) items: BTreeSet<String>,
    /// Names that `use` brings in.
    pub(super) imports: Vec<(String, Path)>,
    /// Modules whose names `use` brings in as a glob.
    pub(super) globs: Vec<Path>,
    /// Paths in the code outside of `use`.
    pub(super) paths: Vec<Path>,
    /// Whether it is compiled for tests only.
    pub(super) is_test: bool,
}

/// A path such as `crate::judge::findings`, in segments.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// Reads the files of one crate.
pub(super) fn read(sources: &[Source]) -> Modules {
    let root = Module { name: "root".to_owned(), ..Module::default() };
    let mut modules = Modules { all: vec![root], exported: BTreeMap::new() };
    let mut files: Vec<(Vec<&str>, &Source)> =
        sources.iter().map(|source| (place_of(&source.path), source)).collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    for (place, source) in files {
        let mut module = 0;
        for name in place {
            module = modules.child(module, name);
        }
        modules.all[module].path.clone_from(&source.path);
        modules.scan(module, &tokens::read(&source.text));
    }
    modules
}

/// The module path of a file: `judge/findings.rs` is `judge`, `findings`.
fn place_of(path: &str) -> Vec<&str> {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let mut place: Vec<&str> = stem.split('/').collect();
    if place == ["lib"] || place == ["main"] || place.last() == Some(&"mod") {
        place.pop();
    }
    place
}

impl Modules {
    /// The child with this name; assumed to be a file of its own until it turns out to be inline.
    fn child(&mut self, parent: usize, name: &str) -> usize {
        if let Some(child) = self.all[parent].children.get(name) {
            return *child;
        }
        let child = self.all.len();
        let full = match parent {
            0 => name.to_owned(),
            _ => format!("{}::{name}", self.all[parent].name),
        };
        self.all.push(Module {
            name: full,
            parent: Some(parent),
            file: child,
            ..Module::default()
        });
        self.all[parent].children.insert(name.to_owned(), child);
        child
    }

    /// Reads the content of a module's braces, or of its file.
    fn scan(&mut self, module: usize, tokens: &[Token<'_>]) {
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
        let mut depth = 0_usize;
        let mut exports = false;
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            match token.text {
                "#" if text(at + 1) == "[" && is_of_tests(&tokens[at + 2..]) => {
                    let (item, end) = attributed(tokens, at);
                    if text(item) == "mod" && text(item + 2) == ";" {
                        let child = self.child(module, text(item + 1));
                        self.all[child].is_test = true;
                    }
                    at = end;
                    continue;
                }
                "#" if text(at + 1) == "!"
                    && is_of_tests(tokens.get(at + 3..).unwrap_or_default()) =>
                {
                    self.all[module].is_test = true;
                }
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                // `use<'a>` is a bound, not an import.
                "use" if text(at + 1) != "<" => {
                    at = self.import(module, tokens, at + 1);
                    continue;
                }
                "mod" if depth == 0 && text(at + 2) == "{" => {
                    let end = closing(tokens, at + 2);
                    let child = self.child(module, text(at + 1));
                    self.all[child].file = self.all[module].file;
                    self.scan(child, &tokens[at + 3..end]);
                    at = end;
                }
                "macro_export" => exports = true,
                "macro_rules" if depth == 0 => {
                    self.define(module, text(at + 2));
                    if std::mem::take(&mut exports) {
                        self.exported.insert(text(at + 2).to_owned(), module);
                    }
                }
                "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static"
                    if depth == 0 && tokens.get(at + 1).is_some_and(Token::is_word) =>
                {
                    self.define(module, text(at + 1));
                }
                _ => {
                    let begins = at == 0 || text(at - 1) != "::";
                    if token.is_word() && begins && text(at + 1) == "::" {
                        let mut segments = vec![token.text.to_owned()];
                        while text(at + 1) == "::" && tokens.get(at + 2).is_some_and(Token::is_word)
                        {
                            at += 2;
                            segments.push(text(at).to_owned());
                        }
                        self.all[module].paths.push(Path { segments, line: token.line });
                    }
                }
            }
            at += 1;
        }
    }

    fn define(&mut self, module: usize, name: &str) {
        self.all[module].items.insert(name.to_owned());
    }

    /// Reads a `use` from after the keyword; returns where it ends.
    fn import(&mut self, module: usize, tokens: &[Token<'_>], from: usize) -> usize {
        let end = until(tokens, from, &[";"]);
        self.tree(module, &tokens[from..end], &[]);
        end
    }

    /// Reads one tree of a `use`: `a::b`, `a as b`, `a::*`, `a::{…}`.
    fn tree(&mut self, module: usize, tokens: &[Token<'_>], before: &[String]) {
        let mut segments = before.to_vec();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token.text {
                "::" if at == 0 && before.is_empty() => segments.push(String::new()),
                "::" => {}
                "*" => {
                    self.all[module].globs.push(Path { segments, line: token.line });
                    return;
                }
                "{" => {
                    let end = closing(tokens, at);
                    let mut start = at + 1;
                    while start < end {
                        let stop = until(&tokens[..end], start, &[","]);
                        self.tree(module, &tokens[start..stop], &segments);
                        start = stop + 1;
                    }
                    return;
                }
                "as" => break,
                "self" if !segments.is_empty() => {}
                word => segments.push(word.to_owned()),
            }
            at += 1;
        }
        let (Some(last), Some(first)) = (segments.last(), tokens.first()) else { return };
        let renamed = tokens.get(at + 1).map(|token| token.text.to_owned());
        let name = renamed.unwrap_or_else(|| last.clone());
        let path = Path { segments, line: first.line };
        self.all[module].imports.push((name, path));
    }
}

/// Whether an attribute, from after its `[`, restricts its item to tests.
fn is_of_tests(attribute: &[Token<'_>]) -> bool {
    let says = |words: &[&str]| {
        attribute.len() >= words.len()
            && attribute.iter().zip(words).all(|(token, word)| token.text == *word)
    };
    says(&["cfg", "(", "test", ")"]) || says(&["cfg", "(", "all", "(", "test"])
}

/// Where the item after the attributes at `at` begins, and where the code after it begins.
fn attributed(tokens: &[Token<'_>], mut at: usize) -> (usize, usize) {
    while tokens.get(at).is_some_and(|token| token.text == "#") {
        at = closing(tokens, at + 1) + 1;
    }
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let mut item = at;
    if word(item) == "pub" {
        item += 1;
        if word(item) == "(" {
            item = closing(tokens, item) + 1;
        }
    }
    let behind = match word(item) {
        "use" | "type" | "static" | "let" => until(tokens, item, &[";"]) + 1,
        "const" if word(item + 1) != "fn" => until(tokens, item, &[";"]) + 1,
        "fn" | "mod" | "struct" | "enum" | "union" | "trait" | "impl" | "const" | "unsafe"
        | "async" | "extern" | "macro_rules" => {
            let end = until(tokens, item, &[";", "{"]);
            if word(end) == "{" { closing(tokens, end) + 1 } else { end + 1 }
        }
        // A field, a variant, an arm or a statement: the last one may end with its block.
        _ => until(tokens, item, &[",", ";"]),
    };
    (item, behind)
}

/// The next of the signs outside of brackets, or the bracket that closes the enclosing pair, or the end.
fn until(tokens: &[Token<'_>], from: usize, signs: &[&str]) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.text {
            sign if signs.contains(&sign) => return at,
            "{" | "(" | "[" => at = closing(tokens, at),
            "}" | ")" | "]" => return at,
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}

/// The position of the bracket that closes the one at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}
