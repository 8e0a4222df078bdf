//! The keys of `#[rule(…)]`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitInt, LitStr, Token, parenthesized};

use super::code;

const KEYS: &str =
    "`code`, `class`, `title`, `message`, `level`, `disposition`, `columns(…)` or `writes(…)`";
const FORMS: &str = "`text(\"Column\")`, `integer(\"Column\")`, `decimal(\"Column\", 2)` or `date(\"Column\", \"%Y-%m-%d\")`";

/// The most digits after the point that the contract allows: 64 bits hold 18 digits.
const MOST_SCALE: u16 = 18;

/// The class of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Validate,
    Normalise,
    Quarantine,
}

/// All keys of a rule.
pub(super) struct Keys {
    pub(super) code: LitStr,
    pub(super) class: Class,
    pub(super) title: Option<LitStr>,
    pub(super) message: Option<LitStr>,
    /// A variant of `Level`.
    pub(super) level: Option<Ident>,
    /// A variant of `Disposition`.
    pub(super) disposition: Option<Ident>,
    pub(super) columns: Vec<Column>,
    pub(super) writes: Vec<LitStr>,
}

/// `parameter = form("Column", …)`.
pub(super) struct Column {
    pub(super) parameter: Ident,
    pub(super) form: ColumnForm,
    /// A text literal, or the name of a constant.
    pub(super) name: Expr,
}

pub(super) enum ColumnForm {
    Text,
    Integer,
    Decimal(LitInt),
    Date(Expr),
}

/// One key and its value, before the keys are checked together.
struct Entry {
    key: Ident,
    value: Given,
}

enum Given {
    Text(LitStr),
    Word(Ident),
    Columns(Vec<Column>),
    Names(Vec<LitStr>),
}

impl Keys {
    pub(super) fn read(attribute: TokenStream, function: Span) -> syn::Result<Self> {
        let entries = Punctuated::<Entry, Token![,]>::parse_terminated.parse2(attribute)?;
        let mut seen: Vec<Ident> = Vec::new();
        let (mut code, mut class, mut title, mut message) = (None, None, None, None);
        let (mut level, mut disposition, mut writes) = (None, None, None);
        let mut columns = Vec::new();
        for Entry { key, value } in entries {
            if seen.contains(&key) {
                return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
            }
            let name = key.to_string();
            match value {
                Given::Text(text) if name == "code" => code = Some(text),
                Given::Text(text) if name == "title" => title = Some(text),
                Given::Text(text) => message = Some(text),
                Given::Word(word) if name == "class" => class = Some(class_of(&word)?),
                Given::Word(word) if name == "level" => level = Some(level_of(&word)?),
                Given::Word(word) => disposition = Some((key.span(), disposition_of(&word)?)),
                Given::Columns(found) => columns = found,
                Given::Names(found) => writes = Some((key.span(), found)),
            }
            seen.push(key);
        }
        let missing = |text: &str| syn::Error::new(function, text.to_owned());
        let code = code.ok_or_else(|| {
            missing(
                "the rule has no code; write `code = \"…\"`, the name that packs and reports use",
            )
        })?;
        code::check(&code)?;
        let class = class.ok_or_else(|| {
            missing("the rule has no class; write `class = validate`, `class = normalise` or `class = quarantine`")
        })?;
        check_message(message.as_ref())?;
        let disposition = match disposition {
            Some((span, _)) if class != Class::Quarantine => {
                let text = "only quarantine rules say what is to be done with a record; remove `disposition`, or write \
                            `class = quarantine`";
                return Err(syn::Error::new(span, text));
            }
            other => other.map(|(_, word)| word),
        };
        let writes = match (class, writes) {
            (Class::Normalise, Some((_, names))) if !names.is_empty() => names,
            (Class::Normalise, _) => {
                return Err(missing(
                    "a normalise rule says which cells it rewrites; write `writes(\"Column\")`",
                ));
            }
            (_, None) => Vec::new(),
            (_, Some((span, _))) => {
                let text = "only normalise rules rewrite cells; remove `writes`, or write `class = normalise`";
                return Err(syn::Error::new(span, text));
            }
        };
        Ok(Self { code, class, title, message, level, disposition, columns, writes })
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key: Ident = input.parse()?;
        let value = match key.to_string().as_str() {
            "code" | "title" | "message" => {
                equals(input, &key, "\"…\"")?;
                Given::Text(input.parse().map_err(|error: syn::Error| {
                    syn::Error::new(
                        error.span(),
                        format!("`{key}` is a text: write `{key} = \"…\"`"),
                    )
                })?)
            }
            "class" | "level" | "disposition" => {
                equals(input, &key, "…")?;
                if let Ok(text) = input.fork().parse::<LitStr>() {
                    let help = format!("write the word without quotes: `{key} = {}`", text.value());
                    return Err(syn::Error::new(text.span(), help));
                }
                Given::Word(input.parse()?)
            }
            "columns" => {
                let content = inside(input, &key, "parameter = text(\"Column\"), …")?;
                let columns = Punctuated::<Column, Token![,]>::parse_terminated(&content)?;
                Given::Columns(columns.into_iter().collect())
            }
            "writes" => {
                let content = inside(input, &key, "\"Column\", …")?;
                let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
                Given::Names(names.into_iter().collect())
            }
            _ => {
                return Err(syn::Error::new(
                    key.span(),
                    format!("`{key}` is not a key of `#[rule(…)]`; expected {KEYS}"),
                ));
            }
        };
        Ok(Self { key, value })
    }
}

fn equals(input: ParseStream<'_>, key: &Ident, value: &str) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(syn::Error::new(key.span(), format!("write `{key} = {value}`")))
}

