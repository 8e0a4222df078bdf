//! Draws packs of random rules of the plugin `checks`, for generated tables.

use std::fmt::Write;

use fastrand::Rng;

/// The file beside the pack that lists the columns.
pub(super) const COLUMNS: &str = "columns.txt";

/// Patterns that would be slow in a backtracking matcher.
const PATTERNS: [&str; 8] = [
    ".*",
    "[a-z]+",
    r"\d{1,1000}",
    "(a|aa)+",
    "(a*)*b",
    r#"(\d+|[a-z]+|"")*"#,
    "(x?){30}x{30}",
    ".*a.{6}",
];

/// Conditions. `C` stands for the column.
const WHEN: [&str; 3] = [
    r#"{ column = "C", is = ["", "0", "A", "x"] }"#,
    r#"{ column = "C", is_not = ["1"] }"#,
    r#"{ column = "C", filled = true }"#,
];

/// A pack with these TOML tables and its own layout.
pub(super) fn around(tables: &str) -> String {
    format!(
        "format = 1\ntitle = \"drawn by chance\"\ndataset = \"complexity\"\nkind = \"drawn\"\nlayouts = [\"drawn\"]\n\n\
         [partition]\nyear = \"2023\"\n\n\
         [[layout]]\nname = \"drawn\"\nkind = \"drawn\"\ntitle = \"drawn\"\ncolumns = \"{COLUMNS}\"\n\n\
         [thresholds]\nquarantined = \"100%\"\n\n{tables}"
    )
}

/// A pack for tables with these columns.
pub(super) fn pack(random: &mut Rng, columns: &[String]) -> String {
    let mut pack = String::new();
    if random.u32(..3) == 0 {
        // Small limits, so that small files exceed them.
        let record = 100 << random.u32(..16);
        let field = record >> random.u32(..4);
        let _ = write!(pack, "[limits]\nrecord_bytes = {record}\nfield_bytes = {field}\n\n");
    }
    for column in columns.iter().take(8) {
        let kind = match random.u32(..8) {
            0 => "type = \"integer\"",
            1 => "type = \"decimal\"\nprecision = 14\nscale = 2",
            2 => "type = \"date\"\nformat = \"%Y-%m-%d\"",
            _ => continue,
        };
        let _ = write!(pack, "[columns.{column}]\n{kind}\n\n");
    }
    pack.push_str("[plugins.checks]\n");
    for nth in 0..random.u32(..6) {
        let _ = write!(pack, "\n[plugins.checks.settings.rules.r{nth}]\n{}", rule(random, columns));
    }
    around(&pack)
}

fn rule(random: &mut Rng, columns: &[String]) -> String {
    let any = |random: &mut Rng| columns[random.usize(..columns.len())].as_str();
    let several = {
        let mut names: Vec<&str> = (0..random.u32(1..=3)).map(|_| any(random)).collect();
        names.sort_unstable();
        names.dedup();
        format!("columns = [\"{}\"]\n", names.join("\", \""))
    };
    let when = WHEN[random.usize(..WHEN.len())].replace('C', any(random));
    let (left, right) = (any(random), any(random));
    let mut rule = match random.u32(..15) {
        0 => format!("check = \"required\"\n{several}"),
        1 => format!("check = \"requires\"\n{several}when = {when}\n"),
        2 => format!("check = \"forbids\"\n{several}when = [{when}]\n"),
        3 => format!("check = \"one-of\"\n{several}values = [\"A\", \"x\", \"12.34\", \"é\"]\n"),
        4 | 5 => {
            let pattern = PATTERNS[random.usize(..PATTERNS.len())];
            format!("check = \"matches\"\n{several}pattern = '{pattern}'\n")
        }
        6 => format!("check = \"digits\"\n{several}max = 5\n"),
        7 => format!("check = \"length\"\n{several}min = 2\nmax = 100\n"),
        8 => format!("check = \"luhn\"\n{several}prefix = \"80840\"\nlength = 10\n"),
        9 => format!("check = \"integer\"\n{several}min = 0\nmax = 1000\n"),
        10 => format!(
            "check = \"decimal\"\n{several}scale = 2\nmin = \"0.01\"\nmalformed = \"skip\"\n"
        ),
        11 => format!("check = \"date\"\n{several}format = \"%Y-%m-%d\"\nmax = \"2023-12-31\"\n"),
        12 => format!(
            "check = \"compare\"\nleft = \"{left}\"\nis = \"<=\"\nright = \"{right}\"\nas = \"text\"\n"
        ),
        of_unique => {
            let columns = if of_unique == 13 { several.as_str() } else { "" };
            let keep = ["first", "none"][random.usize(..2)];
            format!("check = \"unique\"\n{columns}keep = \"{keep}\"\n")
        }
    };
    let level = ["error", "error", "warn", "monitor"][random.usize(..4)];
    let _ = writeln!(rule, "level = \"{level}\"");
    rule
}
