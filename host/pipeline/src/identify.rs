//! What a file is: its dataset, layout and partition, and the pack that judges it.

use std::path::Path;

use assay_packs::{Catalogue, Discovery, Identified, Pack, Refusal};

use crate::error::RunError;
use crate::input::Input;
use crate::peek::Peeked;

/// No pack judges the file.
#[derive(Debug)]
pub(crate) struct Unidentified {
    pub(crate) refusal: Refusal,
    /// The dataset, if the header told.
    pub(crate) dataset: Option<String>,
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
) -> Result<Result<Identified, Unidentified>, RunError> {
    let name = name(input, peeked);
    let header = &peeked.header.names;
    let cells = |column: &str| peeked.first_cells(column);
    if let Some(path) = pack {
        let pack = Pack::open(path)?;
        let found = pack.identify(name, header, &cells);
        return Ok(found.map_err(|refusal| {
            let dataset = Some(pack.dataset().name().to_owned());
            Unidentified { refusal, dataset }
        }));
    }
    let catalogue = Catalogue::open(discovery.rules())?;
    let found = catalogue.identify(name, header, &cells);
    Ok(found.map_err(|refusal| {
        let dataset = refusal.layout().and_then(|layout| catalogue.dataset_of(layout));
        let dataset = dataset.map(|dataset| dataset.name().to_owned());
        Unidentified { refusal, dataset }
    }))
}
