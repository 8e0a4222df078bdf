//! Turns a function into a declaration of a rule.
//!
//! The function stays as it was written. A type of the same name is added (functions and types have separate namespaces)
//! that declares the rule, with [`Declaration::each`], so that the loop is compiled for this very function.

mod attribute;
mod code;
mod parameters;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ItemFn, Lit, Meta, ReturnType, Signature};

use attribute::{Class, Keys};
use parameters::{Form, Parameters, Source};

/// The function with its declaration. After a mistake, the function with the error and an empty declaration, so that the
/// compiler reports nothing else.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let error = syn::Error::new_spanned(item, "`#[rule(…)]` must be above a function");
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    match declaration(attribute, &function) {
        Ok(declaration) => quote!(#function #declaration),
        Err(error) => {
            let error = error.to_compile_error();
            let (name, visibility) = (&function.sig.ident, &function.vis);
            quote! {
                #error

                #[allow(dead_code, unused_variables, reason = "its rule has a mistake")]
                #function

                #[doc(hidden)]
                #[allow(non_camel_case_types, reason = "so that the plugin does not miss the rule")]
                #visibility enum #name {}

                impl<AssaySettings: 'static> ::assay_sdk::DeclareRule<AssaySettings> for #name {
                    fn declare(
                        _: &::std::rc::Rc<::assay_sdk::Run>,
                        _: &::std::rc::Rc<AssaySettings>,
                        _: &mut ::assay_sdk::Rules,
                    ) {}
                }
            }
        }
    }
}

fn declaration(attribute: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let signature = &function.sig;
    let keys = Keys::read(attribute, signature.ident.span())?;
    check_signature(signature, keys.class)?;
    let parameters = Parameters::read(signature, &keys)?;
    let title = match &keys.title {
        Some(title) => title.value(),
        None => documentation(&function.attrs).ok_or_else(|| {
            syn::Error::new(
                signature.ident.span(),
                "the rule has no title; write what must be true as `/// documentation` above it, or as `title = \"…\"`",
            )
        })?,
    };
    let declare = declare(&keys, &parameters, signature, &title);
    let (name, visibility, code) = (&signature.ident, &function.vis, &keys.code);
    let settings = parameters.settings.as_ref();
    let (generics, of) = match settings {
        Some(settings) => (quote!(), quote!(#settings)),
        None => (quote!(<AssaySettings: 'static>), quote!(AssaySettings)),
    };
    Ok(quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "it stands for the function of the same name")]
        #[derive(Debug)]
        #visibility enum #name {}

        impl #name {
            /// The rule's code.
            #[allow(dead_code, reason = "for tests")]
            #visibility const CODE: &'static str = #code;
        }

        impl #generics ::assay_sdk::DeclareRule<#of> for #name {
            fn declare(
                run: &::std::rc::Rc<::assay_sdk::Run>,
                settings: &::std::rc::Rc<#of>,
                rules: &mut ::assay_sdk::Rules,
            ) {
                let _ = (run, settings);
                #declare
            }
        }
    })
}

fn check_signature(signature: &Signature, class: Class) -> syn::Result<()> {
    let refuse = |at: &dyn quote::ToTokens, text: &str| Err(syn::Error::new_spanned(at, text));
    if let Some(word) = &signature.asyncness {
        return refuse(word, "a rule cannot be async: remove `async`");
    }
    if let Some(word) = &signature.unsafety {
        return refuse(word, "a rule is called by safe code: remove `unsafe`");
    }
    if signature.generics.type_params().next().is_some() {
        return refuse(&signature.generics, "a rule is one function: remove the type parameters");
    }
    if matches!(signature.output, ReturnType::Default) {
        let text = match class {
            Class::Normalise => {
                "a normalise rule returns the new cell: write `-> Option<String>`; `None` leaves the cell as it is"
            }
            Class::Validate | Class::Quarantine => {
                "a rule returns a verdict: write `-> bool`, where `true` means that the rule holds, or `-> Outcome`"
            }
        };
        return refuse(&signature.ident, text);
    }
    Ok(())
}

