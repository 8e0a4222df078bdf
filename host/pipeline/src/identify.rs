//! Identifies a file: its dataset, layout and partition, and the pack that judges it.

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
    /// The dataset, if the header identifies it.
    pub(crate) dataset: Option<String>,
}

impl Unidentified {
    /// The message for a person, with an excerpt of the beginning of the file.
    pub(crate) fn message(&self, peeked: &Peeked) -> String {
        let mut message = self.refusal.to_string();
        let strange = self.refusal.resembles_nothing();
        if strange {
            message.push_str(&told(&peeked.beginning));
        }
        // Unless this is a header, its names mean nothing.
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

/// The identity of a file, or the reason no pack judges it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) found: Result<Identified, Unidentified>,
    /// One sentence for each rules file that was skipped because of errors in it.
    pub(crate) left_out: Vec<String>,
}

/// The published name: that of the archive's entry, or else of the file.
pub(crate) fn name<'a>(input: &'a Input, peeked: &'a Peeked) -> Option<&'a str> {
    peeked.entry.as_deref().or_else(|| input.name())
}

/// Identifies a file by the given pack, or by all packs.
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

/// The notice about rules with errors that do not concern the file.
fn left_out(broken: &Broken, discovery: &Discovery) -> String {
    let rules = discovery.rules();
    let path = shown(broken.path().strip_prefix(rules).unwrap_or(broken.path()).display());
    format!(
        "`{path}` has mistakes and was ignored, since it does not apply to this file; `assay lint` shows them"
    )
}
