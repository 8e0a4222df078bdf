//! Matches parameters with columns, and checks that their types fit the cells.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, FnArg, GenericArgument, Ident, Pat, PathArguments, Signature, Type};

use super::attribute::{Class, Column, ColumnForm, Keys, shown};

/// The SDK has loops for this many columns. A rule that needs more should judge columns, not cells.
const MOST_COLUMNS: usize = 12;

/// All parameters of a rule.
pub(super) struct Parameters {
    /// The source of each parameter, in order.
    pub(super) sources: Vec<Source>,
    /// The columns, in the order of `columns(…)`.
    pub(super) cells: Vec<CellParameter>,
    /// The type of the settings, if the rule reads them.
    pub(super) settings: Option<Type>,
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The cell that a normalise rule rewrites.
    Written { text: bool },
    /// `settings: &T`.
    Settings,
    /// `run: &Run`.
    Run,
    /// A column's cell.
    Cell(usize),
}

/// A parameter that is a column's cell.
pub(super) struct CellParameter {
    pub(super) name: Ident,
    pub(super) form: Form,
    pub(super) optional: bool,
    ask: TokenStream,
}

/// The type of a cell, without `Option`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Str,
    Bytes,
    Number,
    Date,
    Days,
    Standing,
}

impl CellParameter {
    /// The expression that requests the cell from the SDK.
    pub(super) fn need(&self) -> TokenStream {
        let ask = &self.ask;
        if self.optional { quote!(#ask.optional()) } else { ask.clone() }
    }

    /// The expression that passes the cell to the function.
    pub(super) fn argument(&self) -> TokenStream {
        let name = &self.name;
        match (self.form, self.optional) {
            (Form::Date, false) => quote!(::assay_sdk::Date::from(#name)),
            (Form::Date, true) => quote!(#name.map(::assay_sdk::Date::from)),
            _ => quote!(#name),
        }
    }
}

impl Parameters {
    pub(super) fn read(signature: &Signature, keys: &Keys) -> syn::Result<Self> {
        let mut cells: Vec<CellParameter> = Vec::new();
        let mut sources = Vec::new();
        let mut settings = None;
        let mut names = Vec::new();
        for (at, input) in signature.inputs.iter().enumerate() {
            let (name, of) = named(input)?;
            if keys.class == Class::Normalise && at == 0 {
                sources.push(written(&name, of, keys)?);
                names.push(name);
                continue;
            }
            let column = keys.columns.iter().find(|column| column.parameter == name);
            sources.push(match (name.to_string().as_str(), column) {
                (_, Some(column)) => {
                    cells.push(cell(column, of)?);
                    Source::Cell(cells.len() - 1)
                }
                ("settings", None) => {
                    settings = Some(referred(&name, of, "settings: &Settings")?);
                    Source::Settings
                }
                ("run", None) => {
                    referred(&name, of, "run: &Run")?;
                    Source::Run
                }
                ("standing", None) => {
                    cells.push(standing(&name, of, keys.class)?);
                    Source::Cell(cells.len() - 1)
                }
                (other, None) => {
                    let text = format!(
                        "parameter `{other}` has no column; add `{other} = {}` to `columns(…)` of `#[rule(…)]`",
                        usual(of)
                    );
                    return Err(syn::Error::new(name.span(), text));
                }
            });
            names.push(name);
        }
        if let Some(stray) = keys.columns.iter().find(|column| !names.contains(&column.parameter)) {
            let text = format!(
                "the function has no parameter `{}`; add one, or remove the column",
                stray.parameter
            );
            return Err(syn::Error::new(stray.parameter.span(), text));
        }
        if cells.is_empty() && keys.class != Class::Normalise {
            let text = "a rule judges cells; give it a column, such as `columns(name = text(\"Column\"))` and a parameter \
                        `name: &str`";
            return Err(syn::Error::new(signature.ident.span(), text));
        }
        if cells.len() > MOST_COLUMNS {
            let text = format!(
                "a function takes at most {MOST_COLUMNS} columns; judge columns and not cells, with `Declaration::columnar`"
            );
            return Err(syn::Error::new(signature.ident.span(), text));
        }
        Ok(Self { sources, cells, settings })
    }
}

fn named(input: &FnArg) -> syn::Result<(Ident, &Type)> {
    match input {
        FnArg::Receiver(receiver) => {
            Err(syn::Error::new_spanned(receiver, "a rule is a plain function, without `self`"))
        }
        FnArg::Typed(parameter) => match &*parameter.pat {
            Pat::Ident(pattern) => Ok((pattern.ident.clone(), &parameter.ty)),
            pattern => Err(syn::Error::new_spanned(
                pattern,
                "name the parameter, so that `columns(…)` can say what it is given",
            )),
        },
    }
}

fn written(name: &Ident, of: &Type, keys: &Keys) -> syn::Result<Source> {
    if let Some(column) = keys.columns.iter().find(|column| column.parameter == *name) {
        let text = "the first parameter of a normalise rule is the cell it rewrites, and is given by `writes(…)`";
        return Err(syn::Error::new(column.parameter.span(), text));
    }
    match form_of(of) {
        Some(Form::Str) => Ok(Source::Written { text: true }),
        Some(Form::Bytes) => Ok(Source::Written { text: false }),
        _ => Err(syn::Error::new_spanned(
            of,
            "the first parameter of a normalise rule is the cell it rewrites: write `&str` or `&[u8]`",
        )),
    }
}

fn referred(name: &Ident, of: &Type, example: &str) -> syn::Result<Type> {
    match of {
        Type::Reference(reference) if reference.mutability.is_none() => {
            Ok((*reference.elem).clone())
        }
        _ => Err(syn::Error::new_spanned(
            of,
            format!("`{name}` is shared by all records: write `{example}`"),
        )),
    }
}

fn standing(name: &Ident, of: &Type, class: Class) -> syn::Result<CellParameter> {
    if class != Class::Quarantine {
        let text = "only quarantine rules know what was found so far; write `class = quarantine`, or give the parameter \
                    a column";
        return Err(syn::Error::new(name.span(), text));
    }
    if form_of(of) != Some(Form::Standing) {
        let text = "write `standing: u8`: 0 passed, 1 repaired, 2 warned, 3 quarantined";
        return Err(syn::Error::new_spanned(of, text));
    }
    let ask = quote!(::assay_sdk::standing());
    Ok(CellParameter { name: name.clone(), form: Form::Standing, optional: false, ask })
}

fn cell(column: &Column, of: &Type) -> syn::Result<CellParameter> {
    let Column { parameter, form: declared, name } = column;
    let (inner, optional) = match inside_option(of) {
        Some(inner) => (inner, true),
        None => (of, false),
    };
    let found = form_of(inner);
    let (ask, accepted, types) = match declared {
        ColumnForm::Text => {
            (quote!(::assay_sdk::text(#name)), &[Form::Str, Form::Bytes][..], "`&str` or `&[u8]`")
        }
        ColumnForm::Integer => (quote!(::assay_sdk::integer(#name)), &[Form::Number][..], "`i64`"),
        ColumnForm::Decimal(scale) => (
            quote!(::assay_sdk::decimal(#name, #scale)),
            &[Form::Number][..],
            "`i64`, in units of the last digit (12.50 with two digits is 1250)",
        ),
        ColumnForm::Date(format) => (
            quote!(::assay_sdk::date(#name, #format)),
            &[Form::Date, Form::Days][..],
            "`Date`, or `i32` for days since 1970-01-01",
        ),
    };
    match found.filter(|found| accepted.contains(found)) {
        Some(form) => Ok(CellParameter { name: parameter.clone(), form, optional, ask }),
        None => Err(syn::Error::new_spanned(of, mismatch(declared, name, types))),
    }
}

fn mismatch(form: &ColumnForm, name: &Expr, types: &str) -> String {
    let form = match form {
        ColumnForm::Text => "text",
        ColumnForm::Integer => "a whole number",
        ColumnForm::Decimal(_) => "a decimal",
        ColumnForm::Date(_) => "a date",
    };
    format!(
        "{} is requested as {form}, so its cell is {types}; with `Option<…>` the rule also gets blanks, as `None`",
        shown(name)
    )
}

/// The form of column that a parameter of this type probably needs.
fn usual(of: &Type) -> &'static str {
    match form_of(inside_option(of).unwrap_or(of)) {
        Some(Form::Number) => "integer(\"Column\")",
        Some(Form::Date | Form::Days) => "date(\"Column\", \"%Y-%m-%d\")",
        _ => "text(\"Column\")",
    }
}

fn inside_option(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn form_of(of: &Type) -> Option<Form> {
    match of {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => Some(Form::Str),
            Type::Slice(slice) => match &*slice.elem {
                Type::Path(path) if path.path.is_ident("u8") => Some(Form::Bytes),
                _ => None,
            },
            _ => None,
        },
        Type::Path(path) => match path.path.segments.last()?.ident.to_string().as_str() {
            "i64" => Some(Form::Number),
            "i32" => Some(Form::Days),
            "Date" => Some(Form::Date),
            "u8" => Some(Form::Standing),
            _ => None,
        },
        _ => None,
    }
}