/// The first paragraph of the documentation as a title: on one line and without its full stop.
fn documentation(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let paragraph: Vec<String> =
        lines.skip_while(String::is_empty).take_while(|line| !line.is_empty()).collect();
    let text = paragraph.join(" ");
    let text = text.trim_end_matches('.');
    (!text.is_empty()).then(|| text.to_owned())
}

fn declare(
    keys: &Keys,
    parameters: &Parameters,
    signature: &Signature,
    title: &str,
) -> TokenStream {
    let (name, code) = (&signature.ident, &keys.code);
    let begin = match keys.class {
        Class::Validate => quote!(validate),
        Class::Normalise => quote!(normalise),
        Class::Quarantine => quote!(quarantine),
    };
    let message = keys.message.as_ref().map(|message| quote!(.message(#message)));
    let level = keys.level.as_ref().map(|level| quote!(.level(::assay_sdk::Level::#level)));
    let disposition = keys
        .disposition
        .as_ref()
        .map(|disposition| quote!(.disposition(::assay_sdk::Disposition::#disposition)));
    let head = quote! {
        rules.#begin(#code).title(#title) #message #level #disposition
    };
    let needs = parameters.cells.iter().map(parameters::CellParameter::need);
    let names: Vec<_> = parameters.cells.iter().map(|cell| &cell.name).collect();
    let (needs, pattern) = match parameters.cells.len() {
        1 => (quote!(#(#needs)*), quote!(#(#names)*)),
        _ => (quote!((#(#needs),*)), quote!((#(#names),*))),
    };
    // The host never passes text that is not UTF-8; if it did, the rule could not judge it.
    let texts = parameters.cells.iter().filter(|cell| cell.form == Form::Str);
    let skip = match keys.class {
        Class::Normalise => quote!(return None),
        Class::Validate | Class::Quarantine => quote!(return ::assay_sdk::Outcome::Skip),
    };
    let conversions: Vec<_> = texts
        .map(|cell| {
            let name = &cell.name;
            if cell.optional {
                quote!(let Ok(#name) = #name.map(::core::str::from_utf8).transpose() else { #skip };)
            } else {
                quote!(let Ok(#name) = ::core::str::from_utf8(#name) else { #skip };)
            }
        })
        .collect();
    let arguments = parameters.sources.iter().map(|source| match source {
        Source::Written { text: true } => quote!(assay_text),
        Source::Written { text: false } => quote!(assay_cell),
        Source::Settings => quote!(&assay_settings),
        Source::Run => quote!(&assay_run),
        Source::Cell(nth) => parameters.cells[*nth].argument(),
    });
    // The span of the return type, so that the compiler reports an unsuitable type there.
    let span = match &signature.output {
        ReturnType::Type(_, answer) => answer.span(),
        ReturnType::Default => name.span(),
    };
    let call = quote!(let assay_answer = #name(#(#arguments),*););
    let captured = quote! {
        let assay_settings = ::std::rc::Rc::clone(settings);
        let assay_run = ::std::rc::Rc::clone(run);
        let _ = (&assay_settings, &assay_run);
    };
    if keys.class != Class::Normalise {
        let answer = quote_spanned!(span=> #call ::assay_sdk::Answer::outcome(assay_answer));
        return quote! {
            #captured
            #head.each(#needs, move |#pattern| { #(#conversions)* #answer });
        };
    }
    let writes = &keys.writes;
    let written = parameters.sources.contains(&Source::Written { text: true }).then(
        || quote!(let Ok(assay_text) = ::core::str::from_utf8(assay_cell) else { return None };),
    );
    let answer = quote_spanned!(span=> #call ::assay_sdk::NewCell::new_cell(assay_answer));
    if parameters.cells.is_empty() {
        return quote! {
            #captured
            #head.rewrite([#(#writes),*], move |assay_cell| { #written #answer });
        };
    }
    quote! {
        #captured
        #head.rewrite_with([#(#writes),*], #needs, move |assay_cell, #pattern| {
            #written
            #(#conversions)*
            #answer
        });
    }
}
