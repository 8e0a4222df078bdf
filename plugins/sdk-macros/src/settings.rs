//! Turns a struct into a reader of settings: each field has its default and range, each fault its JSON pointer.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Meta, Token,
};

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    reader(&input).unwrap_or_else(|error| error.to_compile_error())
}

/// The contents of a field's `#[setting(…)]`.
#[derive(Default)]
struct Setting {
    default: Option<Expr>,
    min: Option<Expr>,
    max: Option<Expr>,
    one_of: Vec<LitStr>,
}

fn reader(input: &DeriveInput) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                let text = "settings have names: write `struct Settings { longest_days: i32 }`";
                return Err(syn::Error::new_spanned(fields, text));
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            let text = "`#[derive(Settings)]` is for a struct with a field for each key; for a choice of words derive `serde::Deserialize`";
            return Err(syn::Error::new(name.span(), text));
        }
    };
    let settings = fields
        .iter()
        .map(|field| setting(field).map(|setting| (*field, setting)))
        .collect::<syn::Result<Vec<_>>>()?;
    let keys: Vec<String> = fields.iter().map(|field| key(field)).collect();
    let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let reads = settings.iter().map(|(field, setting)| read(field, setting));
    let infos = settings.iter().map(|(field, setting)| info(field, setting));
    let default =
        settings.iter().all(|(field, setting)| setting.default.is_some() || is_option(&field.ty));
    let default = default.then(|| {
        let values = settings.iter().map(|(field, setting)| {
            let name = &field.ident;
            match &setting.default {
                Some(value) => {
                    let value = value_of(value, &field.ty);
                    quote!(#name: #value)
                }
                None => quote!(#name: ::core::option::Option::None),
            }
        });
        quote! {
            impl ::core::default::Default for #name {
                fn default() -> Self { Self { #(#values),* } }
            }
        }
    });
    Ok(quote! {
        impl ::assay_sdk::settings::ReadSettings for #name {
            fn read_settings(reader: &mut ::assay_sdk::settings::Reader<'_>) -> ::core::option::Option<Self> {
                reader.known(&[#(#keys),*])?;
                #(let #names = #reads;)*
                ::core::option::Option::Some(Self { #(#names: #names?),* })
            }

            fn infos() -> ::std::vec::Vec<::assay_sdk::settings::SettingInfo> {
                ::std::vec![#(#infos),*]
            }
        }
        #default
    })
}

fn setting(field: &Field) -> syn::Result<Setting> {
    let mut setting = Setting::default();
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("setting")) {
        attribute.parse_args_with(|input: ParseStream<'_>| entries(input, &mut setting))?;
    }
    if !setting.one_of.is_empty() && (setting.min.is_some() || setting.max.is_some()) {
        let text = "a setting is one of a list or in a range, not both";
        return Err(syn::Error::new(field.span(), text));
    }
    if is_option(&field.ty) && (setting.min.is_some() || setting.max.is_some()) {
        let text =
            "a range needs a value: give the setting a default instead of making it an `Option`";
        return Err(syn::Error::new(field.span(), text));
    }
    if let (Some(least), Some(most)) = (number(setting.min.as_ref()), number(setting.max.as_ref()))
    {
        if least > most {
            let text =
                format!("no value is at least {least} and at most {most}; swap `min` and `max`");
            return Err(syn::Error::new(setting.min.span(), text));
        }
        if let Some(default) = number(setting.default.as_ref())
            && !(least..=most).contains(&default)
        {
            let text = format!("the default {default} is not in the range {least} to {most}");
            return Err(syn::Error::new(setting.default.span(), text));
        }
    }
    Ok(setting)
}

fn entries(input: ParseStream<'_>, setting: &mut Setting) -> syn::Result<()> {
    while !input.is_empty() {
        let key: Ident = input.parse()?;
        match key.to_string().as_str() {
            word @ ("default" | "min" | "max") => {
                if !input.peek(Token![=]) {
                    return Err(syn::Error::new(key.span(), format!("write `{word} = …`")));
                }
                input.parse::<Token![=]>()?;
                let value = Some(input.parse::<Expr>()?);
                match word {
                    "default" => setting.default = value,
                    "min" => setting.min = value,
                    _ => setting.max = value,
                }
            }
            "one_of" => {
                let content;
                syn::parenthesized!(content in input);
                let words = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
                setting.one_of = words.into_iter().collect();
            }
            other => {
                let text = format!(
                    "`{other}` is not a key of `#[setting(…)]`; expected `default = …`, `min = …`, `max = …` or `one_of(\"…\")`"
                );
                return Err(syn::Error::new(key.span(), text));
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn number(expression: Option<&Expr>) -> Option<i128> {
    match expression? {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            number(Some(&unary.expr)).map(std::ops::Neg::neg)
        }
        _ => None,
    }
}

fn key(field: &Field) -> String {
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    name.trim_start_matches("r#").to_owned()
}

fn read(field: &Field, setting: &Setting) -> TokenStream {
    let (key, of) = (key(field), &field.ty);
    let span = of.span();
    let default = match &setting.default {
        Some(value) => {
            let value = value_of(value, of);
            quote!(::core::option::Option::Some(|| #value))
        }
        None if is_option(of) => {
            quote!(::core::option::Option::Some(|| ::core::option::Option::None))
        }
        None => quote!(::core::option::Option::None::<fn() -> #of>),
    };
    let read = quote_spanned!(span=> reader.field::<#of>(#key, #default));
    let range = (setting.min.is_some() || setting.max.is_some()).then(|| {
        let (least, most) = (bound(setting.min.as_ref()), bound(setting.max.as_ref()));
        quote!(let read = reader.in_range(#key, read, #least, #most);)
    });
    let choice = (!setting.one_of.is_empty()).then(|| {
        let words = &setting.one_of;
        quote!(let read = reader.one_of(#key, read, &[#(#words),*]);)
    });
    quote!({ let read = #read; #range #choice read })
}

fn bound(value: Option<&Expr>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A text literal is converted to the field's type; any other value must already have it.
fn value_of(value: &Expr, of: &syn::Type) -> TokenStream {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => quote!(<#of>::from(#value)),
        other => quote!(#other),
    }
}

fn is_option(of: &syn::Type) -> bool {
    matches!(of, syn::Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Option"))
}

fn info(field: &Field, setting: &Setting) -> TokenStream {
    let (key, about) = (key(field), documentation(&field.attrs));
    let default = match &setting.default {
        Some(value) => {
            // The type is written out, because `vec![]` alone has none.
            let (of, value) = (&field.ty, value_of(value, &field.ty));
            quote!(::core::option::Option::Some({
                let default: #of = #value;
                ::std::format!("{default:?}")
            }))
        }
        None => quote!(::core::option::Option::None),
    };
    let text = |value: Option<&Expr>| match value {
        Some(value) => quote!(::core::option::Option::Some((#value).to_string())),
        None => quote!(::core::option::Option::None),
    };
    let (least, most, words) =
        (text(setting.min.as_ref()), text(setting.max.as_ref()), &setting.one_of);
    let required = setting.default.is_none() && !is_option(&field.ty);
    quote! {
        ::assay_sdk::settings::SettingInfo {
            key: #key,
            about: #about,
            required: #required,
            default: #default,
            least: #least,
            most: #most,
            one_of: &[#(#words),*],
        }
    }
}

fn documentation(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                    Some(text.value().trim().to_owned())
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    lines.join(" ").trim().to_owned()
}
