//! What a file is: its dataset, layout and partition, and the pack that judges it.

use std::path::Path;

use assay_model::shown;
use assay_packs::{Broken, Catalogue, Discovery, Identified, Pack, Refusal, few, quote};

use crate::error::RunError;
use crate::input::Input;
use crate::peek::{Peeked, told};

/// No pack judges the file.
#[derive(Debug)]
pub(crate) struct Unidentified {
    pub(crate) refusal: Refusal,
    /// The dataset, if the header told.
    pub(crate) dataset: Option<String>,
}

impl Unidentified {
    /// What a person reads of it, with what the beginning of the file shows.
    pub(crate) fn message(&self, peeked: &Peeked) -> String {
        let mut message = self.refusal.to_string();
        let strange = self.refusal.resembles_nothing();
        if strange {
            message.push_str(&told(&peeked.beginning));
        }
        // Of what is no header, names mean nothing.
        let is_header = !strange || peeked.beginning.oddities.is_empty();
        if is_header && !peeked.header.duplicates.is_empty() {
            let twice = peeked.header.duplicates.iter().map(|twice| {
                let columns: Vec<_> = twice.columns.iter().map(|c| (c + 1).to_string()).collect();
                format!("{} (columns {})", quote(&twice.name), few(&columns))
            });
            let names = few(&twice.collect::<Vec<_>>());
            message = format!("the header repeats {names}; {message}");
        }
        message
    }
}

/// What a file is, or why no pack judges it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) found: Result<Identified, Unidentified>,
    /// A sentence for each of the rules that were left out because they have mistakes.
    pub(crate) left_out: Vec<String>,
}

/// The published name: of an archive's entry, or of the file.
pub(crate) fn name<'a>(input: &'a Input, peeked: &'a Peeked) -> Option<&'a str> {
    peeked.entry.as_deref().or_else(|| input.name())
}

/// Identifies a file by a pack that was named, or by all there are.
pub(crate) fn identify(
    input: &Input,
    peeked: &Peeked,
    pack: Option<&Path>,
    discovery: &Discovery,
) -> Result<Found, RunError> {
    let name = name(input, peeked);
    let header = &peeked.header.names;
    let cells = |column: &str| peeked.first_cells(column);
    if let Some(path) = pack {
        let pack = Pack::open(path)?;
        let found = pack.identify(name, header, &cells).map_err(|refusal| {
            let dataset = Some(pack.dataset().name().to_owned());
            Unidentified { refusal, dataset }
        });
        return Ok(Found { found, left_out: Vec::new() });
    }
    let catalogue = Catalogue::open_sound(discovery.rules())?;
    let found = catalogue.identify(name, header, &cells);
    let layout = found.as_ref().err().and_then(Refusal::layout);
    let dataset = layout.and_then(|layout| catalogue.dataset_of(layout));
    let dataset = dataset.map(|dataset| dataset.name().to_owned());
    let left_out = catalogue.broken().iter().map(|broken| left_out(broken, discovery)).collect();
    catalogue.check_meant(&found)?;
    let found = found.map_err(|refusal| Unidentified { refusal, dataset });
    Ok(Found { found, left_out })
}

/// What is said of rules with mistakes that have nothing to do with the file.
fn left_out(broken: &Broken, discovery: &Discovery) -> String {
    let rules = discovery.rules();
    let path = shown(broken.path().strip_prefix(rules).unwrap_or(broken.path()).display());
    format!(
        "`{path}` has mistakes and was ignored, since it does not apply to this file; `assay lint` shows them"
    )
}