fn inside<'i>(
    input: ParseStream<'i>,
    key: &Ident,
    example: &str,
) -> syn::Result<syn::parse::ParseBuffer<'i>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(key.span(), format!("write `{key}({example})`")));
    }
    let content;
    parenthesized!(content in input);
    Ok(content)
}

impl Parse for Column {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parameter: Ident = input.parse().map_err(|error| {
            let text = format!("write `parameter = form`, where the form is {FORMS}");
            syn::Error::new(error.span(), text)
        })?;
        if !input.peek(Token![=]) {
            let text = format!(
                "say which parameter gets the column: `name = {parameter}(…)`; the forms are {FORMS}"
            );
            return Err(syn::Error::new(parameter.span(), text));
        }
        input.parse::<Token![=]>()?;
        let form: Ident = input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("a column has a form: {FORMS}"))
        })?;
        let content;
        parenthesized!(content in input);
        let arguments: Vec<Expr> =
            Punctuated::<Expr, Token![,]>::parse_terminated(&content)?.into_iter().collect();
        let wrong = |example: &str| {
            Err(syn::Error::new(form.span(), format!("write `{parameter} = {form}({example})`")))
        };
        let text = |at: usize| arguments.get(at).filter(|given| is_text(given)).cloned();
        let Some(name) = text(0) else { return wrong("\"Column\"") };
        let shown = shown(&name);
        let (form, expected) = match form.to_string().as_str() {
            "text" => (ColumnForm::Text, 1),
            "integer" => (ColumnForm::Integer, 1),
            "decimal" => match arguments.get(1).and_then(number_of) {
                Some(scale) => (ColumnForm::Decimal(checked_scale(scale)?), 2),
                None => return wrong(&format!("{shown}, 2")),
            },
            "date" => match text(1) {
                Some(format) => (ColumnForm::Date(checked_format(format)?), 2),
                None => return wrong(&format!("{shown}, \"%Y-%m-%d\"")),
            },
            other => {
                let text = format!("`{other}` is not a column form; expected {FORMS}");
                return Err(syn::Error::new(form.span(), text));
            }
        };
        if let Some(extra) = arguments.get(expected) {
            return Err(syn::Error::new_spanned(extra, "nothing is expected here"));
        }
        Ok(Self { parameter, form, name })
    }
}

/// Whether the expression is a text literal or a name, such as that of a constant.
fn is_text(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) | Expr::Path(_))
}

/// The expression as it was written.
pub(super) fn shown(expression: &Expr) -> String {
    quote::quote!(#expression).to_string()
}

fn number_of(expression: &Expr) -> Option<LitInt> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => Some(number.clone()),
        _ => None,
    }
}

fn checked_scale(scale: LitInt) -> syn::Result<LitInt> {
    match scale.base10_parse::<u16>() {
        Ok(digits) if digits <= MOST_SCALE => Ok(scale),
        _ => Err(syn::Error::new(
            scale.span(),
            format!("expected 0 to {MOST_SCALE} digits after the point, found `{scale}`"),
        )),
    }
}

fn checked_format(format: Expr) -> syn::Result<Expr> {
    let Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) = &format else { return Ok(format) };
    let text = literal.value();
    let once = |part: &str| text.matches(part).count() == 1;
    let parts = text.matches('%').count();
    if once("%Y") && once("%m") && once("%d") && parts == 3 {
        return Ok(format);
    }
    Err(syn::Error::new(
        literal.span(),
        format!(
            "a date format has `%Y`, `%m` and `%d` once each, such as `%m/%d/%Y`; found `{text}`"
        ),
    ))
}

fn class_of(word: &Ident) -> syn::Result<Class> {
    match word.to_string().as_str() {
        "validate" => Ok(Class::Validate),
        "normalise" => Ok(Class::Normalise),
        "quarantine" => Ok(Class::Quarantine),
        other => Err(syn::Error::new(
            word.span(),
            format!("`{other}` is not a class; expected `validate`, `normalise` or `quarantine`"),
        )),
    }
}

fn level_of(word: &Ident) -> syn::Result<Ident> {
    let variant = match word.to_string().as_str() {
        "error" => "Error",
        "warn" => "Warn",
        "monitor" => "Monitor",
        "off" => "Off",
        other => {
            return Err(syn::Error::new(
                word.span(),
                format!(
                    "`{other}` is not a level for a rule about records; expected `error`, `warn`, `monitor` or `off`"
                ),
            ));
        }
    };
    Ok(Ident::new(variant, word.span()))
}

fn disposition_of(word: &Ident) -> syn::Result<Ident> {
    let variant = match word.to_string().as_str() {
        "hold" => "Hold",
        "reject" => "Reject",
        "divert" => "Divert",
        other => {
            return Err(syn::Error::new(
                word.span(),
                format!("`{other}` is not a disposition; expected `hold`, `reject` or `divert`"),
            ));
        }
    };
    Ok(Ident::new(variant, word.span()))
}

/// Refuses `{0}`, which stands for an argument that only rules over whole batches provide.
fn check_message(message: Option<&LitStr>) -> syn::Result<()> {
    let Some(message) = message else { return Ok(()) };
    // Literal braces are written twice.
    let text = message.value().replace("{{", "");
    for part in text.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            return Err(syn::Error::new(message.span(), "a `{` of the message is never closed"));
        };
        if name.parse::<u32>().is_ok() || name.is_empty() {
            let text = format!(
                "`{{{name}}}` names no column; write `{{Column}}` for the record's cell of that column"
            );
            return Err(syn::Error::new(message.span(), text));
        }
    }
    Ok(())
}
