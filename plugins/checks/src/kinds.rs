//! The kinds of checks, with the JSON Schema of their settings.

use assay_sdk::RuleKind;

/// A kind of check.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// The keys beyond those of every kind, with their schemas, as JSON without the braces.
    keys: &'static str,
    /// Those of these keys that are required, as JSON without the brackets.
    needed: &'static str,
}

/// The keys that every kind has.
const COMMON: &str = concat!(
    r#""title":{"type":"string"},"message":{"type":"string"},"#,
    r#""level":{"enum":["error","warn","monitor","off"],"default":"error"},"#,
    r#""absent":{"enum":["fault","skip"],"default":"fault"}"#
);

macro_rules! columns {
    () => {
        r#""columns":{"type":"array","items":{"type":"string"},"minItems":1}"#
    };
}

macro_rules! when {
    () => {
        r#""when":{"type":["object","array"]}"#
    };
}

macro_rules! count {
    ($key:literal) => {
        concat!("\"", $key, r#"":{"type":"integer","minimum":0}"#)
    };
}

macro_rules! text {
    ($key:literal) => {
        concat!("\"", $key, r#"":{"type":"string"}"#)
    };
}

macro_rules! malformed {
    () => {
        r#""malformed":{"enum":["fail","skip"],"default":"fail"}"#
    };
}

macro_rules! keys {
    ($($key:expr),+ $(,)?) => { concat!($($key, ","),+) };
}

/// All kinds, in the order of the documentation.
pub(crate) const KINDS: [Kind; 13] = [
    Kind {
        name: "required",
        title: "the columns are filled",
        keys: keys![
            columns!(),
            when!(),
            r#""otherwise":{"type":"array","items":{"type":"string"}}"#
        ],
        needed: r#""columns""#,
    },
    Kind {
        name: "requires",
        title: "the columns are filled where the condition holds",
        keys: keys![columns!(), when!()],
        needed: r#""columns","when""#,
    },
    Kind {
        name: "forbids",
        title: "the columns are blank where the condition holds",
        keys: keys![columns!(), when!()],
        needed: r#""columns","when""#,
    },
    Kind {
        name: "one-of",
        title: "the cell is one of the values in `values`",
        keys: keys![
            columns!(),
            when!(),
            r#""values":{"type":"array","items":{"type":"string"},"minItems":1}"#
        ],
        needed: r#""columns","values""#,
    },
    Kind {
        name: "matches",
        title: "the whole cell matches the pattern",
        keys: keys![columns!(), when!(), text!("pattern")],
        needed: r#""columns","pattern""#,
    },
    Kind {
        name: "digits",
        title: "the cell is digits only",
        keys: keys![columns!(), when!(), count!("min"), count!("max")],
        needed: r#""columns""#,
    },
    Kind {
        name: "length",
        title: "the cell has the right number of characters",
        keys: keys![columns!(), when!(), count!("min"), count!("max")],
        needed: r#""columns""#,
    },
    Kind {
        name: "luhn",
        title: "the number's check digit is right",
        keys: keys![columns!(), when!(), text!("prefix"), text!("first"), count!("length")],
        needed: r#""columns""#,
    },
    Kind {
        name: "integer",
        title: "the cell is a whole number in range",
        keys: keys![
            columns!(),
            when!(),
            malformed!(),
            r#""min":{"type":"integer"},"max":{"type":"integer"}"#
        ],
        needed: r#""columns""#,
    },
    Kind {
        name: "decimal",
        title: "the cell is a decimal in range",
        keys: keys![
            columns!(),
            when!(),
            malformed!(),
            count!("scale"),
            r#""min":{"type":["string","number"]},"max":{"type":["string","number"]}"#
        ],
        needed: r#""columns","scale""#,
    },
    Kind {
        name: "date",
        title: "the cell is a date in range",
        keys: keys![
            columns!(),
            when!(),
            malformed!(),
            text!("format"),
            text!("year_of"),
            text!("not_after"),
            text!("min"),
            text!("max")
        ],
        needed: r#""columns","format""#,
    },
    Kind {
        name: "compare",
        title: "the left column has the given relation to the right one",
        keys: keys![
            when!(),
            text!("left"),
            text!("right"),
            r#""is":{"enum":["<","<=","==","!=",">=",">"]}"#,
            r#""as":{"enum":["text","integer","decimal","date"],"default":"text"}"#,
            count!("scale"),
            text!("format")
        ],
        needed: r#""left","is","right""#,
    },
    Kind {
        name: "unique",
        title: "no two records have the same cells",
        keys: keys![columns!(), r#""keep":{"enum":["first","none"],"default":"first"}"#],
        needed: "",
    },
];

/// The kinds as the contract describes them.
pub(crate) fn all() -> Vec<RuleKind> {
    KINDS
        .iter()
        .map(|kind| RuleKind {
            name: kind.name.to_owned(),
            title: kind.title.to_owned(),
            settings_schema: [
                r#"{"type":"object","additionalProperties":false,"properties":{"check":{"const":""#,
                kind.name,
                "\"},",
                kind.keys,
                COMMON,
                r#"},"required":["check""#,
                if kind.needed.is_empty() { "" } else { "," },
                kind.needed,
                "]}",
            ]
            .concat(),
        })
        .collect()
}
